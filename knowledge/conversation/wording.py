"""What a message says between turns, told by its words alone (words.yml)."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from re import Pattern

from knowledge.second_question import CLAUSES, cued_aspects
from knowledge.yaml_source import read_yaml

FILE = Path(__file__).with_name("words.yml")
KEPT = "\u0001"
LONG = 60  # characters of a story
LEAST = 2  # characters that may name something


def names_nothing(text: str) -> bool:
    """Whether a normalised text has no words that could name a matter: “那要多久”."""
    return len(left_of(text)) < LEAST


def left_of(text: str) -> str:
    """The text without the words that name no matter."""
    text = _words("without_leave").sub("", text)
    kept = _words("names_something").findall(text)
    rest = _words("names_something").sub(KEPT, text)
    rest = _words("says_nothing_of_a_matter").sub("", rest)
    return "".join(kept) + "".join(c for c in rest if c.isalnum())


def asks_on(text: str) -> bool:
    """Whether a part of the text asks something of a matter that it does not name."""
    return any(cued_aspects(part) and names_nothing(part) for part in CLAUSES.split(text))


def asks_for_money_back(text: str) -> bool:
    """Whether the text asks for money that was paid to be given back."""
    return bool(_words("money_back").search(text))


def asks_for_service(text: str) -> bool:
    """Whether the text may ask for somebody who does the work for pay: “环评找谁做”."""
    return bool(_words("service").search(text))


def asks_for_work(text: str) -> bool:
    """Whether the text asks of the work that an approval needs: “报告找谁编”."""
    return bool(_words("work_for_it").search(text))


def asks_for_meaning(text: str) -> bool:
    """Whether the text asks what a word means."""
    return bool(_words("meaning").search(text))


def means_whole_way(text: str) -> bool:
    """Whether the text asks of all matters together: “总共得多久”."""
    return bool(_words("whole_way").search(text))


def means_both(text: str) -> bool:
    """Whether the text asks of two matters just spoken of: “这俩哪个快”."""
    return bool(_words("both").search(text))


def is_own_case(text: str) -> bool:
    """Whether the text speaks of a case that somebody has handed in."""
    return bool(_words("own_case").search(text))


def has_supplied(text: str) -> bool:
    """Whether what was missing has been handed in: “都补齐重新交了”."""
    return bool(_words("supplied").search(text))


def asks_in_general(text: str) -> bool:
    """Whether the text asks what is usual: “一般多少天”."""
    return bool(_words("in_general").search(text))


def asks_for_more(text: str) -> bool:
    """Whether the last answer is wanted again, or the rest of it: “还有吗”, “再说一遍”."""
    return bool(_words("asks_for_more").search(text)) and names_nothing(
        _words("asks_for_more").sub("", text)
    )


def tells_of_the_project(text: str) -> bool:
    """Whether a message says what sort of project it is about: “我们是个300车位的商场”."""
    return bool(_words("tells_of_the_project").search(text))


def takes_back_human(text: str) -> bool:
    """Whether a human is no longer wanted: “算了不转了”."""
    return bool(_words("takes_back_human").search(text))


def without_taking_back(text: str) -> str:
    """What else such a message says."""
    return _words("takes_back_human").sub("", text)


def question_of_story(text: str) -> str:
    """What a long story comes to: the words after the last “我就想问”; empty for a short text, and
    for one that says nothing of the kind."""
    if len(text) < LONG:
        return ""
    found = list(_words("comes_to_the_question").finditer(text))
    question = text[found[-1].end() :].strip(" ,，:：。") if found else ""
    return question if LEAST * 3 <= len(question) < len(text) else ""


def is_unsure(text: str) -> bool:
    """Whether somebody cannot say which of several is meant."""
    return bool(_words("unsure").search(text))


@cache
def _words(name: str) -> Pattern[str]:
    return re.compile(re.sub(r"\s*\n?\s+\|", "|", read_yaml(FILE)[name].strip()))

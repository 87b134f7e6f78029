"""Words to an enterprise as one message, in Chinese; and what a steward reads meanwhile."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import groupby

from bot.model.conversation import Button, Draft, EntryKind
from bot.model.reply import TO_STEWARD
from bot.model.word import Word, WordKind
from bot.services.dates_in_words import moment
from bot.services.reminders import HOW_TO_STOP, STOP

IN_FULL = 12  # words of one message; the others are named, or nobody would read it
WORDS = "words"  # in the facts of an entry: the keys of the words that it says
MISSING = Button("还缺什么材料", "/missing_documents")
PROGRESS = Button("办件进度", "/case_status")
_WANTS = frozenset({WordKind.SUPPLEMENT_REQUESTED, WordKind.REFUSED})


def message(words: Sequence[Word]) -> Draft:
    """One message of all the words, by project, in the order of what happened."""
    heading = "您的办件有新进展：" if len(words) == 1 else f"您的办件有{len(words)}条新进展："
    lines = [heading, *_lines(words)]
    lines.append(f"以上是{_read_at(words)}从审批系统读到的情况。")
    lines.append(HOW_TO_STOP)
    asks = MISSING if any(word.kind in _WANTS for word in words) else PROGRESS
    return Draft(
        EntryKind.BOT,
        "\n".join(lines),
        buttons=(asks, TO_STEWARD, STOP),
        facts={WORDS: [word.key for word in words]},
    )


def note(words: Sequence[Word]) -> Draft:
    """To the steward who has the conversation: the enterprise hears it when it is handed back."""
    lines = ["审批系统有新情况，您交还会话后智能助手会告诉企业：", *_lines(words)]
    return Draft(EntryKind.NOTE, "\n".join(lines), facts={WORDS: [word.key for word in words]})


def _read_at(words: Sequence[Word]) -> str:
    times = sorted(word.read_at for word in words)
    first, last = moment(times[0]), moment(times[-1])
    return last if first == last else f"{first}至{last}之间"


def in_order(words: Iterable[Word]) -> list[Word]:
    """Words of one project together, each project's in the order of what happened."""
    return sorted(words, key=lambda word: (word.project_code, word.at, word.case_no, word.key))


def _lines(words: Sequence[Word]) -> list[str]:
    lines = []
    numbered = enumerate(words)
    for title, of_project in groupby(numbered, key=lambda pair: pair[1].project_title):
        lines.append(title)
        lines.extend(_line(word, number < IN_FULL) for number, word in of_project)
    return lines


def _line(word: Word, in_full: bool) -> str:
    said = word.text if in_full else f"{word.kind.label}（{moment(word.at)}）"
    return f"· {word.matter}：{said}"

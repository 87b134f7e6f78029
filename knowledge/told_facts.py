"""Reading what somebody types about a project as a fact: “八千平”, “没有招标”, “不对，是政府投资”.

Deterministic and strict: a text is an answer only when all of it can be read as one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from functools import cache
from pathlib import Path

from cn2an import cn2an

from knowledge.conditions import NUMBER, plain
from knowledge.references import asks_the_same, ordinal_of
from knowledge.schema import ProjectFact
from knowledge.text import normalise
from knowledge.yaml_source import read_yaml

UNKNOWN = "unknown"  # somebody does not know; no value of any fact
LONGEST = 30  # characters of an answer; more than that says something else

_PARTS = re.compile(r"[,，。;；!！?？~、\s]+")
_LEADING = re.compile(
    r"^(?:嗯+|哦|呃|啊|那个|应该|大概|大约|大致|约|差不多|可能|好像|估计|我们|咱们|咱|俺们|俺|我|本|这个|这|项目"
    r"|工程|总共|一共|总计|合计|共|就是|算是|属于|是|有|在|得有|目前|现在|选|填|就|按|走|按照|修|建|盖|做|搞|干)"
)
_TRAILING = re.compile(r"(?:吧|呢|了|啊|呀|哈|哦|的|左右|上下|来着|来的|那种|那类|这种|这类)$")
_NUMERALS = "0-9.,零〇一二两三四五六七八九十百千万亿点"
_QUANTITY = re.compile(rf"([{_NUMERALS}]+)(?:个([亿万]))?[多来几]?([^{_NUMERALS}]*|m[23])")
_DIGITS = re.compile(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?")
Bases = Mapping[str, int | Decimal]
# What a unit may be called, and how many of the base unit it is.
_AREA: Bases = {
    "平方米": 1,
    "平米": 1,
    "平方": 1,
    "平": 1,
    "m2": 1,
    "公顷": 10_000,
    "亩": Decimal(2000) / 3,
}
_MONEY: Bases = {"元": 1, "块": 1, "块钱": 1, "人民币": 1, "w": 10_000}
_VOLUME: Bases = {"立方米": 1, "立方": 1, "方": 1, "m3": 1}
_LENGTH: Bases = {"米": 1, "m": 1, "公尺": 1}
_COAL: Bases = {"吨标准煤": 1, "吨标煤": 1, "吨": 1, "t": 1, "tce": 1}
_POWER: Bases = {"千瓦时": 1, "度": 1, "度电": 1, "kwh": 1}
_UNITS: dict[str, tuple[Bases, int]] = {  # base units, size of the fact's unit
    "平方米": (_AREA, 1),
    "米": (_LENGTH, 1),
    "万元": (_MONEY, 10_000),
    "万立方米": (_VOLUME, 10_000),
    "吨标准煤": (_COAL, 1),
    "万千瓦时": (_POWER, 10_000),
}


@dataclass(frozen=True)
class Told:
    """A fact as somebody gave it; `value` is UNKNOWN when they do not know."""

    fact: str
    value: str


def read_answer(fact: ProjectFact, text: str) -> str | None:
    """The value that a text gives to the fact that was asked for; UNKNOWN for “不知道”; None when
    the text is no answer to it."""
    text = normalise(text)
    if len(text) > LONGEST:
        return None
    text = text.strip("。.!！~ ")
    named = next((name for name in _names(fact) if text.startswith(name)), "")
    if named:
        text = _RENAMED.sub("", text[len(named) :])
    whole = _read_part(fact, text)
    if whole is not None:
        return whole
    parts = [part for part in _PARTS.split(text) if part]
    values = {_read_part(fact, part) for part in parts}
    return values.pop() if len(values) == 1 and parts else None


def _read_part(fact: ProjectFact, text: str) -> str | None:
    said = list(_spellings(text))
    if any(one in _answers()[UNKNOWN] for one in said):
        return UNKNOWN
    stated = _stated(fact, said)
    if stated is not None:
        return stated
    if fact.kind == "yes_no":
        return _yes_or_no(said)
    if fact.kind == "choice":
        place = None if asks_the_same(text) else ordinal_of(text)
        in_range = place is not None and place.alone and -1 <= place.place < len(fact.values)
        return fact.values[place.place] if place is not None and in_range else None
    return next((value for one in said if (value := _quantity(fact, one)) is not None), None)


@cache
def _answers() -> dict[str, frozenset[str]]:
    """What people say for yes, no and UNKNOWN (knowledge/answers.yml)."""
    written: dict[str, list[str]] = read_yaml(Path(__file__).with_name("answers.yml"))
    return {value: frozenset(words) for value, words in written.items()}


def _spellings(text: str) -> Iterable[str]:
    """The text, then again and again with a filler less at an end."""
    yield text
    for pattern in (_TRAILING, _LEADING):
        shorter = pattern.sub("", text, 1)
        if shorter and shorter != text:
            yield from _spellings(shorter)


def _yes_or_no(said: list[str]) -> str | None:
    """By the first spelling that says it: “应该不是” must not become “不是” by way of “是”."""
    for one in said:
        for value in ("yes", "no"):
            if one in _answers()[value]:
                return value
    return None


def _stated(fact: ProjectFact, said: Iterable[str]) -> str | None:
    """The value whose own words are said: a choice's name, “没有招标”."""
    by_word = {
        _without_particles(word): value for value in fact.values for word in _words(fact, value)
    }
    plainly = map(_without_particles, said)
    return next((by_word[one] for one in plainly if one in by_word), None)


def _without_particles(text: str) -> str:
    """“请监理了” says what “请了监理” says."""
    return re.sub("[了过]", "", text) or text


def _words(fact: ProjectFact, value: str) -> Iterable[str]:
    if fact.kind == "choice":
        name = fact.choices[value]
        yield normalise(name)
        yield normalise(re.sub(r"（[^）]*）", "", name))
    else:
        yield normalise(fact.if_yes if value == "yes" else fact.if_no)
    yield value
    for word in fact.words.get(value, ()):
        yield normalise(word)


def _quantity(fact: ProjectFact, text: str, unit_needed: bool = False) -> str | None:
    """A number with or without its unit, in the unit of the fact."""
    found = _QUANTITY.fullmatch(text.replace(" ", ""))
    if found is None:
        return None
    digits, unit = found[1] + (found[2] or ""), found[3]
    number = _number(digits)
    if number is None:
        return None
    bases, size = _UNITS.get(fact.unit or "", ({}, 1))
    counted_in_base = size > 1 and any(sign in digits for sign in "万亿")
    if unit in bases:
        value = number * bases[unit] / size
    elif not unit and counted_in_base:
        value = number / size
    elif unit == fact.unit or (not unit and not unit_needed):
        value = number
    else:
        return None
    said = plain(round(value, 4))
    return said if NUMBER.fullmatch(said) else None


def _number(text: str) -> Decimal | None:
    """“八千”, “1.2万”, “12,000”, “一点五亿” as a number."""
    sign = text[-1] if len(text) > 1 and text[-1] in "万亿" else ""
    digits = text.removesuffix(sign)
    times = {"万": 10_000, "亿": 100_000_000}.get(sign, 1)
    if _DIGITS.fullmatch(digits):
        return Decimal(digits.replace(",", "")) * times
    try:
        if "点" in digits:
            return Decimal(str(cn2an(digits, "smart"))) * times
        return Decimal(str(cn2an(text, "smart")))
    except (ValueError, InvalidOperation):
        return None


# A correction, and a fact told without being asked for.

_CORRECTION = re.compile(
    r"^(?:不对|不是|错了|说错了|搞错了|弄错了|写错了|更正|更正一下|纠正一下|改一下|修改一下|等一下|等等)"
    r"[,，。!！:：\s]*"
)
_RENAMED = re.compile(r"^(?:应该)?(?:改成|改为|变成|更正为|应该是|其实是|实际是|是|为|有|[:：=])*")


def read_correction(facts: Iterable[ProjectFact], text: str, announced: bool = True) -> Told | None:
    """A fact among those told that a text puts right: “不对，是政府投资”, “建筑面积改成5000平”.

    What is said must fit one fact only; of several numbers in the same unit the one told last is
    meant (`facts` come newest last). `announced`: it must begin as a correction does, or with the
    fact's name.
    """
    text = normalise(text)
    if len(text) > LONGEST:
        return None
    facts = list(facts)
    for fact in facts:
        named = next((name for name in _names(fact) if text.startswith(name)), None)
        if named:
            rest = _RENAMED.sub("", text[len(named) :])
            value = read_answer(fact, rest) if rest else None
            return Told(fact.id, value) if value else None
    rest = _CORRECTION.sub("", text)
    if not rest or (announced and rest == text):
        return None
    found = {fact.id: value for fact in facts if (value := read_explicit(fact, rest)) is not None}
    if len(set(found.values())) > 1 or not found:
        return None
    name = list(found)[-1]
    return Told(name, found[name])


def _names(fact: ProjectFact) -> Iterable[str]:
    yield fact.name
    if fact.name.startswith("总"):
        yield fact.name[1:]


def read_explicit(fact: ProjectFact, text: str) -> str | None:
    """A value of a normalised text that says by itself which fact it is of: no bare number, no
    bare yes."""
    plain = text.strip("。.!！~ ")
    said = [one for start in (plain, _RENAMED.sub("", plain)) for one in _spellings(start)]
    if fact.kind == "number":
        quantities = (_quantity(fact, one, unit_needed=True) for one in said)
        return next((value for value in quantities if value is not None), None)
    return _stated(fact, said)


def read_value(fact: ProjectFact, text: str) -> str | None:
    """A value as the command line takes it: as the catalogue writes it, or as people say it."""
    if text in fact.values or (fact.kind == "number" and NUMBER.fullmatch(text)):
        return text
    read = read_answer(fact, text)
    return None if read == UNKNOWN else read

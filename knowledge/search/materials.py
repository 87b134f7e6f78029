"""Is this file that material? Names of the platform against names of the catalogue."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from rapidfuzz import fuzz

from knowledge.search.material_words import Words, material_words

# The pairs of tests/unit/material_names.yml stay apart from it on both sides.
SAME_FROM = 80.0
SHORT = 4  # characters; a shorter name is found inside too many others
LONG = 8  # characters; only so long a name is found inside another with a slip in it
_EXTENSION = re.compile(r"\.(pdf|docx?|xlsx?|jpe?g|png|tiff?|ofd|zip|rar|dwg|txt)$", re.I)
_NUMBERED = re.compile(
    r"^(附件|附|材料|要件|序号)?[（(]?([0-9]{1,3}|[一二三四五六七八九十]{1,3})[)）]?"
    r"(?=[-—_.、．:： )）])[-—_.、．:： )）]*"
)
_APPENDED = re.compile(r"[-_ ]?[vV]?[0-9]{1,8}$|[（(][0-9]{1,3}[)）]$")
_BRACKETS = re.compile(r"[（(〔\[【][^（）()〔〕\[\]【】]*[)）〕\]】]")
_EITHER = re.compile(r"或者?|/|（以下简称.*")
_ET_CETERA = re.compile(r"等.*")
_GOES_ON = "及和与或等附、"  # after a name inside another that begins with it
_LISTED = re.compile(r"[、和及与]")
_CLAUSE = re.compile(r"[，。；;,!！\n]+")


@dataclass(frozen=True)
class _Name:
    """A name in one spelling: `core` without brackets, which explain; `whole` with them."""

    core: str
    whole: str


def match_materials(wanted: Sequence[str], received: Sequence[str]) -> dict[str, str]:
    """Wanted material → the received name that is it. The likest pair first; each name once."""
    pairs = [(likeness(material, name), material, name) for material in wanted for name in received]
    found: dict[str, str] = {}
    left = list(received)
    for score, material, name in sorted(pairs, key=lambda pair: -pair[0]):
        if score >= SAME_FROM and material not in found and name in left:
            found[material] = name
            left.remove(name)
    return found


def find_mention(name: str, text: str) -> str | None:
    """The clause of an opinion that speaks of this material, or None."""
    for clause in filter(None, map(str.strip, _CLAUSE.split(text))):
        parts = [clause, *_LISTED.split(clause)]
        if any(_mentions(each, part) for part in parts for each in _alternatives(name)):
            return clause
    return None


@lru_cache(maxsize=100_000)
def likeness(material: str, received: str) -> float:
    """0 … 100. A material named “A或B” is as like as the liker of the two."""
    other = _read(received)
    return max(_alike(alternative, other) for alternative in _alternatives(material))


@lru_cache(maxsize=10_000)
def _alternatives(name: str) -> tuple[_Name, ...]:
    plain = _BRACKETS.sub("", name)
    parts = [short for part in _EITHER.split(plain) for short in (part, _ET_CETERA.sub("", part))]
    others = [_read(part) for part in parts if part != plain and len(part) >= SHORT]
    return (_read(name), *others)


@lru_cache(maxsize=100_000)
def _read(name: str) -> _Name:
    words = material_words()
    bare = _NUMBERED.sub("", _EXTENSION.sub("", name.strip()))
    bare = _APPENDED.sub("", bare)
    core = words.in_one_spelling(_BRACKETS.sub("", bare))
    whole = words.in_one_spelling(bare)
    return _Name(core or whole, whole)


def _alike(a: _Name, b: _Name) -> float:
    words = material_words()
    if _differ(words, a, b) or _two_kinds(words, a.core, b.core):
        return 0.0
    whole = float(fuzz.ratio(a.core, b.core))
    short, long = sorted((a.core, b.core), key=len)
    if _found_in(short, long):
        return max(whole, 95.0)
    if len(short) < LONG:
        return whole
    return max(whole, 0.95 * float(fuzz.partial_ratio(short, long)))


def _found_in(short: str, long: str) -> bool:
    """Whether a name stands in another as a name: at its end, or with more listed after it."""
    place = long.rfind(short) if len(short) >= SHORT else -1
    return place >= 0 and long[place + len(short) :][:1] in _GOES_ON


def _two_kinds(words: Words, a: str, b: str) -> bool:
    one, other = words.kind(a), words.kind(b)
    return one is not None and other is not None and one != other


def _differ(words: Words, a: _Name, b: _Name) -> bool:
    """Whether the names differ in a word that counts."""
    for group in words.apart:
        one, other = set(group.findall(a.whole)), set(group.findall(b.whole))
        if one and other and not one & other:
            return True
    return any(set(group.findall(a.core)) != set(group.findall(b.core)) for group in words.alike)


def _mentions(name: _Name, clause: str) -> bool:
    said = _read(material_words().asked_for.sub("", clause))
    if min(len(name.core), len(said.core)) < SHORT:
        return False
    return name.core in said.core or _alike(name, said) >= SAME_FROM

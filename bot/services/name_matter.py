"""From the name that a platform gives a matter to the catalogue's id of it."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable, Mapping
from typing import Protocol

NameToMatter = Callable[[str], "str | None"]


class NamedMatter(Protocol):
    """What this module needs to know of a matter of the catalogue."""

    @property
    def name(self) -> str: ...

    @property
    def aliases(self) -> Iterable[str]: ...


def by_exact_name(matters: Mapping[str, NamedMatter]) -> NameToMatter:
    """A lookup by name or alias, blind to width, case, spaces and punctuation.

    A name that two matters claim leads to neither, unless it is the proper name of one.
    """
    proper: dict[str, set[str]] = {}
    alias: dict[str, set[str]] = {}
    for slug, matter in matters.items():
        proper.setdefault(_plain(matter.name), set()).add(slug)
        for name in matter.aliases:
            alias.setdefault(_plain(name), set()).add(slug)

    def name_to_matter(name: str) -> str | None:
        plain = _plain(name)
        for names in (proper, alias):
            found = names.get(plain, set())
            if len(found) == 1:
                return next(iter(found))
        return None

    return name_to_matter


def _plain(name: str) -> str:
    wide = unicodedata.normalize("NFKC", name).casefold()
    return "".join(letter for letter in wide if letter.isalnum())

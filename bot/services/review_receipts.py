"""Looking at a receipt again: what was said, and what the catalogue says otherwise by now."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Protocol

from bot.model.conversation import Conversation
from knowledge.differences import Difference
from knowledge.evidence import changes, path_changes, term_changes
from knowledge.loader import Catalogue

Content = Mapping[str, Any]


@dataclass(frozen=True)
class Issued:
    """A stored receipt. `at` is aware; `conversation` None: nobody in particular was told."""

    code: str
    at: datetime
    conversation: str | None
    matter: str
    told: Mapping[str, Any]
    content: Content


@dataclass(frozen=True)
class Outdated:
    """A conversation that was told what the catalogue no longer says, and what differs by now."""

    conversation: Conversation
    code: str
    no: int
    at: datetime
    matter: str
    name: str
    changes: Sequence[str]


@dataclass(frozen=True)
class Since:
    """Only answers given at or after `at`, or after the first one from catalogue `version`."""

    at: datetime | None = None
    version: str | None = None


class UnknownVersion(LookupError):
    """No answer was ever given from this version of the catalogue."""


Differs = Callable[[str, Content], Sequence[str]]  # (matter, content) → what differs, in words


class Receipts(Protocol):
    async def outdated(self, differs: Differs, since: Since) -> Sequence[Outdated]:
        """The newest answer about the same in each conversation that nobody has settled, where it
        differs; the latest first. Raises UnknownVersion, StoreUnavailable."""


def what_changed(
    catalogue: Catalogue, matter: str, content: Content, today: date
) -> list[Difference]:
    """What was told against today's catalogue: as of the day that was asked about, else today."""
    if "checklist" in content:  # of one moment; nobody takes it for the rules of today
        return []
    if "term" in content:
        return term_changes(catalogue, content["term"], content["name"], content["fields"])
    if "path" in content:
        return path_changes(catalogue, content["path"], content["name"], content["fields"])
    asked = content.get("day")
    day = date.fromisoformat(asked) if asked else today
    here = catalogue.at(content.get("place")).on(day, today)
    return changes(here, matter, content["name"], content["fields"], day)


async def list_outdated(
    receipts: Receipts, catalogue: Catalogue, today: date, since: Since | None = None
) -> Sequence[Outdated]:
    """The conversations that a steward may want to correct."""

    def differs(matter: str, content: Content) -> list[str]:
        return [found.text for found in what_changed(catalogue, matter, content, today)]

    return await receipts.outdated(differs, since or Since())

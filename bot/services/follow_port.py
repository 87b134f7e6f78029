"""What following a platform needs of it, and of the storage (bot/decisions/0016)."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from bot.model.ledger import Change, FollowedProject
from bot.services.compare_projects import CaseKey

Marks = Mapping[str, str | None]


class Source(Protocol):
    """A platform as its follower reads it. Every method blocks; PlatformUnavailable."""

    @property
    def origin(self) -> str:
        """Names the platform: its address, without passwords."""

    def glance(self) -> str | None:
        """What costs milliseconds to see; where it is as before, most likely nothing has changed.
        None: this platform must be surveyed to see anything."""

    def touched(self, before: str, now: str) -> Collection[str] | None:
        """The codes of the projects to which everything belongs by which two glances differ;
        None: that cannot be said without a survey."""

    def survey(self, codes: Collection[str] | None = None) -> Marks:
        """Of every project, or of these, a mark that changes with what is told of it, except where
        a value was replaced in place and nothing tells of it; None: it must be read."""

    def read(self, codes: Sequence[str]) -> list[FollowedProject]:
        """The projects with these codes that are there, with all their cases."""


@dataclass(frozen=True)
class KeptProject:
    """What is kept of a project, with the cases that had vanished (`gone_cases`)."""

    told: FollowedProject
    gone_cases: frozenset[CaseKey] = frozenset()
    gone: bool = False


@dataclass(frozen=True)
class Seen:
    """One project as it was read under `mark`, beside what was kept. `now` None: it vanished."""

    code: str
    before: KeptProject | None
    now: FollowedProject | None
    mark: str | None
    changes: tuple[Change, ...]


@dataclass(frozen=True)
class Position:
    """How far the follower is. None: not yet."""

    glance: str | None = None
    surveyed_at: datetime | None = None
    fewer_since: datetime | None = None


class Snapshots(Protocol):
    """What is kept of one platform. One process at a time may write; StoreUnavailable."""

    def hold(self, at: datetime) -> Position | None:
        """Begins or renews the lease; None while another process has it."""

    def release(self) -> None: ...

    def marks(self) -> Marks:
        """The marks of the projects that are there."""

    def longest_unread(self, limit: int) -> list[str]: ...

    def kept(self, codes: Sequence[str]) -> dict[str, KeptProject]: ...

    def write(self, seen: Sequence[Seen], at: datetime) -> None:
        """One transaction, and only while the lease is held: LeaseLost, with nothing written.
        NotKept, with nothing written either, where the database refuses a value."""

    def reach(self, position: Position) -> None: ...


class LeaseLost(Exception):
    """Another process follows the platform by now."""


class NotKept(Exception):
    """The database refuses something that the platform tells: too long a code, or no text."""

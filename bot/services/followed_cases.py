"""What the follower of the platform has kept, for whoever reads it: changes, cases, projects."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Protocol

from bot.model.ledger import CaseChange, FollowedCase, FollowedProject


class FollowedCases(Protocol):
    """What was last seen on the platform that is followed, and every change that was seen.

    Blocks; StoreUnavailable. Empty where no platform was followed yet.
    """

    def newest_no(self) -> int:
        """The number of the newest change, 0 for none."""

    def changes_after(self, no: int, limit: int) -> Sequence[CaseChange]:
        """The changes with a higher number, oldest first. Numbers have gaps, and a change never
        becomes visible after one with a higher number. A case that appears while its project is
        already known has its further steps as STEPPED beside APPEARED; what the first reading of a
        project brings is told by APPEARED alone."""

    def case(self, case_no: str, project_code: str | None = None) -> FollowedCase | None:
        """The case, also when it has vanished since."""

    def project(self, code: str) -> FollowedProject | None:
        """The project that has this 项目代码, with the cases that are there."""

    def running_cases(self) -> Iterator[FollowedCase]:
        """The cases that are there and have not ended, read in batches, by project."""

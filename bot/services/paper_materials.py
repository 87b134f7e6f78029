"""What stewards have seen on paper, ticked by hand in the desk."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from bot.model.handed_in import HandedIn


class Papers(Protocol):
    """Keeps every tick with who made it and when, and every undoing too. Blocks."""

    def of(self, project_code: str) -> Sequence[HandedIn]:
        """What counts now for a project, the oldest first. Nothing when it cannot be read: an
        answer does not fail for it."""

    def tick(
        self, project_code: str, case_no: str, material: str, by: str, at: datetime
    ) -> HandedIn:
        """Ticked once: a second tick gives back the first. StoreUnavailable."""

    def undo(self, tick: int, by: str, at: datetime) -> bool:
        """False when there is no such tick, or somebody has undone it. StoreUnavailable."""

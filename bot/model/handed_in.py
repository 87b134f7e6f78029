"""A material that a steward has seen on paper: handed in at a window, not on the platform."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class HandedIn:
    """`material` is the catalogue's name; `by` the steward who ticked it, at `at` (aware)."""

    id: int
    project_code: str
    case_no: str
    material: str
    by: str
    at: datetime

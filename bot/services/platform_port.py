"""What the product asks of a city's approval system. Connectors implement it; services use it."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from bot.model.case import Case, PlatformDescription, Project, ReceivedMaterial


class PlatformUnavailable(Exception):
    """The platform cannot be read now. `what` and `what_to_do` are plain Chinese sentences."""

    def __init__(self, what: str, what_to_do: str) -> None:
        super().__init__(f"{what} {what_to_do}")
        self.what = what
        self.what_to_do = what_to_do


class PlatformUnreadable(PlatformUnavailable):
    """The platform answers, but a table or column without which nothing can be said is missing."""


class PlatformMisdescribed(PlatformUnavailable):
    """What was said about the platform (address, YAML file) is wrong; nothing was asked of it."""


class Platform(Protocol):
    """Read-only. Every method blocks and may raise PlatformUnavailable.

    Datetimes in and out are aware; those out are in Asia/Shanghai.
    """

    def describe(self, now: datetime) -> PlatformDescription:
        """What this platform is and holds."""
        ...

    def project(self, code: str) -> Project | None:
        """The project with this 项目代码 (all its works) or 工程代码 (that work only)."""
        ...

    def projects_of(self, credit_code: str) -> list[Project]:
        """The projects whose 建设单位 has this 统一社会信用代码, each with those works of it."""
        ...

    def cases(self, project: Project) -> list[Case]:
        """The cases of the project's works with all their steps, the oldest case first."""
        ...

    def received_materials(self, project: Project) -> list[ReceivedMaterial]:
        """The application files that the platform has for the cases of the project's works."""
        ...

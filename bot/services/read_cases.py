"""Read the cases of one project, each with its clock. Who may see them is decided by the caller."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot.model.case import SHANGHAI, Case, Clock, Project, normalise_project_code
from bot.services.name_matter import NameToMatter
from bot.services.platform_port import Platform
from bot.services.working_days import read_clock


class UnknownProject(Exception):
    """The platform has no valid project with this code."""

    def __init__(self, code: str) -> None:
        super().__init__(f"no project {code}")
        self.code = code


@dataclass(frozen=True)
class CaseProgress:
    """A case as it stood when it was read, its clock, and the catalogue's id of its matter.

    `later_steps` counts what the platform dates after that moment; none of it is in the case.
    """

    case: Case
    clock: Clock
    matter: str | None
    notes: tuple[str, ...] = ()
    later_steps: int = 0


@dataclass(frozen=True)
class ProjectCases:
    """The cases of one project at `read_at` (aware, Asia/Shanghai). `others` are those of its cases
    that were not asked for."""

    project: Project
    read_at: datetime
    cases: tuple[CaseProgress, ...]
    others: tuple[CaseProgress, ...] = ()


def read_cases(
    platform: Platform, project_code: str, now: datetime, name_to_matter: NameToMatter
) -> ProjectCases:
    """The cases of the project with this code, as they stood at `now`.

    UnknownProject, PlatformUnavailable.
    """
    code = normalise_project_code(project_code)
    project = platform.project(code)
    if project is None:
        raise UnknownProject(code)
    return read_project(platform, project, now, name_to_matter)


def read_project(
    platform: Platform, project: Project, now: datetime, name_to_matter: NameToMatter
) -> ProjectCases:
    """As read_cases, for a project already found."""
    now = now.astimezone(SHANGHAI)
    cases = tuple(progress_of(case, now, name_to_matter) for case in platform.cases(project))
    return ProjectCases(project, now, cases)


def progress_of(case: Case, now: datetime, name_to_matter: NameToMatter) -> CaseProgress:
    """One case as it stood at `now`."""
    seen = case.as_of(now)
    clock = read_clock(seen, now)
    matter = name_to_matter(seen.matter_name) if seen.matter_name else None
    later_steps = len(case.steps) - len(seen.steps)
    return CaseProgress(seen, clock, matter, (*seen.notes, *clock.notes), later_steps)

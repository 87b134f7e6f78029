"""What was last read of an enterprise's projects, for when the platform is away."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Protocol

from bot.model.case import Case, Project, ReceivedMaterial
from bot.services.dates_in_words import moment

# Older readings say too little of how things are now, and of who may see them.
TOO_OLD = timedelta(days=7)


@dataclass(frozen=True)
class ReadCases:
    """The cases of one project as they were read at `at` (aware)."""

    at: datetime
    cases: tuple[Case, ...]


@dataclass(frozen=True)
class ReadMaterials:
    """What the platform had received for the cases of one project, as read at `at` (aware)."""

    at: datetime
    materials: tuple[ReceivedMaterial, ...]


@dataclass(frozen=True)
class LastReading:
    """The projects that an enterprise had at `at` (aware), and the cases and the materials of those
    that were read, by the project's code; each was read at its own moment."""

    at: datetime
    projects: tuple[Project, ...]
    cases: Mapping[str, ReadCases] = field(default_factory=dict)
    materials: Mapping[str, ReadMaterials] = field(default_factory=dict)

    def with_cases(self, read: Mapping[str, ReadCases], before: LastReading | None) -> LastReading:
        """With newly read cases laid over those of the reading before; what is no longer the
        enterprise's is dropped."""
        kept = {**(before.cases if before else {}), **read}
        materials = before.materials if before else {}
        own = {project.code for project in self.projects}
        return replace(
            self,
            cases={code: kept[code] for code in kept if code in own},
            materials={code: materials[code] for code in materials if code in own},
        )

    def with_materials(self, read: Mapping[str, ReadMaterials]) -> LastReading:
        """With newly read materials of its own projects laid over those of before."""
        return replace(self, materials={**self.materials, **read})

    def fresh(self, now: datetime) -> bool:
        return now - self.at <= TOO_OLD

    def of(self, projects: Sequence[Project], now: datetime) -> list[tuple[Project, ReadCases]]:
        """Those of `projects` whose cases were read, with the cases of the works that are asked
        for; too old ones are left out."""
        found = []
        for project in projects:
            read = self.cases.get(project.code)
            if read is not None and now - read.at <= TOO_OLD:
                works = {work.code for work in project.works}
                cases = tuple(case for case in read.cases if case.work_code in works)
                found.append((project, replace(read, cases=cases)))
        return found


def told_again(times: Sequence[datetime]) -> str:
    """The sentence before what was last read at these times (aware, at least one)."""
    first, last = moment(min(times)), moment(max(times))
    read = first if first == last else f"{first}至{last}之间"
    return (
        f"审批系统现在读不到。下面是{read}最后一次读到的情况，此后的变化没有计入，"
        "请过一会儿再查；着急可以转人工。"
    )


class Readings(Protocol):
    """Remembers the last reading of each enterprise. Blocks; never raises: an answer does not fail
    because it could not be remembered."""

    def remember(self, credit_code: str, reading: LastReading) -> None: ...

    def recall(self, credit_code: str) -> LastReading | None: ...

"""Totals of a ledger by department and by stage."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from bot.services.clean_up import LedgerLine, Problem
from knowledge.stages import STAGES

NOT_NAMED = "（没有登记）"


@dataclass
class Total:
    """Counts of cases; `used_days` sums the working days of `timed` cases that passed."""

    name: str
    cases: int = 0
    running: int = 0
    ended: int = 0
    passed: int = 0
    overdue: int = 0
    ended_late: int = 0
    timed: int = 0
    used_days: int = 0
    problems: dict[Problem, int] = field(default_factory=lambda: dict.fromkeys(Problem, 0))

    @property
    def mean_days(self) -> float | None:
        """Working days that a passed case took; None where none has."""
        return round(self.used_days / self.timed, 1) if self.timed else None

    def count(self, line: LedgerLine) -> None:
        self.cases += 1
        self.running += line.running
        self.ended += not line.running
        self.passed += line.passed
        self.overdue += line.running and line.overdue
        self.ended_late += not line.running and line.overdue
        if line.passed and line.used_days is not None:
            self.timed += 1
            self.used_days += line.used_days
        for kind in line.problems:
            self.problems[kind] += 1


@dataclass(frozen=True)
class Totals:
    whole: Total
    by_department: tuple[Total, ...]
    by_stage: tuple[Total, ...]


def sum_up_ledger(lines: Iterable[LedgerLine]) -> Totals:
    """Departments with most cases first; stages in the order of a project's approvals."""
    whole = Total("合计")
    departments: dict[str, Total] = {}
    stages: dict[str, Total] = {}
    for line in lines:
        whole.count(line)
        for totals, name in ((departments, line.department), (stages, line.stage)):
            key = name or NOT_NAMED
            totals.setdefault(key, Total(key)).count(line)
    return Totals(
        whole,
        tuple(sorted(departments.values(), key=lambda total: (-total.cases, total.name))),
        tuple(sorted(stages.values(), key=lambda total: (_place(total.name), total.name))),
    )


def _place(stage: str) -> int:
    names = list(STAGES.values())
    return names.index(stage) if stage in names else len(names)

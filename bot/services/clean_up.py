"""The clean-up (清理核查) of a ledger: cases overdue, silent, waiting, or contradictory."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from enum import Enum

from bot.model.case import SHANGHAI, CaseStatus
from bot.services.contradictions import between_cases, contradictions
from bot.services.name_matter import NameToMatter
from bot.services.read_cases import CaseProgress, progress_of
from bot.services.whole_platform import WholeProject
from knowledge.loader import Catalogue
from knowledge.stages import STAGES

SILENT_DAYS = 30  # calendar days; what the command and the desk begin with
StageOf = Callable[[str | None], str]  # a matter of the catalogue → the name of its stage


class Problem(Enum):
    """The lists. The values are stable words of the JSON."""

    OVERDUE = "overdue"
    SILENT = "silent"
    WAITING = "waiting"
    CONTRADICTORY = "contradictory"


PROBLEM_NAMES = {
    Problem.OVERDUE: "超过时限",
    Problem.SILENT: "长期没有进展",
    Problem.WAITING: "等待企业补正",
    Problem.CONTRADICTORY: "记录矛盾",
}


@dataclass(frozen=True, slots=True)  # a city has a hundred thousand of them
class LedgerLine:
    """One case as a line of the ledger, on one day (China). Days of the clock are working days,
    `silent_days` calendar days since the newest record; `problems` say each what is wrong."""

    project_code: str
    project_name: str
    developer: str | None
    kind: str | None
    place: str | None
    stage: str
    matter: str
    case_no: str
    department: str
    status: str
    received_on: date | None
    accepted_on: date | None
    ended_on: date | None
    limit_days: int | None
    used_days: int | None
    remaining_days: int | None
    due_on: date | None
    overdue: bool
    passed: bool
    last_on: date | None
    silent_days: int | None
    opinion: str | None
    steward: str | None
    next_step: str | None
    problems: dict[Problem, str] = field(default_factory=dict)

    @property
    def running(self) -> bool:
        return self.ended_on is None

    @property
    def problem_text(self) -> str:
        return "；".join(f"{PROBLEM_NAMES[kind]}：{said}" for kind, said in self.problems.items())


def stages_of(catalogue: Catalogue) -> StageOf:
    """Matter → the name of its stage, "" for none."""
    names = {slug: STAGES[matter.stage] for slug, matter in catalogue.matters.items()}
    return lambda matter: names.get(matter or "", "")


def ledger_lines(
    projects: Iterable[WholeProject],
    now: datetime,
    name_to_matter: NameToMatter,
    stage_of: StageOf,
    silent_days: int = SILENT_DAYS,
) -> Iterator[LedgerLine]:
    """A line for each case as it stood at `now` (aware), project after project."""
    now = now.astimezone(SHANGHAI)
    for whole in projects:
        cases = [progress_of(case, now, name_to_matter) for case in whole.cases]
        beside = between_cases(cases)
        for progress in cases:
            wrong = [*contradictions(progress), *beside.get(progress.case.case_no, ())]
            problems = _problems(progress, wrong, now.date(), silent_days)
            stage = whole.registered.stage or stage_of(progress.matter)
            yield _line(whole, progress, stage, problems, now.date())


def _problems(
    progress: CaseProgress, wrong: list[str], today: date, silent_days: int
) -> dict[Problem, str]:
    case, clock, found = progress.case, progress.clock, {}
    if case.end is None:
        if clock.overdue and clock.remaining_days is not None:
            found[Problem.OVERDUE] = f"超过{-clock.remaining_days}个工作日"
        silent = _is_silent(_silent(progress, today), silent_days)
        if silent is not None:
            found[Problem.SILENT] = silent
        step = case.current
        if step is not None and step.status is CaseStatus.SUPPLEMENT_REQUESTED:
            days = (today - step.at.astimezone(SHANGHAI).date()).days
            found[Problem.WAITING] = f"已等{days}天" + (f"：{step.opinion}" if step.opinion else "")
    if wrong:
        found[Problem.CONTRADICTORY] = "；".join(wrong)
    return found


def with_silence(line: LedgerLine, silent_days: int) -> LedgerLine:
    """The line as it would be for another number of days."""
    said = _is_silent(line.silent_days, silent_days) if line.running else None
    if said == line.problems.get(Problem.SILENT):
        return line
    problems: dict[Problem, str] = {}
    for kind, why in line.problems.items():
        if kind is not Problem.SILENT:
            problems[kind] = why
    if said is not None:
        problems[Problem.SILENT] = said
    return replace(line, problems=problems)


def _is_silent(days: int | None, silent_days: int) -> str | None:
    if days is None:
        return "没有任何办理记录"
    return f"{days}天没有新的办理记录" if days >= silent_days else None


def _silent(progress: CaseProgress, today: date) -> int | None:
    step = progress.case.current
    return (today - step.at.astimezone(SHANGHAI).date()).days if step else None


def _line(
    whole: WholeProject,
    progress: CaseProgress,
    stage: str,
    problems: dict[Problem, str],
    today: date,
) -> LedgerLine:
    project, registered, case, clock = (
        whole.project,
        whole.registered,
        progress.case,
        progress.clock,
    )
    current = case.current
    return LedgerLine(
        project_code=project.code,
        project_name=project.name,
        developer=registered.developer,
        kind=project.kind,
        place=project.place,
        stage=stage,
        matter=case.matter_name or case.matter_code or "",
        case_no=case.case_no,
        department=case.department or "",
        status=case.status_label,
        received_on=_day(case.received_at),
        accepted_on=_day(case.accepted_at),
        ended_on=_day(case.ended_at),
        limit_days=clock.limit_days,
        used_days=clock.used_days,
        remaining_days=clock.remaining_days,
        due_on=clock.due_on,
        overdue=clock.overdue,
        passed=case.end is not None and case.end.status.passed,
        last_on=_day(current.at) if current else None,
        silent_days=_silent(progress, today) if case.end is None else None,
        opinion=current.opinion if current else None,
        steward=registered.steward,
        next_step=registered.next_step,
        problems=problems,
    )


def _day(at: datetime | None) -> date | None:
    return at.astimezone(SHANGHAI).date() if at else None

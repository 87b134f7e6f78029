"""Tell an enterprise how far its cases are: the live status, and step by step on request."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from bot.model.case import SHANGHAI, CaseStatus, Project, normalise_project_code
from bot.services.case_details import case_details
from bot.services.dates_in_words import day, moment
from bot.services.last_reading import LastReading, ReadCases, Readings, told_again
from bot.services.name_matter import NameToMatter
from bot.services.platform_port import Platform, PlatformUnavailable
from bot.services.read_cases import CaseProgress, ProjectCases, progress_of, read_project

# One sentence for "no such project" and for "not yours": an answer must not tell which.
NOT_VISIBLE = (
    "在贵企业名下没有查到这个项目。请核对项目代码；如果确有此项目，可以转人工请项目管家核实。"
)
NO_PROJECTS = "审批系统里暂时没有以贵企业为建设单位的项目。"


@dataclass(frozen=True)
class ProgressReport:
    """What an enterprise may know of its projects at `read_at` (aware, Asia/Shanghai).

    `projects` are those reported on, newest case first; `visible` all that it may ask for.
    `asked` is the project code it named, None if it named none. `live`: just read; otherwise the
    platform is away, and each of `projects` tells when it was read.
    """

    read_at: datetime
    visible: tuple[Project, ...]
    projects: tuple[ProjectCases, ...]
    asked: str | None = None
    live: bool = True


def report_progress(
    platform: Platform,
    credit_code: str,
    now: datetime,
    name_to_matter: NameToMatter,
    project_code: str | None = None,
    matter: str | None = None,
    readings: Readings | None = None,
) -> ProgressReport:
    """The cases of the projects whose developer has this credit code, as they stand at `now`.

    With `project_code` only that project (or that work of it), and nothing where it is another
    enterprise's; with `matter`, a catalogue id, only cases of that matter. With `readings`, what is
    read is remembered, and told again when the platform is away. PlatformUnavailable.
    """
    now = now.astimezone(SHANGHAI)
    asked = normalise_project_code(project_code) if project_code else None
    live = True
    try:
        visible = tuple(platform.projects_of(credit_code))
        read = [
            read_project(platform, project, now, name_to_matter)
            for project in _chosen(visible, asked)
        ]
    except PlatformUnavailable:
        last = readings.recall(credit_code) if readings else None
        if last is None or not last.fresh(now):
            raise
        live, visible = False, last.projects
        read = _told_again(last, _chosen(visible, asked), now, name_to_matter)
        if not read:
            raise
    else:
        if readings is not None:
            _remember(readings, credit_code, visible, read, now)
    if matter is not None:
        read = [_only(project, matter) for project in read]
        read = [project for project in read if project.cases]
    return ProgressReport(now, visible, tuple(read), asked, live)


def render_progress(report: ProgressReport, steps: bool = False) -> str:
    """The report in Chinese. Several projects are summed up; `steps` adds each case's road."""
    if not report.visible:
        return NO_PROJECTS
    if not report.projects:
        return NOT_VISIBLE if not _sees(report) else "没有查到这个事项的办件，可能还没有申报。"
    several = len(report.projects) > 1 and not steps
    parts = [_summary(p) if several else _full(p, steps) for p in report.projects]
    if report.live:
        return "\n\n".join([*parts, f"以上是{moment(report.read_at)}从审批系统读到的情况。"])
    return "\n\n".join([told_again([p.read_at for p in report.projects]), *parts])


def describe_case(
    progress: CaseProgress, read: ProjectCases | None = None, steps: bool = False
) -> str:
    """One case in Chinese: status, department, clock, what else it has; with `steps`, every step
    with its opinion. `read` is what the case was read with."""
    case = progress.case
    name = case.matter_name or f"事项编码{case.matter_code or '不明'}"
    lines = [f"【{name}】{case.status_label}"]
    current = case.current
    if current is not None:
        lines[0] += f"（{moment(current.at)}）"
    if case.department:
        lines.append(f"办理部门：{case.department}；办件号：{case.case_no}")
    lines.extend(_clock_lines(progress))
    if current is not None and current.opinion and not steps:
        lines.append(f"办理意见：{current.opinion}")
    if read is not None:
        beside = [other.case for other in read.cases]
        lines.extend(case_details(case, read.read_at.date(), read.project, beside))
    if steps:
        lines.extend(_step_lines(progress))
    lines.extend(f"说明：{note}" for note in progress.notes)
    if progress.later_steps:
        lines.append(f"说明：另有{progress.later_steps}条办理记录的时间晚于现在，没有计入。")
    return "\n".join(lines)


def _chosen(visible: tuple[Project, ...], asked: str | None) -> tuple[Project, ...]:
    return visible if asked is None else _named(visible, asked)


def _remember(
    readings: Readings,
    credit_code: str,
    visible: tuple[Project, ...],
    read: Sequence[ProjectCases],
    now: datetime,
) -> None:
    whole = {project.code: project for project in visible}
    cases = {
        each.project.code: ReadCases(now, tuple(progress.case for progress in each.cases))
        for each in read
        if each.project == whole[each.project.code]  # and not one of its works alone
    }
    last = LastReading(now, visible).with_cases(cases, readings.recall(credit_code))
    readings.remember(credit_code, last)


def _told_again(
    last: LastReading,
    projects: Sequence[Project],
    now: datetime,
    name_to_matter: NameToMatter,
) -> list[ProjectCases]:
    """As things stood when they were read: nobody knows what has happened since."""
    told = []
    for project, read in last.of(projects, now):
        at = read.at.astimezone(SHANGHAI)
        cases = tuple(progress_of(case, at, name_to_matter) for case in read.cases)
        told.append(ProjectCases(project, at, cases))
    return told


def _named(visible: Sequence[Project], code: str) -> tuple[Project, ...]:
    found = []
    for project in visible:
        works = tuple(work for work in project.works if work.code == code)
        if project.code == code:
            found.append(project)
        elif works:
            found.append(replace(project, works=works))
    return tuple(found)


def _only(project: ProjectCases, matter: str) -> ProjectCases:
    cases = tuple(progress for progress in project.cases if progress.matter == matter)
    others = tuple(progress for progress in project.cases if progress.matter != matter)
    return replace(project, cases=cases, others=others)


def _sees(report: ProgressReport) -> bool:
    return report.asked is None or bool(_named(report.visible, report.asked))


def _summary(project: ProjectCases) -> str:
    cases = project.cases
    running = [progress for progress in cases if progress.case.end is None]
    passed = sum(progress.case.status.passed for progress in cases)
    overdue = sum(progress.clock.overdue for progress in running)
    waiting = sum(progress.case.status is CaseStatus.SUPPLEMENT_REQUESTED for progress in running)
    counts = [f"{len(cases)}个办件", f"通过{passed}个", f"在办{len(running)}个"]
    if waiting:
        counts.append(f"等待补正{waiting}个")
    if overdue:
        counts.append(f"超时限{overdue}个")
    names = [progress.case.matter_name or progress.case.case_no for progress in running]
    line = f"{project.project.title}：" + "，".join(counts) + "。"
    return line + (f"\n在办：{'；'.join(names)}" if names else "")


def _full(project: ProjectCases, steps: bool) -> str:
    if not project.cases:
        return f"{project.project.title}：审批系统里还没有办件。"
    described = [describe_case(progress, project, steps) for progress in project.cases]
    return "\n\n".join([project.project.title, *described])


def _clock_lines(progress: CaseProgress) -> list[str]:
    case, clock = progress.case, progress.clock
    lines = []
    if clock.used_days is not None:
        line = f"受理后已用{clock.used_days}个工作日"
        if clock.limit_days is not None:
            line += f"，时限{clock.limit_days}个工作日"
        if case.end is None and clock.remaining_days is not None and clock.remaining_days >= 0:
            line += f"，还剩{clock.remaining_days}个工作日"
        if clock.overdue and clock.remaining_days is not None:
            line += f"，已超过时限{-clock.remaining_days}个工作日"
        lines.append(line + "。")
    elif case.accepted_at is None and case.end is None:
        lines.append("还没有受理，办理时限尚未开始计算。")
    if case.end is None and clock.due_on is not None and not clock.overdue:
        lines.append(f"应办结日期：{day(clock.due_on)}。")
    if clock.paused:
        lines.append(f"计时暂停：{_pause_reason(progress)}。")
    return lines


def _pause_reason(progress: CaseProgress) -> str:
    case = progress.case
    began = case.latest(CaseStatus.SUPPLEMENT_REQUESTED, CaseStatus.SPECIAL_PROCEDURE)
    if began is not None and began.status is CaseStatus.SUPPLEMENT_REQUESTED:
        return f"自{moment(began.at)}起等待补正材料"
    named = case.special_procedures[-1].name if case.special_procedures else "特别程序"
    return f"自{moment(began.at)}起进行{named}" if began else f"正在进行{named}"


def _step_lines(progress: CaseProgress) -> list[str]:
    lines = ["办理过程："]
    for number, step in enumerate(progress.case.steps, start=1):
        line = f"{number}. {moment(step.at)} {step.label}"
        if step.office:
            line += f"（{step.office}）"
        if step.opinion:
            line += f"：{step.opinion}"
        lines.append(line)
    return lines

"""`bangban cases`: the live cases of a project, read from the platform without the bot."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from bot.commands.platform_options import (
    Moment,
    fail,
    iso,
    open_given,
    platform_failures,
    print_json,
    with_platform_options,
)
from bot.model.case import SHANGHAI, Step, normalise_project_code
from bot.services.case_details import case_details
from bot.services.name_matter import NameToMatter, by_exact_name
from bot.services.read_cases import CaseProgress, ProjectCases, UnknownProject, read_cases
from knowledge.loader import CatalogueBroken, load_catalogue


@click.command("cases", help="不经过助手，直接从审批系统读取一个项目的办件。")
@click.option("--platform", "url", required=True, help="数据库地址、接口说明文件（.yml）或 local")
@click.option("--project", "code", required=True, help="项目代码或工程代码")
@click.option("--as-of", type=Moment(), help="只看这一时刻以前的办理记录，如 2026-11-20T10:00")
@click.option("--json", "as_json", is_flag=True, help="输出一个 JSON 文档")
@with_platform_options
def cases(
    url: str,
    code: str,
    as_of: datetime | None,
    as_json: bool,
    city: Path | None,
    **naming: str | None,
) -> None:
    with platform_failures():
        platform = open_given(url, city, **naming)
        now = as_of or datetime.now(SHANGHAI)
        try:
            found = read_cases(platform, code, now, _name_to_matter())
        except UnknownProject as error:
            fail(
                f"审批系统里没有有效的项目 {error.code}。",
                "请核对项目代码（24位，例如 2509-210106-04-01-900001），"
                "或用 bangban platform 查看这个数据库。",
            )
    if as_json:
        print_json(_project_json(found, as_of is None))
    else:
        _print_cases(found, as_of is None)


def _name_to_matter() -> NameToMatter:
    try:
        return by_exact_name(load_catalogue().matters)
    except CatalogueBroken as error:
        click.echo(f"事项目录有错，办件不能对应到目录：\n{error}", err=True)
        return by_exact_name({})


def _project_json(found: ProjectCases, mention_later: bool) -> dict[str, Any]:
    project = found.project
    return {
        "project": {
            "code": normalise_project_code(project.code),
            "name": project.name,
            "kind": project.kind,
            "place": project.place,
            "works": [
                {"code": work.code, "name": work.name, "region": work.region}
                for work in project.works
            ],
        },
        "read_at": found.read_at.isoformat(timespec="seconds"),
        "cases": [case_json(progress, mention_later) for progress in found.cases],
    }


def case_json(progress: CaseProgress, mention_later: bool = True) -> dict[str, Any]:
    """One case as the public contract has it: ISO 8601 with +08:00, None for what is unknown."""
    case, clock = progress.case, progress.clock
    return {
        "case_no": case.case_no,
        "project_code": case.project_code,
        "work_code": case.work_code,
        "matter": progress.matter,
        "matter_name": case.matter_name,
        "matter_code": case.matter_code,
        "department": case.department,
        "status": case.status.value,
        "status_code": _number(case.current.code) if case.current else None,
        "status_label": case.status_label,
        "received_at": iso(case.received_at),
        "accepted_at": iso(case.accepted_at),
        "ended_at": iso(case.ended_at),
        "limit_days": clock.limit_days,
        "used_days": clock.used_days,
        "remaining_days": clock.remaining_days,
        "due_on": iso(clock.due_on),
        "overdue": clock.overdue,
        "paused": clock.paused,
        "group_no": case.group_no,
        "steps": [_step_json(step) for step in case.steps],
        "special_procedures": [
            {
                "name": procedure.name,
                "started_at": iso(procedure.started_at),
                "limit_days": procedure.limit_days,
                "calendar_days": procedure.calendar_days,
            }
            for procedure in case.special_procedures
        ],
        "solicitations": [
            {
                "body": asked.body,
                "answered_at": iso(asked.answered_at),
                "opinion": asked.opinion,
            }
            for asked in case.solicitations
        ],
        "documents": [
            {
                "number": document.number,
                "title": document.title,
                "issued_on": iso(document.issued_on),
                "valid_to": iso(document.valid_to),
                "unlimited": document.unlimited,
            }
            for document in case.documents
        ],
        "notes": _notes(progress, mention_later),
    }


def _step_json(step: Step) -> dict[str, Any]:
    return {
        "at": iso(step.at),
        "status": step.status.value,
        "status_code": _number(step.code),
        "status_label": step.label,
        "office": step.office,
        "opinion": step.opinion,
    }


def _number(code: str) -> int | str:
    return int(code) if code.isdecimal() else code


def _notes(progress: CaseProgress, mention_later: bool) -> list[str]:
    notes = list(progress.notes)
    if mention_later and progress.later_steps:
        notes.append(f"另有{progress.later_steps}条办理记录的时间晚于现在，没有计入。")
    return notes


def _print_cases(found: ProjectCases, mention_later: bool) -> None:
    console = Console()
    console.print(found.project.title, style="bold", highlight=False, markup=False)
    table = Table(show_lines=True)
    table.add_column("事项（办件号）", overflow="fold", ratio=1)
    table.add_column("状态（部门）", overflow="fold", ratio=1)
    table.add_column("受理／办结", no_wrap=True)
    table.add_column("已用／时限", no_wrap=True)
    table.add_column("到期", no_wrap=True)
    for progress in found.cases:
        table.add_row(*(escape(cell) for cell in _cells(progress)))
    console.print(table)
    beside = [progress.case for progress in found.cases]
    for progress in found.cases:
        details = case_details(progress.case, found.read_at.date(), found.project, beside)
        lines = [*details, *_notes(progress, mention_later)]
        if lines:
            name = progress.case.matter_name or ""
            text = "\n  ".join([f"{progress.case.case_no} {name}", *lines])
            console.print(text, highlight=False, markup=False, soft_wrap=True)
    console.print(f"读取时间：{found.read_at:%Y-%m-%d %H:%M}（北京时间）", highlight=False)


def _cells(progress: CaseProgress) -> list[str]:
    case, clock = progress.case, progress.clock
    hints = [word for word, on in (("超期", clock.overdue), ("暂停", clock.paused)) if on]
    used, limit = (
        "—" if days is None else str(days) for days in (clock.used_days, clock.limit_days)
    )
    return [
        f"{case.matter_name or case.matter_code or '（没有事项名称）'}\n{case.case_no}",
        f"{case.status_label}\n{case.department or ''}",
        f"{_short(case.accepted_at)}\n{_short(case.ended_at)}",
        "\n".join([f"{used}／{limit}", *hints]),
        _short(clock.due_on),
    ]


def _short(at: date | None) -> str:
    return f"{at:%Y-%m-%d}" if at else "—"

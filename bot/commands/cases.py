"""`bangban cases`, `bangban platform`, `bangban demo`: the city's platform, without the bot."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from typing import Any, NoReturn

import click
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from bot.model.case import (
    SHANGHAI,
    PlatformDescription,
    Step,
    TableDescription,
    normalise_project_code,
)
from bot.services.name_matter import NameToMatter, by_exact_name
from bot.services.platform_port import PlatformUnavailable
from bot.services.read_cases import CaseProgress, ProjectCases, UnknownProject, read_cases
from connectors.platforms.demo import SAMPLE_ENTERPRISES, NotASample, write_sample_file
from connectors.platforms.spgl import SpglPlatform
from knowledge.loader import CatalogueBroken, load_catalogue


def _fail(what: str, what_to_do: str) -> NoReturn:
    click.echo(f"{what}{what_to_do}", err=True)
    sys.exit(1)


@contextmanager
def _failures() -> Iterator[None]:
    """A platform that cannot be read ends the command with what is wrong and what to do."""
    try:
        yield
    except PlatformUnavailable as error:
        _fail(error.what, error.what_to_do)


class Moment(click.ParamType[datetime]):
    """An ISO 8601 moment; without a zone it is Shanghai time, a bare day its first minute."""

    name = "moment"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> datetime:
        try:
            at = datetime.fromisoformat(str(value).strip().replace("Z", "+00:00"))
        except ValueError:
            self.fail(f"时间“{value}”看不懂，请写成 2026-11-20T10:00 的样子。", param, ctx)
        return at.replace(tzinfo=SHANGHAI) if at.tzinfo is None else at.astimezone(SHANGHAI)


_naming = [
    click.option("--schema", help="表所在的模式（schema），默认自动寻找"),
    click.option("--prefix", help="表名 SPGL_ 之前的字样，默认自动寻找"),
    click.option("--suffix", help="表名后缀，例如 _V3，默认自动寻找"),
]


def _with_naming(command: Any) -> Any:
    for option in reversed(_naming):
        command = option(command)
    return command


@click.command("cases", help="直接从审批系统的数据库读取一个项目的办件。")
@click.option("--platform", "url", required=True, help="数据库地址，如 sqlite:///platform.db")
@click.option("--project", "code", required=True, help="项目代码或工程代码")
@click.option("--as-of", type=Moment(), help="只看这一时刻以前的办理记录，如 2026-11-20T10:00")
@click.option("--json", "as_json", is_flag=True, help="输出一个 JSON 文档")
@_with_naming
def cases(
    url: str,
    code: str,
    as_of: datetime | None,
    as_json: bool,
    schema: str | None,
    prefix: str | None,
    suffix: str | None,
) -> None:
    with _failures():
        platform = SpglPlatform(url, schema, prefix, suffix)
        now = as_of or datetime.now(SHANGHAI)
        try:
            found = read_cases(platform, code, now, _name_to_matter())
        except UnknownProject as error:
            _fail(
                f"审批系统里没有有效的项目 {error.code}。",
                "请核对项目代码（24位，例如 2509-210106-04-01-900001），"
                "或用 bangban platform 查看这个数据库。",
            )
    if as_json:
        _print_json(_project_json(found, as_of is None))
    else:
        _print_cases(found, as_of is None)


@click.command("platform", help="说明一个审批系统数据库是什么版本、有什么、缺什么。")
@click.argument("url")
@click.option("--json", "as_json", is_flag=True, help="输出一个 JSON 文档")
@_with_naming
def platform(
    url: str, as_json: bool, schema: str | None, prefix: str | None, suffix: str | None
) -> None:
    with _failures():
        description = SpglPlatform(url, schema, prefix, suffix).describe(datetime.now(SHANGHAI))
    if as_json:
        _print_json(_platform_json(description))
    else:
        _print_platform(description)


@click.command("demo", help="写一个示例审批系统数据库（SQLite），项目和企业均为虚构。")
@click.option(
    "--database",
    type=click.Path(dir_okay=False, path_type=Path),
    default=Path("sample-platform.db"),
    show_default=True,
    help="写到哪个文件",
)
@click.option("--layout", type=click.Choice(["v2", "v3"]), default="v2", show_default=True)
@click.option("--today", type=Moment(), help="以哪一天为今天，默认就是今天")
def demo(database: Path, layout: str, today: datetime | None) -> None:
    day: date = (today or datetime.now(SHANGHAI)).date()
    try:
        write_sample_file(database, day, layout.upper())
    except NotASample:
        _fail(f"{database} 已经存在，而且不是示例数据库。", "没有改动它；请换一个文件名。")
    except OSError as error:
        _fail(f"写不了 {database}：{error.strerror}。", "请检查目录是否存在、能否写入。")
    click.echo(f"示例审批系统已写到 {database}（{layout.upper()}，以{day}为今天）。示例企业：")
    for enterprise in SAMPLE_ENTERPRISES:
        click.echo(f"  {enterprise.credit_code}  {enterprise.name}")
    click.echo(
        f"试试：bangban cases --platform sqlite:///{database} --project 2509-210106-04-01-900001"
    )


def _name_to_matter() -> NameToMatter:
    try:
        return by_exact_name(load_catalogue().matters)
    except CatalogueBroken as error:
        click.echo(f"事项目录有错，办件不能对应到目录：\n{error}", err=True)
        return by_exact_name({})


def _print_json(document: dict[str, Any]) -> None:
    click.echo(json.dumps(document, ensure_ascii=False, indent=2))


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
        "received_at": _iso(case.received_at),
        "accepted_at": _iso(case.accepted_at),
        "ended_at": _iso(case.ended_at),
        "limit_days": clock.limit_days,
        "used_days": clock.used_days,
        "remaining_days": clock.remaining_days,
        "due_on": _iso(clock.due_on),
        "overdue": clock.overdue,
        "paused": clock.paused,
        "group_no": case.group_no,
        "steps": [_step_json(step) for step in case.steps],
        "special_procedures": [
            {"name": procedure.name, "started_at": _iso(procedure.started_at)}
            for procedure in case.special_procedures
        ],
        "documents": [
            {
                "number": document.number,
                "title": document.title,
                "issued_on": _iso(document.issued_on),
                "valid_to": _iso(document.valid_to),
                "unlimited": document.unlimited,
            }
            for document in case.documents
        ],
        "notes": _notes(progress, mention_later),
    }


def _step_json(step: Step) -> dict[str, Any]:
    return {
        "at": _iso(step.at),
        "status": step.status.value,
        "status_code": _number(step.code),
        "status_label": step.label,
        "office": step.office,
        "opinion": step.opinion,
    }


def _number(code: str) -> int | str:
    return int(code) if code.isdecimal() else code


def _iso(value: datetime | date | None) -> str | None:
    if isinstance(value, datetime):
        return value.astimezone(SHANGHAI).isoformat(timespec="seconds")
    return value.isoformat() if value else None


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
    notes: list[str] = []
    for progress in found.cases:
        table.add_row(*(escape(cell) for cell in _cells(progress)))
        case_no = progress.case.case_no
        notes.extend(f"{case_no}：{note}" for note in _notes(progress, mention_later))
    console.print(table)
    for note in notes:
        console.print(note, highlight=False, markup=False)
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


def _platform_json(found: PlatformDescription) -> dict[str, Any]:
    return {
        "kind": found.kind,
        "address": found.address,
        "tables": [_table_json(table) for table in found.tables],
        "missing_tables": [table.name for table in found.tables if table.found_as is None],
        "missing_columns": {
            table.name: list(table.missing_columns)
            for table in found.tables
            if table.missing_columns
        },
        "projects": found.projects,
        "works": found.works,
        "cases": found.cases,
        "events": found.events,
        "newest_event_at": _iso(found.newest_event_at),
        "future_events": found.future_events,
        "notes": list(found.notes),
    }


def _table_json(table: TableDescription) -> dict[str, Any]:
    return {
        "name": table.name,
        "title": table.title,
        "required": table.required,
        "present": table.found_as is not None,
        "found_as": table.found_as,
        "columns": list(table.columns),
        "missing_columns": list(table.missing_columns),
        "missing_required_columns": list(table.missing_required),
    }


def _print_platform(found: PlatformDescription) -> None:
    console = Console()
    console.print(f"{found.address}：国家数据共享交换标准 {found.kind} 库", highlight=False)
    table = Table("表", "名称", "情况")
    for described in found.tables:
        table.add_row(described.found_as or described.name, described.title, _state(described))
    console.print(table)
    newest = found.newest_event_at
    counts = (
        ("项目", found.projects),
        ("工程", found.works),
        ("办件", found.cases),
        ("办理记录", found.events),
    )
    said = "，".join(f"{name}{'未知' if n is None else n}" for name, n in counts)
    console.print(f"有效数据：{said}", highlight=False)
    console.print(
        f"最新办理记录：{newest:%Y-%m-%d %H:%M:%S}" if newest else "没有办理记录", highlight=False
    )
    for note in found.notes:
        console.print(note, highlight=False, markup=False)


def _state(table: TableDescription) -> str:
    if table.found_as is None:
        return "[red]缺表（必需）[/red]" if table.required else "[yellow]缺表[/yellow]"
    if not table.missing_columns:
        return "齐全"
    return f"[yellow]缺列：{'、'.join(table.missing_columns)}[/yellow]"

"""`bangban platform`: what kind of platform this is, what it has and what is missing."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.table import Table

from bot.commands.platform_options import (
    iso,
    open_given,
    platform_failures,
    print_json,
    with_platform_options,
)
from bot.model.case import SHANGHAI, PlatformDescription, TableDescription

_KINDS = {"HTTP": "审批系统接口", "local": "项目台账"}


@click.command("platform", help="说明一个审批系统是哪一种、什么版本，有什么、缺什么。")
@click.argument("url")
@click.option("--json", "as_json", is_flag=True, help="输出一个 JSON 文档")
@with_platform_options
def platform(url: str, as_json: bool, city: Path | None, **naming: str | None) -> None:
    with platform_failures():
        description = open_given(url, city, **naming).describe(datetime.now(SHANGHAI))
    if as_json:
        print_json(_platform_json(description))
    else:
        _print_platform(description)


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
        "newest_event_at": iso(found.newest_event_at),
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
    kind = _KINDS.get(found.kind, f"国家数据共享交换标准 {found.kind} 库")
    console.print(f"{found.address}：{kind}", highlight=False, markup=False)
    if found.tables:
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
    if newest:
        console.print(f"最新办理记录：{newest:%Y-%m-%d %H:%M:%S}", highlight=False)
    elif found.events is not None:
        console.print("没有办理记录", highlight=False)
    for note in found.notes:
        console.print(note, highlight=False, markup=False)


def _state(table: TableDescription) -> str:
    if table.found_as is None:
        return "[red]缺表（必需）[/red]" if table.required else "[yellow]缺表[/yellow]"
    if not table.missing_columns:
        return "齐全"
    return f"[yellow]缺列：{'、'.join(table.missing_columns)}[/yellow]"

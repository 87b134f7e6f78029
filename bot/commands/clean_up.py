"""`bangban cleanup`: the cases of a platform that want attention, and its ledger as Excel."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from bot.commands.failing import settings_or_exit
from bot.commands.platform_options import (
    Moment,
    fail,
    iso,
    open_given,
    platform_failures,
    print_json,
    with_platform_options,
)
from bot.model.case import SHANGHAI
from bot.services.clean_up import (
    PROBLEM_NAMES,
    SILENT_DAYS,
    LedgerLine,
    Problem,
    ledger_lines,
    stages_of,
)
from bot.services.clean_up_json import ledger_line_json, totals_json
from bot.services.dates_in_words import moment
from bot.services.ledger_totals import Total, Totals, sum_up_ledger
from bot.services.name_matter import by_exact_name
from bot.services.platform_port import Platform
from bot.services.whole_platform import read_whole
from knowledge.loader import CatalogueBroken, load_catalogue

SHOWN = 20  # lines of a list on the screen


@click.command("cleanup", help="清理核查：超期、长期没有进展、等待补正、记录矛盾的办件；导出台账。")
@click.option("--platform", "url", help="数据库地址或 local，默认见 BANGBAN_PLATFORM_URL")
@click.option(
    "--silent-days",
    type=click.IntRange(1, 3650),
    default=SILENT_DAYS,
    show_default=True,
    help="多少天（自然日）没有办理记录算长期没有进展",
)
@click.option("--as-of", type=Moment(), help="按这一时刻的情况核查，如 2026-11-20T10:00")
@click.option("--json", "as_json", is_flag=True, help="输出一个 JSON 文档")
@click.option(
    "--excel", "file", type=click.Path(dir_okay=False, path_type=Path), help="把台账写成 Excel"
)
@with_platform_options
def clean_up(
    url: str | None,
    silent_days: int,
    as_of: datetime | None,
    as_json: bool,
    file: Path | None,
    city: Path | None,
    **naming: str | None,
) -> None:
    address = url or settings_or_exit().platform_url
    if not address:
        raise click.UsageError(
            "没有说明审批系统在哪里：请给 --platform 或设置 BANGBAN_PLATFORM_URL。"
        )
    if file is not None and file.exists():
        fail(f"{file} 已经存在。", "没有改动它；请换一个文件名。")
    if file is not None and not file.parent.is_dir():  # said before minutes of reading
        fail(f"没有目录 {file.parent}。", "请先建立，或换一个目录。")
    with platform_failures():
        platform = open_given(address, city, **naming)
        now = as_of or datetime.now(SHANGHAI)
        lines = _read(platform, now, silent_days)
    totals = sum_up_ledger(lines)
    if file is not None:
        _export(file, lines, totals, now)
    if as_json:
        print_json(_document(lines, totals, now, silent_days))
    else:
        _print(lines, totals, now)
        if file is not None:
            click.echo(f"台账已写到 {file}。")


def _read(platform: Platform, now: datetime, silent_days: int) -> list[LedgerLine]:
    try:
        catalogue = load_catalogue()
    except CatalogueBroken as error:
        fail(f"事项目录有错，办件不能对应到阶段：\n{error}\n", "请先改正，用 bangban check 检查。")
    names, stages = by_exact_name(catalogue.matters), stages_of(catalogue)
    columns = (TextColumn("读取项目"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("read", total=None)

        def told(done: int, there_are: int) -> None:
            progress.update(task, completed=done, total=there_are)

        projects = read_whole(platform, told)
        return list(ledger_lines(projects, now, names, stages, silent_days))


def _export(file: Path, lines: list[LedgerLine], totals: Totals, now: datetime) -> None:
    from bot.documents.ledger_export import write_export  # openpyxl only when it is wanted

    try:
        with file.open("xb") as opened:
            write_export(opened, lines, totals, f"{moment(now)}从审批系统读到的情况")
    except OSError as error:
        fail(f"写不了 {file}：{error.strerror}。", "请检查目录是否存在、能否写入。")


def _document(
    lines: list[LedgerLine], totals: Totals, now: datetime, silent_days: int
) -> dict[str, Any]:
    return {
        "read_at": iso(now),
        "silent_days": silent_days,
        "cases": len(lines),
        "lists": {
            kind.value: [ledger_line_json(line) for line in lines if kind in line.problems]
            for kind in Problem
        },
        "totals": totals_json(totals),
    }


def _print(lines: list[LedgerLine], totals: Totals, now: datetime) -> None:
    console = Console()
    for kind in Problem:
        found = [line for line in lines if kind in line.problems]
        console.print(f"{PROBLEM_NAMES[kind]}：{len(found)} 件", style="bold", highlight=False)
        if found:
            console.print(_list(kind, found[:SHOWN]))
        if len(found) > SHOWN:
            console.print(f"另有 {len(found) - SHOWN} 件，用 --excel 或 --json 看全部。")
    for title, rows in (("审批部门", totals.by_department), ("审批阶段", totals.by_stage)):
        console.print(_totals(title, [*rows, totals.whole]))
    console.print(f"读取时间：{now:%Y-%m-%d %H:%M}（北京时间）", highlight=False)


def _list(kind: Problem, lines: list[LedgerLine]) -> Table:
    table = Table()
    for title in ("项目", "事项（办件号）", "部门", PROBLEM_NAMES[kind]):
        table.add_column(title, overflow="fold", ratio=1)
    for line in lines:
        cells = (
            f"{line.project_name}\n{line.project_code}",
            f"{line.matter}\n{line.case_no}",
            line.department,
            line.problems[kind],
        )
        table.add_row(*map(escape, cells))
    return table


def _totals(title: str, totals: list[Total]) -> Table:
    table = Table()
    table.add_column(title, overflow="fold")
    for name in ("办件", "在办", "办结", "在办超期", "超期办结", "无进展", "等补正", "矛盾"):
        table.add_column(name, justify="right")
    shown = (Problem.SILENT, Problem.WAITING, Problem.CONTRADICTORY)
    for total in totals:
        counts = [total.cases, total.running, total.ended, total.overdue, total.ended_late]
        counts += [total.problems[kind] for kind in shown]
        table.add_row(escape(total.name), *map(str, counts))
    return table

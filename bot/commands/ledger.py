"""`bangban ledger`: the own ledger from Excel, and the history of what was followed."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from bot.commands.failing import said_plainly, settings_or_exit
from bot.commands.platform_options import fail, platform_failures
from bot.documents.ledger_template import write_template
from bot.documents.ledger_workbook import Statuses, read_ledger
from bot.services.changes_in_words import change_in_words
from bot.storage.database import is_missing
from bot.storage.ledger import Ledger
from bot.storage.ledger_history import SqlFollowedCases
from connectors.platforms.codes import load_codes
from knowledge.workbook.faults import WorkbookRefused

HISTORY_AT_ONCE = 500


@click.group(help="项目台账：没有接入审批系统时由项目管家用 Excel 维护；接入后查看全部变化。")
def ledger() -> None:
    pass


@ledger.command(help="写一个空白的台账模板（Excel），照着填写后再导入。")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
def template(file: Path) -> None:
    if file.exists():
        fail(f"{file} 已经存在。", "没有改动它；请换一个文件名。")
    try:
        write_template(file, [label for _, _, label in _statuses(by_code=False).values()])
    except OSError as error:
        fail(f"写不了 {file}：{error.strerror}。", "请检查目录是否存在、能否写入。")
    click.echo(f"模板已写到 {file}。填好后运行：bangban ledger import {file}")


@ledger.command(name="import", help="把填好的台账导入；有任何错误就什么也不写。")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--database", help="数据库地址，默认见 BANGBAN_DATABASE_URL")
def import_(file: Path, database: str | None) -> None:
    url = settings_or_exit(database_url=database).database_url
    try:
        projects = read_ledger(file, _statuses())
    except WorkbookRefused as refused:
        for fault in refused.faults:
            click.echo(str(fault), err=True)
        click.echo(f"没有导入：有 {len(refused.faults)} 处错误。", err=True)
        sys.exit(1)
    with said_plainly(), platform_failures():
        done = Ledger(url).take_in(projects)
    click.echo(
        f"已导入 {len(projects)} 个项目、{sum(len(p.cases) for p in projects)} 个办件："
        f"新增项目 {done.added}，更新 {done.changed}，没有变化 {done.unchanged}。"
    )
    click.echo("看一看：bangban cases --platform local --project 项目代码")


@ledger.command(help="打印一个项目、工程或办件的全部变化：什么时候看到的，原来是什么，现在是什么。")
@click.argument("code", metavar="PROJECT|CASE")
@click.option("--database", help="数据库地址，默认见 BANGBAN_DATABASE_URL")
def history(code: str, database: str | None) -> None:
    url = settings_or_exit(database_url=database).database_url
    if is_missing(url):
        fail("还没有数据库。", "请先运行 bangban migrate，再用 bangban follow 跟踪审批系统。")
    kept, last = SqlFollowedCases(url), 0
    with said_plainly():
        while changes := kept.changes_after(last, HISTORY_AT_ONCE, about=code):
            for change in changes:
                click.echo(change_in_words(change))
            last = changes[-1].no
    if not last:
        fail(
            f"没有“{code}”的记录。",
            "请核对项目代码、工程代码或办件号；还没有跟踪过审批系统，请先运行 bangban follow。",
        )


def _statuses(by_code: bool = True) -> Statuses:
    listed = load_codes().lists.BLZT
    named = {entry.label: (code, entry.status, entry.label) for code, entry in listed.items()}
    return {**named, **{row[0]: row for row in named.values()}} if by_code else named

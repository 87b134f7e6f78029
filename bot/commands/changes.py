"""`bangban changes`: who was told what the catalogue no longer says."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from datetime import date, datetime, time

import click
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from bot.app.changes import outdated_json
from bot.commands.failing import said_plainly, settings_or_exit
from bot.model.receipt import spelled
from bot.model.times import CHINA
from bot.services.review_receipts import Outdated, Since, UnknownVersion, list_outdated
from bot.storage.database import Database
from bot.storage.receipts import Receipts
from knowledge.loader import load_catalogue

NAMES = {"web": "网页", "rest": "REST 接口", "telegram": "Telegram"}


@click.command(help="列出按旧规定答复过的会话，供项目管家更正。")
@click.option("--since", "begin", metavar="VERSION|DATE", help="只看这个资料版本或这一天以来的答复")
@click.option("--database", "database_url", help="数据库地址，默认取设置")
@click.option("--json", "as_json", is_flag=True, help="输出一个 JSON 文档")
def changes(begin: str | None, database_url: str | None, as_json: bool) -> None:
    settings = settings_or_exit(database_url=database_url)
    with said_plainly():
        catalogue = load_catalogue(settings.served)
        receipts = Receipts(Database(settings.database_url))
        today = datetime.now(CHINA).date()
        try:
            found = asyncio.run(list_outdated(receipts, catalogue, today, since_of(begin)))
        except UnknownVersion as error:
            raise click.ClickException(
                f"没有按资料版本 {error} 给过答复。请核对版本号，或写日期，例如 2026-11-01。"
            ) from error
    if as_json:
        document = {"catalogue": catalogue.version, "changes": [outdated_json(o) for o in found]}
        click.echo(json.dumps(document, ensure_ascii=False, indent=2))
    elif found:
        _print(found)
    else:
        click.echo(f"没有需要更正的答复（对照资料版本 {catalogue.version}）。")


def since_of(begin: str | None) -> Since:
    """A day as its first moment in China; anything else names a version."""
    if begin is None:
        return Since()
    try:
        return Since(at=datetime.combine(date.fromisoformat(begin), time.min, CHINA))
    except ValueError:
        return Since(version=begin)


def _print(found: Sequence[Outdated]) -> None:
    table = Table(show_lines=True)
    for name in ("答复时间", "企业（渠道，会话）", "事项（凭证）", "现在有什么不同"):
        table.add_column(name, overflow="fold")
    for one in found:
        head = one.conversation
        who = head.enterprise.name if head.enterprise else "访客"
        table.add_row(
            f"{one.at.astimezone(CHINA):%Y-%m-%d %H:%M}",
            escape(f"{who}（{NAMES.get(head.channel, head.channel)}，{head.id}）"),
            escape(f"{one.name}\n{spelled(one.code)}"),
            escape("\n".join(one.changes)),
        )
    Console().print(table)

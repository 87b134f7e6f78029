"""`bangban digest`: what a steward should know now, as in the morning at the desk."""

from __future__ import annotations

import asyncio
import json
from datetime import datetime

import click
from rich.console import Console
from rich.markup import escape

from bot.app.words import digest_json
from bot.commands.failing import said_plainly, settings_or_exit
from bot.commands.platform_options import platform_failures
from bot.following import followed_cases
from bot.model.times import CHINA
from bot.services.dates_in_words import moment
from bot.services.morning_digest import Digest, gather
from bot.settings import Settings
from bot.storage.database import Database
from bot.storage.receipts import Receipts
from knowledge.loader import load_catalogue


@click.command(help="晨报：排队、临近时限、超时限、等企业补正的办件和待更正的答复，以现在为准。")
@click.option("--database", "database_url", help="数据库地址，默认取设置")
@click.option("--json", "as_json", is_flag=True, help="输出一个 JSON 文档")
def digest(database_url: str | None, as_json: bool) -> None:
    settings = settings_or_exit(database_url=database_url)
    with said_plainly(), platform_failures():
        found = asyncio.run(_gather(settings))
    if as_json:
        click.echo(json.dumps(digest_json(found), ensure_ascii=False, indent=2))
    else:
        _print(found)


async def _gather(settings: Settings) -> Digest:
    database = Database(settings.database_url)
    try:
        history = await asyncio.to_thread(followed_cases, settings)
        catalogue = await asyncio.to_thread(load_catalogue, settings.served)
        receipts, now = Receipts(database), datetime.now(CHINA)
        return await gather(database, receipts, catalogue, history, now)
    finally:
        database.dispose()


def _print(found: Digest) -> None:
    console = Console()
    read = f"审批系统读于{moment(found.read_at)}" if found.read_at else "没有读到审批系统的在办件"
    console.print(f"{moment(found.at)}汇总；{read}。")
    for section in found.sections:
        console.print(f"\n[bold]{section.title}[/bold] {section.count}")
        for line in section.lines:
            console.print(f"  · {escape(line.name)}：{escape(line.detail)}", soft_wrap=True)
        if section.count > len(section.lines):
            console.print(f"  ……另有{section.count - len(section.lines)}项")

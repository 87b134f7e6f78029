"""`bangban notice`: the one-time notice of a matter as a file."""

from __future__ import annotations

import asyncio
from datetime import datetime
from pathlib import Path

import click

from bot.commands.failing import said_plainly, settings_or_exit
from bot.commands.materials import facts_given, slug_named
from bot.documents.pages import notice_file
from bot.documents.printing import TYPES, write
from bot.documents.sheet import Sheet, sheet_of
from bot.model.times import CHINA
from bot.services.give_notice import UnknownPlace, notice_receipt, rules_of
from bot.services.ports import StoreUnavailable
from bot.settings import Settings
from bot.storage.database import Database, is_missing
from bot.storage.receipts import Receipts
from knowledge.conditions import UnknownFact
from knowledge.loader import Catalogue, load_catalogue
from knowledge.notice import Notice, compose_notice

FORMS = (*TYPES, "html")


@click.command(help="写出一个事项的一次性告知书（.docx、.pdf 或 .html）。")
@click.argument("matter")
@click.option("--fact", "given", multiple=True, metavar="KEY=VALUE", help="项目情况，可多次给出")
@click.option(
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    required=True,
    help="写到哪个文件；扩展名决定格式",
)
@click.option("--place", help="按哪里的规定，如 沈阳；默认取项目所在城市或设置")
@click.option("--day", type=click.DateTime(["%Y-%m-%d"]), help="按哪一天的规定，默认今天")
@click.option("--database", "database_url", help="答复凭证存到哪个数据库，默认取设置")
def notice(
    matter: str,
    given: tuple[str, ...],
    output: Path,
    place: str | None,
    day: datetime | None,
    database_url: str | None,
) -> None:
    form = output.suffix.removeprefix(".").lower()
    if form not in FORMS:
        raise click.UsageError(f"--output {output}：扩展名应为 .docx、.pdf 或 .html")
    settings = settings_or_exit(database_url=database_url)
    with said_plainly():
        catalogue = load_catalogue(settings.served)
    slug = slug_named(catalogue, matter)
    try:
        facts = facts_given(catalogue, given)
    except UnknownFact as error:
        raise click.UsageError(str(error)) from error
    wanted = day.date() if day else datetime.now(CHINA).date()
    try:
        catalogue = rules_of(catalogue, facts, place, settings.place)
    except UnknownPlace as error:
        raise click.UsageError(str(error)) from error
    composed = compose_notice(catalogue, slug, facts, wanted)
    sheet = _kept(settings, catalogue, composed, facts)
    content = notice_file(sheet).encode() if form == "html" else write(sheet, form)
    try:
        output.write_bytes(content)
    except OSError as error:
        raise click.ClickException(f"写不了 {output}：{error.strerror}。") from error
    click.echo(f"{output}：{sheet.heading}，申请材料{composed.counts}。")


def _kept(
    settings: Settings, catalogue: Catalogue, composed: Notice, facts: dict[str, str]
) -> Sheet:
    """The notice under a receipt; without one, and saying so, where there is no database."""
    receipts = open_receipts(settings)
    if receipts is None:
        return Sheet(composed)
    made = notice_receipt(composed, catalogue, facts)

    async def keep() -> Sheet:
        issued = await receipts.find(await receipts.issue(made))
        assert issued
        return sheet_of(issued, settings.public_url)

    try:
        return asyncio.run(keep())
    except StoreUnavailable as error:
        click.echo(f"没有存下答复凭证，告知书上不印编号：{error}", err=True)
        return Sheet(composed)


def open_receipts(settings: Settings) -> Receipts | None:
    """None, and a word on standard error, for an SQLite file that is not there."""
    if is_missing(settings.database_url):
        click.echo("设置里的数据库还没有建立，告知书上不印答复凭证。", err=True)
        return None
    return Receipts(Database(settings.database_url))

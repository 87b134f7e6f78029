"""`bangban steward …`: accounts of the desk."""

from __future__ import annotations

import asyncio

import click

from bot.commands.failing import said_plainly, settings_or_exit
from bot.storage.database import Database
from bot.storage.stewards import Accounts, NameTaken

MIN_PASSWORD = 8


@click.group(help="项目管家账号。")
def steward() -> None:
    pass


@steward.command("add", help="添加一位项目管家。")
@click.argument("name")
@click.option("--database", help="数据库地址，默认取 BANGBAN_DATABASE_URL")
@click.option("--password", prompt="密码", hide_input=True, confirmation_prompt=True, help="密码")
def add(name: str, database: str | None, password: str) -> None:
    if len(password) < MIN_PASSWORD:
        raise click.UsageError(f"密码至少{MIN_PASSWORD}个字符。")
    settings = settings_or_exit(database_url=database)
    with said_plainly():
        try:
            added = asyncio.run(_add(settings.database_url, name, password))
        except NameTaken as error:
            raise click.ClickException(f"已经有叫“{name}”的管家，请换一个名字。") from error
    click.echo(f"已添加：{added}")


async def _add(url: str, name: str, password: str) -> str:
    database = Database(url)
    try:
        return (await Accounts(database).add_steward(name, password)).name
    finally:
        database.dispose()

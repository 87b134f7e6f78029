"""`bangban bindings …`: who may see an enterprise's cases."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timezone
from typing import Any, TypeVar

import click

from bot.commands.failing import said_plainly, settings_or_exit
from bot.model.credit_code import normalise_credit_code
from bot.model.grant import HAPPENING_LABELS, Grant, GrantState, TrailEntry
from bot.model.times import CHINA
from bot.services import grant_access
from bot.services.announce import Hub
from bot.services.ports import Refused
from bot.storage.database import Database

Result = TypeVar("Result")
LIST = 500
OPERATOR = "运维人员（命令行）"
STATES = {
    GrantState.WAITING: "等待使用绑定码",
    GrantState.LAPSED: "绑定码过期未用",
    GrantState.ACTIVE: "有效",
    GrantState.REVOKED: "已撤销",
    GrantState.GIVEN_UP: "本人已解除",
}
_DATABASE = click.option("--database", help="数据库地址，默认取 BANGBAN_DATABASE_URL")


@click.group(help="谁可以查看一家企业的办件。")
def bindings() -> None:
    pass


@bindings.command("list", help="列出授权，可只看一家企业（统一社会信用代码）。")
@click.argument("enterprise", required=False)
@click.option("--trail", is_flag=True, help="同时列出全程留痕")
@click.option("--json", "as_json", is_flag=True, help="输出一个 JSON 文档")
@_DATABASE
def list_(enterprise: str | None, trail: bool, as_json: bool, database: str | None) -> None:
    wanted = normalise_credit_code(enterprise) if enterprise else None
    found, lines = _in_database(
        database, lambda store: grant_access.list_grants(store, wanted, LIST)
    )
    if as_json:
        click.echo(json.dumps(_document(found, lines), ensure_ascii=False, indent=2))
        return
    if not found:
        click.echo("没有授权。")
    for grant in found:
        click.echo(_said(grant))
    for line in lines if trail else ():
        what = HAPPENING_LABELS[line.what]
        click.echo(f"{_when(line.at)}  {line.who}  {what}  {line.enterprise or ''} {line.detail}")


@bindings.command("revoke", help="撤销一项授权（编号见 list）；对方从下一句话起看不到办件。")
@click.argument("grant", type=click.IntRange(1))
@_DATABASE
def revoke(grant: int, database: str | None) -> None:
    ended = _in_database(database, lambda store: grant_access.revoke(store, Hub(), grant, OPERATOR))
    click.echo(f"已撤销：{_said(ended)}")


def _in_database(url: str | None, work: Callable[[Database], Awaitable[Result]]) -> Result:
    settings = settings_or_exit(database_url=url)

    async def run() -> Result:
        database = Database(settings.database_url)
        try:
            return await work(database)
        finally:
            database.dispose()

    with said_plainly():
        try:
            return asyncio.run(run())
        except Refused as refused:
            raise click.ClickException(str(refused)) from refused


def _said(grant: Grant) -> str:
    road = f"网站 {grant.site}" if grant.site else f"绑定码（{grant.channel or '未使用'}）"
    state = STATES[grant.state(datetime.now(timezone.utc))]
    enterprise = f"{grant.enterprise.id} {grant.enterprise.name}"
    since = _when(grant.bound_at or grant.issued_at)
    return f"{grant.id}\t{enterprise}\t{grant.person}\t{road}\t{state}\t{since}\t{grant.issued_by}"


def _document(found: Sequence[Grant], lines: Sequence[TrailEntry]) -> dict[str, Any]:
    now = datetime.now(timezone.utc)
    shown = []
    for grant in found:
        stated = {**vars(grant), "enterprise": vars(grant.enterprise)}
        shown.append({**_in_words(stated), "state": grant.state(now).value})
    return {"grants": shown, "trail": [_in_words({**vars(line)}) for line in lines]}


def _in_words(values: dict[str, Any]) -> dict[str, Any]:
    return {
        name: value.isoformat() if isinstance(value, datetime) else value
        for name, value in values.items()
    }


def _when(at: datetime) -> str:
    return f"{at.astimezone(CHINA):%Y-%m-%d %H:%M}"

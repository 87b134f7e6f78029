"""`bangban follow`: keep what a platform tells, and every change of it."""

from __future__ import annotations

import time
from datetime import datetime, timedelta
from pathlib import Path

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from bot.commands.failing import said_plainly, settings_or_exit
from bot.commands.platform_options import fail, platform_failures, with_platform_options
from bot.model.case import SHANGHAI
from bot.services.follow_platform import Round, follow_once
from bot.services.follow_port import LeaseLost, Snapshots, Source
from bot.services.platform_port import PlatformUnavailable
from bot.storage.database import make_engine
from bot.storage.migrate import migrate

console = Console(stderr=True)
LONGEST_WAIT = 900


@click.command(help="跟踪审批系统：存下项目和办件的快照，记录每一处变化。bangban up 会自动跟踪。")
@click.option("--platform", "address", help="审批系统的地址，默认取 BANGBAN_PLATFORM_URL")
@click.option("--once", is_flag=True, help="全部核对一遍就结束，不持续跟踪")
@click.option("--database", help="数据库地址，默认取 BANGBAN_DATABASE_URL")
@with_platform_options
def follow(
    address: str | None,
    once: bool,
    database: str | None,
    city: Path | None,
    **naming: str | None,
) -> None:
    settings = settings_or_exit(platform_url=address, database_url=database)
    if settings.platform_url is None:
        raise click.UsageError("没有说明审批系统的地址，请用 --platform 或 BANGBAN_PLATFORM_URL。")
    from bot.following import opened  # with the drivers: only when it is called

    with said_plainly(), platform_failures():
        migrate(make_engine(settings.database_url))
        source, kept = opened(settings, city, naming)
        try:
            if once:
                _tell(_round(source, kept, once))
            else:
                _keep_on(source, kept, settings.follow_seconds or 60)
        except KeyboardInterrupt:
            console.print("已停止；已经记下的都在，下次从这里继续。")
        finally:
            kept.release()


def _keep_on(source: Source, kept: Snapshots, seconds: int) -> None:
    console.print(f"跟踪 {source.origin}，每 {seconds} 秒看一次；Ctrl+C 停止。", highlight=False)
    wait = seconds
    while True:
        try:
            done = _round(source, kept, once=False)
        except PlatformUnavailable as away:
            wait = min(LONGEST_WAIT, wait * 2)
            console.print(f"{away.what}{wait} 秒后再试。", highlight=False)
        else:
            wait = seconds
            if done.changes or done.doubted:
                _tell(done)
        time.sleep(wait)


def _round(source: Source, kept: Snapshots, once: bool) -> Round:
    columns = (TextColumn("读取项目"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    quiet = not console.is_terminal
    with Progress(*columns, console=console, transient=True, disable=quiet) as progress:
        task = progress.add_task("", visible=False)

        def show(read: int, to_read: int) -> None:
            progress.update(task, completed=read, total=to_read, visible=True)

        every = {"survey_every": timedelta(0), "reread": 0} if once else {}
        try:
            done = follow_once(source, kept, lambda: datetime.now(SHANGHAI), show, **every)  # type: ignore[arg-type]
        except LeaseLost:
            done = None
    if done is None:
        fail("另一个进程正在跟踪这个审批系统。", "同一时间只需要一个；那个进程停止后再试。")
    return done


def _tell(done: Round) -> None:
    said = "，".join(f"{kind.label} {count}" for kind, count in done.changes.items())
    click.echo(f"读取 {done.read} 个项目：{said or '没有变化'}。")
    if done.doubted:
        click.echo(
            f"有 {done.doubted} 个项目突然读不到，审批系统可能正在重新装载数据，"
            "先不记为消失；过一会儿会再看。",
            err=True,
        )

"""`bangban up`, `bangban migrate`."""

from __future__ import annotations

import asyncio
import logging
import signal
import time
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import click
import psutil
import uvloop
from aiohttp import web
from rich.console import Console

from bot.commands.failing import said_plainly, settings_or_exit
from bot.settings import Settings, require_place
from bot.storage.database import make_engine
from bot.storage.migrate import migrate as migrate_engine

if TYPE_CHECKING:
    from bot.app.parts import Parts
    from bot.storage.stewards import Accounts

log = logging.getLogger(__name__)
console = Console(stderr=True)
SAMPLE_STEWARD = ("示例管家", "bangban-demo")
SWEEP_SECONDS = 20.0  # how often files, queues and unanswered messages are looked at


@click.command(help="把数据库升级到最新结构。")
@click.option("--database", help="数据库地址，默认取 BANGBAN_DATABASE_URL")
def migrate(database: str | None) -> None:
    with said_plainly():
        _migrate(settings_or_exit(database_url=database))


def _migrate(settings: Settings) -> None:
    engine = make_engine(settings.database_url)
    before, after = migrate_engine(engine)
    engine.dispose()
    state = "已是最新" if before == after else f"{before or '空库'} → {after}"
    console.print(f"数据库：{state}")


@click.command(help="启动：迁移数据库，需要时训练，然后提供服务。")
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8080, show_default=True, type=click.IntRange(0, 65535))
@click.option("--database", help="数据库地址，默认取 BANGBAN_DATABASE_URL")
@click.option("--no-demo", is_flag=True, help="不带示例数据")
def up(host: str, port: int, database: str | None, no_demo: bool) -> None:
    begun = time.monotonic()
    settings = settings_or_exit(database_url=database)
    with said_plainly():
        from bot.bootstrap import begin_logging
        from bot.commands.train import ensure_trained
        from knowledge.compiled import catalogue_in

        begin_logging(settings.log_level)
        require_place(settings, catalogue_in(settings.served).places)
        _migrate(settings)
        ensure_trained(settings)
        uvloop.install()
        asyncio.run(_serve(settings, host, port, demo=not no_demo, begun=begun))


async def _serve(settings: Settings, host: str, port: int, demo: bool, begun: float) -> None:
    console.print("载入模型…")
    loading = time.monotonic()
    from bot.app.parts import Enterprises
    from bot.app.server import create_app
    from bot.bootstrap import PLUGS, running, with_demo
    from bot.following import following
    from bot.speaking import speaking

    samples = Enterprises()
    if demo:
        settings, samples = with_demo(settings, Path.cwd())
    async with running(settings, samples=samples) as parts:
        if demo:
            await _sample_steward(parts.accounts)
        console.print(f"载入：完成，{time.monotonic() - loading:.1f} 秒")
        runner = web.AppRunner(create_app(parts, PLUGS), access_log=None, shutdown_timeout=3.0)
        await runner.setup()
        site = web.TCPSite(runner, host, port)
        await site.start()
        address = f"http://{host}:{runner.addresses[0][1]}"
        console.print(f"就绪：{time.monotonic() - begun:.1f} 秒，内存 {_memory()} MB")
        console.print(f"企业页面 {address}/  管家工作台 {address}/desk")
        if demo:
            console.print(f"示例管家：{SAMPLE_STEWARD[0]}，密码 {SAMPLE_STEWARD[1]}")
        sweeper = asyncio.create_task(_sweep(parts))
        words = speaking(parts)
        words.start()
        follower = following(settings)
        if follower:
            follower.start()
        try:
            await _until_stopped()
        finally:
            sweeper.cancel()
            await words.close()
            if follower:
                await asyncio.to_thread(follower.close)
            with suppress(asyncio.CancelledError):
                await sweeper
            await runner.cleanup()


def _memory() -> int:
    """MB of all our processes; what they share counts once."""
    own = psutil.Process()
    family = [own, *own.children(recursive=True)]
    return int(sum(one.memory_full_info().pss for one in family)) // 2**20


async def _sample_steward(accounts: Accounts) -> None:
    from bot.storage.stewards import NameTaken

    with suppress(NameTaken):
        await accounts.add_steward(*SAMPLE_STEWARD)


async def _sweep(parts: Parts) -> None:
    """Looks now and then after what no message wakes: changed catalogue files, waits that lasted
    too long, messages that another process left behind."""
    from bot.services.hand_over import escalate_overdue
    from bot.services.ports import StoreUnavailable

    while True:
        await asyncio.sleep(SWEEP_SECONDS)
        try:
            await parts.refresh()
            await escalate_overdue(parts.database, parts.hub, parts.hours)
            await parts.scheduler.catch_up()
        except StoreUnavailable as away:
            log.warning("sweep: %s", away)
        except Exception:  # one bad round must not end the rounds
            log.exception("sweep failed; it is tried again")


async def _until_stopped() -> None:
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for signal_ in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(signal_, stopped.set)
    await stopped.wait()
    console.print("正在停止：等未完成的答复写入…")

"""The rounds of a running product: what was followed is told, and each working day summed up."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest
import pytest_asyncio
from click.testing import CliRunner

from bot.app.parts import Parts
from bot.cli import cli
from bot.model.times import CHINA
from bot.services.follow_platform import follow_once
from bot.services.ports import StoreUnavailable
from bot.services.word_rounds import Rounds
from bot.speaking import Speaking
from bot.storage.ledger_snapshots import SqlSnapshots
from connectors.platforms.spgl_changes import SpglSource
from tests.fakes.dialogue import ScriptedDialogue
from tests.fakes.product import Product, product
from tests.fakes.sample_platform import SamplePlatform

FRIDAY = datetime(2026, 11, 20, 9, 0, tzinfo=CHINA)


@pytest.fixture
def platform(tmp_path: Path) -> SamplePlatform:
    return SamplePlatform(tmp_path / "platform.db", FRIDAY.date())


@pytest_asyncio.fixture
async def running(database_url: str, platform: SamplePlatform) -> AsyncIterator[Product]:
    source = SpglSource(platform.url)
    follow_once(source, SqlSnapshots(database_url, source.origin), lambda: FRIDAY)
    asks = ScriptedDialogue(asks_for_human={"转人工": "request"})
    async with product(database_url, asks, platform_url=platform.url) as it:
        yield it


def at(parts: Parts, moment: datetime) -> Parts:
    return replace(parts, assistant=replace(parts.assistant, now=lambda: moment))


async def test_the_digest_is_made_once_on_a_working_day_after_its_time(running: Product) -> None:
    parts, desk = running.parts, await running.desk()
    running.hours.is_now(FRIDAY)
    for early in (FRIDAY.replace(hour=8, minute=29), FRIDAY.replace(day=21)):  # a Saturday
        await Speaking(at(parts, early), parts.settings).round()
    assert (await desk.get("digest")).body == {"digest": None}

    visitor = await running.visitor()
    await visitor.says("转人工")
    await running.settled(visitor.conversation)
    await Speaking(at(parts, FRIDAY.replace(hour=8, minute=30)), parts.settings).round()
    first = (await desk.get("digest")).body["digest"]
    await Speaking(at(parts, FRIDAY.replace(hour=15)), parts.settings).round()
    assert (await desk.get("digest")).body["digest"] == first
    assert first["day"] == "2026-11-20"
    counts = {section["id"]: section["count"] for section in first["sections"]}
    assert counts["queue"] == 1
    assert counts["overdue"] > 0
    assert counts["with_enterprise"] > 0
    waiting = first["sections"][0]["lines"][0]
    assert (waiting["name"], waiting["conversation"]) == ("访客", visitor.conversation)


async def test_limits_of_what_was_followed_come_to_the_desk(running: Product) -> None:
    desk = await running.desk()
    await Speaking(at(running.parts, FRIDAY), running.parts.settings).round()
    listed = (await desk.get("words")).body
    assert listed["count"] == len(listed["words"]) > 0
    assert {one["kind"] for one in listed["words"]} <= {"overdue", "near_limit"}


async def test_rounds_go_on_after_a_bad_one() -> None:
    ran = asyncio.Semaphore(0)
    troubles = iter([StoreUnavailable("away"), ValueError("odd")])

    async def round() -> None:
        ran.release()
        for trouble in troubles:
            raise trouble

    rounds = Rounds(round, every=0)
    rounds.start()
    for _ in range(4):
        await asyncio.wait_for(ran.acquire(), 20)
    await rounds.close()


def test_the_digest_on_the_command_line(
    database_url: str, platform: SamplePlatform, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BANGBAN_PLATFORM_URL", platform.url)
    source = SpglSource(platform.url)
    follow_once(source, SqlSnapshots(database_url, source.origin), lambda: FRIDAY)
    shown = CliRunner().invoke(cli, ["digest", "--database", database_url])
    assert shown.exit_code == 0, shown.output
    assert "已超过办理时限" in shown.output
    asked = CliRunner().invoke(cli, ["digest", "--json", "--database", database_url])
    ids = [section["id"] for section in json.loads(asked.output)["sections"]]
    assert ids == ["queue", "overdue", "near", "with_enterprise", "corrections"]

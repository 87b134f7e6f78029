"""The ledger in the desk: read in the background, looked at through filters, taken away."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import date, datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from openpyxl import load_workbook

from bot.bootstrap import make_assistant
from bot.following import opened
from bot.model.case import SHANGHAI
from bot.services.follow_platform import follow_once
from bot.services.ledger_board import LedgerBoard, ReadLedger
from bot.services.platform_port import PlatformUnavailable
from bot.services.whole_platform import Progress
from bot.settings import Settings
from connectors.platforms.demo import write_sample_file
from tests.fakes.dialogue import ScriptedDialogue
from tests.fakes.product import Desk, Product, product

NOW = datetime(2026, 11, 20, 18, tzinfo=SHANGHAI)
PATIENCE_SECONDS = 30


class City:
    """The file of the city's platform."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self.comes_back()

    def goes_away(self) -> None:
        self.file.unlink()

    def comes_back(self) -> None:
        write_sample_file(self.file, date.today())


@pytest.fixture
def city(tmp_path: Path) -> City:
    return City(tmp_path / "city.db")


@pytest.fixture
def settings(database_url: str, city: City) -> Settings:
    return Settings(
        _env_file=None, database_url=database_url, platform_url=f"sqlite:///{city.file}"
    )


@pytest_asyncio.fixture
async def running(settings: Settings) -> AsyncIterator[Product]:
    given = {"platform_url": settings.platform_url}
    assistant = make_assistant(settings)
    async with product(
        settings.database_url, ScriptedDialogue(), assistant=assistant, **given
    ) as running:
        yield running


async def looked(desk: Desk, query: str = "") -> dict[str, Any]:
    """The ledger, once nothing is being read any more."""

    async def until_read() -> dict[str, Any]:
        while True:
            answer = await desk.get(f"ledger?{query}")
            assert answer.status == 200, answer
            if not answer.body["reading"]["under_way"]:
                return dict(answer.body)
            await asyncio.sleep(0.02)

    return await asyncio.wait_for(until_read(), PATIENCE_SECONDS)


async def test_lists_filters_and_totals(running: Product) -> None:
    desk = await running.desk()
    whole = (await looked(desk))["ledger"]
    total = whole["totals"]["whole"]
    assert whole["count"] == total["cases"] > len(whole["lines"]) - 1

    waiting = (await looked(desk, "list=waiting"))["ledger"]
    assert waiting["count"] == total["problems"]["waiting"] > 0
    assert all("waiting" in line["problems"] for line in waiting["lines"])

    department = whole["totals"]["by_department"][0]
    of_one = (await looked(desk, f"department={department['name']}"))["ledger"]
    assert of_one["count"] == department["cases"]
    assert of_one["totals"] == whole["totals"]

    found = (await looked(desk, "text=数控机床&stage=施工许可"))["ledger"]
    assert 0 < found["count"] < whole["count"]
    assert {line["stage"] for line in found["lines"]} == {"施工许可"}

    patient = (await looked(desk, "list=silent&silent=3650"))["ledger"]
    hasty = (await looked(desk, "list=silent&silent=1"))["ledger"]
    assert patient["count"] == 0
    assert hasty["count"] == hasty["totals"]["whole"]["problems"]["silent"] > 1

    last = (await looked(desk, f"offset={whole['count'] - 1}"))["ledger"]
    assert len(last["lines"]) == 1


async def test_the_workbook_has_what_is_looked_at(running: Product) -> None:
    desk = await running.desk()
    count = (await looked(desk, "text=数控机床"))["ledger"]["count"]
    answer = await desk.get("ledger.xlsx?text=数控机床")
    assert answer.status == 200
    assert answer.headers["Content-Disposition"].startswith("attachment")
    book = load_workbook(BytesIO(answer.body))
    assert book["台账"].max_row == count + 1


async def test_what_is_refused(running: Product) -> None:
    desk = await running.desk()
    for query in ("list=none", "silent=0", "silent=x", "offset=-1"):
        assert (await desk.get(f"ledger?{query}")).status == 422, query
    async with running.browser().get("/api/desk/ledger") as response:
        assert response.status == 401
    async with running.browser().get("/api/desk/ledger.xlsx") as response:
        assert response.status == 401
    forged = await desk.post("ledger/refresh", headers={"X-Bangban-Desk": ""})
    assert forged.status == 403


async def test_a_platform_that_is_away_is_said_and_not_asked_at_every_look(
    running: Product, city: City
) -> None:
    city.goes_away()
    desk = await running.desk()
    first = await looked(desk)
    assert first["ledger"] is None
    assert first["reading"]["failed"]
    assert (await desk.get("ledger.xlsx")).status == 409
    again = await desk.get("ledger")
    assert again.body["reading"] == first["reading"]

    city.comes_back()
    assert (await desk.post("ledger/refresh")).status == 204
    assert (await looked(desk))["ledger"]["count"] > 0


async def test_what_the_follower_keeps_is_read_instead_of_the_platform(
    running: Product, settings: Settings, city: City
) -> None:
    desk = await running.desk()
    live = (await looked(desk))["ledger"]
    source, kept = opened(settings)
    at = datetime.now(SHANGHAI) - timedelta(hours=1)
    assert follow_once(source, kept, lambda: at) is not None
    city.goes_away()

    assert (await desk.post("ledger/refresh")).status == 204
    seen = await looked(desk)
    assert seen["reading"]["failed"] is None
    assert seen["ledger"]["count"] == live["count"]
    assert seen["ledger"]["totals"] == live["totals"]
    assert datetime.fromisoformat(seen["ledger"]["read_at"]) - at < timedelta(seconds=1)


async def test_one_reading_at_a_time_and_none_while_it_is_fresh() -> None:
    readings: list[int] = []
    may_end = asyncio.Event()
    loop = asyncio.get_running_loop()
    now = [NOW]

    def read(told: Progress) -> ReadLedger:
        readings.append(1)
        told(1, 2)
        asyncio.run_coroutine_threadsafe(may_end.wait(), loop).result(PATIENCE_SECONDS)
        return ReadLedger(now[0], now[0], [])

    board = LedgerBoard(read, lambda: now[0])
    assert board.look() is None
    board.look()
    board.refresh()
    may_end.set()
    await board.settled()
    assert board.look() is not None
    assert len(readings) == 1
    now[0] += timedelta(minutes=11)
    assert board.look() is not None
    await board.settled()
    assert len(readings) == 2


async def test_a_reading_ends_with_the_server() -> None:
    reached = asyncio.Event()
    loop = asyncio.get_running_loop()

    def read(told: Progress) -> ReadLedger:
        told(1, 2)
        loop.call_soon_threadsafe(reached.set)
        while True:  # until told raises
            told(1, 2)

    board = LedgerBoard(read, lambda: NOW)
    board.look()
    await asyncio.wait_for(reached.wait(), PATIENCE_SECONDS)
    await asyncio.wait_for(board.close(), PATIENCE_SECONDS)
    assert not board.reading.under_way


async def test_a_failed_reading_keeps_the_last_one() -> None:
    answers: list[Any] = [ReadLedger(NOW, NOW, []), PlatformUnavailable("读不到。", "请稍后。")]

    def read(told: Progress) -> ReadLedger:
        answer = answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    board = LedgerBoard(read, lambda: NOW)
    board.look()
    await board.settled()
    board.refresh()
    await board.settled()
    assert board.kept is not None
    assert board.reading.failed == "读不到。请稍后。"

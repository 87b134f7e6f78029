"""The platform stops in the middle of a run and starts again, processes are killed, night falls:
an enterprise hears of each thing once, and in time.

`pytest -s` prints, minute by minute, what it saw.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio

from bot.model.conversation import EntryKind
from connectors.platforms.spgl_changes import SpglSource
from tests.fakes.dialogue import ScriptedDialogue
from tests.fakes.product import Desk, product
from tests.fakes.sample_platform import SamplePlatform
from tests.scenarios.city import BEGIN, FACTORY, HOMES, PERMIT, City, StopsWhileRead

SUPPLEMENT, SPECIAL_BEGUN, SPECIAL_ENDED, PASSED = 6, 9, 10, 11

ALL_OF_IT = ["进入特别程序", "特别程序结束", "已通过", "批复文件已出"]


@pytest_asyncio.fixture
async def city(database_url: str, tmp_path: Path) -> AsyncIterator[City]:
    platform = SamplePlatform(tmp_path / "platform.db", BEGIN.date())
    async with product(database_url, ScriptedDialogue()) as running:
        city = City(running, platform, database_url)
        yield city
        city.close()


async def test_the_platform_stops_in_the_middle_of_a_run_and_starts_again(city: City) -> None:
    await given_the_product_runs_and_two_enterprises_look_on(city)
    await city.until("15:02")
    await then_nobody_was_told_anything(city)

    when_the_department_records(city, SPECIAL_BEGUN, "组织专家评审。")
    await city.until("15:05")
    await then_the_factory_was_told(city, ["进入特别程序"])

    when_the_department_records(city, SPECIAL_ENDED)
    await when_the_platform_stops_in_the_middle_of_the_reading(city)
    await city.until("15:08")
    when_the_process_is_killed_and_started_again(city)
    await city.until("15:12")
    await then_the_factory_was_told(city, ["进入特别程序"])

    when_the_platform_starts_again(city)
    when_the_department_records(city, PASSED, "准予许可。")
    city.platform.document(PERMIT, "210106202611200101", "建筑工程施工许可证", city.now)
    await city.until("15:14")
    await then_the_factory_was_told(city, ALL_OF_IT)
    await then_what_came_together_is_one_message(city)

    when_the_process_is_killed_and_started_again(city)
    await city.until("15:25")
    await then_the_factory_was_told(city, ALL_OF_IT)
    await then_the_other_enterprise_was_told_nothing_of_it(city)


async def test_at_night_it_waits_for_the_morning_and_a_steward_is_not_spoken_over(
    city: City,
) -> None:
    await given_the_product_runs_and_two_enterprises_look_on(city)
    await city.until("15:02")
    desk = await city.product.desk()
    await when_a_steward_takes_over(city, desk)
    when_the_department_records(city, SPECIAL_BEGUN, "组织专家评审。")
    await city.until("15:05")
    await then_the_steward_reads_it_in_a_note_and_the_factory_nothing(city)
    await when_the_steward_hands_back(city, desk)
    await city.until("15:07")
    await then_the_factory_was_told(city, ["进入特别程序"])

    await city.at("21:01")
    when_the_department_records(city, SPECIAL_ENDED)
    await city.at("21:05")
    await city.at("22:01")
    when_the_department_records(city, SUPPLEMENT, "缺少中标通知书。")
    await city.at("22:05")
    await city.at("03:00")
    await city.at("07:58")
    await then_the_factory_was_told(city, ["进入特别程序"])
    await city.until("08:01")
    await then_the_factory_was_told(city, ["进入特别程序", "特别程序结束", "要求补正材料"])
    await then_what_came_together_is_one_message(city)


async def test_a_case_that_vanishes_is_for_the_steward_alone(city: City) -> None:
    await given_the_product_runs_and_two_enterprises_look_on(city)
    await city.until("15:02")
    desk = await city.product.desk()
    city.platform.withdraw(PERMIT)
    city.tell("审批系统", "办件被宣布无效")
    await city.until("15:10")
    listed = (await desk.get("words")).body["words"]
    assert [one["case_no"] for one in listed if one["kind"] == "vanished"] == [PERMIT]
    await then_the_factory_was_told(city, [])


async def given_the_product_runs_and_two_enterprises_look_on(city: City) -> None:
    city.start_process()
    await city.visitor("机床厂小李", FACTORY)
    await city.visitor("置业公司小赵", HOMES)
    await city.look()


def when_the_department_records(city: City, code: int, opinion: str | None = None) -> None:
    city.platform.step(PERMIT, code, city.now, opinion)
    city.tell("审批系统", f"施工许可证办件记录状态码{code}" + (f"：{opinion}" if opinion else ""))


async def when_the_platform_stops_in_the_middle_of_the_reading(city: City) -> None:
    city.tell("审批系统", "在读取途中停机")
    await city.minute(StopsWhileRead(SpglSource(city.platform.url), city.platform))


def when_the_platform_starts_again(city: City) -> None:
    city.platform.start()
    city.tell("审批系统", "恢复")


def when_the_process_is_killed_and_started_again(city: City) -> None:
    city.kill_process()
    city.start_process()


async def when_a_steward_takes_over(city: City, desk: Desk) -> None:
    conversation = city.visitors["机床厂小李"].conversation
    assert (await desk.change("claim", conversation)).status == 200


async def when_the_steward_hands_back(city: City, desk: Desk) -> None:
    conversation = city.visitors["机床厂小李"].conversation
    assert (await desk.change("hand-back", conversation)).status == 200


async def then_nobody_was_told_anything(city: City) -> None:
    """What was there before the product came is no news; the factory has no limit near."""
    assert await city.messages("机床厂小李") == []


async def then_the_factory_was_told(city: City, things: list[str]) -> None:
    """Each of these once, and nothing else."""
    said = "\n".join(await city.messages("机床厂小李"))
    assert [said.count(thing) for thing in things] == [1] * len(things), said
    assert said.count("\n· ") == len(things), said


async def then_what_came_together_is_one_message(city: City) -> None:
    assert len(await city.messages("机床厂小李")) == 2


async def then_the_other_enterprise_was_told_nothing_of_it(city: City) -> None:
    assert "施工许可证" not in "\n".join(await city.messages("置业公司小赵"))


async def then_the_steward_reads_it_in_a_note_and_the_factory_nothing(city: City) -> None:
    entries = await city.product.entries(city.visitors["机床厂小李"].conversation)
    notes = [entry.text for entry in entries if entry.kind is EntryKind.NOTE]
    assert len(notes) == 1
    assert "进入特别程序" in notes[0]
    assert await city.messages("机床厂小李") == []

"""What leaves the outbox: once, in order, through every fault of the app, on both databases."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import datetime, timedelta, timezone

import pytest
import pytest_asyncio
import sqlalchemy as sa

from bot.model.conversation import Button, Draft, EntryKind
from bot.storage.tables import outbox
from tests.fakes.dialogue import ScriptedDialogue
from tests.fakes.telegram_api import BLOCKED, BROKEN, HANGING, TelegramApi, too_many
from tests.fakes.telegram_product import CHAT, QUICK, Product, payload, product

QUESTION = "厂房建好了，规划核实要交哪些材料？"
SECOND = "那大概几天能出结果"
OTHER_CHAT = "5550002002"


@pytest.fixture
def dialogue() -> ScriptedDialogue:
    return ScriptedDialogue()


@pytest_asyncio.fixture
async def bot(
    database_url: str, api: TelegramApi, dialogue: ScriptedDialogue
) -> AsyncIterator[Product]:
    async with product(database_url, api, dialogue) as running:
        yield running


async def from_other_chat(bot: Product) -> None:
    update = payload("text")
    update["update_id"] += 100_000
    update["message"]["chat"]["id"] = int(OTHER_CHAT)
    assert (await bot.post(update)).status == 200


async def all_sent(bot: Product, count: int) -> None:
    await bot.delivered(lambda rows: [row.state for row in rows] == ["sent"] * count)


async def test_what_was_delivered_is_marked_with_the_apps_own_id(bot: Product) -> None:
    await bot.update("text")
    await all_sent(bot, 1)
    (row,) = await bot.deliveries()
    assert (row.no, row.attempts, row.remote_id, row.error) == (2, 1, "1001", None)


async def test_a_failure_that_passes_is_tried_again(bot: Product) -> None:
    bot.api.fail("sendMessage", BROKEN, BROKEN)
    await bot.update("text")
    await all_sent(bot, 1)
    assert bot.api.texts(CHAT) == [f"答：{QUESTION}"]
    assert (await bot.deliveries())[0].attempts == 3


async def test_order_holds_while_the_first_entry_is_tried_again(
    bot: Product, dialogue: ScriptedDialogue
) -> None:
    dialogue.script[QUESTION] = [Draft(EntryKind.BOT, f"第{n}句") for n in range(1, 6)]
    bot.api.fail("sendMessage", BROKEN, BROKEN)
    await bot.update("text")
    await bot.update("text_second")
    await all_sent(bot, 6)
    assert bot.api.texts(CHAT) == [*(f"第{n}句" for n in range(1, 6)), f"答：{SECOND}"]


async def test_the_app_says_when_to_come_back(bot: Product) -> None:
    bot.api.fail("sendMessage", too_many(retry_after=30))
    await bot.update("text")
    await bot.delivered(lambda rows: bool(rows) and rows[0].error is not None)
    (row,) = await bot.deliveries()
    wait = row.again_at - datetime.now(timezone.utc)
    assert timedelta(seconds=20) < wait <= timedelta(seconds=30)
    assert row.state == "pending"
    assert bot.api.texts(CHAT) == []
    await from_other_chat(bot)  # others do not wait
    await bot.shown(1, OTHER_CHAT)
    await time_has_come(bot)
    assert await bot.shown(1) == [f"答：{QUESTION}"]


async def time_has_come(bot: Product) -> None:
    due = sa.update(outbox).values(again_at=datetime.now(timezone.utc))
    await bot.parts.database.run(lambda c: c.execute(due.where(outbox.c.state == "pending")))


async def test_a_user_who_blocked_the_bot_is_a_visible_failure(bot: Product) -> None:
    bot.api.fail("sendMessage", BLOCKED)
    await bot.update("text")
    await from_other_chat(bot)
    await bot.delivered(lambda rows: sorted(row.state for row in rows) == ["failed", "sent"])
    failed = next(row for row in await bot.deliveries() if row.state == "failed")
    assert failed.attempts == 1
    assert failed.error == "对方已停用或删除机器人，消息送不到。"


async def test_a_steward_sees_what_failed_and_sends_it_again(bot: Product) -> None:
    bot.api.fail("sendMessage", BLOCKED)
    await bot.update("text")
    await bot.delivered(lambda rows: bool(rows) and rows[0].state == "failed")
    await bot.parts.accounts.add_steward("王敏", "correct horse battery")
    desk = {"X-Bangban-Desk": "1"}
    signed = {"name": "王敏", "password": "correct horse battery"}
    await bot.client.post("/api/desk/session", json=signed, headers=desk)
    head = await bot.head()
    assert head
    address = f"/api/desk/conversations/{head.id}"
    listed = await (await bot.client.get(f"{address}/entries")).json()
    assert listed["entries"][1]["delivery"]["state"] == "failed"
    assert listed["entries"][1]["delivery"]["error"].startswith("对方已停用")
    response = await bot.client.post(f"{address}/resend", json={"no": 2}, headers=desk)
    assert response.status == 202
    assert await bot.shown(1) == [f"答：{QUESTION}"]
    await all_sent(bot, 1)


async def test_after_enough_attempts_it_is_given_up_and_the_next_goes_out(bot: Product) -> None:
    bot.api.fail("sendMessage", *[BROKEN] * QUICK.attempts)
    await bot.update("text")
    await bot.update("text_second")
    await bot.delivered(lambda rows: [row.state for row in rows] == ["failed", "sent"])
    given_up, _ = await bot.deliveries()
    assert given_up.attempts == QUICK.attempts
    assert given_up.error == "Telegram 暂时连接不上或出错，稍后自动重发。"
    assert bot.api.texts(CHAT) == [f"答：{SECOND}"]


async def test_an_app_that_hangs_is_not_waited_for(database_url: str, api: TelegramApi) -> None:
    hasty = replace(QUICK, send=timedelta(milliseconds=200))
    api.fail("sendMessage", HANGING)
    async with product(database_url, api, ScriptedDialogue(), hasty) as bot:
        await bot.update("text")
        assert await bot.shown(1) == [f"答：{QUESTION}"]
        await all_sent(bot, 1)
        assert (await bot.deliveries())[0].attempts == 2


async def test_a_conversation_that_hangs_does_not_hold_up_others(bot: Product) -> None:
    bot.api.fail("sendMessage", HANGING)
    await bot.update("text")
    await bot.api.until(lambda: len(bot.api.called("sendMessage")) == 1)
    await from_other_chat(bot)
    await bot.shown(1, OTHER_CHAT)
    assert bot.api.texts(CHAT) == []
    await bot.api.release()
    assert await bot.shown(1) == [f"答：{QUESTION}"]


async def test_a_long_entry_goes_on_where_it_stopped(
    bot: Product, dialogue: ScriptedDialogue
) -> None:
    lines = [f"{n}. " + "建设工程规划核实所需材料" * 20 for n in range(40)]
    buttons = (Button("办理时限", "/ask_time_limit"),)
    dialogue.script[QUESTION] = [Draft(EntryKind.BOT, "\n".join(lines), buttons=buttons)]
    await bot.update("text")
    await all_sent(bot, 1)
    whole = bot.api.texts(CHAT)
    assert len(whole) > 2
    assert "\n".join(whole) == "\n".join(lines)
    assert [bool(message.buttons) for message in bot.api.messages] == [
        *[False] * (len(whole) - 1),
        True,
    ]


async def test_a_part_that_arrived_is_not_sent_again(
    bot: Product, dialogue: ScriptedDialogue
) -> None:
    lines = ["甲" * 4000, "乙" * 4000, "丙" * 4000]
    dialogue.script[SECOND] = [Draft(EntryKind.BOT, "\n".join(lines))]
    bot.api.fail("sendMessage", BROKEN, None, BROKEN, None, BROKEN)
    await bot.update("text_second")
    await all_sent(bot, 1)
    assert [text[0] for text in bot.api.texts(CHAT)] == ["甲", "乙", "丙"]


async def test_what_is_said_while_the_product_is_down_is_delivered_after(
    database_url: str, api: TelegramApi, dialogue: ScriptedDialogue
) -> None:
    patient = replace(QUICK, first=timedelta(hours=1), longest=timedelta(hours=1))
    api.fail("sendMessage", BROKEN)
    async with product(database_url, api, dialogue, patient) as bot:
        await bot.update("text")
        await bot.delivered(lambda rows: bool(rows) and rows[0].error is not None)
    assert api.texts(CHAT) == []
    async with product(database_url, api, dialogue) as bot:
        await time_has_come(bot)
        assert await bot.shown(1) == [f"答：{QUESTION}"]
        await all_sent(bot, 1)
    assert api.texts(CHAT) == [f"答：{QUESTION}"]


async def test_closing_lets_a_delivery_under_way_finish(
    database_url: str, api: TelegramApi, dialogue: ScriptedDialogue
) -> None:
    async with product(database_url, api, dialogue) as bot:
        await bot.update("text")
        await api.until(lambda: bool(api.called("sendMessage")))
    async with product(database_url, api, dialogue) as bot:
        assert [row.state for row in await bot.deliveries()] == ["sent"]
    assert api.texts(CHAT) == [f"答：{QUESTION}"]


async def test_a_database_that_goes_away_during_a_delivery_does_not_double_it(
    bot: Product,
) -> None:
    bot.api.fail("sendMessage", HANGING)
    await bot.update("text")
    await bot.api.until(lambda: bool(bot.api.called("sendMessage")))
    with bot.database_away():
        await bot.api.release()
        await bot.shown(1)
    await all_sent(bot, 1)
    assert bot.api.texts(CHAT) == [f"答：{QUESTION}"]

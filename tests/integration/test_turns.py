"""The bot's turn: one transaction behind the fence, whatever happens meanwhile."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
import sqlalchemy as sa

from bot.model.conversation import Button, Draft, EntryKind, Inbound
from bot.services.announce import Hub
from bot.services.ports import Log, StoreUnavailable
from bot.services.receive_message import receive_message
from bot.storage.database import Database
from tests.fakes.dialogue import ScriptedDialogue
from tests.fakes.product import LIMIT_SECONDS, Product, parts_for, product

FILING = Draft(EntryKind.BOT, "您指的是哪一项？", buttons=(Button("消防验收备案", "/pick{1}"),))


@pytest.fixture
def dialogue() -> ScriptedDialogue:
    return ScriptedDialogue({"消防备案": [FILING]}, {"转人工": "request"}, fails=["算不出来"])


@pytest_asyncio.fixture
async def running(database_url: str, dialogue: ScriptedDialogue) -> AsyncIterator[Product]:
    async with product(database_url, dialogue) as running:
        yield running


async def test_messages_are_answered_in_order(running: Product, dialogue: ScriptedDialogue) -> None:
    visitor = await running.visitor()
    asked = [f"第{number}问" for number in range(1, 8)]
    for text in asked:
        await visitor.says(text)
    await running.settled(visitor.conversation)

    lines = await visitor.lines(after=1)
    assert dialogue.heard == asked
    assert [text for kind, text in lines if kind == "bot"] == [f"答：{text}" for text in asked]
    head = await running.head(visitor.conversation)
    assert head.state == {"turns": 7}


async def test_conversations_do_not_wait_for_each_other(
    running: Product, dialogue: ScriptedDialogue
) -> None:
    visitors = [await running.visitor() for _ in range(5)]
    dialogue.may_think.clear()
    for visitor in visitors:
        await visitor.says(f"问：{visitor.conversation}")
    for visitor in visitors:  # all of them are being thought about at once
        await dialogue.thinks_about(f"问：{visitor.conversation}")
    dialogue.may_think.set()
    await running.settled(*(visitor.conversation for visitor in visitors))


async def test_the_same_key_twenty_times_at_once_is_one_entry_and_one_turn(
    running: Product, dialogue: ScriptedDialogue
) -> None:
    visitor = await running.visitor()
    message = {"json": {"text": "施工许可证多少天"}}
    answers = await asyncio.gather(
        *(visitor.post("messages", "the-same-key", **message) for _ in range(20))
    )
    await running.settled(visitor.conversation)

    assert {answer.status for answer in answers} == {202}
    assert {answer.body["no"] for answer in answers} == {2}
    assert [answer.body["duplicate"] for answer in answers].count(False) == 1
    assert dialogue.heard == ["施工许可证多少天"]
    assert len(await visitor.lines()) == 3


async def test_a_turn_that_a_claim_overtakes_is_not_said(
    running: Product, dialogue: ScriptedDialogue
) -> None:
    visitor, desk = await running.visitor(), await running.desk()
    dialogue.may_think.clear()
    await visitor.says("要多少天")
    await dialogue.thinks_about("要多少天")
    assert (await desk.change("claim", visitor.conversation)).status == 200
    dialogue.may_think.set()
    await running.settled(visitor.conversation)
    await desk.says(visitor.conversation, "您好，我来答复。")
    await desk.change("hand-back", visitor.conversation)
    await running.parts.scheduler.close()

    kinds = [kind for kind, _ in await running.lines(visitor.conversation)]
    assert kinds == ["bot", "user", "owner", "steward", "owner"]
    assert (await running.head(visitor.conversation)).state == {}


async def test_a_button_that_a_claim_overtakes_is_not_answered(
    running: Product, dialogue: ScriptedDialogue
) -> None:
    visitor, desk = await running.visitor(), await running.desk()
    await visitor.says("消防备案")
    await running.settled(visitor.conversation)
    dialogue.may_think.clear()
    pressed = {"button": "/pick{1}", "title": "消防验收备案"}
    assert (await visitor.post("messages", json=pressed)).status == 202
    await dialogue.thinks_about("/pick{1}")
    await desk.change("claim", visitor.conversation)
    dialogue.may_think.set()
    await running.settled(visitor.conversation)
    await running.parts.scheduler.close()

    lines = await running.lines(visitor.conversation)
    assert lines[-2:] == [("user", "消防验收备案"), ("owner", "项目管家王敏为您服务。")]


async def test_a_turn_that_outlives_the_whole_takeover_is_not_said(
    running: Product, dialogue: ScriptedDialogue
) -> None:
    """The owner is the bot again, as when the turn began: only the epoch tells them apart."""
    visitor, desk = await running.visitor(), await running.desk()
    dialogue.may_think.clear()
    await visitor.says("要多少天")
    await dialogue.thinks_about("要多少天")
    await desk.change("claim", visitor.conversation)
    await desk.says(visitor.conversation, "法定二十个工作日。")
    await desk.change("hand-back", visitor.conversation)
    dialogue.may_think.set()
    await visitor.says("谢谢")
    await running.settled(visitor.conversation)

    said = [text for kind, text in await running.lines(visitor.conversation) if kind == "bot"]
    assert said[1:] == ["答：谢谢"]


async def test_the_epoch_alone_fences_a_turn(running: Product, dialogue: ScriptedDialogue) -> None:
    """A change of owner that leaves the message unhandled: it is thought over again."""
    visitor = await running.visitor()
    dialogue.may_think.clear()
    await visitor.says("要多少天")
    await dialogue.thinks_about("要多少天")

    def change(log: Log) -> None:
        head = log.lock(visitor.conversation)
        head.epoch, head.state = head.epoch + 1, {"turns": 41}
        log.save(head)

    await running.parts.database.transact(change)
    dialogue.may_think.set()
    await running.settled(visitor.conversation)

    assert dialogue.heard == ["要多少天", "要多少天"]
    assert await visitor.lines(after=1) == [("user", "要多少天"), ("bot", "答：要多少天")]
    assert (await running.head(visitor.conversation)).state == {"turns": 42}


async def test_a_request_for_a_human_that_a_claim_overtakes_does_not_queue(
    running: Product, dialogue: ScriptedDialogue
) -> None:
    visitor, desk = await running.visitor(), await running.desk()
    dialogue.may_think.clear()
    await visitor.says("转人工")
    await dialogue.thinks_about("转人工")
    await desk.change("claim", visitor.conversation)
    dialogue.may_think.set()
    await running.parts.scheduler.close()

    head = await running.head(visitor.conversation)
    assert (head.owner.value, head.epoch, head.waiting_since) == ("steward", 1, None)


async def test_what_is_said_to_a_steward_is_not_answered_by_the_bot_later(
    running: Product, dialogue: ScriptedDialogue
) -> None:
    visitor, desk = await running.visitor(), await running.desk()
    await desk.change("claim", visitor.conversation)
    for text in ("在吗", "我的材料交了吗"):
        await visitor.says(text)
    await running.settled(visitor.conversation)
    await desk.change("hand-back", visitor.conversation)
    await visitor.says("施工许可要什么条件")
    await running.settled(visitor.conversation)

    assert dialogue.heard == ["施工许可要什么条件"]
    assert (await visitor.lines())[-1] == ("bot", "答：施工许可要什么条件")


async def test_while_waiting_the_bot_goes_on_answering(running: Product) -> None:
    visitor = await running.visitor()
    await visitor.says("转人工")
    await visitor.says("顺便问下消防备案")
    await running.settled(visitor.conversation)

    page = await visitor.page()
    assert page["owner"] == "waiting"
    assert page["entries"][-1]["text"] == "答：顺便问下消防备案"


async def test_a_commit_that_fails_half_way_leaves_nothing(
    running: Product, dialogue: ScriptedDialogue
) -> None:
    visitor = await running.visitor()
    dialogue.script["三句"] = [Draft(EntryKind.BOT, f"第{n}句") for n in (1, 2, 3)]
    dialogue.may_think.clear()
    await visitor.says("三句")
    await dialogue.thinks_about("三句")
    breaking = Breaking(running.parts.database, at="第3句")
    dialogue.may_think.set()
    await breaking.broke()

    assert await visitor.lines(after=1) == [("user", "三句")]
    head = await running.head(visitor.conversation)
    assert (head.last_no, head.handled_no, head.state) == (2, 1, {})

    breaking.mend()
    await running.parts.scheduler.catch_up()
    await running.settled(visitor.conversation)
    assert [text for _, text in await visitor.lines(after=2)] == ["第1句", "第2句", "第3句"]


class Breaking:
    """Lets the database go away in the middle of a transaction, at an entry's text."""

    def __init__(self, database: Database, at: str) -> None:
        self._at = at
        self._loop = asyncio.get_running_loop()
        self._broke = asyncio.Event()
        self._engine = database.engine
        sa.event.listen(self._engine, "before_cursor_execute", self._execute)

    def _execute(
        self, connection: object, cursor: object, statement: str, parameters: object, *_: object
    ) -> None:
        if statement.startswith("INSERT INTO entries") and self._at in str(parameters):
            self._loop.call_soon_threadsafe(self._broke.set)
            raise sa.exc.OperationalError(statement, None, ConnectionError("away"))

    async def broke(self) -> None:
        await asyncio.wait_for(self._broke.wait(), LIMIT_SECONDS)

    def mend(self) -> None:
        sa.event.remove(self._engine, "before_cursor_execute", self._execute)


async def test_a_dialogue_that_fails_says_so_and_the_conversation_goes_on(
    running: Product, dialogue: ScriptedDialogue
) -> None:
    visitor = await running.visitor()
    await visitor.says("先问一句")
    await visitor.says("算不出来")
    await visitor.says("换个问题")
    await running.settled(visitor.conversation)

    lines = await visitor.lines(after=1)
    answers = [text for kind, text in lines if kind == "bot"]
    assert answers[0] == "答：先问一句"
    assert "转人工" in answers[1]
    assert answers[2] == "答：换个问题"
    assert (await running.head(visitor.conversation)).state == {"turns": 2}


async def test_two_processes_that_think_alike_say_it_once(
    running: Product, database_url: str, dialogue: ScriptedDialogue
) -> None:
    visitor, other_dialogue = await running.visitor(), ScriptedDialogue()
    other = parts_for(database_url, other_dialogue)
    dialogue.may_think.clear()
    other_dialogue.may_think.clear()
    await visitor.says("要多少天")
    other.scheduler.wake(visitor.conversation)
    await dialogue.thinks_about("要多少天")
    await other_dialogue.thinks_about("要多少天")
    dialogue.may_think.set()
    other_dialogue.may_think.set()
    await other.scheduler.close()
    await running.settled(visitor.conversation)
    other.database.dispose()

    assert await visitor.lines(after=1) == [("user", "要多少天"), ("bot", "答：要多少天")]


async def test_what_was_left_is_answered_after_a_start(
    database_url: str, dialogue: ScriptedDialogue
) -> None:
    killed = parts_for(database_url, dialogue)
    left = [Inbound("web", f"visitor {n}", f"key {n}", f"第{n}问") for n in range(5)]
    silent = Hub()  # nobody is woken: the process ends before the turn begins
    received = [await receive_message(killed.database, silent, inbound) for inbound in left]
    killed.database.dispose()
    async with product(database_url, dialogue) as started:
        await started.settled(*(one.conversation for one in received))
        for inbound, one in zip(left, received, strict=True):
            lines = await started.lines(one.conversation)
            assert lines == [("user", inbound.text), ("bot", f"答：{inbound.text}")]


async def test_an_end_waits_for_the_turns_under_way(
    database_url: str, dialogue: ScriptedDialogue, caplog: pytest.LogCaptureFixture
) -> None:
    async with product(database_url, dialogue) as first:
        visitors = [await first.visitor() for _ in range(4)]
        dialogue.may_think.clear()
        for visitor in visitors:
            await visitor.says("一")
            await visitor.says("二")
        await dialogue.thinks_about("一")
        dialogue.may_think.set()
    async with product(database_url, dialogue) as second:
        await second.settled(*(visitor.conversation for visitor in visitors))
        for visitor in visitors:
            lines = await second.lines(visitor.conversation)
            assert sorted(lines[1:]) == sorted(
                [("user", "一"), ("user", "二"), ("bot", "答：一"), ("bot", "答：二")]
            )
    assert [record for record in caplog.records if record.levelno >= logging.ERROR] == []


async def test_an_end_does_not_wait_for_a_database_that_is_away(
    database_url: str, dialogue: ScriptedDialogue, caplog: pytest.LogCaptureFixture
) -> None:
    async with product(database_url, dialogue) as running:
        visitor = await running.visitor()
        dialogue.may_think.clear()
        await visitor.says("要多少天")
        await dialogue.thinks_about("要多少天")
        breaking = Breaking(running.parts.database, at="答：要多少天")
        dialogue.may_think.set()
        await breaking.broke()
        await asyncio.wait_for(running.parts.scheduler.close(), LIMIT_SECONDS / 4)
        breaking.mend()


async def test_a_message_just_taken_in_is_answered_without_reading_the_log(
    running: Product, monkeypatch: pytest.MonkeyPatch
) -> None:
    visitor = await running.visitor()
    await visitor.says("要多少天")
    await running.settled(visitor.conversation)

    async def read(work: object) -> object:
        raise AssertionError("the commit and the message's own transaction know everything")

    with monkeypatch.context() as patch:
        patch.setattr(running.parts.database, "read", read)
        async with visitor.http.post(
            "/webhooks/rest/webhook", json={"sender": "小李", "message": "要什么材料"}
        ) as answer:
            assert [reply["text"] for reply in await answer.json()] == ["答：要什么材料"]


async def test_a_message_behind_an_unhandled_one_does_not_go_first(
    database_url: str, dialogue: ScriptedDialogue
) -> None:
    killed = parts_for(database_url, dialogue)
    left = await receive_message(killed.database, Hub(), Inbound("web", "小李", "key 1", "一"))
    killed.database.dispose()
    started = parts_for(database_url, dialogue)  # nobody has looked yet after what was left
    await receive_message(started.database, started.hub, Inbound("web", "小李", "key 2", "二"))
    await started.scheduler.close()
    entries = await started.database.read(lambda log: log.entries(left.conversation, 0, 9, True))
    started.database.dispose()

    assert dialogue.heard == ["一", "二"]
    assert [entry.text for entry in entries] == ["一", "二", "答：一", "答：二"]


async def test_a_read_that_fails_is_taken_up_again(
    running: Product, dialogue: ScriptedDialogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.services.schedule_turns.RETRY_SECONDS", 0.01)
    visitor = await running.visitor()
    dialogue.may_think.clear()
    await visitor.says("先问一句")
    await dialogue.thinks_about("先问一句")
    read, failures = running.parts.database.read, iter(range(3))
    back = asyncio.Event()

    async def away(work: object) -> object:
        if next(failures, None) is not None:
            raise StoreUnavailable("away")
        back.set()
        return await read(work)  # type: ignore[arg-type]

    monkeypatch.setattr(running.parts.database, "read", away)
    await visitor.says("要多少天")
    dialogue.may_think.set()
    await asyncio.wait_for(back.wait(), LIMIT_SECONDS)
    await running.settled(visitor.conversation)
    assert (await visitor.lines())[-1] == ("bot", "答：要多少天")

"""Words to enterprises and stewards: told once, never over a steward, and only to whom they are."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta

import pytest
import pytest_asyncio
import sqlalchemy as sa

from bot.model.conversation import Enterprise, EntryKind
from bot.model.word import LIMITS, Word, WordKind
from bot.services.give_word import tell_all
from bot.services.notice_words import Found, Mark, Overtaken, Settled
from bot.services.ports import Log
from bot.storage.words import SqlWords
from connectors.channels.web.identity import sign
from tests.fakes.dialogue import ScriptedDialogue
from tests.fakes.product import SITE, SITE_KEY, Product, Visitor, product
from tests.fakes.words import OTHER, WHO, a_word

ACCEPTED = a_word("受理。")
NEAR = a_word("还剩3个工作日。", WordKind.NEAR_LIMIT)
OVER = a_word("已超过办理时限。", WordKind.OVERDUE)
GONE = a_word("查不到了。", WordKind.VANISHED)


@pytest_asyncio.fixture
async def running(database_url: str) -> AsyncIterator[Product]:
    async with product(database_url, ScriptedDialogue(asks_for_human={"转人工": "request"})) as it:
        yield it


async def visitor_of(running: Product, who: Enterprise, person: str = "小李") -> Visitor:
    return await running.visitor(sign(SITE, person, who, SITE_KEY, timedelta(minutes=5)))


async def keep(running: Product, *found: Word, settled: tuple[Settled, ...] = ()) -> int:
    return await SqlWords(running.parts.database).keep(Found(found, settled), ())


async def tell(running: Product, quiet: bool = False) -> int:
    return await tell_all(SqlWords(running.parts.database), running.parts.hub, quiet)


async def said_to(visitor: Visitor) -> list[str]:
    """What the bot told unasked."""
    return [
        text
        for kind, text in await visitor.lines()
        if kind == "bot" and text.startswith("您的办件有")
    ]


# --- once, and to whom it is


async def test_a_word_reaches_every_conversation_of_its_enterprise_and_no_other(
    running: Product,
) -> None:
    mine = [await visitor_of(running, WHO), await visitor_of(running, WHO, "小王")]
    others = [await visitor_of(running, OTHER), await running.visitor()]

    assert await keep(running, ACCEPTED) == 1
    assert await tell(running) == 2

    assert [len(await said_to(visitor)) for visitor in mine] == [1, 1]
    assert [await said_to(visitor) for visitor in others] == [[], []]


async def test_a_word_kept_or_told_again_changes_nothing(running: Product) -> None:
    visitor = await visitor_of(running, WHO)
    for _ in range(3):
        await keep(running, ACCEPTED)
        await tell(running)
    assert len(await said_to(visitor)) == 1


async def test_who_comes_later_does_not_hear_what_is_past(running: Product) -> None:
    await keep(running, ACCEPTED)
    visitor = await visitor_of(running, WHO)
    await tell(running)
    assert await said_to(visitor) == []


async def test_a_credit_code_in_small_letters_is_the_same_enterprise(running: Product) -> None:
    visitor = await visitor_of(running, Enterprise(WHO.id.lower(), WHO.name))
    await keep(running, ACCEPTED)
    await tell(running)
    assert len(await said_to(visitor)) == 1


async def test_who_is_another_enterprise_by_now_hears_nothing(running: Product) -> None:
    visitor = await visitor_of(running, WHO)
    await keep(running, ACCEPTED)

    def move(log: Log) -> None:
        head = log.lock(visitor.conversation)
        head.enterprise = OTHER
        log.save(head)

    await running.parts.database.transact(move)
    assert await tell(running) == 0
    assert await said_to(visitor) == []


async def test_several_words_are_one_entry_and_the_open_widget_gets_it(running: Product) -> None:
    visitor = await visitor_of(running, WHO)
    await keep(running, ACCEPTED, NEAR)
    async with visitor.streaming(after=1) as stream:
        await stream.until(lambda event: event.kind == "state")
        await tell(running)
        entry = (await stream.until(lambda event: event.kind == "entry"))[-1].data
    assert entry["text"].startswith("您的办件有2条新进展：")
    assert [button["title"] for button in entry["buttons"]] == ["办件进度", "转人工", "不再提醒"]


async def test_two_processes_tell_a_word_once(running: Product, database_url: str) -> None:
    visitor = await visitor_of(running, WHO)
    async with product(database_url, ScriptedDialogue()) as second:
        for number in range(10):
            word = a_word(f"第{number}条。")
            new = await asyncio.gather(keep(running, word), keep(second, word))
            assert sorted(new) == [0, 1]
            await asyncio.gather(tell(running), tell(second), tell(running), tell(second))
    said = "\n".join(await said_to(visitor))
    assert [said.count(f"第{number}条。") for number in range(10)] == [1] * 10


async def test_a_mark_moves_once_and_nothing_is_kept_behind_it(running: Product) -> None:
    words = SqlWords(running.parts.database)
    await words.keep(Found(), [Mark("changes", None, 5)])
    await words.keep(Found((ACCEPTED,)), [Mark("changes", 5, 7)])
    for stale in (Mark("changes", None, 7), Mark("changes", 5, 7)):
        with pytest.raises(Overtaken):
            await words.keep(Found((NEAR,)), [stale])
    assert await words.mark("changes") == 7
    assert await words.keep(Found((NEAR,)), ()) == 1  # it had not been kept


async def test_telegram_gets_it_from_the_outbox(running: Product) -> None:
    def begin(log: Log) -> str:
        return log.open("telegram", "4711", WHO).id

    conversation = await running.parts.database.transact(begin)
    await keep(running, ACCEPTED)
    await tell(running)
    states = await running.parts.outbox.states(conversation, 0)
    assert [state for state, _ in states.values()] == ["pending"]


# --- not over a steward, not at night


async def test_while_a_steward_speaks_the_word_is_a_note_and_is_said_when_handed_back(
    running: Product,
) -> None:
    visitor, desk = await visitor_of(running, WHO), await running.desk()
    await desk.change("claim", visitor.conversation)
    await keep(running, ACCEPTED)
    await tell(running)
    await tell(running)

    notes = [e for e in await running.entries(visitor.conversation) if e.kind is EntryKind.NOTE]
    assert len(notes) == 1
    assert "受理。" in notes[0].text
    assert await said_to(visitor) == []

    await desk.change("hand-back", visitor.conversation)
    await tell(running)
    await tell(running)
    kinds = [kind for kind, _ in await running.lines(visitor.conversation)]
    assert kinds == ["bot", "owner", "note", "owner", "bot"]
    assert len(await said_to(visitor)) == 1


async def test_a_word_that_was_not_noted_in_time_is_said_after_the_steward(
    running: Product,
) -> None:
    visitor, desk = await visitor_of(running, WHO), await running.desk()
    await desk.change("claim", visitor.conversation)
    await keep(running, ACCEPTED)
    await desk.change("close", visitor.conversation)
    await tell(running)
    assert len(await said_to(visitor)) == 1
    assert (await running.head(visitor.conversation)).owner.value == "closed"


async def test_in_quiet_hours_words_wait_and_come_as_one(running: Product) -> None:
    visitor = await visitor_of(running, WHO)
    await keep(running, ACCEPTED)
    assert await tell(running, quiet=True) == 0
    await keep(running, NEAR)
    assert await tell(running, quiet=True) == 0
    await tell(running)
    assert [text.splitlines()[0] for text in await said_to(visitor)] == ["您的办件有2条新进展："]


async def test_a_question_under_way_is_still_answered(running: Product) -> None:
    visitor = await visitor_of(running, WHO)
    await keep(running, ACCEPTED)
    await asyncio.gather(visitor.says("施工许可证要什么材料"), tell(running))
    await running.settled(visitor.conversation)
    assert ("bot", "答：施工许可证要什么材料") in await visitor.lines()
    assert len(await said_to(visitor)) == 1
    assert await running.parts.database.read(lambda log: list(log.unhandled(10))) == []


# --- what has become untrue is not said


async def test_a_limit_is_not_told_any_more_when_the_case_has_ended(running: Product) -> None:
    visitor, desk = await visitor_of(running, WHO), await running.desk()
    await keep(running, OVER)
    passed = a_word("办结，已通过。", WordKind.PASSED)
    await keep(running, passed, settled=(Settled(passed.case, LIMITS),))
    await tell(running)
    (said,) = await said_to(visitor)
    assert "办结，已通过。" in said
    assert "超过" not in said
    assert (await desk.get("words")).body == {"words": [], "count": 0}


# --- opting out and in


async def test_an_enterprise_stops_and_resumes_its_reminders_in_chat(running: Product) -> None:
    visitor = await visitor_of(running, WHO)
    await visitor.says("不要再提醒我了")
    await running.settled(visitor.conversation)
    said, buttons = await last(visitor)
    assert "不再主动提醒" in said
    await keep(running, ACCEPTED)
    await tell(running)
    assert await said_to(visitor) == []

    answer = await visitor.post("messages", json={"button": buttons[0]["payload"], "title": "x"})
    assert answer.status == 202
    await running.settled(visitor.conversation)
    assert "已恢复提醒" in (await last(visitor))[0]
    await keep(running, NEAR)
    await tell(running)
    assert len(await said_to(visitor)) == 1


async def last(visitor: Visitor) -> tuple[str, list[dict[str, str]]]:
    entry = (await visitor.page())["entries"][-1]
    return entry["text"], entry["buttons"]


async def test_who_stops_it_at_night_does_not_hear_what_was_waiting(running: Product) -> None:
    visitor = await visitor_of(running, WHO)
    await keep(running, ACCEPTED)
    await tell(running, quiet=True)
    await visitor.says("不要再提醒我")
    await running.settled(visitor.conversation)
    await tell(running)
    await visitor.says("恢复提醒")
    await running.settled(visitor.conversation)
    await tell(running)
    assert await said_to(visitor) == []


async def test_the_desk_switches_reminders_of_a_conversation(running: Product) -> None:
    visitor, desk = await visitor_of(running, WHO), await running.desk()
    path = f"conversations/{visitor.conversation}/reminders"
    assert (await desk.get(path)).body == {"on": True}
    assert (await desk.post(path, json={"on": False})).body == {"on": False}
    assert (await desk.get(path)).body == {"on": False}
    assert ("note", "王敏关闭了本会话的办件提醒。") in await running.lines(visitor.conversation)
    await keep(running, ACCEPTED)
    await tell(running)
    assert await said_to(visitor) == []
    assert all("提醒" not in text for _, text in await visitor.lines())
    refused = await desk.post(path, json={"on": "yes"})
    assert refused.status == 422
    assert refused.is_problem


# --- what stewards see


async def test_a_steward_sees_what_to_look_at_and_marks_it_as_seen(running: Product) -> None:
    visitor, desk = await visitor_of(running, WHO), await running.desk()
    await keep(running, ACCEPTED, NEAR, GONE, replace(OVER, enterprises=(OTHER.id,), key="other"))
    listed = (await desk.get("words")).body
    assert listed["count"] == 3
    assert [one["label"] for one in listed["words"]] == ["超过时限", "办件消失", "临近时限"]
    assert [one["conversation"] for one in listed["words"]] == [None, *[visitor.conversation] * 2]
    assert listed["words"][2]["enterprise"] == {"id": WHO.id, "name": WHO.name}

    await tell(running)
    (said,) = await said_to(visitor)
    assert GONE.text not in said  # only the steward is told

    number = listed["words"][0]["id"]
    assert (await desk.post(f"words/{number}/seen")).status == 204
    assert (await desk.post(f"words/{number}/seen")).status == 204
    assert (await desk.post("words/999999/seen")).status == 404
    assert (await desk.get("words")).body["count"] == 2


@pytest.mark.parametrize("path", ["words", "digest", f"conversations/{'0' * 32}/reminders"])
async def test_only_stewards_see_it(running: Product, path: str) -> None:
    async with running.browser().get(f"/api/desk/{path}") as response:
        assert response.status == 401


async def test_the_words_of_the_log_name_what_they_said(running: Product) -> None:
    visitor = await visitor_of(running, WHO)
    await keep(running, ACCEPTED)
    await tell(running)
    entry = (await running.entries(visitor.conversation))[-1]
    assert entry.facts == {"words": [ACCEPTED.key]}
    states = sa.text("SELECT state, no FROM word_tellings")
    rows = await running.parts.database.run(lambda c: [tuple(r) for r in c.execute(states)])
    assert rows == [("said", entry.no)]

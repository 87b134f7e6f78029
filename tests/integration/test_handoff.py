"""Who speaks: one steward at a time, the queue, the timer, the end."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator
from datetime import datetime, timedelta

import pytest
import pytest_asyncio

from bot.model.conversation import Draft, EntryKind, Owner, Steward
from bot.model.times import CHINA
from bot.services import hand_over
from bot.services.ports import Log
from bot.storage.database import Database
from tests.fakes.dialogue import ScriptedDialogue
from tests.fakes.product import Product, Visitor, parts_for, product

FRIDAY_MORNING = datetime(2026, 11, 20, 10, 0, tzinfo=CHINA)
WANG, LI = Steward(1, "王敏"), Steward(2, "李强")


@pytest.fixture
def dialogue() -> ScriptedDialogue:
    return ScriptedDialogue(asks_for_human={"转人工": "request"})


@pytest_asyncio.fixture
async def running(database_url: str, dialogue: ScriptedDialogue) -> AsyncIterator[Product]:
    async with product(database_url, dialogue) as running:
        running.hours.is_now(FRIDAY_MORNING)
        yield running


@pytest_asyncio.fixture
async def other_process(database_url: str) -> AsyncIterator[Database]:
    database = Database(database_url)
    yield database
    database.dispose()


async def waiting_visitor(running: Product) -> Visitor:
    visitor = await running.visitor()
    await visitor.says("转人工")
    await running.settled(visitor.conversation)
    return visitor


async def test_a_request_is_queued_and_the_place_is_said(running: Product) -> None:
    first = await waiting_visitor(running)
    running.hours.is_now(FRIDAY_MORNING + timedelta(minutes=1))
    second = await waiting_visitor(running)

    page = await second.page(after=2)
    assert [(e["kind"], e.get("owner")) for e in page["entries"]] == [
        ("owner", "waiting"),
        ("bot", None),
    ]
    assert page["entries"][1]["text"] == (
        "已为您转接人工项目管家，您排在第2位。管家服务时间：工作日08:30—17:00，"
        "预计今天10:31前答复您。等待期间您可以继续提问，我会尽量先回答。"
    )
    assert page["queue"] == {
        "position": 2,
        "hours": "工作日08:30—17:00",
        "answer_by": "2026-11-20T10:31:00.000+08:00",
    }
    assert (await first.page())["queue"]["position"] == 1


async def test_the_queue_moves_up_when_the_first_is_claimed(running: Product) -> None:
    first = await waiting_visitor(running)
    running.hours.is_now(FRIDAY_MORNING + timedelta(minutes=1))
    second = await waiting_visitor(running)
    desk = await running.desk()
    assert [one["id"] for one in await desk.queue()] == [first.conversation, second.conversation]
    assert [one["position"] for one in await desk.queue()] == [1, 2]

    await desk.change("claim", first.conversation)

    assert [one["id"] for one in await desk.queue()] == [second.conversation]
    assert (await second.page())["queue"]["position"] == 1
    assert (await first.page())["queue"] is None


async def test_outside_the_hours_the_promise_is_the_next_working_day(running: Product) -> None:
    running.hours.is_now(FRIDAY_MORNING.replace(hour=21))
    visitor = await waiting_visitor(running)
    assert "预计11月23日09:00前答复您" in (await visitor.lines())[-1][1]


async def test_asked_again_only_the_place_is_repeated(running: Product) -> None:
    visitor = await waiting_visitor(running)
    since = (await running.head(visitor.conversation)).waiting_since
    running.hours.is_now(FRIDAY_MORNING + timedelta(minutes=9))
    await visitor.says("转人工")
    await running.settled(visitor.conversation)

    kinds = [kind for kind, _ in await visitor.lines(after=1)]
    assert kinds == ["user", "owner", "bot", "user", "bot"]
    head = await running.head(visitor.conversation)
    assert (head.epoch, head.waiting_since) == (1, since)


async def test_who_no_longer_wants_a_human_leaves_the_queue_and_is_answered(
    running: Product,
) -> None:
    first = await waiting_visitor(running)
    running.hours.is_now(FRIDAY_MORNING + timedelta(minutes=1))
    second = await waiting_visitor(running)
    desk = await running.desk()

    async with desk.streaming() as stream:
        no = await first.says("不用人工了，施工许可证收费吗")
        await running.settled(first.conversation)
        await stream.until(
            lambda event: (
                event.kind == "changed"
                and event.data["conversation"] == first.conversation
                and event.data["owner"] == "bot"
            )
        )

    assert await first.lines(after=no) == [
        ("owner", "已为您退出人工排队，由我继续为您解答；需要时随时说“转人工”。"),
        ("bot", "答：不用人工了，施工许可证收费吗"),
    ]
    head = await running.head(first.conversation)
    assert (head.owner, head.epoch, head.waiting_since) == (Owner.BOT, 2, None)
    assert (head.answer_by, head.escalated) == (None, False)
    assert [one["id"] for one in await desk.queue()] == [second.conversation]
    assert (await first.page())["queue"] is None
    assert (await second.page())["queue"]["position"] == 1


async def test_who_left_the_queue_may_ask_for_a_human_again(running: Product) -> None:
    visitor = await waiting_visitor(running)
    await visitor.says("算了不转了")
    await running.settled(visitor.conversation)
    running.hours.is_now(FRIDAY_MORNING + timedelta(minutes=9))
    await visitor.says("转人工")
    await running.settled(visitor.conversation)
    head = await running.head(visitor.conversation)
    assert (head.owner, head.epoch) == (Owner.WAITING, 3)
    assert head.waiting_since == FRIDAY_MORNING + timedelta(minutes=9)


async def test_who_does_not_wait_leaves_no_queue(running: Product) -> None:
    visitor = await running.visitor()
    await visitor.says("算了不转了")
    await running.settled(visitor.conversation)
    assert [kind for kind, _ in await visitor.lines(after=1)] == ["user", "bot"]
    assert (await running.head(visitor.conversation)).epoch == 0


async def test_a_steward_who_claims_first_keeps_whom_the_queue_would_have_lost(
    running: Product, dialogue: ScriptedDialogue
) -> None:
    visitor, desk = await waiting_visitor(running), await running.desk()
    dialogue.may_think.clear()
    await visitor.says("不用人工了")
    await dialogue.thinks_about("不用人工了")
    await desk.change("claim", visitor.conversation)
    dialogue.may_think.set()
    await running.settled(visitor.conversation)

    head = await running.head(visitor.conversation)
    assert (head.owner, head.epoch) == (Owner.STEWARD, 2)
    kinds = [kind for kind, _ in await visitor.lines(after=1)]
    assert kinds == ["user", "owner", "bot", "user", "owner"]


async def test_of_two_stewards_who_claim_at_once_one_wins_and_the_other_is_told(
    running: Product,
) -> None:
    visitor = await waiting_visitor(running)
    desks = [await running.desk(f"管家{n}") for n in range(6)]
    epoch = (await running.head(visitor.conversation)).epoch

    answers = await asyncio.gather(
        *(desk.change("claim", visitor.conversation, epoch) for desk in desks)
    )

    assert sorted(answer.status for answer in answers) == [200, 409, 409, 409, 409, 409]
    (winner,) = (d.steward.name for d, a in zip(desks, answers, strict=True) if a.status == 200)
    losers = [answer for answer in answers if answer.status == 409]
    assert all(answer.is_problem for answer in losers)
    assert {answer.body["detail"] for answer in losers} == {f"会话已由{winner}接管。"}
    owners = [e for e in await running.entries(visitor.conversation) if e.kind is EntryKind.OWNER]
    assert [e.author for e in owners] == [None, winner]


async def test_of_two_processes_that_claim_at_once_one_wins(
    running: Product, other_process: Database
) -> None:
    visitor = await waiting_visitor(running)
    hub, conversation = running.parts.hub, visitor.conversation

    results = await asyncio.gather(
        hand_over.claim(running.parts.database, hub, conversation, WANG, 1),
        hand_over.claim(other_process, hub, conversation, LI, 1),
        return_exceptions=True,
    )

    (lost,) = (one for one in results if isinstance(one, hand_over.TakenByAnother))
    (won,) = (one for one in results if not isinstance(one, Exception))
    assert won.steward.name in str(lost)
    assert won.epoch == 2


async def test_a_claim_repeated_by_the_same_steward_changes_nothing(running: Product) -> None:
    visitor, desk = await waiting_visitor(running), await running.desk()
    assert (await desk.change("claim", visitor.conversation, 1)).body["epoch"] == 2
    assert (await desk.change("claim", visitor.conversation, 1)).body["epoch"] == 2


@pytest.mark.parametrize("change", ["claim", "hand-back", "close"])
async def test_a_stale_epoch_is_refused(running: Product, change: str) -> None:
    visitor, desk = await waiting_visitor(running), await running.desk()
    if change != "claim":
        await desk.change("claim", visitor.conversation)
    before = await running.lines(visitor.conversation)
    answer = await desk.change(change, visitor.conversation, epoch=0)
    assert (answer.status, answer.is_problem) == (409, True)
    assert await running.lines(visitor.conversation) == before


@pytest.mark.parametrize("change", ["hand-back", "close"])
async def test_nobody_releases_what_another_steward_has(running: Product, change: str) -> None:
    visitor = await waiting_visitor(running)
    wang, li = await running.desk("王敏"), await running.desk("李强")
    await wang.change("claim", visitor.conversation)
    answer = await li.change(change, visitor.conversation)
    assert (answer.status, answer.body["detail"]) == (409, "会话正由王敏处理。")
    assert (await running.head(visitor.conversation)).owner is Owner.STEWARD


async def test_a_steward_speaks_only_while_the_conversation_is_theirs(running: Product) -> None:
    visitor = await waiting_visitor(running)
    wang, li = await running.desk("王敏"), await running.desk("李强")
    early = await wang.says(visitor.conversation, "还没接管")
    await wang.change("claim", visitor.conversation)
    other = await li.says(visitor.conversation, "别人的会话")
    good = await wang.says(visitor.conversation, "您好")
    await wang.change("hand-back", visitor.conversation)
    late = await wang.says(visitor.conversation, "交回之后")

    assert [a.status for a in (early, other, good, late)] == [409, 409, 202, 409]
    said = [text for kind, text in await running.lines(visitor.conversation) if kind == "steward"]
    assert said == ["您好"]


async def test_a_reply_sent_again_after_handing_back_is_the_same_reply(running: Product) -> None:
    visitor, desk = await waiting_visitor(running), await running.desk()
    await desk.change("claim", visitor.conversation)
    first = await desk.says(visitor.conversation, "您好", key="one-reply")
    await desk.change("hand-back", visitor.conversation)
    again = await desk.says(visitor.conversation, "您好", key="one-reply")
    assert (again.status, again.body) == (202, first.body)


async def test_a_reply_sent_many_times_at_once_is_said_once(
    running: Product, other_process: Database
) -> None:
    visitor = await waiting_visitor(running)
    parts, conversation = running.parts, visitor.conversation
    await hand_over.claim(parts.database, parts.hub, conversation, WANG, 1)
    draft = Draft(EntryKind.STEWARD, "您好", author=WANG.name)

    numbers = await asyncio.gather(
        *(
            hand_over.speak(store, parts.hub, conversation, WANG, draft, "one-reply")
            for store in [parts.database, other_process] * 8
        )
    )

    assert len(set(numbers)) == 1
    assert [k for k, _ in await running.lines(conversation)].count("steward") == 1


async def test_any_steward_may_leave_a_note_and_it_stays_inside(running: Product) -> None:
    visitor = await waiting_visitor(running)
    desk = await running.desk("李强")
    assert (await desk.says(visitor.conversation, "企业很急", how="note")).status == 202

    assert ("note", "企业很急") in await running.lines(visitor.conversation)
    assert "企业很急" not in str(await visitor.page())


async def test_handed_back_the_bot_answers_again(running: Product) -> None:
    visitor, desk = await waiting_visitor(running), await running.desk()
    await desk.change("claim", visitor.conversation)
    answer = await desk.change("hand-back", visitor.conversation)
    assert (answer.body["owner"], answer.body["steward"], answer.body["epoch"]) == ("bot", None, 3)
    await visitor.says("施工许可要什么条件")
    await running.settled(visitor.conversation)
    assert (await visitor.lines())[-1] == ("bot", "答：施工许可要什么条件")


async def test_a_message_opens_a_closed_conversation_anew(running: Product) -> None:
    visitor, desk = await waiting_visitor(running), await running.desk()
    await visitor.says("先记住这个")
    await running.settled(visitor.conversation)
    await desk.change("claim", visitor.conversation)
    assert (await desk.change("close", visitor.conversation)).body["owner"] == "closed"
    assert (await visitor.page())["owner"] == "closed"

    last = (await visitor.page())["last"]
    await visitor.says("又来了")
    await running.settled(visitor.conversation)

    lines = await visitor.lines(after=last)
    assert lines == [("owner", "会话重新开始。"), ("user", "又来了"), ("bot", "答：又来了")]
    head = await running.head(visitor.conversation)
    assert (head.owner, head.epoch, head.state) == (Owner.BOT, 4, {"turns": 1})


async def test_a_wait_longer_than_promised_is_escalated_once(running: Product) -> None:
    visitor = await waiting_visitor(running)
    last = (await running.head(visitor.conversation)).last_no
    await running.time_passes(timedelta(minutes=29))
    assert (await running.head(visitor.conversation)).last_no == last

    await running.time_passes(timedelta(minutes=2))
    await running.time_passes(timedelta(hours=3))

    lines = (await running.lines(visitor.conversation))[last:]
    assert [kind for kind, _ in lines] == ["note", "bot"]
    assert "让您久等了" in lines[1][1]
    desk = await running.desk()
    assert [one["escalated"] for one in await desk.queue()] == [True]


async def test_a_second_wait_may_be_escalated_too(running: Product) -> None:
    visitor, desk = await waiting_visitor(running), await running.desk()
    await running.time_passes(timedelta(minutes=31))
    await desk.change("claim", visitor.conversation)
    await desk.change("hand-back", visitor.conversation)
    await visitor.says("转人工")
    await running.settled(visitor.conversation)
    assert not (await running.head(visitor.conversation)).escalated
    await running.time_passes(timedelta(minutes=31))
    assert [kind for kind, _ in await running.lines(visitor.conversation)].count("note") == 2


async def test_the_timer_is_silent_once_a_steward_has_it(running: Product) -> None:
    visitor, desk = await waiting_visitor(running), await running.desk()
    await desk.change("claim", visitor.conversation)
    running.hours.is_now(FRIDAY_MORNING + timedelta(hours=2))
    assert await running.escalates() == 0


async def test_a_timer_that_a_claim_overtakes_is_silent(
    running: Product, other_process: Database
) -> None:
    """The claim is under way, not yet committed, when the timer looks at the queue."""
    visitor = await waiting_visitor(running)
    running.hours.is_now(FRIDAY_MORNING + timedelta(hours=2))
    claims, may_commit = threading.Event(), threading.Event()

    def claim(log: Log) -> None:
        head = log.lock(visitor.conversation)
        head.owner, head.steward, head.epoch = Owner.STEWARD, WANG, head.epoch + 1
        log.append(head, Draft(EntryKind.OWNER, "接管", owner=Owner.STEWARD))
        log.save(head)
        claims.set()
        assert may_commit.wait(20)

    claiming = asyncio.create_task(other_process.transact(claim))
    assert await asyncio.to_thread(claims.wait, 20)
    timer = asyncio.create_task(running.escalates())
    await running.parts.database.read(lambda log: log.waiting())  # the timer is under way
    may_commit.set()
    await claiming

    assert await timer == 0
    assert (await running.lines(visitor.conversation))[-1] == ("owner", "接管")


async def test_two_timers_at_once_escalate_once(running: Product, database_url: str) -> None:
    visitor = await waiting_visitor(running)
    late = FRIDAY_MORNING + timedelta(hours=2)
    running.hours.is_now(late)
    other = parts_for(database_url, ScriptedDialogue())
    counts = await asyncio.gather(
        running.escalates(),
        hand_over.escalate_overdue(other.database, other.hub, running.hours),
    )
    other.database.dispose()
    assert sorted(counts) == [0, 1]
    assert [kind for kind, _ in await running.lines(visitor.conversation)].count("note") == 1


@pytest.mark.parametrize("owner", [Owner.BOT, Owner.CLOSED])
async def test_every_change_of_owner_raises_the_epoch(running: Product, owner: Owner) -> None:
    visitor, desk = await waiting_visitor(running), await running.desk()
    await desk.change("claim", visitor.conversation)
    await desk.change("close" if owner is Owner.CLOSED else "hand-back", visitor.conversation)
    owners = [e for e in await running.entries(visitor.conversation) if e.kind is EntryKind.OWNER]
    assert [e.facts["epoch"] for e in owners] == [1, 2, 3]
    assert (await running.head(visitor.conversation)).owner is owner

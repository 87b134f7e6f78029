"""The outbox on both databases: order, claims, retries, what is sent again on request."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from datetime import datetime, timedelta, timezone

import pytest
import pytest_asyncio
import sqlalchemy as sa

from bot.model.conversation import Conversation, Draft, EntryKind
from bot.services.ports import Delivery, Log
from bot.storage.database import Database
from bot.storage.outbox import SqlOutbox
from bot.storage.tables import outbox

CHANNELS = ("telegram",)
DELIVERED = frozenset({"telegram", "wecom"})


@pytest_asyncio.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    database = Database(database_url, DELIVERED)
    yield database
    database.dispose()


@pytest.fixture
def box(database: Database) -> SqlOutbox:
    return SqlOutbox(database)


@pytest_asyncio.fixture
async def other_process(database_url: str) -> AsyncIterator[SqlOutbox]:
    database = Database(database_url, DELIVERED)
    yield SqlOutbox(database)
    database.dispose()


async def said(
    database: Database, peer: str, *texts: str, channel: str = "telegram"
) -> Conversation:
    """A conversation in which the bot has said these."""

    def work(log: Log) -> Conversation:
        head = log.open(channel, peer, None)
        for text in texts:
            log.append(head, Draft(EntryKind.BOT, text))
        log.save(head)
        return head

    return await database.transact(work)


async def due(box: SqlOutbox, limit: int = 10) -> Sequence[Delivery]:
    return await box.due(CHANNELS, limit)


async def later(database: Database) -> None:
    """Lets the time pass that claims and retries wait for."""
    past = datetime.now(timezone.utc) - timedelta(seconds=1)
    await database.run(lambda c: c.execute(sa.update(outbox).values(again_at=past)))


async def test_only_what_is_said_to_the_enterprise_goes_out(
    database: Database, box: SqlOutbox
) -> None:
    def work(log: Log) -> None:
        head = log.open("telegram", "555", None)
        for kind in EntryKind:
            log.append(head, Draft(kind, kind.value))
        log.save(head)

    await database.transact(work)
    sent = []
    while found := await due(box):
        sent.extend(delivery.entry.kind for delivery in found)
        await box.sent(found[0], "1")
    assert sent == [EntryKind.BOT, EntryKind.STEWARD, EntryKind.OWNER]


async def test_what_the_widget_reads_is_not_delivered(database: Database, box: SqlOutbox) -> None:
    head = await said(database, "visitor", "您好", channel="web")
    assert await box.states(head.id, 0) == {}


async def test_a_channel_only_gets_its_own(database: Database, box: SqlOutbox) -> None:
    await said(database, "zhang", "给企业微信的", channel="wecom")
    assert await due(box) == []
    (delivery,) = await box.due(("wecom", "telegram"), 10)
    assert (delivery.channel, delivery.peer) == ("wecom", "zhang")


async def test_an_entry_that_is_rolled_back_is_never_delivered(
    database: Database, box: SqlOutbox
) -> None:
    head = await said(database, "555")

    def work(log: Log) -> None:
        log.append(log.lock(head.id), Draft(EntryKind.BOT, "没说出口"))
        raise InterruptedError

    with pytest.raises(InterruptedError):
        await database.transact(work)
    assert await due(box) == []


async def test_the_next_of_a_conversation_waits_for_the_one_before(
    database: Database, box: SqlOutbox
) -> None:
    await said(database, "555", "一", "二", "三")
    order = []
    for _ in range(3):
        (delivery,) = await due(box)
        assert await due(box) == []  # claimed, and the next is not due before it is through
        order.append(delivery.entry.text)
        await box.sent(delivery, "1")
    assert order == ["一", "二", "三"]
    assert await due(box) == []


async def test_conversations_do_not_wait_for_each_other(database: Database, box: SqlOutbox) -> None:
    for peer in ("a", "b", "c"):
        await said(database, peer, f"给{peer}", "第二句")
    assert [delivery.peer for delivery in await due(box)] == ["a", "b", "c"]


async def test_a_limit_is_kept_and_the_oldest_go_first(database: Database, box: SqlOutbox) -> None:
    for peer in ("a", "b", "c"):
        await said(database, peer, "您好")
    assert [delivery.peer for delivery in await due(box, 2)] == ["a", "b"]
    assert [delivery.peer for delivery in await due(box, 2)] == ["c"]


async def test_two_processes_never_claim_the_same(
    database: Database, box: SqlOutbox, other_process: SqlOutbox
) -> None:
    for number in range(40):
        await said(database, f"peer {number}", "一", "二")
    rounds = await asyncio.gather(*(due(one, 7) for one in [box, other_process] * 10))
    claimed = [(delivery.peer, delivery.entry.no) for found in rounds for delivery in found]
    assert len(claimed) == len(set(claimed)) == 40
    assert {no for _, no in claimed} == {1}


async def test_a_claim_lapses_when_its_process_dies(database: Database, box: SqlOutbox) -> None:
    await said(database, "555", "您好")
    (first,) = await due(box)
    await later(database)
    (again,) = await due(box)
    assert (again.id, first.attempts, again.attempts) == (first.id, 1, 2)


async def test_a_failure_waits_until_its_time_and_holds_back_the_next(
    database: Database, box: SqlOutbox
) -> None:
    head = await said(database, "555", "一", "二")
    (delivery,) = await due(box)
    await box.failed(delivery, "对方没有应答", datetime.now(timezone.utc) + timedelta(hours=1))
    assert await due(box) == []
    assert await box.states(head.id, 0) == {1: ("pending", "对方没有应答"), 2: ("pending", None)}
    await later(database)
    (again,) = await due(box)
    assert (again.entry.text, again.attempts) == ("一", 2)


async def test_a_delivery_given_up_lets_the_next_go(database: Database, box: SqlOutbox) -> None:
    head = await said(database, "555", "一", "二")
    (delivery,) = await due(box)
    await box.failed(delivery, "对方已停用", None)
    (following,) = await due(box)
    assert following.entry.text == "二"
    assert await box.states(head.id, 0) == {1: ("failed", "对方已停用"), 2: ("pending", None)}
    assert await box.states(head.id, 1) == {2: ("pending", None)}


async def test_what_failed_is_sent_again_on_request(database: Database, box: SqlOutbox) -> None:
    head = await said(database, "555", "一")
    (delivery,) = await due(box)
    await box.failed(delivery, "对方已停用", None)
    await later(database)
    assert await due(box) == []

    assert await box.resend(head.id, 1)
    (again,) = await due(box)
    assert (again.entry.text, again.attempts) == ("一", 1)
    await box.sent(again, "1002")
    assert await box.states(head.id, 0) == {1: ("sent", None)}


@pytest.mark.parametrize("no", [1, 2, 99])
async def test_only_what_failed_is_sent_again(database: Database, box: SqlOutbox, no: int) -> None:
    head = await said(database, "555", "一", "二")
    (delivery,) = await due(box)
    await box.sent(delivery, "1001")
    assert not await box.resend(head.id, no)


async def test_a_message_of_several_parts_goes_on_where_it_stopped(
    database: Database, box: SqlOutbox
) -> None:
    await said(database, "555", "很长的一段")
    (delivery,) = await due(box)
    await box.progressed(delivery, 2)
    await later(database)
    (again,) = await due(box)
    assert again.parts_sent == 2

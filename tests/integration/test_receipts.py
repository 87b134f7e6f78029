"""Receipts: stored with the answer, shown again, compared with today's catalogue."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import date, datetime, timedelta, timezone

import pytest
import pytest_asyncio
import sqlalchemy as sa

from bot.model.conversation import Draft, Enterprise, EntryKind
from bot.model.receipt import Receipt, new_code, read_code, spelled
from bot.model.reply import Reply
from bot.services.issue_receipt import with_receipt
from bot.services.ports import Log
from bot.services.review_receipts import Since, UnknownVersion, list_outdated, what_changed
from bot.storage.database import Database
from bot.storage.receipts import Receipts
from bot.storage.tables import receipt_contents, receipts
from knowledge.loader import Catalogue
from tests.fakes.matters import a_catalogue, with_limit

TODAY = date(2026, 11, 23)
ENTERPRISE = Enterprise("91210100MA0000001X", "沈阳测试有限公司")


@pytest_asyncio.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    database = Database(database_url)
    yield database
    database.dispose()


@pytest.fixture
def catalogue() -> Catalogue:
    return a_catalogue()


def answer(catalogue: Catalogue, aspect: str = "time_limit", day: date = TODAY) -> Reply:
    facts = {"matter": "permit", "aspects": [aspect], "catalogue": catalogue.version}
    return with_receipt(catalogue, Reply("自受理之日起7日内", facts=facts), day, TODAY)


async def tell(database: Database, reply: Reply, peer: str = "小李") -> str:
    """Says a reply to somebody; the conversation."""

    def work(log: Log) -> str:
        head = log.find_by_peer("web", peer) or log.open("web", peer, ENTERPRISE)
        draft = Draft(EntryKind.BOT, reply.text, facts=reply.facts, receipt=reply.receipt)
        log.append(head, draft)
        log.save(head)
        return head.id

    return await database.transact(work)


async def count(database: Database, table: sa.Table) -> int:
    query = sa.select(sa.func.count()).select_from(table)
    return await database.run(lambda c: int(c.execute(query).scalar_one()), write=False)


def code_of(reply: Reply) -> str:
    assert reply.receipt
    return reply.receipt.code


async def test_a_receipt_shows_what_was_said_and_from_what(
    database: Database, catalogue: Catalogue
) -> None:
    reply = answer(catalogue)
    conversation = await tell(database, reply)

    issued = await Receipts(database).find(code_of(reply))

    assert issued
    assert reply.text.endswith(f"\n答复凭证 {spelled(issued.code)}")
    assert (issued.conversation, issued.matter) == (conversation, "permit")
    assert issued.told["catalogue"] == catalogue.version
    assert issued.content["text"] == "自受理之日起7日内"
    assert issued.content["fields"]["statutory_limits"][0]["days"] == 7
    assert issued.content["sources"] == {"测试法": "测试法"}
    assert datetime.now(timezone.utc) - issued.at < timedelta(minutes=1)


async def test_an_answer_and_its_receipt_are_stored_together_or_not_at_all(
    database: Database, catalogue: Catalogue
) -> None:
    reply = answer(catalogue)

    def broken(log: Log) -> None:
        head = log.open("web", "小王", None)
        log.append(head, Draft(EntryKind.BOT, reply.text, receipt=reply.receipt))
        raise RuntimeError("the power fails")

    with pytest.raises(RuntimeError):
        await database.transact(broken)

    assert await count(database, receipts) == 0
    # What was never committed is not taken for stored: the same content is written again.
    await tell(database, answer(catalogue))
    assert await count(database, receipt_contents) == 1


async def test_equal_contents_are_stored_once(database: Database, catalogue: Catalogue) -> None:
    other_process = Database(database.url.render_as_string(hide_password=False))
    for store, peer in ((database, "甲"), (database, "乙"), (other_process, "丙")):
        await tell(store, answer(catalogue), peer)
    other_process.dispose()

    assert await count(database, receipts) == 3
    assert await count(database, receipt_contents) == 1


async def test_answers_at_the_same_moment_share_a_content(
    database: Database, catalogue: Catalogue
) -> None:
    await asyncio.gather(*(tell(database, answer(catalogue), f"第{n}位") for n in range(8)))

    assert await count(database, receipts) == 8
    assert await count(database, receipt_contents) == 1


async def test_a_reply_without_facts_of_the_catalogue_has_no_receipt(catalogue: Catalogue) -> None:
    plain = Reply("您好")
    of_another_version = Reply("7日", facts={"matter": "permit", "aspects": ["fee"]})

    assert with_receipt(catalogue, plain, TODAY, TODAY) is plain
    assert with_receipt(catalogue, of_another_version, TODAY, TODAY) is of_another_version


async def test_an_unchanged_catalogue_leaves_nothing_to_correct(
    database: Database, catalogue: Catalogue
) -> None:
    await tell(database, answer(catalogue))

    assert await list_outdated(Receipts(database), catalogue, TODAY) == []


async def test_who_was_told_the_old_rule_is_listed(
    database: Database, catalogue: Catalogue
) -> None:
    reply = answer(catalogue)
    conversation = await tell(database, reply)
    await tell(database, answer(catalogue, "fee"), "别人")

    (found,) = await list_outdated(Receipts(database), with_limit(catalogue, 5), TODAY)

    assert (found.conversation.id, found.code, found.no) == (conversation, code_of(reply), 1)
    assert found.conversation.enterprise == ENTERPRISE
    assert found.name == "施工许可"
    assert "法定时限由“自受理之日起7日内”改为“自受理之日起5日内”。" in found.changes


async def test_a_later_answer_about_the_same_replaces_the_old_one(
    database: Database, catalogue: Catalogue
) -> None:
    changed = with_limit(catalogue, 5)
    await tell(database, answer(catalogue))
    await tell(database, answer(changed))

    assert await list_outdated(Receipts(database), changed, TODAY) == []


async def test_what_a_steward_has_settled_is_not_listed_again(
    database: Database, catalogue: Catalogue
) -> None:
    reply = answer(catalogue)
    await tell(database, reply)
    store = Receipts(database)

    assert await store.settle(code_of(reply), "王敏")
    assert not await store.settle(new_code(), "王敏")
    assert await list_outdated(store, with_limit(catalogue, 5), TODAY) == []


async def test_the_list_can_begin_at_a_moment_or_at_a_version(
    database: Database, catalogue: Catalogue
) -> None:
    await tell(database, answer(catalogue), "先问的")
    later = with_limit(catalogue, 6)
    await tell(database, answer(later), "后问的")
    store, newest = Receipts(database), with_limit(catalogue, 5)
    tomorrow = datetime.now(timezone.utc) + timedelta(days=1)

    async def peers(since: Since) -> list[str]:
        found = await list_outdated(store, newest, TODAY, since)
        return [one.conversation.peer for one in found]

    assert await peers(Since()) == ["后问的", "先问的"]
    assert await peers(Since(version=later.version)) == ["后问的"]
    assert await peers(Since(at=tomorrow)) == []
    with pytest.raises(UnknownVersion):
        await peers(Since(version="never"))


def test_an_answer_about_another_day_is_compared_with_that_day(catalogue: Catalogue) -> None:
    matter = catalogue.matters["permit"]
    old = matter.statutory_limits[0].copy(update={"valid_to": date(2026, 6, 30)})
    new = matter.statutory_limits[0].copy(
        update={"valid_from": date(2026, 7, 1), "text": "自受理之日起3日内", "days": 3}
    )
    both = {"permit": matter.copy(update={"statutory_limits": [old, new]})}
    dated = replace(catalogue, matters=both, version="dated")
    receipt = answer(dated, day=date(2026, 3, 3)).receipt
    assert receipt

    def changed(receipt: Receipt, today: date) -> list[str]:
        return [
            one.text for one in what_changed(dated, "permit", json.loads(receipt.content), today)
        ]

    assert changed(receipt, TODAY) == []
    of_its_day = answer(dated).receipt
    assert of_its_day
    assert changed(of_its_day, TODAY) == []


def test_a_matter_that_is_gone_is_said(catalogue: Catalogue) -> None:
    content = {"name": "施工许可", "fields": {}}

    found = what_changed(replace(catalogue, matters={}), "permit", content, TODAY)

    assert [one.text for one in found] == ["事项：删去“施工许可”。"]


def test_codes_are_read_as_people_write_them() -> None:
    codes = {new_code() for _ in range(1000)}

    assert len(codes) == 1000
    assert all(read_code(code) == code for code in codes)
    assert spelled("0123456789") == "0123-456789"
    assert read_code(" oi23-4567-89 ") == "0123456789"
    assert [read_code(text) for text in ("", "0123", "0123-45678U", "《建筑法》")] == [None] * 4

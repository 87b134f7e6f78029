"""Answers that may need correcting: at the desk and on the command line."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest_asyncio
from click.testing import CliRunner

from bot.cli import cli
from bot.model.conversation import Draft, Enterprise, EntryKind
from bot.model.receipt import new_code, spelled
from bot.model.reply import Reply
from bot.model.times import CHINA
from bot.services.issue_receipt import with_receipt
from bot.services.ports import Log
from bot.storage.database import Database, make_engine
from bot.storage.migrate import migrate
from knowledge.loader import Catalogue, load_catalogue
from tests.fakes.dialogue import ScriptedDialogue
from tests.fakes.matters import a_catalogue, with_limit
from tests.fakes.product import Desk, Product, product

WHO = Enterprise("91210100MA0000001X", "沈阳测试有限公司")


def limit_of(catalogue: Catalogue, matter: str) -> Reply:
    facts = {"matter": matter, "aspects": ["time_limit"], "catalogue": catalogue.version}
    today = datetime.now(CHINA).date()
    return with_receipt(catalogue, Reply("7日", facts=facts), today, today)


async def tell(database: Database, reply: Reply) -> tuple[str, str]:
    """The conversation and the code of the receipt."""

    def work(log: Log) -> str:
        head = log.open("web", "小李", WHO)
        log.append(head, Draft(EntryKind.BOT, reply.text, facts=reply.facts, receipt=reply.receipt))
        log.save(head)
        return head.id

    assert reply.receipt
    return await database.transact(work), reply.receipt.code


@pytest_asyncio.fixture
async def running(database_url: str) -> AsyncIterator[Product]:
    changed = with_limit(a_catalogue(), 5)
    async with product(database_url, ScriptedDialogue(), catalogue=lambda: changed) as running:
        yield running


@pytest_asyncio.fixture
async def desk(running: Product) -> Desk:
    return await running.desk()


async def test_the_desk_lists_them_and_marks_them_corrected(running: Product, desk: Desk) -> None:
    conversation, code = await tell(running.parts.database, limit_of(a_catalogue(), "permit"))

    (listed,) = (await desk.get("changes")).body["changes"]
    assert listed["conversation"] == conversation
    assert listed["receipt"] == code
    assert listed["enterprise"] == {"id": WHO.id, "name": WHO.name}
    assert listed["matter"] == {"id": "permit", "name": "施工许可"}
    assert "法定时限由“自受理之日起7日内”改为“自受理之日起5日内”。" in listed["changes"]

    assert (await desk.post(f"changes/{code}/settled")).status == 204
    assert (await desk.get("changes")).body == {"changes": []}
    assert (await desk.post(f"changes/{new_code()}/settled")).status == 404


async def test_only_stewards_see_and_settle_them(running: Product, desk: Desk) -> None:
    _, code = await tell(running.parts.database, limit_of(a_catalogue(), "permit"))
    stranger = Desk(running.browser(), desk.steward)

    assert (await stranger.get("changes")).status == 401
    assert (await stranger.post(f"changes/{code}/settled")).status == 401
    assert (
        await desk.post(f"changes/{code}/settled", headers={"X-Bangban-Desk": ""})
    ).status == 403
    assert len((await desk.get("changes")).body["changes"]) == 1


# --- the command line


def run(folder: Path, *arguments: str) -> tuple[int, str, str]:
    database = f"sqlite:///{folder / 'bangban.db'}"
    result = CliRunner().invoke(cli, [*arguments, "--database", database])
    return result.exit_code, result.stdout, result.stderr


def prepared(folder: Path) -> str:
    url = f"sqlite:///{folder / 'bangban.db'}"
    engine = make_engine(url)
    migrate(engine)
    engine.dispose()
    return url


def test_changes_lists_who_was_told_the_old_rule(tmp_path: Path) -> None:
    slug = "construction-permit"
    matter = load_catalogue().matters[slug]
    old = matter.statutory_limits[0].copy(update={"text": "自收到申请之日起15日内发证", "days": 15})
    changed = {slug: matter.copy(update={"statutory_limits": [old]})}
    catalogue = replace(load_catalogue(), matters=changed, version="before")
    database = Database(prepared(tmp_path))
    conversation, code = asyncio.run(tell(database, limit_of(catalogue, slug)))
    database.dispose()

    exit_code, out, _ = run(tmp_path, "changes", "--json")
    document = json.loads(out)
    since_later = json.loads(run(tmp_path, "changes", "--json", "--since", "2999-01-01")[1])
    shown = run(tmp_path, "changes")[1]

    assert exit_code == 0
    (found,) = document["changes"]
    assert (found["conversation"], found["receipt"]) == (conversation, code)
    assert any("15日" in line for line in found["changes"])
    assert since_later["changes"] == []
    assert spelled(code) in shown


def test_a_version_that_nobody_was_told_of_is_refused(tmp_path: Path) -> None:
    prepared(tmp_path)

    exit_code, _, error = run(tmp_path, "changes", "--since", "nonsense")

    assert exit_code == 1
    assert "nonsense" in error
    assert run(tmp_path, "changes")[1].startswith("没有需要更正的答复")


def test_a_notice_on_the_command_line_has_a_receipt(tmp_path: Path) -> None:
    prepared(tmp_path)
    file = tmp_path / "告知书.html"

    exit_code, out, error = run(
        tmp_path, "notice", "construction-permit", "--fact", "tendered=yes", "--output", str(file)
    )

    assert (exit_code, error) == (0, "")
    assert "一次性告知书" in out
    page = file.read_text("utf-8")
    assert "答复凭证" in page
    assert "<style>" in page


def test_without_a_database_a_notice_has_none_and_says_so(tmp_path: Path) -> None:
    file = tmp_path / "notice.pdf"

    exit_code, _, error = run(tmp_path, "notice", "construction-permit", "--output", str(file))

    assert exit_code == 0
    assert "不印答复凭证" in error
    assert file.read_bytes().startswith(b"%PDF")
    assert not (tmp_path / "bangban.db").exists()


def test_a_notice_of_a_wrong_kind_or_for_a_wrong_fact_is_a_wrong_call(tmp_path: Path) -> None:
    target = str(tmp_path / "n.pdf")

    wrong = [
        ("construction-permit", "--output", str(tmp_path / "n.txt")),
        ("no-such-matter", "--output", target),
        ("construction-permit", "--fact", "colour=red", "--output", target),
        ("construction-permit", "--place", "火星", "--output", target),
    ]

    assert [run(tmp_path, "notice", *arguments)[0] for arguments in wrong] == [2, 2, 2, 2]

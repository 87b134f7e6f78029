"""What is missing, as it is told, printed and ticked: chat, page and desk on real storage."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from html import unescape
from pathlib import Path

import pytest
import pytest_asyncio

from bot.model.case import SHANGHAI
from bot.model.conversation import Draft, Enterprise, EntryKind
from bot.model.reply import Reply
from bot.services.assistant import Assistant
from bot.services.give_checklist import OPEN_FOR, TITLE
from bot.services.my_cases import Wanted
from bot.services.my_missing import tell_missing
from bot.services.name_matter import by_exact_name
from bot.services.platform_port import PlatformUnavailable
from bot.services.ports import Log
from bot.services.review_receipts import list_outdated
from bot.settings import ROOT
from bot.storage.ledger_readings import SqlReadings
from bot.storage.papers import SqlPapers
from bot.storage.receipts import Receipts
from connectors.platforms.demo import SAMPLE_ENTERPRISES, write_sample_file
from connectors.platforms.spgl import SpglPlatform
from knowledge.live import shared_catalogue
from tests.fakes.dialogue import ScriptedDialogue
from tests.fakes.product import Answer, Product, answer_of, product

FACTORY = "2509-210106-04-01-900001"
HOUSES = "2510-210213-04-01-900002"
MACHINES, HOMES, *_ = (Enterprise(e.credit_code, e.name) for e in SAMPLE_ENTERPRISES)
INSURANCE = "工伤保险参保证明"


@dataclass
class Clock:
    now: datetime = datetime(2026, 11, 20, 18, tzinfo=SHANGHAI)

    def __call__(self) -> datetime:
        return self.now

    def passes(self, how_long: timedelta) -> None:
        self.now += how_long


@pytest.fixture
def clock() -> Clock:
    return Clock()


class City:
    """The file of the city's platform."""

    def __init__(self, file: Path) -> None:
        self.file = file
        write_sample_file(file, date(2026, 11, 20))

    def goes_away(self) -> None:
        self.file.unlink()


@pytest.fixture
def city(tmp_path: Path) -> City:
    return City(tmp_path / "city.db")


@pytest.fixture
def assistant(database_url: str, city: City, clock: Clock) -> Assistant:
    catalogue = shared_catalogue(ROOT / "knowledge")
    return Assistant(
        catalogue=catalogue,
        platform=SpglPlatform(f"sqlite:///{city.file}"),
        name_to_matter=by_exact_name(catalogue().matters),
        now=clock,
        place="liaoning",
        readings=SqlReadings(database_url),
        papers=SqlPapers(database_url),
    )


@pytest_asyncio.fixture
async def running(database_url: str, assistant: Assistant) -> AsyncIterator[Product]:
    async with product(database_url, ScriptedDialogue(), assistant=assistant) as running:
        yield running


def missing(assistant: Assistant, who: Enterprise = MACHINES, code: str = FACTORY) -> Reply:
    return tell_missing(assistant, who, Wanted(f"项目{code}还缺什么材料"))


async def given(running: Product, reply: Reply, who: Enterprise = MACHINES) -> str:
    """The reply as the bot says it; the address of its page."""

    def work(log: Log) -> None:
        head = log.open("web", f"portal:{who.id}", who)
        log.append(head, Draft(EntryKind.BOT, reply.text, facts=reply.facts, receipt=reply.receipt))
        log.save(head)

    await running.parts.database.transact(work)
    return str(reply.facts["checklist"]["page"])


async def opened(running: Product, path: str) -> Answer:
    async with running.browser().get(path, headers={"Accept": "text/html"}) as response:
        return await answer_of(response)


# --- the page


async def test_what_was_told_can_be_printed(running: Product, assistant: Assistant) -> None:
    reply = missing(assistant)
    answer = await opened(running, await given(running, reply))

    page = unescape(answer.body.decode())
    assert answer.status == 200
    assert answer.headers["Cache-Control"] == "no-store"
    assert TITLE in page
    assert MACHINES.name in page
    assert "办理意见：缺少工伤保险参保证明" in page
    assert "办理意见：建设资金已经落实承诺书未加盖公章" in page
    assert page.index(INSURANCE) < page.index("<strong>施工合同</strong>")


async def test_only_the_whole_address_opens_it(running: Product, assistant: Assistant) -> None:
    path = await given(running, missing(assistant))
    code, key = path.removeprefix("/checklists/").split("-")

    others = [f"{code}-{'0' * len(key)}", code, f"{code}-", f"{'0' * len(code)}-{key}", f"{code}-é"]
    answers = [await opened(running, f"/checklists/{other}") for other in others]
    answers.append(await opened(running, f"/receipts/{code}"))

    assert [answer.status for answer in answers] == [404] * len(answers)
    assert not any(MACHINES.name in str(answer.body) for answer in answers)
    assert answers[0].body == answers[1].body == answers[3].body


async def test_it_closes_after_its_time(
    running: Product, assistant: Assistant, clock: Clock
) -> None:
    path = await given(running, missing(assistant))
    clock.passes(OPEN_FOR - timedelta(minutes=1))
    assert (await opened(running, path)).status == 200
    clock.passes(timedelta(minutes=1))
    assert (await opened(running, path)).status == 404


async def test_it_closes_when_the_conversation_is_no_longer_the_enterprises(
    running: Product, assistant: Assistant
) -> None:
    path = await given(running, missing(assistant))

    def revoke(log: Log) -> None:
        head = log.find_by_peer("web", f"portal:{MACHINES.id}")
        assert head
        head.enterprise = None
        log.save(head)

    await running.parts.database.transact(revoke)
    assert (await opened(running, path)).status == 404


async def test_nobody_is_asked_to_correct_a_checklist(
    running: Product, assistant: Assistant
) -> None:
    await given(running, missing(assistant))
    receipts = Receipts(running.parts.database)
    assert await list_outdated(receipts, assistant.catalogue(), date(2026, 11, 20)) == []


def test_what_an_earlier_matter_issued_counts_when_one_matter_is_asked_for(
    assistant: Assistant,
) -> None:
    wanted = Wanted(f"{FACTORY}还缺什么材料", "construction-permit")
    said = tell_missing(assistant, MACHINES, wanted).text
    assert "本项目此前已有，请窗口核对能否共用：特殊建设工程消防设计审查合格意见（收到：" in said
    assert said.count("【") == 1


def test_who_is_nobody_gets_no_list(assistant: Assistant) -> None:
    assert "checklist" not in tell_missing(assistant, None, Wanted(FACTORY)).facts
    assert "checklist" not in missing(assistant, HOMES).facts
    assert INSURANCE not in missing(assistant, HOMES).text


# --- while the platform is away


def test_the_last_reading_is_told_with_its_time(
    assistant: Assistant, city: City, clock: Clock
) -> None:
    live = missing(assistant)
    city.goes_away()
    clock.passes(timedelta(hours=3))

    said = missing(assistant)

    first, *rest = said.text.splitlines()
    assert "审批系统现在读不到。下面是2026年11月20日18:00最后一次读到的情况" in first
    assert INSURANCE in said.text
    assert [line for line in rest if line.startswith(("1.", "2.", "【"))] == [
        line for line in live.text.splitlines() if line.startswith(("1.", "2.", "【"))
    ]


def test_a_reading_without_materials_tells_no_list(assistant: Assistant, city: City) -> None:
    from bot.services.my_cases import tell_status

    tell_status(assistant, MACHINES, Wanted(f"{FACTORY}到哪一步了"))
    city.goes_away()
    with pytest.raises(PlatformUnavailable):
        missing(assistant)


# --- the desk


def lines_of(answer: Answer, case_no: str) -> dict[str, dict[str, object]]:
    cases = [case for project in answer.body["projects"] for case in project["cases"]]
    (case,) = [case for case in cases if case["case_no"] == case_no]
    return {line["name"]: line for line in case["lines"]}


async def test_a_steward_ticks_a_paper_and_takes_it_back(
    running: Product, assistant: Assistant, clock: Clock
) -> None:
    desk = await running.desk()
    first = await desk.get(f"checklists?project={FACTORY}")
    assert first.status == 200, first
    (project,) = first.body["projects"]
    case = project["cases"][0]
    assert case["open"]
    assert case["matter"] == "建筑工程施工许可证核发"
    assert lines_of(first, case["case_no"])[INSURANCE]["state"] == "missing"

    wish = {"project": FACTORY, "case_no": case["case_no"], "material": INSURANCE}
    ticked = await desk.post("papers", json=wish)
    again = await desk.post("papers", json=wish)
    assert ticked.status == again.status == 201
    assert ticked.body == again.body
    assert ticked.body["by"] == "王敏"

    after = lines_of(await desk.get(f"checklists?project={FACTORY}"), case["case_no"])[INSURANCE]
    assert after["state"] == "paper"
    assert "王敏2026年11月20日18:00登记收到纸质件" in str(after["where"])
    assert f"窗口已收纸质件：{INSURANCE}（王敏2026年11月20日18:00" in missing(assistant).text

    number = ticked.body["paper"]
    headers = {"X-Bangban-Desk": "1"}
    async with desk.http.delete(f"/api/desk/papers/{number}", headers=headers) as response:
        assert response.status == 204
    async with desk.http.delete(f"/api/desk/papers/{number}", headers=headers) as response:
        assert response.status == 404
    last = lines_of(await desk.get(f"checklists?project={FACTORY}"), case["case_no"])[INSURANCE]
    assert last["state"] == "missing"
    assert (await desk.post("papers", json=wish)).body["paper"] != number


async def test_a_conversation_brings_its_enterprises_projects(
    running: Product, assistant: Assistant, city: City
) -> None:
    desk = await running.desk()
    await given(running, missing(assistant))
    head = await running.parts.database.read(
        lambda log: log.find_by_peer("web", f"portal:{MACHINES.id}")
    )
    assert head
    answer = await desk.get(f"checklists?conversation={head.id}")
    codes = [project["code"] for project in answer.body["projects"]]
    assert FACTORY in codes
    assert HOUSES not in codes
    assert answer.body["told_again"] is None

    city.goes_away()
    away = await desk.get(f"checklists?conversation={head.id}")
    assert away.status == 200
    assert "最后一次读到的情况" in away.body["told_again"]


async def test_what_the_desk_refuses(running: Product) -> None:
    desk = await running.desk()
    visitor = await running.visitor()
    answers = {
        "an unknown project": await desk.get("checklists?project=2509-210106-04-01-999999"),
        "nothing named": await desk.get("checklists"),
        "a visitor without identity": await desk.get(
            f"checklists?conversation={visitor.conversation}"
        ),
        "an unknown conversation": await desk.get(f"checklists?conversation={'0' * 32}"),
        "an empty tick": await desk.post("papers", json={"project": FACTORY}),
    }
    assert {what: answer.status for what, answer in answers.items()} == {
        "an unknown project": 404,
        "nothing named": 422,
        "a visitor without identity": 422,
        "an unknown conversation": 404,
        "an empty tick": 422,
    }
    stranger = replace(desk, http=running.browser())
    assert (await stranger.get(f"checklists?project={FACTORY}")).status == 401
    forged = await desk.post("papers", json={}, headers={"X-Bangban-Desk": ""})
    assert forged.status == 403

"""A steward takes a conversation over, answers, and hands it back: both sides, as they see it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest_asyncio

from bot.model.conversation import Button, Draft, Enterprise, EntryKind
from bot.model.times import CHINA
from connectors.channels.web.identity import sign
from tests.fakes.dialogue import ScriptedDialogue
from tests.fakes.product import SITE, SITE_KEY, Answer, Desk, Product, Visitor, product

FACTORY = Enterprise("91210100MA0XXXXX0A", "沈阳示例机床有限公司")
MORNING = datetime(2026, 11, 20, 10, 0, tzinfo=CHINA)
OFFER = Draft(EntryKind.BOT, "您指的是哪一项？", buttons=(Button("消防验收备案", "/pick{1}"),))


@dataclass
class Office:
    """Everybody who takes part."""

    product: Product
    dialogue: ScriptedDialogue
    visitors: list[Visitor] = field(default_factory=list)
    desks: dict[str, Desk] = field(default_factory=dict)
    answers: dict[str, Answer] = field(default_factory=dict)

    @property
    def visitor(self) -> Visitor:
        return self.visitors[0]


@pytest_asyncio.fixture
async def office(database_url: str) -> AsyncIterator[Office]:
    dialogue = ScriptedDialogue({"消防备案": [OFFER]}, {"转人工": "request"})
    async with product(database_url, dialogue) as running:
        running.hours.is_now(MORNING)
        yield Office(running, dialogue)


async def test_a_steward_takes_over_answers_and_hands_back(office: Office) -> None:
    await given_a_verified_enterprise(office)
    await given_a_steward(office, "王敏")
    await when_the_enterprise_says(office, "施工许可证要什么材料")
    await when_the_enterprise_says(office, "转人工")
    await then_the_enterprise_is_told(office, "您排在第1位")
    await then_the_desk_shows_who_waits(office, "王敏", FACTORY.name)

    await when_a_steward_claims(office, "王敏")
    await when_the_enterprise_says(office, "在吗")
    await when_a_steward_replies(office, "王敏", "在的，图审合格书还差一份。")
    await then_the_enterprise_is_told(office, "在的，图审合格书还差一份。")

    await when_a_steward_hands_back(office, "王敏")
    await when_the_enterprise_says(office, "办理期限几天")
    await then_the_enterprise_sees_in_order(
        office,
        [
            ("user", "施工许可证要什么材料"),
            ("bot", "答：施工许可证要什么材料"),
            ("user", "转人工"),
            ("owner", "已转人工，等待项目管家接入。"),
            ("bot", None),
            ("owner", "项目管家王敏为您服务。"),
            ("user", "在吗"),
            ("steward", "在的，图审合格书还差一份。"),
            ("owner", "已转回智能助手为您服务。"),
            ("user", "办理期限几天"),
            ("bot", "答：办理期限几天"),
        ],
    )


async def test_the_bot_never_speaks_over_a_steward(office: Office) -> None:
    await given_a_visitor(office)
    await given_a_steward(office, "王敏")
    await when_the_enterprise_says(office, "消防备案")
    await given_the_bot_is_still_thinking_about(office, "要多少天")
    await when_a_steward_claims(office, "王敏")
    await when_the_bot_has_thought(office)
    await when_the_enterprise_presses(office, "/pick{1}", "消防验收备案")
    await when_the_promised_time_has_passed(office)
    await when_the_enterprise_says(office, "转人工")
    await then_between_claim_and_return_only_people_speak(office)


async def test_two_stewards_reach_for_the_same_conversation(office: Office) -> None:
    await given_a_visitor(office)
    await given_a_steward(office, "王敏")
    await given_a_steward(office, "李强")
    await when_the_enterprise_says(office, "转人工")
    await when_both_claim_at_once(office, "王敏", "李强")
    winner, loser = then_one_has_it_and_the_other_is_told(office)
    await when_a_steward_replies(office, winner, "您好")
    await then_a_reply_is_refused(office, loser)


async def test_nobody_comes_in_time(office: Office) -> None:
    await given_a_visitor(office)
    await when_the_enterprise_says(office, "转人工")
    await when_the_promised_time_has_passed(office)
    await when_the_promised_time_has_passed(office)
    await then_the_wait_is_escalated_once(office)


async def test_the_enterprise_comes_back_after_the_end(office: Office) -> None:
    await given_a_verified_enterprise(office)
    await given_a_steward(office, "王敏")
    await when_the_enterprise_says(office, "转人工")
    await when_a_steward_claims(office, "王敏")
    await when_a_steward_closes(office, "王敏")
    await given_a_verified_enterprise(office)  # another day, another computer
    await then_it_is_the_same_conversation(office)
    await when_the_enterprise_says(office, "还有个问题")
    await then_the_enterprise_is_told(office, "答：还有个问题")


async def given_a_visitor(office: Office) -> None:
    office.visitors.insert(0, await office.product.visitor())


async def given_a_verified_enterprise(office: Office) -> None:
    token = sign(SITE, "报建员小李", FACTORY, SITE_KEY, timedelta(minutes=5))
    office.visitors.insert(0, await office.product.visitor(token))


async def given_a_steward(office: Office, name: str) -> None:
    office.desks[name] = await office.product.desk(name)


async def given_the_bot_is_still_thinking_about(office: Office, text: str) -> None:
    office.dialogue.may_think.clear()
    await office.visitor.says(text)
    await office.dialogue.thinks_about(text)


async def when_the_enterprise_says(office: Office, text: str) -> None:
    await office.visitor.says(text)
    await office.product.settled(office.visitor.conversation)


async def when_the_enterprise_presses(office: Office, payload: str, title: str) -> None:
    pressed = {"button": payload, "title": title}
    assert (await office.visitor.post("messages", json=pressed)).status == 202
    await office.product.settled(office.visitor.conversation)


async def when_the_bot_has_thought(office: Office) -> None:
    office.dialogue.may_think.set()
    await office.product.settled(office.visitor.conversation)


async def when_the_promised_time_has_passed(office: Office) -> None:
    await office.product.time_passes(timedelta(minutes=31))


async def when_a_steward_claims(office: Office, name: str) -> None:
    answer = await office.desks[name].change("claim", office.visitor.conversation)
    assert answer.status == 200


async def when_a_steward_replies(office: Office, name: str, text: str) -> None:
    answer = await office.desks[name].says(office.visitor.conversation, text)
    assert answer.status == 202


async def when_a_steward_hands_back(office: Office, name: str) -> None:
    answer = await office.desks[name].change("hand-back", office.visitor.conversation)
    assert answer.status == 200


async def when_a_steward_closes(office: Office, name: str) -> None:
    answer = await office.desks[name].change("close", office.visitor.conversation)
    assert answer.status == 200


async def when_both_claim_at_once(office: Office, *names: str) -> None:
    conversation = office.visitor.conversation
    epoch = (await office.product.head(conversation)).epoch
    claims = [office.desks[name].change("claim", conversation, epoch) for name in names]
    office.answers = dict(zip(names, await asyncio.gather(*claims), strict=True))


async def then_the_enterprise_is_told(office: Office, words: str) -> None:
    assert words in (await office.visitor.lines())[-1][1]


async def then_the_desk_shows_who_waits(office: Office, name: str, enterprise: str) -> None:
    (waiting,) = await office.desks[name].queue()
    assert waiting["enterprise"]["name"] == enterprise
    assert waiting["position"] == 1


async def then_the_enterprise_sees_in_order(
    office: Office, wanted: list[tuple[str, str | None]]
) -> None:
    lines = await office.visitor.lines(after=1)
    assert [kind for kind, _ in lines] == [kind for kind, _ in wanted]
    assert all(text in (None, said) for (_, said), (_, text) in zip(lines, wanted, strict=True))


async def then_between_claim_and_return_only_people_speak(office: Office) -> None:
    lines = await office.product.lines(office.visitor.conversation)
    claimed = lines.index(("owner", "项目管家王敏为您服务。"))
    assert lines[claimed + 1 :] == [("user", "消防验收备案"), ("user", "转人工")]
    assert ("bot", "答：要多少天") not in lines


def then_one_has_it_and_the_other_is_told(office: Office) -> tuple[str, str]:
    winner, loser = sorted(office.answers, key=lambda name: office.answers[name].status)
    assert office.answers[winner].status == 200
    assert office.answers[loser].status == 409
    assert winner in office.answers[loser].body["detail"]
    return winner, loser


async def then_a_reply_is_refused(office: Office, name: str) -> None:
    answer = await office.desks[name].says(office.visitor.conversation, "您好")
    assert answer.status == 409


async def then_the_wait_is_escalated_once(office: Office) -> None:
    lines = await office.product.lines(office.visitor.conversation)
    assert [kind for kind, _ in lines[-2:]] == ["note", "bot"]
    assert [kind for kind, _ in lines].count("note") == 1
    assert "让您久等了" in lines[-1][1]


async def then_it_is_the_same_conversation(office: Office) -> None:
    now, before = office.visitors[:2]
    assert now.conversation == before.conversation
    assert now.opened["owner"] == "closed"

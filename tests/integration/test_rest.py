"""Rasa's REST channel: any Rasa client can talk to the assistant."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from aiohttp import ClientSession

from bot.model.conversation import Button, Draft, EntryKind
from tests.fakes.dialogue import ScriptedDialogue
from tests.fakes.product import Answer, Product, answer_of, parts_for, product

OFFER = Draft(
    EntryKind.BOT,
    "您指的是哪一项？",
    buttons=(Button("消防验收备案", "/pick{1}"), Button("消防验收", "/pick{2}")),
)
WEBHOOK = "/webhooks/rest/webhook"


@pytest.fixture
def dialogue() -> ScriptedDialogue:
    two = [Draft(EntryKind.BOT, "第一句"), Draft(EntryKind.BOT, "第二句")]
    return ScriptedDialogue({"消防备案": [OFFER], "两句": two}, {"转人工": "request"})


@pytest_asyncio.fixture
async def running(database_url: str, dialogue: ScriptedDialogue) -> AsyncIterator[Product]:
    async with product(database_url, dialogue) as running:
        yield running


@pytest_asyncio.fixture
async def http(running: Product) -> ClientSession:
    return running.browser()


async def post(http: ClientSession, content: object) -> Answer:
    async with http.post(WEBHOOK, json=content) as response:
        return await answer_of(response)


async def ask(http: ClientSession, message: str, sender: str = "小李") -> list[dict[str, object]]:
    answer = await post(http, {"sender": sender, "message": message})
    assert answer.status == 200, answer
    return list(answer.body)


async def test_the_answer_has_rasas_format(http: ClientSession) -> None:
    assert await ask(http, "要多少天") == [{"recipient_id": "小李", "text": "答：要多少天"}]
    assert await ask(http, "消防备案") == [
        {
            "recipient_id": "小李",
            "text": "您指的是哪一项？",
            "buttons": [
                {"title": "消防验收备案", "payload": "/pick{1}"},
                {"title": "消防验收", "payload": "/pick{2}"},
            ],
        }
    ]


async def test_several_replies_come_in_order(http: ClientSession) -> None:
    assert [reply["text"] for reply in await ask(http, "两句")] == ["第一句", "第二句"]


async def test_a_button_is_pressed_by_sending_its_payload(
    running: Product, http: ClientSession, dialogue: ScriptedDialogue
) -> None:
    await ask(http, "消防备案")
    await ask(http, "/pick{2}")
    assert dialogue.heard[-1] == "/pick{2}"
    head = await running.parts.database.read(lambda log: log.find_by_peer("rest", "小李"))
    assert head
    pressed = (await running.entries(head.id))[2]
    assert (pressed.text, pressed.payload) == ("消防验收", "/pick{2}")


@pytest.mark.parametrize("forged", ["/pick{9}", "/restart", '/ask_fee{"matter": "x"}'])
async def test_a_forged_payload_is_only_text(
    running: Product, http: ClientSession, forged: str
) -> None:
    await ask(http, "消防备案")
    await ask(http, forged)
    head = await running.parts.database.read(lambda log: log.find_by_peer("rest", "小李"))
    assert head
    entry = (await running.entries(head.id))[2]
    assert (entry.text, entry.payload) == (forged, None)


async def test_a_button_offered_to_somebody_else_is_only_text(
    running: Product, http: ClientSession
) -> None:
    await ask(http, "消防备案", "小李")
    await ask(http, "/pick{1}", "小王")
    head = await running.parts.database.read(lambda log: log.find_by_peer("rest", "小王"))
    assert head
    assert (await running.entries(head.id))[0].payload is None


async def test_a_request_for_a_human_tells_the_new_owner(http: ClientSession) -> None:
    owner, place = await ask(http, "转人工")
    assert owner["custom"] == {"owner": "waiting"}
    assert "您排在第1位" in str(place["text"])


async def test_while_a_steward_has_it_there_is_no_reply(
    running: Product, http: ClientSession
) -> None:
    await ask(http, "要多少天")
    head = await running.parts.database.read(lambda log: log.find_by_peer("rest", "小李"))
    assert head
    desk = await running.desk()
    await desk.change("claim", head.id)
    assert await ask(http, "在吗") == []


async def test_a_message_sent_again_is_answered_with_the_same_replies(
    http: ClientSession, dialogue: ScriptedDialogue
) -> None:
    message = {"sender": "小李", "message": "要多少天", "message_id": "one"}
    first = await post(http, message)
    await ask(http, "要什么材料")
    again = await post(http, message)
    assert again.body == first.body == [{"recipient_id": "小李", "text": "答：要多少天"}]
    assert dialogue.heard == ["要多少天", "要什么材料"]


async def test_an_answer_that_another_process_commits_is_given(
    running: Product, http: ClientSession, dialogue: ScriptedDialogue, database_url: str
) -> None:
    dialogue.may_think.clear()
    asking = asyncio.create_task(ask(http, "要多少天"))
    await dialogue.thinks_about("要多少天")
    other = parts_for(database_url, ScriptedDialogue())
    await other.scheduler.catch_up()
    await other.scheduler.close()
    other.database.dispose()
    dialogue.may_think.set()
    assert await asking == [{"recipient_id": "小李", "text": "答：要多少天"}]
    assert dialogue.heard == ["要多少天"]


async def test_an_answer_of_another_process_is_seen_at_the_latest_when_time_is_up(
    running: Product,
    http: ClientSession,
    dialogue: ScriptedDialogue,
    database_url: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("connectors.channels.rest.ANSWER_SECONDS", 0.5)
    dialogue.may_think.clear()
    asking = asyncio.create_task(ask(http, "要多少天"))
    await dialogue.thinks_about("要多少天")
    other = parts_for(database_url, ScriptedDialogue())
    await other.scheduler.catch_up()
    await other.scheduler.close()
    other.database.dispose()
    assert await asking == [{"recipient_id": "小李", "text": "答：要多少天"}]
    dialogue.may_think.set()


async def test_a_claim_ends_the_wait_for_an_answer(
    running: Product, http: ClientSession, dialogue: ScriptedDialogue
) -> None:
    dialogue.may_think.clear()
    asking = asyncio.create_task(ask(http, "要多少天"))
    await dialogue.thinks_about("要多少天")
    head = await running.parts.database.read(lambda log: log.find_by_peer("rest", "小李"))
    assert head
    desk = await running.desk()
    assert (await desk.change("claim", head.id)).status == 200
    assert await asking == []
    dialogue.may_think.set()


async def test_messages_at_once_each_get_their_own_replies(
    running: Product, http: ClientSession, dialogue: ScriptedDialogue
) -> None:
    texts = [f"第{number}问" for number in range(8)]
    dialogue.may_think.clear()
    asking = [asyncio.create_task(ask(http, texts[0]))]
    await dialogue.thinks_about(texts[0])
    asking += [asyncio.create_task(ask(http, text)) for text in texts[1:]]
    await running.until_said("小李", len(texts))
    dialogue.may_think.set()
    replies = await asyncio.gather(*asking)
    assert [[reply["text"] for reply in one] for one in replies] == [[f"答：{t}"] for t in texts]


async def test_without_an_id_the_same_words_again_are_a_message_of_their_own(
    http: ClientSession, dialogue: ScriptedDialogue
) -> None:
    for _ in range(2):
        assert await ask(http, "要多少天") == [{"recipient_id": "小李", "text": "答：要多少天"}]
    assert dialogue.heard == ["要多少天", "要多少天"]


async def test_the_same_message_id_of_two_senders_is_two_messages(http: ClientSession) -> None:
    for sender in ("小李", "小王"):
        message = {"sender": sender, "message": f"我是{sender}", "message_id": "1"}
        answer = await post(http, message)
        assert answer.body == [{"recipient_id": sender, "text": f"答：我是{sender}"}]


async def test_long_names_and_ids_fit(http: ClientSession) -> None:
    message = {"sender": "长" * 150, "message": "在吗", "message_id": "长" * 150}
    assert (await post(http, message)).status == 200


async def test_an_answer_that_takes_too_long_is_said_so(
    running: Product,
    http: ClientSession,
    dialogue: ScriptedDialogue,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("connectors.channels.rest.ANSWER_SECONDS", 0.05)
    dialogue.may_think.clear()
    message = {"sender": "小李", "message": "要多少天", "message_id": "one"}
    slow = await post(http, message)
    dialogue.may_think.set()
    assert (slow.status, slow.is_problem) == (503, True)
    monkeypatch.setattr("connectors.channels.rest.ANSWER_SECONDS", 20)
    assert (await post(http, message)).body == [{"recipient_id": "小李", "text": "答：要多少天"}]


@pytest.mark.parametrize(
    ("content", "status"),
    [
        ({"sender": "小李", "message": ""}, 422),
        ({"sender": "小李", "message": "\ud800"}, 422),
        ({"sender": "小李", "message": "长" * 100_000}, 413),
        ({"sender": "小李", "message": 5}, 422),
        ({"sender": "小李", "message": ["a"]}, 422),
        ({"sender": "小李"}, 422),
        ({"message": "在吗"}, 422),
        ({"sender": "", "message": "在吗"}, 422),
        ({"sender": 5, "message": "在吗"}, 422),
        ({"sender": "\ud800", "message": "在吗"}, 422),
        ({"sender": "小\x00李", "message": "在吗"}, 422),
        ({"sender": "长" * 151, "message": "在吗"}, 422),
        ({"sender": "小李", "message": "在吗", "message_id": "\x00"}, 422),
        ({"sender": "小李", "message": "在吗", "message_id": ""}, 422),
        ([], 422),
    ],
    ids=lambda value: ascii(value)[:60],
)
async def test_what_is_no_message_is_refused(
    http: ClientSession, content: object, status: int
) -> None:
    answer = await post(http, content)
    assert (answer.status, answer.is_problem) == (status, True)
    assert [reply["text"] for reply in await ask(http, "还在吗")] == ["答：还在吗"]


async def test_the_channel_can_be_switched_off(
    database_url: str, dialogue: ScriptedDialogue
) -> None:
    async with product(database_url, dialogue, rest_channel=False) as running:
        answer = await post(running.browser(), {"sender": "小李", "message": "在吗"})
        assert (answer.status, answer.is_problem) == (404, True)

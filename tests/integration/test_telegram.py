"""Captured updates through the real webhook, on both databases."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from datetime import date

import pytest
import pytest_asyncio
from aiohttp import ClientResponse
from pypdfium2 import PdfDocument

from bot.model.conversation import Button, Draft, EntryKind, Owner
from bot.model.receipt import spelled
from bot.services.give_notice import notice_reply
from bot.services.greet import GREETING
from bot.services.issue_receipt import with_receipt
from bot.settings import SettingsWrong
from connectors.channels.telegram.parse import ONLY_IN_PRIVATE
from tests.fakes.dialogue import ScriptedDialogue
from tests.fakes.matters import a_catalogue
from tests.fakes.telegram_api import BLOCKED, BROKEN, TOKEN, TelegramApi
from tests.fakes.telegram_product import GROUP, SECRET, WEBHOOK, Product, payload, product

QUESTION = "厂房建好了，规划核实要交哪些材料？"
WHICH = "您问的是哪一个事项？"
LONG_PAYLOAD = "/choose_matter" + '{"matter": "fire-acceptance-filing", "aspect": "materials"}' * 3
CHOICES = (Button("消防验收", "/choose_a"), Button("消防验收备案", LONG_PAYLOAD))
GONE = "这个选项已失效，请直接输入您的问题。"


@pytest.fixture
def dialogue() -> ScriptedDialogue:
    offer = Draft(EntryKind.BOT, WHICH, buttons=CHOICES)
    return ScriptedDialogue({QUESTION: [offer]})


@pytest_asyncio.fixture
async def bot(
    database_url: str, api: TelegramApi, dialogue: ScriptedDialogue
) -> AsyncIterator[Product]:
    async with product(database_url, api, dialogue) as running:
        yield running


async def is_problem(response: ClientResponse, status: int) -> str:
    assert response.status == status
    assert response.content_type == "application/problem+json"
    body = await response.json(content_type=None)
    assert body["status"] == status
    return str(body["detail"])


async def test_a_question_is_recorded_answered_and_shown(bot: Product) -> None:
    await bot.update("text")
    assert await bot.shown(1) == [WHICH]
    assert await bot.lines() == [("user", QUESTION), ("bot", WHICH)]


async def test_the_acknowledgement_does_not_wait_for_the_bot(
    bot: Product, dialogue: ScriptedDialogue
) -> None:
    dialogue.may_think.clear()
    await bot.update("text")
    assert await bot.lines() == [("user", QUESTION)]
    dialogue.may_think.set()
    assert await bot.shown(1) == [WHICH]


async def test_an_update_that_comes_again_changes_nothing(
    bot: Product, dialogue: ScriptedDialogue
) -> None:
    for _ in range(3):
        await bot.update("text")
    await bot.update("text_second")
    assert await bot.shown(2) == [WHICH, "答：那大概几天能出结果"]
    assert dialogue.heard == [QUESTION, "那大概几天能出结果"]


@pytest.mark.parametrize("secret", ["", "wrong", SECRET + "x", "密钥"])
async def test_without_the_secret_nothing_is_taken_in(bot: Product, secret: str) -> None:
    headers = {"X-Telegram-Bot-Api-Secret-Token": secret} if secret else {}
    response = await bot.client.post(WEBHOOK, json=payload("text"), headers=headers)
    await is_problem(response, 401)
    assert await bot.head() is None


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b'{"update_id": 1, "message"', 400),
        (b"\xff\xfe", 400),
        (b"", 400),
        (b"[" * 100_000, 400),
        (b"[]", 422),
        (b'"text"', 422),
        (b"{}", 422),
        (b'{"update_id": "1", "message": null}', 422),
        (b'{"update_id": 1, "message": "text"}', 422),
        (b'{"update_id": 1, "message": {"message_id": 1, "date": 0}}', 422),
        (b'{"update_id": 1, "callback_query": {"id": "1", "data": "b:1:0"}}', 422),
        (b" " * (1024 * 1024 + 1), 413),
    ],
    ids=lambda value: str(value)[:40],
)
async def test_what_is_not_an_update_is_refused(bot: Product, body: bytes, status: int) -> None:
    headers = {"X-Telegram-Bot-Api-Secret-Token": SECRET, "Content-Type": "application/json"}
    await is_problem(await bot.client.post(WEBHOOK, data=body, headers=headers), status)
    await bot.update("text")
    assert await bot.shown(1) == [WHICH]


@pytest.mark.parametrize("wrong", [{"text": 5}, {"text": "办证", "chat": {"id": "x"}}])
async def test_a_field_of_the_wrong_type_is_refused(bot: Product, wrong: dict[str, object]) -> None:
    update = payload("text")
    update["message"].update({"chat": {"id": 1, "type": "private"}, **wrong})
    await is_problem(await bot.post(update), 422)


async def test_without_a_database_an_update_is_not_acknowledged(bot: Product) -> None:
    with bot.database_away():
        await is_problem(await bot.post(payload("text")), 503)
        await is_problem(await bot.post(payload("callback_query")), 503)
    assert bot.api.called("answerCallbackQuery") == []
    await bot.update("text")
    assert await bot.shown(1) == [WHICH]
    assert await bot.lines() == [("user", QUESTION), ("bot", WHICH)]


@pytest.mark.parametrize("name", ["start", "start_from_link"])
async def test_start_is_greeted(bot: Product, dialogue: ScriptedDialogue, name: str) -> None:
    await bot.update(name)
    assert await bot.shown(1) == [GREETING]
    assert dialogue.heard == []


async def test_an_edited_message_is_a_correction(bot: Product, dialogue: ScriptedDialogue) -> None:
    await bot.update("edited_message")
    assert await bot.shown(1) == ["答：不是竣工验收，是消防验收要什么材料"]
    assert (await bot.lines())[0] == ("user", "（更正）不是竣工验收，是消防验收要什么材料")


async def test_a_forwarded_message_says_so(bot: Product, dialogue: ScriptedDialogue) -> None:
    await bot.update("forwarded")
    await bot.shown(1)
    assert (await bot.lines())[0] == ("user", "（转发）通知：二期开工前请补办临时占道手续。")
    assert dialogue.heard == ["通知：二期开工前请补办临时占道手续。"]


@pytest.mark.parametrize(
    ("name", "recorded", "kind"),
    [
        ("photo", "［图片］", "图片"),
        ("document", "［文件：总平面图（报批稿）.pdf］", "文件"),
        ("voice", "［语音］", "语音"),
        ("video", "［视频］", "视频"),
        ("animation", "［动图］", "动图"),
        ("sticker", "［贴纸👍］", "贴纸"),
        ("location", "［位置］", "位置"),
        ("venue", "［位置］", "位置"),
        ("contact", "［名片］", "名片"),
        ("dice", "［暂不支持的内容］", "这类内容"),
    ],
)
async def test_an_attachment_gets_an_honest_answer(
    bot: Product, dialogue: ScriptedDialogue, name: str, recorded: str, kind: str
) -> None:
    await bot.update(name)
    (said,) = await bot.shown(1)
    assert said.startswith(f"这里暂不接收{kind}，您发来的{kind}没有保存。请用文字说明")
    assert await bot.lines() == [("user", recorded), ("bot", said)]
    assert dialogue.heard == []


async def test_a_caption_is_answered_after_a_word_about_the_photo(
    bot: Product, dialogue: ScriptedDialogue
) -> None:
    await bot.update("photo_with_caption")
    notice, answer = await bot.shown(2)
    assert notice == "这里暂不接收图片，您发来的图片没有保存。下面只按您写的文字答复。"
    assert answer == "答：这张图纸审查要多久？"
    assert (await bot.lines())[0] == ("user", "［图片］这张图纸审查要多久？")


async def test_an_album_is_not_answered_photo_by_photo(bot: Product) -> None:
    for name in ("album_first", "album_second", "album_third"):
        await bot.update(name)
    await bot.shown(3)
    users = [text for kind, text in await bot.lines() if kind == "user"]
    assert users == ["［图片］现场三张照片，能不能办竣工验收备案？", "［图片］"]


async def test_emoji_are_a_message_like_any_other(bot: Product) -> None:
    await bot.update("emoji_only")
    assert (await bot.shown(1))[0].startswith("答：👷")


@pytest.mark.parametrize(
    ("name", "said"), [("long_text", "消息太长（4096字）"), ("control_characters", "消息是空的")]
)
async def test_what_cannot_be_taken_in_is_answered_in_words(
    bot: Product, dialogue: ScriptedDialogue, name: str, said: str
) -> None:
    await bot.update(name)
    await bot.update(name)
    await bot.update("text_second")
    first, second = await bot.shown(2)
    assert first.startswith(said)
    assert second == "答：那大概几天能出结果"
    assert (await bot.lines())[0] == ("user", "［没有收下的消息］")
    assert dialogue.heard == ["那大概几天能出结果"]


@pytest.mark.parametrize(
    "name",
    [
        "edited_live_location",
        "group_message",
        "group_joined",
        "channel_post",
        "blocked_by_user",
        "pinned_message",
        "message_reaction",
        "kind_of_the_future",
    ],
)
async def test_what_is_not_for_the_bot_is_acknowledged_and_left(bot: Product, name: str) -> None:
    await bot.update(name)
    await bot.update("text")
    assert await bot.shown(1) == [WHICH]
    assert await bot.lines() == [("user", QUESTION), ("bot", WHICH)]
    assert await bot.head(GROUP) is None


@pytest.mark.parametrize("name", ["group_mention", "group_reply"])
async def test_in_a_group_the_bot_only_asks_to_be_written_to_alone(
    database_url: str, api: TelegramApi, dialogue: ScriptedDialogue, name: str
) -> None:
    async with product(database_url, api, dialogue, public_url="https://bangban.example") as bot:
        await api.until(lambda: bool(api.called("setWebhook")))  # it knows its own name by now
        await bot.update(name)
        assert await bot.shown(1, GROUP) == [ONLY_IN_PRIVATE]
        assert (await bot.lines(GROUP))[0][1].startswith("（群聊）")
    assert dialogue.heard == []


async def test_a_pressed_button_means_what_the_log_says(
    bot: Product, dialogue: ScriptedDialogue
) -> None:
    await bot.update("text")
    await bot.shown(1)
    offered = bot.api.messages[0].buttons
    assert offered == (("消防验收", "b:2:0"), ("消防验收备案", "b:2:1"))
    await bot.update("callback_query")
    await bot.update("callback_query")
    await bot.shown(2)
    assert dialogue.heard == [QUESTION, LONG_PAYLOAD]
    pressed = (await bot.entries())[2]
    assert (pressed.text, pressed.payload) == ("消防验收备案", LONG_PAYLOAD)
    await bot.api.until(lambda: bool(bot.api.called("answerCallbackQuery")))
    answered = bot.api.called("answerCallbackQuery")[0]
    assert answered["callback_query_id"] == "2383711045110023841"
    assert "text" not in answered


@pytest.mark.parametrize("data", ["b:2:2", "b:1:0", "b:3:0", "b:999999999:0", "b:2:-1", "b:2", ""])
async def test_a_button_that_was_never_offered_is_refused(
    bot: Product, dialogue: ScriptedDialogue, data: str
) -> None:
    await bot.update("text")
    await bot.shown(1)
    forged = payload("callback_query")
    forged["callback_query"]["data"] = data
    assert (await bot.post(forged)).status == 200
    await bot.api.until(lambda: bool(bot.api.called("answerCallbackQuery")))
    assert bot.api.called("answerCallbackQuery")[0]["text"] == GONE
    assert dialogue.heard == [QUESTION]


@pytest.mark.parametrize(
    "name",
    [
        "callback_query",
        "callback_query_foreign",
        "callback_query_out_of_reach",
        "callback_query_inline",
    ],
)
async def test_a_button_without_a_conversation_is_answered_too(bot: Product, name: str) -> None:
    await bot.update(name)
    await bot.api.until(lambda: bool(bot.api.called("answerCallbackQuery")))
    assert bot.api.called("answerCallbackQuery")[0]["text"] == GONE
    assert await bot.head() is None


async def test_a_press_is_kept_when_telegram_does_not_hear_the_answer(bot: Product) -> None:
    bot.api.fail("answerCallbackQuery", BROKEN)
    await bot.update("text")
    await bot.shown(1)
    await bot.update("callback_query")
    assert await bot.shown(2) == [WHICH, f"答：{LONG_PAYLOAD}"]


async def test_while_a_steward_has_it_the_bot_is_silent(
    bot: Product, dialogue: ScriptedDialogue
) -> None:
    await bot.update("text")
    await bot.shown(1)
    await bot.claim()
    for name in ("callback_query", "text_second", "photo", "start"):
        await bot.update(name)
    await bot.handled()
    await bot.reply("我来帮您看，请稍等。", "reply-1")
    assert await bot.shown(3) == [
        WHICH,
        "项目管家王敏为您服务。",
        "【项目管家 王敏】\n我来帮您看，请稍等。",
    ]
    assert [kind for kind, _ in await bot.lines()] == [
        *("user", "bot", "owner"),
        *("user", "user", "user", "user", "steward"),
    ]
    assert dialogue.heard == [QUESTION]
    head = await bot.head()
    assert head
    assert head.owner is Owner.STEWARD


async def test_a_takeover_during_a_turn_silences_it(
    bot: Product, dialogue: ScriptedDialogue
) -> None:
    dialogue.may_think.clear()
    await bot.update("text")
    await bot.claim()
    dialogue.may_think.set()
    await bot.parts.scheduler.close()
    assert await bot.lines() == [("user", QUESTION), ("owner", "项目管家王敏为您服务。")]
    assert await bot.shown(1) == ["项目管家王敏为您服务。"]


async def test_the_token_is_never_logged(
    database_url: str, api: TelegramApi, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    api.fail("getMe", BROKEN)
    api.fail("sendMessage", BROKEN, BLOCKED)
    async with product(database_url, api, ScriptedDialogue()) as bot:
        await bot.update("text")
        await bot.delivered(lambda rows: bool(rows) and rows[0].state == "failed")
    assert "对方已停用或删除机器人" in caplog.text
    assert TOKEN not in caplog.text
    assert TOKEN.partition(":")[2] not in caplog.text
    assert SECRET not in caplog.text


async def test_a_wrong_token_is_named_and_the_rest_goes_on(
    database_url: str, api: TelegramApi, caplog: pytest.LogCaptureFixture
) -> None:
    wrong = "7000000001:AAE-another_token_that_nobody_knows"
    async with product(database_url, api, ScriptedDialogue(), telegram_token=wrong) as bot:
        await bot.update("text")
        await bot.delivered(lambda rows: bool(rows) and rows[0].state == "failed")
        (row,) = await bot.deliveries()
    assert row.error == "Telegram 不接受机器人的令牌，请联系系统管理员。"
    assert "BANGBAN_TELEGRAM_TOKEN" in caplog.text
    assert wrong not in caplog.text


async def test_the_webhook_is_registered_at_the_public_address(
    database_url: str, api: TelegramApi
) -> None:
    api.fail("getMe", BROKEN)
    address = "https://bangban.example/"
    async with product(database_url, api, ScriptedDialogue(), public_url=address):
        await api.until(lambda: bool(api.called("setWebhook")))
    (registered,) = api.called("setWebhook")
    assert registered["url"] == "https://bangban.example/channels/telegram/webhook"
    assert registered["secret_token"] == SECRET


@pytest.mark.parametrize(
    ("wrong", "named"),
    [
        ({"telegram_secret": None}, "BANGBAN_TELEGRAM_SECRET"),
        ({"telegram_token": "abc"}, "BANGBAN_TELEGRAM_TOKEN"),
    ],
)
async def test_a_setting_that_cannot_work_is_named_at_the_start(
    database_url: str, api: TelegramApi, wrong: dict[str, object], named: str
) -> None:
    with pytest.raises(SettingsWrong, match=named):
        async with product(database_url, api, ScriptedDialogue(), **wrong):
            pass


async def test_polling_takes_each_update_in_once(database_url: str, api: TelegramApi) -> None:
    api.fail("deleteWebhook", BROKEN)
    api.fail("getUpdates", BROKEN)
    await api.give(payload("text"))
    async with product(
        database_url, api, ScriptedDialogue(), telegram_mode="polling", telegram_secret=None
    ) as bot:
        assert await bot.shown(1) == [f"答：{QUESTION}"]
        await api.give(payload("text_second"), payload("kind_of_the_future"))
        assert await bot.shown(2) == [f"答：{QUESTION}", "答：那大概几天能出结果"]
        after = str(payload("kind_of_the_future")["update_id"] + 1)
        await api.until(lambda: api.called("getUpdates")[-1].get("offset") == after)
        assert (await bot.post(payload("text"))).status == 404


async def test_polling_leaves_updates_with_telegram_while_the_database_is_away(
    database_url: str, api: TelegramApi
) -> None:
    async with product(
        database_url, api, ScriptedDialogue(), telegram_mode="polling", telegram_secret=None
    ) as bot:
        await api.until(lambda: bool(api.called("getUpdates")))
        with bot.database_away():
            await api.give(payload("text"))
            await api.until(lambda: len(api.called("getUpdates")) == 2)
            assert api.called("getUpdates")[1].get("offset", "0") == "0"
        assert await bot.shown(1) == [f"答：{QUESTION}"]


# --- notices


async def test_a_notice_follows_as_a_file_that_shows_what_was_given(
    database_url: str, api: TelegramApi
) -> None:
    catalogue = a_catalogue()
    given = notice_reply(catalogue, "permit", {"tendered": "yes"}, date(2026, 11, 23))
    reply = with_receipt(catalogue, given, date(2026, 11, 23), date(2026, 11, 23))
    draft = Draft(EntryKind.BOT, reply.text, facts=reply.facts, receipt=reply.receipt)
    async with product(database_url, api, ScriptedDialogue({QUESTION: [draft]})) as bot:
        api.fail("sendDocument", BROKEN, None)
        await bot.update("text")

        assert await bot.shown(2) == [reply.text, "施工许可一次性告知书.pdf"]

        ((name, content), again) = api.files
        assert again[0] == name
        text = PdfDocument(content)[0].get_textpage().get_text_range()
        assert "中标通知书" in text
        assert reply.receipt
        assert spelled(reply.receipt.code) in text

"""Update → what it means here. Raises ValueError, TypeError, KeyError or AttributeError
(`MALFORMED`) on what is not an update of the Bot API."""

from __future__ import annotations

import re
from dataclasses import dataclass

from telegram import CallbackQuery, Message, Update
from telegram.constants import ChatType
from telegram.ext.filters import StatusUpdate

from bot.model.conversation import Inbound
from bot.services.binding_code import code_in
from bot.services.greet import GREETING

CHANNEL = "telegram"
MALFORMED = (ValueError, TypeError, KeyError, AttributeError)
CALLBACK = re.compile(r"b:(\d{1,9}):(\d{1,3})")
GREETED = frozenset({"/start", "/help"})
# In this order: an animation is also a document, a venue also a location.
ATTACHMENTS = {
    "animation": "动图",
    "photo": "图片",
    "voice": "语音",
    "audio": "音频",
    "video": "视频",
    "video_note": "视频",
    "document": "文件",
    "sticker": "贴纸",
    "venue": "位置",
    "location": "位置",
    "contact": "名片",
    "poll": "投票",
}
OTHER = "这类内容"
NOT_TAKEN = "这里暂不接收{kind}，您发来的{kind}没有保存。"
IN_WORDS = "请用文字说明要咨询的内容；需要真人时，请说“转人工”。"
WORDS_ONLY = "下面只按您写的文字答复。"
ONLY_IN_PRIVATE = "为保护企业信息，我不在群聊里答复。请点我的头像，单独发消息给我。"


@dataclass(frozen=True)
class Press:
    """A button was pressed; what it stands for is looked up in the log, never taken from here."""

    external_id: str
    callback_id: str
    peer: str | None  # None: the message with the button is out of reach
    entry_no: int = 0
    index: int = 0


@dataclass(frozen=True)
class Bot:
    """Who the bot is in a group; the username is unknown until Telegram has told it."""

    id: int
    username: str | None


def parse(update: Update, me: Bot) -> Inbound | Press | None:
    """None for what is none of the bot's business: service messages, channels, talk in groups
    that is not addressed to it, kinds of update it did not ask for."""
    name = f"update:{_whole(update.update_id)}"
    if update.callback_query:
        return _press(name, update.callback_query)
    message = update.message or update.edited_message
    if message is None:
        return None
    if message.chat.type == ChatType.PRIVATE:
        return _said(name, update, message)
    return _in_group(name, message, me)


def _press(name: str, query: CallbackQuery) -> Press:
    found = CALLBACK.fullmatch(query.data or "")
    if query.message is None or found is None:
        return Press(name, query.id, None)
    peer = str(_whole(query.message.chat.id))
    return Press(name, query.id, peer, int(found[1]), int(found[2]))


def _said(name: str, update: Update, message: Message) -> Inbound | None:
    words = message.text or message.caption or ""
    peer = str(_whole(message.chat.id))
    if words.split(maxsplit=1)[:1] and words.split(maxsplit=1)[0] in GREETED and not code_in(words):
        return Inbound(CHANNEL, peer, name, words, answer=GREETING)
    kind = _attachment(update, message)
    edited = update.edited_message is not None
    if not words and (kind is None or edited):  # edited without words: a live location moves
        return None
    marks = "".join(
        mark
        for mark, holds in (
            ("（更正）", edited),
            ("（转发）", message.forward_origin is not None),
            (f"［{_label(message, kind)}］", kind is not None),
        )
        if holds
    )
    return Inbound(
        CHANNEL,
        peer,
        _album(message) or name,
        marks + words,
        question=words if marks else None,
        answer=_about(kind, bool(words)) if kind else None,
    )


def _attachment(update: Update, message: Message) -> str | None:
    """What is attached, in Chinese; None for plain text and for service messages."""
    for field, kind in ATTACHMENTS.items():
        if getattr(message, field):
            return kind
    if message.text or StatusUpdate.ALL.check_update(update):
        return None
    return OTHER


def _label(message: Message, kind: str | None) -> str:
    if message.document and message.document.file_name and kind == "文件":
        return f"文件：{message.document.file_name[:100]}"
    if message.sticker and message.sticker.emoji:
        return f"贴纸{message.sticker.emoji}"
    return "暂不支持的内容" if kind == OTHER else str(kind)


def _about(kind: str, captioned: bool) -> str:
    return NOT_TAKEN.format(kind=kind) + (WORDS_ONLY if captioned else IN_WORDS)


def _album(message: Message) -> str | None:
    """Ten photos sent at once are ten updates; the wordless ones are one message here."""
    if message.media_group_id and not message.caption:
        return f"album:{message.media_group_id}"
    return None


def _in_group(name: str, message: Message, me: Bot) -> Inbound | None:
    """What a bot says in a group, everybody there reads: it only asks to be written to alone."""
    words = message.text or message.caption or ""
    mentioned = me.username is not None and f"@{me.username}".lower() in words.lower()
    answered = message.reply_to_message
    replied = answered and answered.from_user and answered.from_user.id == me.id
    if message.chat.type == ChatType.CHANNEL or not (mentioned or replied):
        return None
    text = f"（群聊）{words}"
    return Inbound(CHANNEL, str(_whole(message.chat.id)), name, text, answer=ONLY_IN_PRIVATE)


def _whole(number: object) -> int:
    if not isinstance(number, int) or isinstance(number, bool):
        raise TypeError(f"a whole number was expected, not {number!r:.40}")
    return number

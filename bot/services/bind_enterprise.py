"""Binding a conversation to an enterprise by a one-time code, in the transaction that takes the
message in (bot/decisions/0015). What is said never tells why a code was not accepted."""

from __future__ import annotations

import asyncio
import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone

from bot.model.conversation import Conversation, Inbound
from bot.model.grant import Grant, Happening, TrailEntry
from bot.services.binding_code import code_in, digest_of, without_codes
from bot.services.ports import Log

WINDOW = timedelta(minutes=15)
TRIES = 5  # wrong codes of one conversation within the window
TRIES_OF_ALL = 500  # of all: conversations are opened freely, and 28^8 codes are not tried in these

BOUND = (
    "绑定成功，这个对话现在可以查看{name}的办件，直接问“我的项目办到哪一步了”或“还缺什么材料”就行。"
    "换手机、离职或不再使用时，请发送“解除绑定”。"
)
WRONG = (
    "绑定码不对或已经失效。每个绑定码只在短时间内有效、只能用一次，请核对后再发，"
    "或者请项目管家重新发一个。"
)
TOO_MANY = "绑定码尝试次数过多，暂时不再核对。请过一会儿再试，或者转人工请项目管家核实身份。"
HOW = (
    "绑定企业要用一次性的绑定码：请先转人工，由项目管家核实您的身份后发给您，收到后直接发到这里，"
    "比如发送“绑定 〔8位绑定码〕”。绑定码短时间内有效，只能用一次；"
    "只凭企业名称、信用代码或项目代码不能绑定。"
)
NOT_PROVEN = (
    "这个渠道不能确认每次是谁在发消息，不能绑定企业，绑定码也没有使用。"
    "请在办事网站的对话或 Telegram 里发送绑定码。"
)
BY_SITE = "您的身份已由办事网站确认，不需要绑定码。要换一家企业，请在网站上换账号登录。"
RELEASED = "已解除绑定，这里不再能看到{name}的办件。以后需要时，请向项目管家索取新的绑定码。"
NOT_BOUND = "这个对话没有用绑定码绑定企业，不需要解除。"

CHANNELS = {"web": "网页", "telegram": "Telegram", "rest": "REST"}
_HOW = re.compile(
    r"(?:请问|怎么|怎样|怎么样|如何|我要|我想|想要|请|帮我|能不能|可以)*绑定"
    r"(?:一下|我们?的?|企业|公司|单位|账号|身份|码)*"
    r"\s*[:：]?\s*(?:[0-9A-Z]{18})?[吗呢?？。!！]*",
    re.I,
)
_RELEASE = re.compile(
    r"(?:请|我要|我想|帮我|给我)*(?:(?:解除|取消|撤销)(?:我们?的?|企业|公司|账号)*绑定|解绑)[。!！]*"
    r"|/unbind",
    re.I,
)


@dataclass(frozen=True)
class BindingWish:
    """What a message wants of bindings. `digest` is of the code to be used, None: no code."""

    act: Callable[[Log, Conversation, BindingWish, datetime], str]
    digest: str | None = None


async def binding_wish(inbound: Inbound) -> BindingWish | None:
    """What a message wants of bindings, None for any other. A button wants nothing of them, nor
    does what the channel itself has the answer to."""
    if inbound.payload is not None or inbound.answer is not None:
        return None
    said = inbound.question or inbound.text
    code = code_in(said)
    if code is not None:
        digest = await asyncio.to_thread(digest_of, code)
        return BindingWish(_use if inbound.proven else _not_proven, digest)
    plain = unicodedata.normalize("NFKC", said).strip()
    if _RELEASE.fullmatch(plain):
        return BindingWish(_release)
    return BindingWish(_how) if _HOW.fullmatch(plain) else None


def answered(log: Log, head: Conversation, wish: BindingWish) -> str:
    """Does what is wished; returns what is to be said."""
    return wish.act(log, head, wish, datetime.now(timezone.utc))


def masked(inbound: Inbound) -> tuple[str, str | None]:
    """Text and question as the log may keep them."""
    question = inbound.question
    return without_codes(inbound.text), question and without_codes(question)


def forget_enterprise(head: Conversation) -> None:
    """Nobody is known to be asking any more. What is being computed for the enterprise is fenced
    off, and what the dialogue remembers of its projects goes."""
    head.enterprise = None
    head.state = {}
    head.epoch += 1


def _use(log: Log, head: Conversation, wish: BindingWish, now: datetime) -> str:
    assert wish.digest is not None
    bindings = log.bindings
    before = bindings.active_in(head.id)
    if head.enterprise is not None and before is None:
        return BY_SITE
    since = now - WINDOW
    if bindings.failures(since, head.id) >= TRIES or bindings.failures(since) >= TRIES_OF_ALL:
        bindings.record(_line(now, Happening.HELD_OFF, head, None))
        return TOO_MANY
    grant = bindings.use(wish.digest, head.id, now)
    if grant is None:
        bindings.record(_line(now, Happening.FAILED, head, bindings.of_code(wish.digest)))
        return WRONG
    if before is not None:
        bindings.end(before.id, None, now)
        bindings.record(_line(now, Happening.GIVEN_UP, head, before))
    if head.enterprise is not None and head.enterprise.id != grant.enterprise.id:
        head.state = {}
    head.enterprise = grant.enterprise
    head.epoch += 1
    bindings.record(_line(now, Happening.USED, head, grant))
    return BOUND.format(name=grant.enterprise.name)


def _release(log: Log, head: Conversation, wish: BindingWish, now: datetime) -> str:
    grant = log.bindings.active_in(head.id)
    if grant is None:
        return NOT_BOUND
    log.bindings.end(grant.id, None, now)
    log.bindings.record(_line(now, Happening.GIVEN_UP, head, grant))
    forget_enterprise(head)
    return RELEASED.format(name=grant.enterprise.name)


def _not_proven(log: Log, head: Conversation, wish: BindingWish, now: datetime) -> str:
    return NOT_PROVEN


def _how(log: Log, head: Conversation, wish: BindingWish, now: datetime) -> str:
    return HOW


def _line(now: datetime, what: Happening, head: Conversation, grant: Grant | None) -> TrailEntry:
    who = f"{CHANNELS.get(head.channel, head.channel)} 用户"
    if grant is None:
        return TrailEntry(now, who, what, conversation=head.id)
    return TrailEntry(now, who, what, grant.id, grant.enterprise.id, head.id, grant.person)

"""Taking a message in: durable, numbered, once (bot/decisions/0003, rules 1 and 2)."""

from __future__ import annotations

import unicodedata
from dataclasses import replace

from bot.model.conversation import (
    Button,
    Change,
    Conversation,
    Draft,
    EntryKind,
    Inbound,
    Owner,
    Received,
)
from bot.services.bind_enterprise import BindingWish, answered, binding_wish, masked
from bot.services.hand_over import change_owner
from bot.services.ports import Arrivals, Log, Refused, Store

JOINER = "\u200d"  # holds families and flags together
KEPT = f"\n\t{JOINER}"
MAX_TEXT = 4000  # characters; a longer message is refused, not cut


class TextTooLong(Refused):
    pass


class NothingSaid(Refused):
    pass


async def receive_message(store: Store, announcer: Arrivals, inbound: Inbound) -> Received:
    """Appends a message to its conversation and returns once it is durable.

    A redelivery returns the first result with `duplicate` set. Raises NothingSaid, TextTooLong,
    Refused (a button that was never offered), StoreUnavailable.
    """
    text = printable(inbound.text)
    if not text:
        raise NothingSaid("消息是空的，请输入要咨询的内容。")
    if len(text) > MAX_TEXT:
        raise TextTooLong(f"消息太长（{len(text)}字），请控制在{MAX_TEXT}字以内，分几条发送。")
    wish = await binding_wish(inbound)
    shown, question = masked(replace(inbound, text=text))
    inbound = replace(inbound, text=shown, question=question)
    if inbound.payload is None and wish is None:
        announcer.arriving(question or shown)
    received, change = await store.transact(lambda log: _append(log, inbound, wish))
    if change:
        announcer.announce(received.conversation, change)
    return received


def printable(text: str) -> str:
    """The text without control characters (line breaks and tabs stay) and outer space."""
    shown = "".join(c for c in text if c.isprintable() or c in KEPT or _is_space(c)).strip()
    return shown if shown.strip(JOINER) else ""


def _is_space(character: str) -> bool:
    """Such as the full-width one, which counts as not printable."""
    return unicodedata.category(character) == "Zs"


def _append(log: Log, inbound: Inbound, wish: BindingWish | None) -> tuple[Received, Change | None]:
    conversation = _conversation_of(log, inbound)  # held first: it may race its own redelivery
    known = inbound.external_id
    before = log.received(inbound.channel, known) if known is not None else None
    if before:
        return Received(before[0], before[1], duplicate=True), None
    pressed = _pressed(log, conversation, inbound.payload, inbound.text)
    if inbound.payload is not None and pressed is None:
        raise Refused("这个选项已失效，请直接输入您的问题。")
    if inbound.enterprise is not None:
        conversation.enterprise = inbound.enterprise
    if conversation.owner is Owner.CLOSED:
        reopen(log, conversation)
    outcome = wish and answered(log, conversation, wish)
    if outcome:
        inbound = replace(inbound, question=None, answer=outcome)
    said, payload = (pressed.title, pressed.payload) if pressed else (inbound.text, None)
    draft = Draft(EntryKind.USER, said, payload=payload, facts=_for_the_bot(inbound))
    entry = log.append(conversation, draft, inbound.external_id)
    if outcome and conversation.owner is Owner.STEWARD:  # the bot is silent: the steward must know
        log.append(conversation, Draft(EntryKind.NOTE, f"系统的答复（没有发给对方）：{outcome}"))
    log.save(conversation)
    change = Change(conversation, tuple(log.appended))
    return Received(conversation.id, entry.no, duplicate=False), change


def _pressed(log: Log, conversation: Conversation, payload: str | None, text: str) -> Button | None:
    """The button as it was offered; some clients send a payload as text."""
    if payload is None and text.startswith("/"):
        payload = text
    return log.offered(conversation.id, payload) if payload is not None else None


def _for_the_bot(inbound: Inbound) -> dict[str, str]:
    """What the bot hears or says instead, where the text is not simply a question."""
    question = printable(inbound.question or "")
    parts = {"question": question, "answer": inbound.answer or ""}
    return {key: value for key, value in parts.items() if value}


def _conversation_of(log: Log, inbound: Inbound) -> Conversation:
    if inbound.conversation is not None:
        return log.lock(inbound.conversation)
    found = log.lock_by_peer(inbound.channel, inbound.peer)
    return found or log.open(inbound.channel, inbound.peer, inbound.enterprise)


def reopen(log: Log, conversation: Conversation) -> None:
    """A message to a closed conversation begins it anew with the bot."""
    conversation.state = {}
    change_owner(log, conversation, Owner.BOT, "会话重新开始。")

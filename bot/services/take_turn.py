"""The bot's turn: one transaction behind the epoch fence (bot/decisions/0003, rules 3 and 4)."""

from __future__ import annotations

import logging
from dataclasses import replace
from enum import Enum

from bot.model.conversation import Change, Conversation, Draft, Entry, EntryKind, Owner
from bot.model.reply import TO_STEWARD
from bot.services import hand_over, reminders
from bot.services.ports import Announcer, Dialogue, Log, Store, TurnResult
from knowledge.conversation.wording import takes_back_human
from knowledge.text import normalise


class Outcome(Enum):
    """What became of a turn at its commit."""

    OVERTAKEN = "the world changed meanwhile: the turn is thought over again"
    DONE = "committed; there are newer messages"
    ALL_DONE = "committed; nothing newer had come"


logger = logging.getLogger(__name__)
APOLOGY = "抱歉，这条消息没能处理好，问题已记录。您可以换个说法再问，或者转人工由项目管家接待。"
BOT_MAY_SPEAK = frozenset({Owner.BOT, Owner.WAITING})


async def take_turns(
    store: Store,
    dialogue: Dialogue,
    announcer: Announcer,
    desk_hours: hand_over.DeskHours,
    conversation: str,
    arrived: Change | None = None,
) -> int:
    """Deals with every unhandled message of a conversation, in order; returns how many. `arrived`
    is the change that brought a message: the first one need not be looked up.

    Only one caller per conversation and process may run this at a time; two processes that do
    compute the same turn commit it once.
    """
    count = 0
    known = _brought(arrived)
    while True:
        found = known or await store.read(lambda log: _next(log, conversation))
        if found is None:
            return count
        known, (head, message) = None, found
        result = None
        if head.owner in BOT_MAY_SPEAK:
            result = await _think(dialogue, head, message)
        outcome, change = await store.transact(
            lambda log, head=head, message=message, result=result: _commit(  # type: ignore[misc]
                log, desk_hours, head, message, result
            )
        )
        announcer.announce(conversation, change)
        if outcome is not Outcome.OVERTAKEN:
            count += 1
        if outcome is Outcome.ALL_DONE:
            return count


def _brought(arrived: Change | None) -> tuple[Conversation, Entry] | None:
    """The message that just arrived, unless others wait before it."""
    if arrived is None or not arrived.entries:
        return None
    first, last = arrived.entries[0], arrived.entries[-1]
    if last.kind is not EntryKind.USER or first.no != arrived.head.handled_no + 1:
        return None
    return arrived.head, last


def _next(log: Log, conversation: str) -> tuple[Conversation, Entry] | None:
    head = log.find(conversation)
    message = log.next_unhandled(head) if head else None
    return (head, message) if head and message else None


async def _think(dialogue: Dialogue, head: Conversation, message: Entry) -> TurnResult:
    """The dialogue's turn on the person's own words, after what the channel had to say."""
    answer, question = message.facts.get("answer"), message.facts.get("question")
    first = (Draft(EntryKind.BOT, answer),) if answer else ()
    if first and not question:
        return TurnResult(first, head.state)
    heard = replace(message, text=question) if question else message
    try:
        result = reminders.grant(head, heard) or await dialogue.turn(head, heard)
    except Exception:  # left unhandled it would stop every later message of the conversation
        logger.exception("turn failed: conversation %s entry %d", head.id, message.no)
        result = apology(head)
    return replace(result, replies=(*first, *result.replies))


def apology(head: Conversation) -> TurnResult:
    """A turn that failed: says so, offers a steward, keeps the state."""
    return TurnResult((Draft(EntryKind.BOT, APOLOGY, buttons=(TO_STEWARD,)),), head.state)


def _wants_no_human(message: Entry) -> bool:
    """Whether a typed message takes a request for a human back, whatever else it says."""
    return message.payload is None and takes_back_human(normalise(message.text))


def _commit(
    log: Log,
    desk_hours: hand_over.DeskHours,
    seen: Conversation,
    message: Entry,
    result: TurnResult | None,
) -> tuple[Outcome, Change | None]:
    now = log.lock(seen.id)
    if now.epoch != seen.epoch or now.handled_no >= message.no:
        return Outcome.OVERTAKEN, None
    newest = now.last_no == message.no
    if result is not None:
        answers = {"answers": message.no}
        facts = {"understood": result.understood, **answers} if result.understood else answers
        waits = now.owner is Owner.WAITING and result.hand_over is None
        if waits and _wants_no_human(message):
            hand_over.leave_queue(log, now, answers)
        for reply in result.replies:
            log.append(now, replace(reply, facts={**reply.facts, **facts}))
            facts = answers
        now.state = result.state
        if result.hand_over is not None:
            hand_over.request(log, now, desk_hours, result.hand_over, facts)
    now.handled_no = now.last_no if newest else message.no
    log.save(now)
    change = Change(now, tuple(log.appended), answered=message.no)
    return (Outcome.ALL_DONE if newest else Outcome.DONE), change

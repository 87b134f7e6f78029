"""Who speaks: requests for a human, claims, returns, ends (bot/decisions/0003, ownership).

Every change of owner raises the epoch, so that nothing computed before it can be said after it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any, Protocol

from bot.model.conversation import Conversation, Draft, EntryKind, Owner, Steward
from bot.model.times import CHINA
from bot.services.ports import Announcer, Log, Refused, Store

LEFT_QUEUE = "已为您退出人工排队，由我继续为您解答；需要时随时说“转人工”。"


class DeskHours(Protocol):
    """When stewards are at the desk."""

    @property
    def said(self) -> str:
        """The hours in words."""

    def answer_by(self, asked: datetime) -> datetime:
        """By when somebody will answer a request made at `asked` (both aware)."""

    def now(self) -> datetime: ...


class TakenByAnother(Refused):
    pass


class ChangedMeanwhile(Refused):
    pass


class NotYours(Refused):
    pass


def request(
    log: Log,
    conversation: Conversation,
    hours: DeskHours,
    why: str,
    facts: Mapping[str, Any],
) -> None:
    """Puts a conversation in the queue and says so; asked again, it only repeats the place.
    `facts` go into the log with what is said; `answers` is the number of the message."""
    if conversation.owner is not Owner.WAITING:
        asked = hours.now()
        conversation.waiting_since = asked
        conversation.answer_by = hours.answer_by(asked)
        conversation.escalated = False
        reason = {"why": why, "answers": facts["answers"]} if "answers" in facts else {"why": why}
        change_owner(log, conversation, Owner.WAITING, "已转人工，等待项目管家接入。", facts=reason)
    said = queue_sentence(log, conversation, hours)
    log.append(conversation, Draft(EntryKind.BOT, said, facts=dict(facts)))


def leave_queue(log: Log, conversation: Conversation, facts: Mapping[str, Any]) -> None:
    """Takes back a request for a human: the bot has the conversation again. `facts` go into the
    log. Whoever does not wait has nothing to leave: a steward gives a conversation back."""
    if conversation.owner is not Owner.WAITING:
        return
    conversation.waiting_since = conversation.answer_by = None
    conversation.escalated = False
    reason = {"why": "企业不再需要人工", **facts}
    change_owner(log, conversation, Owner.BOT, LEFT_QUEUE, facts=reason)


def queue_sentence(log: Log, conversation: Conversation, hours: DeskHours) -> str:
    """The place in the queue, the desk's hours and by when somebody answers."""
    assert conversation.answer_by is not None
    by = conversation.answer_by.astimezone(CHINA)
    today = by.date() == hours.now().astimezone(CHINA).date()
    when = by.strftime("今天%H:%M前") if today else by.strftime("%m月%d日%H:%M前")
    return (
        f"已为您转接人工项目管家，您排在第{log.queue_position(conversation)}位。"
        f"管家服务时间：{hours.said}，预计{when}答复您。"
        "等待期间您可以继续提问，我会尽量先回答。"
    )


async def claim(
    store: Store, announcer: Announcer, conversation: str, steward: Steward, epoch: int
) -> Conversation:
    """Gives a conversation to a steward; of two who claim at once, one wins.

    Raises TakenByAnother (naming who has it), ChangedMeanwhile, UnknownConversation.
    """

    def work(log: Log) -> Conversation:
        head = log.lock(conversation)
        if head.owner is Owner.STEWARD and head.steward != steward:
            name = head.steward.name if head.steward else "另一位管家"
            raise TakenByAnother(f"会话已由{name}接管。")
        if head.owner is Owner.STEWARD:
            return head
        _same_epoch(head, epoch)
        head.steward = steward
        head.waiting_since = head.answer_by = None
        head.handled_no = head.last_no
        change_owner(
            log, head, Owner.STEWARD, f"项目管家{steward.name}为您服务。", author=steward.name
        )
        log.save(head)
        return head

    return await _announced(store, announcer, work)


async def hand_back(
    store: Store, announcer: Announcer, conversation: str, steward: Steward, epoch: int
) -> Conversation:
    """Returns a conversation to the bot. Raises NotYours, ChangedMeanwhile."""
    return await _release(
        store, announcer, conversation, steward, epoch, Owner.BOT, "已转回智能助手为您服务。"
    )


async def close(
    store: Store, announcer: Announcer, conversation: str, steward: Steward, epoch: int
) -> Conversation:
    """Ends a conversation; a new message from the enterprise begins it anew."""
    return await _release(
        store, announcer, conversation, steward, epoch, Owner.CLOSED, "本次会话已结束，感谢咨询。"
    )


async def speak(
    store: Store,
    announcer: Announcer,
    conversation: str,
    steward: Steward,
    draft: Draft,
    external_id: str,
) -> int:
    """A steward's reply or note, once per `external_id`; returns its number.

    A reply needs the conversation to be the steward's own; a note does not. Raises NotYours.
    """

    def work(log: Log) -> int:
        head = log.lock(conversation)  # before looking: the same key may be on its way in
        before = log.received("desk", external_id)
        if before:
            return before[1]
        if draft.kind is EntryKind.STEWARD:
            _own(head, steward)
        entry = log.append(head, draft, external_id)
        log.save(head)
        return entry.no

    number = await store.transact(work)
    announcer.announce(conversation)
    return number


async def escalate_overdue(store: Store, announcer: Announcer, hours: DeskHours) -> int:
    """Reminds desk and enterprise, once, of each wait that lasted longer than promised."""

    def work(log: Log) -> list[str]:
        late = []
        for waiting in log.waiting():
            if waiting.escalated or not waiting.answer_by or waiting.answer_by > hours.now():
                continue
            head = log.lock(waiting.id)
            if head.owner is not Owner.WAITING or head.escalated:
                continue
            head.escalated = True
            head.answer_by = hours.now() + timedelta(minutes=30)
            log.append(head, Draft(EntryKind.NOTE, "等待超过承诺时间，请督导安排管家尽快接入。"))
            said = "让您久等了，约定的时间内还没有管家接入，我已提醒值班督导优先处理您的会话。"
            log.append(head, Draft(EntryKind.BOT, said))
            log.save(head)
            late.append(head.id)
        return late

    changed = await store.transact(work)
    for conversation in changed:
        announcer.announce(conversation)
    return len(changed)


async def _release(
    store: Store,
    announcer: Announcer,
    conversation: str,
    steward: Steward,
    epoch: int,
    owner: Owner,
    said: str,
) -> Conversation:
    def work(log: Log) -> Conversation:
        head = log.lock(conversation)
        if head.owner is owner:
            return head
        if head.owner is Owner.STEWARD:
            _own(head, steward)
        _same_epoch(head, epoch)
        head.steward = None
        head.waiting_since = head.answer_by = None
        head.handled_no = head.last_no
        change_owner(log, head, owner, said, author=steward.name)
        log.save(head)
        return head

    return await _announced(store, announcer, work)


async def _announced(
    store: Store, announcer: Announcer, work: Callable[[Log], Conversation]
) -> Conversation:
    head = await store.transact(work)
    announcer.announce(head.id)
    return head


def change_owner(
    log: Log,
    head: Conversation,
    owner: Owner,
    said: str,
    author: str | None = None,
    facts: Mapping[str, Any] | None = None,
) -> None:
    """The only place where an owner changes: the epoch rises and the log says so."""
    head.owner = owner
    head.epoch += 1
    known = {"epoch": head.epoch, **(facts or {})}
    log.append(head, Draft(EntryKind.OWNER, said, author=author, owner=owner, facts=known))


def _same_epoch(head: Conversation, epoch: int) -> None:
    if head.epoch != epoch:
        raise ChangedMeanwhile("会话状态刚刚变化，请刷新后再操作。")


def _own(head: Conversation, steward: Steward) -> None:
    if head.owner is not Owner.STEWARD or head.steward != steward:
        name = head.steward.name if head.steward else None
        raise NotYours(f"会话正由{name}处理。" if name else "请先接管会话再操作。")

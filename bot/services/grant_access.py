"""Giving a person the right to see an enterprise's cases, and taking it away again."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone

from bot.model.conversation import Draft, Enterprise, EntryKind
from bot.model.credit_code import is_credit_code, normalise_credit_code
from bot.model.grant import Grant, Happening, TrailEntry
from bot.services.bind_enterprise import forget_enterprise
from bot.services.binding_code import digest_of, new_code, spelled
from bot.services.binding_port import RegisteredContacts
from bot.services.ports import Announcer, Log, Refused, Store

NO_CONTACT = (
    "没有这家企业的登记联系方式：审批平台的交换表里的电话栏本系统从不读取，也没有接入别的联系方式来源。"
    "请当面或通过您已核实的联系方式告知绑定码。"
)
CODE_LINE = (
    "【帮办】{name}的绑定码：{code}，{until}前有效，只能用一次。发到帮办对话里即可；不要转给别人。"
)
NOT_TO_RESTORE = "只有由办事网站确认身份、后来被撤销的人员可以恢复；其他人员请重新发绑定码。"
LONGEST_NAME = 200


class UnknownGrant(Refused):
    pass


class NothingToChange(Refused):
    pass


@dataclass(frozen=True)
class IssuedCode:
    """A new grant with its code, which is nowhere else."""

    grant: Grant
    code: str
    expires_at: datetime


def enterprise_of(credit_code: str, name: str) -> Enterprise:
    """Raises Refused where the code is none (check digit) or the name is missing."""
    code, name = normalise_credit_code(credit_code), name.strip()
    if not is_credit_code(code):
        raise Refused("统一社会信用代码不对：应为18位，末位是校验码，请核对营业执照。")
    if not name or len(name) > LONGEST_NAME:
        raise Refused(f"请填写企业名称，{LONGEST_NAME}字以内。")
    return Enterprise(code, name)


async def issue_code(
    store: Store,
    enterprise: Enterprise,
    person: str,
    by: str,
    lasts: timedelta,
) -> IssuedCode:
    """A grant for a person, and the code for it. Raises StoreUnavailable."""
    code, now = new_code(), datetime.now(timezone.utc)
    digest = await asyncio.to_thread(digest_of, code)
    ends = now + lasts

    def work(log: Log) -> Grant:
        grant = log.bindings.issue(enterprise, person, by, digest, now, ends)
        log.bindings.record(_line(now, by, Happening.ISSUED, grant))
        return grant

    grant = await store.transact(work)
    return IssuedCode(grant, spelled(code), ends)


async def send_code(
    store: Store, issued: IssuedCode, by: str, contacts: RegisteredContacts | None, until: str
) -> str:
    """Sends a code to the enterprise's registered contact; where it went, masked. `until` says in
    words how long it holds. Where no contact is known the grant ends, and Refused says so."""
    grant, now = issued.grant, datetime.now(timezone.utc)
    text = CODE_LINE.format(name=grant.enterprise.name, code=issued.code, until=until)
    where = await contacts.send(grant.enterprise, text) if contacts else None
    if where is None:
        await store.transact(lambda log: _withdraw(log, grant, by, now))
        raise Refused(NO_CONTACT)
    line = TrailEntry(now, by, Happening.SENT, grant.id, grant.enterprise.id, None, where)
    await store.transact(lambda log: log.bindings.record(line))
    return where


async def revoke(store: Store, announcer: Announcer, grant: int, by: str) -> Grant:
    """Takes a grant away: the person's conversation sees no case from the next word on, and its
    sessions end. Raises UnknownGrant, NothingToChange,
    StoreUnavailable."""

    def work(log: Log) -> Grant:
        found, now = _known(log, grant), datetime.now(timezone.utc)
        if found.conversation:  # held before the grant: who uses a code holds them in this order
            log.lock(found.conversation)
        if not log.bindings.end(grant, by, now):
            raise NothingToChange("这项授权已经结束。")
        ended = _known(log, grant)
        log.bindings.record(_line(now, by, Happening.REVOKED, ended))
        if ended.conversation:
            _close_eyes(log, ended, ended.conversation, by)
        return ended

    ended = await store.transact(work)
    if ended.conversation:
        announcer.announce(ended.conversation)
    return ended


async def restore(store: Store, grant: int, by: str) -> Grant:
    """Lets the word of a host site count again for a person. Raises UnknownGrant,
    NothingToChange."""

    def work(log: Log) -> Grant:
        _known(log, grant)
        if not log.bindings.restore(grant):
            raise NothingToChange(NOT_TO_RESTORE)
        found = _known(log, grant)
        log.bindings.record(_line(datetime.now(timezone.utc), by, Happening.RESTORED, found))
        return found

    return await store.transact(work)


async def list_grants(
    store: Store, enterprise: str | None, limit: int
) -> tuple[Sequence[Grant], Sequence[TrailEntry]]:
    """Grants and trail of an enterprise (its credit code), or of all; the newest first."""
    return await store.read(
        lambda log: (
            log.bindings.of_enterprise(enterprise, limit),
            log.bindings.trail(enterprise, limit),
        )
    )


def _withdraw(log: Log, grant: Grant, by: str, now: datetime) -> None:
    log.bindings.end(grant.id, by, now)
    log.bindings.record(_line(now, by, Happening.REVOKED, grant))


def _close_eyes(log: Log, grant: Grant, conversation: str, by: str) -> None:
    head = log.lock(conversation)
    if head.enterprise is not None and head.enterprise.id == grant.enterprise.id:
        forget_enterprise(head)
    log.bindings.shut_out(conversation)
    said = f"{by}撤销了{grant.person}查看{grant.enterprise.name}办件的授权。"
    log.append(head, Draft(EntryKind.NOTE, said, author=by))
    log.save(head)


def _known(log: Log, grant: int) -> Grant:
    found = log.bindings.find(grant)
    if found is None:
        raise UnknownGrant("没有这项授权。")
    return found


def _line(now: datetime, by: str, what: Happening, grant: Grant) -> TrailEntry:
    return TrailEntry(
        now, by, what, grant.id, grant.enterprise.id, grant.conversation, grant.person
    )

"""Grants, one-time codes and used identity tokens in SQL (bot.services.binding_port.Bindings)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from bot.model.conversation import Enterprise
from bot.model.credit_code import normalise_credit_code
from bot.model.grant import Grant, Happening, TrailEntry
from bot.storage.binding_tables import grants, identity_tokens, trail
from bot.storage.tables import conversations, outbox, sessions

WITHHELD = "授权已撤销，没有发送。"
_GRANTS = sa.select(grants, conversations.c.channel).select_from(
    grants.outerjoin(conversations, conversations.c.id == grants.c.conversation_id)
)
_WAITS = sa.and_(grants.c.bound_at.is_(None), grants.c.ended_at.is_(None))
_HOLDS = sa.and_(grants.c.bound_at.is_not(None), grants.c.ended_at.is_(None))
# As text: SQLAlchemy 1.4 has this clause for each database apart.
_VOUCH_ONCE = sa.text(
    "INSERT INTO access_grants (enterprise_id, enterprise_name, person, site, issued_by, issued_at,"
    " bound_at) VALUES (:enterprise, :name, :person, :site, :by, :now, :now) ON CONFLICT DO NOTHING"
).bindparams(sa.bindparam("now", type_=grants.c.issued_at.type))
_USE_ONCE = sa.text(
    "INSERT INTO identity_tokens (token, browser, expires_at) VALUES (:token, :browser, :ends)"
    " ON CONFLICT DO NOTHING"
).bindparams(sa.bindparam("ends", type_=identity_tokens.c.expires_at.type))


class SqlBindings:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def issue(
        self,
        enterprise: Enterprise,
        person: str,
        by: str,
        digest: str,
        now: datetime,
        ends: datetime,
    ) -> Grant:
        values = {
            "enterprise_id": enterprise.id,
            "enterprise_name": enterprise.name,
            "person": person,
            "issued_by": by,
            "issued_at": now,
            "code_hash": digest,
            "code_expires_at": ends,
        }
        key = self._connection.execute(sa.insert(grants), values).inserted_primary_key[0]
        return Grant(key, enterprise, person, by, now, code_expires_at=ends)

    def use(self, digest: str, conversation: str, now: datetime) -> Grant | None:
        waits = (grants.c.code_hash == digest, _WAITS, grants.c.code_expires_at > now)
        used = sa.update(grants).where(*waits).values(bound_at=now, conversation_id=conversation)
        return self.of_code(digest) if self._connection.execute(used).rowcount else None

    def of_code(self, digest: str) -> Grant | None:
        return self._first(_GRANTS.where(grants.c.code_hash == digest))

    def active_in(self, conversation: str) -> Grant | None:
        by_code = grants.c.site.is_(None)
        return self._first(_GRANTS.where(grants.c.conversation_id == conversation, by_code, _HOLDS))

    def vouched(
        self, site: str, person: str, enterprise: Enterprise, now: datetime
    ) -> tuple[Grant, bool]:
        values = {
            "enterprise": normalise_credit_code(enterprise.id),
            "name": enterprise.name,
            "person": person,
            "site": site,
            "by": f"网站 {site}",
            "now": now,
        }
        new = bool(self._connection.execute(_VOUCH_ONCE, values).rowcount)
        query = _GRANTS.where(
            grants.c.site == site,
            grants.c.enterprise_id == values["enterprise"],
            grants.c.person == person,
        )
        found = self._first(query.with_for_update(of=grants))  # nobody revokes it meanwhile
        assert found
        return found, new

    def met_in(self, grant: int, conversation: str) -> None:
        there = sa.update(grants).where(grants.c.id == grant)
        self._connection.execute(there.values(conversation_id=conversation))

    def find(self, grant: int) -> Grant | None:
        return self._first(_GRANTS.where(grants.c.id == grant))

    def of_enterprise(self, enterprise: str | None, limit: int) -> Sequence[Grant]:
        query = _GRANTS.order_by(grants.c.id.desc()).limit(limit)
        if enterprise is not None:
            query = query.where(grants.c.enterprise_id == enterprise)
        return [_grant(row) for row in self._connection.execute(query)]

    def end(self, grant: int, by: str | None, now: datetime) -> bool:
        still = sa.update(grants).where(grants.c.id == grant, grants.c.ended_at.is_(None))
        return bool(self._connection.execute(still.values(ended_at=now, ended_by=by)).rowcount)

    def restore(self, grant: int) -> bool:
        ended = (grants.c.id == grant, grants.c.site.is_not(None), grants.c.ended_at.is_not(None))
        again = sa.update(grants).where(*ended).values(ended_at=None, ended_by=None)
        return bool(self._connection.execute(again).rowcount)

    def shut_out(self, conversation: str) -> None:
        ended = sa.delete(sessions).where(
            sessions.c.kind == "chat", sessions.c.subject == conversation
        )
        self._connection.execute(ended)
        unsent = sa.update(outbox).where(
            outbox.c.conversation_id == conversation, outbox.c.state == "pending"
        )
        self._connection.execute(unsent.values(state="failed", error=WITHHELD))

    def first_use(self, token: str, browser: str, now: datetime, ends: datetime) -> bool:
        old = sa.delete(identity_tokens).where(identity_tokens.c.expires_at < now)
        self._connection.execute(old)
        values = {"token": token, "browser": browser, "ends": ends}
        if self._connection.execute(_USE_ONCE, values).rowcount:
            return True
        query = sa.select(identity_tokens.c.browser).where(identity_tokens.c.token == token)
        return bool(browser) and self._connection.execute(query).scalar() == browser

    def record(self, line: TrailEntry) -> None:
        values = {
            "at": line.at,
            "who": line.who,
            "what": line.what.value,
            "grant_id": line.grant,
            "enterprise_id": line.enterprise,
            "conversation_id": line.conversation,
            "detail": line.detail[:200],
        }
        self._connection.execute(sa.insert(trail), values)

    def trail(self, enterprise: str | None, limit: int) -> Sequence[TrailEntry]:
        query = sa.select(trail).order_by(trail.c.id.desc()).limit(limit)
        if enterprise is not None:
            query = query.where(trail.c.enterprise_id == enterprise)
        return [_line(row) for row in self._connection.execute(query)]

    def failures(self, since: datetime, conversation: str | None = None) -> int:
        query = (
            sa.select(sa.func.count())
            .select_from(trail)
            .where(trail.c.what == Happening.FAILED.value, trail.c.at > since)
        )
        if conversation is not None:
            query = query.where(trail.c.conversation_id == conversation)
        return int(self._connection.execute(query).scalar_one())

    def _first(self, query: Any) -> Grant | None:
        row = self._connection.execute(query).first()
        return _grant(row) if row else None


def _grant(row: Any) -> Grant:
    return Grant(
        id=row.id,
        enterprise=Enterprise(row.enterprise_id, row.enterprise_name),
        person=row.person,
        issued_by=row.issued_by,
        issued_at=row.issued_at,
        site=row.site,
        code_expires_at=row.code_expires_at,
        conversation=row.conversation_id,
        channel=row.channel,
        bound_at=row.bound_at,
        ended_at=row.ended_at,
        ended_by=row.ended_by,
    )


def _line(row: Any) -> TrailEntry:
    return TrailEntry(
        row.at,
        row.who,
        Happening(row.what),
        row.grant_id,
        row.enterprise_id,
        row.conversation_id,
        row.detail,
    )

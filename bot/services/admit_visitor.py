"""Whether a person whom a host site vouches for is let in as somebody of the enterprise."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot.model.conversation import Enterprise
from bot.model.grant import Grant, GrantState, Happening, TrailEntry
from bot.services.ports import Log


@dataclass(frozen=True)
class Statement:
    """What a site says, verified. `token` names the token itself for ever, as a digest; it is worth
    nothing after `expires_at` (aware)."""

    site: str
    person: str
    enterprise: Enterprise
    token: str
    expires_at: datetime


def admit(log: Log, statement: Statement, browser: str, now: datetime) -> Grant | None:
    """The person's grant; None for a token that another browser has used already, and for a person
    whose grant was revoked: both are nobody. `browser` is a digest of what only the browser knows;
    empty, the token holds for this one time."""
    bindings = log.bindings
    first = bindings.first_use(statement.token, browser, now, statement.expires_at)
    grant, new = bindings.vouched(statement.site, statement.person, statement.enterprise, now)
    if not first:
        bindings.record(_line(now, Happening.REPLAYED, grant))
        return None
    if grant.state(now) is not GrantState.ACTIVE:
        bindings.record(_line(now, Happening.TURNED_AWAY, grant))
        return None
    if new:
        bindings.record(_line(now, Happening.VOUCHED, grant))
    return grant


def _line(now: datetime, what: Happening, grant: Grant) -> TrailEntry:
    return TrailEntry(now, grant.issued_by, what, grant.id, grant.enterprise.id, None, grant.person)

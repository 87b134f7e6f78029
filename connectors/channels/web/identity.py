"""Who a visitor of a host site is: the site's signed token, or nobody."""

from __future__ import annotations

import json
import logging
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from hashlib import sha256
from typing import Any

import jwt
from pydantic import SecretStr

from bot.model.conversation import Enterprise
from bot.model.credit_code import normalise_credit_code
from bot.services.admit_visitor import Statement

log = logging.getLogger(__name__)
AUDIENCE = "bangban"
ALGORITHM = "HS256"
LONGEST = timedelta(hours=12)
LEEWAY = timedelta(seconds=30)
REQUIRED = ["iss", "sub", "aud", "exp"]


@dataclass(frozen=True)
class Visitor(Statement):
    """A verified person of an enterprise on a host site."""

    @property
    def peer(self) -> str:
        """The conversation's other end. No two visitors share one, whatever their names contain."""
        return ":".join([_one_part(self.site), _one_part(self.enterprise.id), self.person])


def visitor_of(
    token: str | None, keys: Mapping[str, SecretStr], longest: timedelta = LONGEST
) -> Visitor | None:
    """The visitor, or None for anonymous: a token that is missing, altered, expired, of an unknown
    site, without an enterprise or valid for longer than `longest` is nobody's. Whether it was used
    before, only the database knows (bot.services.admit_visitor)."""
    if not token:
        return None
    try:
        site = str(jwt.decode(token, options={"verify_signature": False}).get("iss", ""))
        if site not in keys:
            return None
        claims = jwt.decode(
            token,
            keys[site].get_secret_value(),
            algorithms=[ALGORITHM],
            audience=AUDIENCE,
            issuer=site,
            leeway=LEEWAY,
            options={"require": REQUIRED},
        )
        person = _stated(claims, "sub", 120)
        enterprise = Enterprise(
            normalise_credit_code(_stated(claims, "enterprise", 40)),
            _stated(claims, "enterprise_name", 200),
        )
        digest, expires_at = _name_of(token, claims, site), _expiry(claims, longest)
    except (jwt.InvalidTokenError, ValueError, TypeError, OverflowError) as error:
        log.warning("an identity token was not accepted; its bearer stays anonymous: %s", error)
        return None
    return Visitor(site, person, enterprise, digest, expires_at + LEEWAY)


def browser_digest(visitor: Visitor, browser: str | None) -> str:
    """What is kept of the browser's secret; empty without one."""
    return sha256(f"{visitor.token}:{browser}".encode()).hexdigest() if browser else ""


def _one_part(name: str) -> str:
    return name.replace("%", "%25").replace(":", "%3A")


def _name_of(token: str, claims: Mapping[str, Any], site: str) -> str:
    """The token's own name: its `jti`, else what is signed. The signature's spelling has variants
    that mean the same, so it must not count."""
    if "jti" in claims:
        name = json.dumps([site, _stated(claims, "jti", 200)])
    else:
        name = token.rsplit(".", 1)[0]
    return sha256(name.encode()).hexdigest()


def _expiry(claims: Mapping[str, Any], longest: timedelta) -> datetime:
    """When the token ends; raises InvalidTokenError where that is too long after its beginning."""
    now = datetime.now(timezone.utc).timestamp()
    begins = min(now, float(claims.get("iat", now)))
    ends = float(claims["exp"])
    if ends - begins > longest.total_seconds() + LEEWAY.total_seconds():
        raise jwt.InvalidTokenError(f"it is valid for longer than {longest}")
    return datetime.fromtimestamp(ends, timezone.utc)


def _stated(claims: Mapping[str, Any], name: str, longest: int) -> str:
    """What a claim says; raises InvalidTokenError where it says nothing that can be kept."""
    value = claims.get(name)
    if not isinstance(value, str) or not value.strip() or not value.isprintable():
        raise jwt.InvalidTokenError(f"`{name}` is not a text")
    if len(value) > longest:
        raise jwt.InvalidTokenError(f"`{name}` is longer than {longest} characters")
    return value


def sign(site: str, person: str, enterprise: Enterprise, key: SecretStr, lasts: timedelta) -> str:
    """A token as a host site makes it; the sample page uses it."""
    now = datetime.now(timezone.utc)
    claims = {
        "iss": site,
        "sub": person,
        "aud": AUDIENCE,
        "iat": now,
        "exp": now + lasts,
        "jti": secrets.token_urlsafe(16),
        "enterprise": enterprise.id,
        "enterprise_name": enterprise.name,
    }
    return jwt.encode(claims, key.get_secret_value(), ALGORITHM)

"""Who a visitor of a host site is: the site's signed token, or nobody."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import Any

import jwt
from pydantic import SecretStr

from bot.model.conversation import Enterprise

log = logging.getLogger(__name__)
AUDIENCE = "bangban"
ALGORITHM = "HS256"
LEEWAY_SECONDS = 30
REQUIRED = ["iss", "sub", "aud", "exp"]


@dataclass(frozen=True)
class Visitor:
    """A verified person of an enterprise on a host site."""

    site: str
    person: str
    enterprise: Enterprise

    @property
    def peer(self) -> str:
        return f"{self.site}:{self.enterprise.id}:{self.person}"


def visitor_of(token: str | None, keys: Mapping[str, SecretStr]) -> Visitor | None:
    """The visitor, or None for anonymous: a token that is missing, altered, expired, of an
    unknown site or without an enterprise is nobody's."""
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
            leeway=LEEWAY_SECONDS,
            options={"require": REQUIRED},
        )
        person = _stated(claims, "sub", 120)
        enterprise = Enterprise(
            _stated(claims, "enterprise", 40), _stated(claims, "enterprise_name", 200)
        )
    except (jwt.InvalidTokenError, UnicodeEncodeError) as error:
        log.warning("an identity token was not accepted; its bearer stays anonymous: %s", error)
        return None
    return Visitor(site, person, enterprise)


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
    claims = {
        "iss": site,
        "sub": person,
        "aud": AUDIENCE,
        "exp": datetime.now(timezone.utc) + lasts,
        "enterprise": enterprise.id,
        "enterprise_name": enterprise.name,
    }
    return jwt.encode(claims, key.get_secret_value(), ALGORITHM)

"""Whose word counts: the host site's signed token and nothing else."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import Any

import jwt
import pytest
from pydantic import SecretStr

from bot.model.conversation import Enterprise
from connectors.channels.web.identity import sign, visitor_of

KEY = SecretStr("the-secret-of-the-host-site-0123456789")
KEYS = {"portal": KEY, "park": SecretStr("the-secret-of-another-site-0123456789")}
FACTORY = Enterprise("91210100MA0XXXXX0A", "沈阳示例机床有限公司")
NOBODY = None


def token(algorithm: str = "HS256", key: SecretStr = KEY, **changed: Any) -> str:
    claims = {
        "iss": "portal",
        "sub": "报建员",
        "aud": "bangban",
        "exp": datetime.now(timezone.utc) + timedelta(minutes=5),
        "enterprise": FACTORY.id,
        "enterprise_name": FACTORY.name,
    }
    claims.update(changed)
    said = {name: value for name, value in claims.items() if value is not NOBODY}
    return jwt.encode(said, None if algorithm == "none" else key.get_secret_value(), algorithm)


def test_a_signed_token_names_person_and_enterprise() -> None:
    visitor = visitor_of(token(), KEYS)
    assert visitor is not None
    assert (visitor.site, visitor.person, visitor.enterprise) == ("portal", "报建员", FACTORY)


def test_what_sign_makes_is_accepted() -> None:
    signed = sign("portal", "报建员", FACTORY, KEY, timedelta(minutes=1))
    visitor = visitor_of(signed, KEYS)
    assert visitor is not None
    assert (visitor.site, visitor.person, visitor.enterprise) == ("portal", "报建员", FACTORY)


WRONG = {
    "missing": None,
    "empty": "",
    "no token": "a.b.c",
    "not ASCII": "令.牌.啊",
    "lone surrogates": "\ud800.\ud800.\ud800",
    "algorithm none": token("none"),
    "another algorithm": token("HS512"),
    "another site's key": token(key=KEYS["park"]),
    "another site's name": token(iss="park"),
    "unknown site": token(iss="nobody"),
    "no site": token(iss=NOBODY),
    "for somebody else": token(aud="another product"),
    "for nobody": token(aud=NOBODY),
    "expired": token(exp=datetime.now(timezone.utc) - timedelta(minutes=5)),
    "without an end": token(exp=NOBODY),
    "not yet valid": token(nbf=datetime.now(timezone.utc) + timedelta(hours=1)),
    "no person": token(sub=NOBODY),
    "empty person": token(sub=""),
    "no enterprise": token(enterprise=NOBODY),
    "null enterprise": jwt.encode(
        {**jwt.decode(token(), options={"verify_signature": False}), "enterprise": None},
        KEY.get_secret_value(),
    ),
    "empty enterprise": token(enterprise=" "),
    "enterprise is a list": token(enterprise=[FACTORY.id]),
    "enterprise is a number": token(enterprise=91),
    "enterprise with NUL": token(enterprise="9121\x000100"),
    "enterprise too long": token(enterprise="9" * 41),
    "no name": token(enterprise_name=NOBODY),
    "person too long": token(sub="a" * 121),
    "altered": token()[:-4] + "AAAA",
}


@pytest.mark.parametrize("wrong", WRONG.values(), ids=WRONG.keys())
def test_a_token_that_proves_nothing_is_nobodys(wrong: str | None) -> None:
    assert visitor_of(wrong, KEYS) is None


def test_altered_claims_are_noticed() -> None:
    head, _, signature = token().split(".")
    body = token(enterprise="91210100MA0YYYYY0B").split(".")[1]
    assert visitor_of(f"{head}.{body}.{signature}", KEYS) is None


def test_without_keys_nobody_is_known() -> None:
    assert visitor_of(token(), {}) is None


def test_persons_enterprises_and_sites_do_not_mix() -> None:
    park = KEYS["park"]
    tokens = [
        token(),
        token(sub="另一个人"),
        token(enterprise="91210100MA0YYYYY0B"),
        token(iss="park", key=park),
    ]
    visitors = [visitor_of(one, KEYS) for one in tokens]
    assert len({visitor.peer for visitor in visitors if visitor}) == 4

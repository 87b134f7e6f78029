"""Whose word counts: the host site's signed token and nothing else."""

from __future__ import annotations

import hmac
import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import datetime, timedelta, timezone
from typing import Any

import jwt
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
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


# What somebody may change of a token that is not theirs.
CLAIMS = st.dictionaries(
    st.sampled_from(["iss", "sub", "aud", "exp", "iat", "nbf", "jti", "enterprise", "crit"]),
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(-(2**40), 2**40),
        st.floats(),
        st.text(max_size=20),
        st.lists(st.text(max_size=5), max_size=3),
        st.sampled_from(["portal", "park", FACTORY.id, "bangban"]),
    ),
    min_size=1,
)
HEADERS = st.dictionaries(
    st.sampled_from(["alg", "kid", "typ", "jku", "x5u", "jwk", "b64", "crit", "zip"]),
    st.one_of(
        st.none(),
        st.booleans(),
        st.text(max_size=20),
        st.sampled_from(["none", "None", "HS256", "HS384", "RS256", "../../dev/null", "portal"]),
        st.lists(st.text(max_size=5), max_size=2),
    ),
)


def packed(content: object) -> str:
    return urlsafe_b64encode(json.dumps(content).encode()).decode().rstrip("=")


def unpacked(part: str) -> Any:
    return json.loads(urlsafe_b64decode(part + "=" * (-len(part) % 4)))


@given(CLAIMS, HEADERS)
def test_whatever_is_changed_of_head_or_claims_it_is_nobodys(
    claims: dict[str, Any], headers: dict[str, Any]
) -> None:
    head, body, signature = token().split(".")
    changed = packed({**unpacked(body), **claims})
    assume(changed != body)
    for first in (head, packed({**unpacked(head), **headers})):
        assert visitor_of(f"{first}.{changed}.{signature}", KEYS) is None


@given(CLAIMS, HEADERS)
def test_whatever_another_site_signs_it_is_not_this_sites_word(
    claims: dict[str, Any], headers: dict[str, Any]
) -> None:
    _, body, _ = token().split(".")
    said = {**unpacked(body), **claims}
    head = {"alg": "HS256", "typ": "JWT", **headers}
    signed = f"{packed(head)}.{packed(said)}"
    key = KEYS["park"].get_secret_value().encode()
    raw = hmac.new(key, signed.encode(), "sha256").digest()
    forged = f"{signed}.{urlsafe_b64encode(raw).decode().rstrip('=')}"
    visitor = visitor_of(forged, KEYS)
    assert visitor is None or visitor.site == "park"


@given(st.integers(0, 400), st.characters(min_codepoint=33, max_codepoint=126))
def test_no_sign_of_what_is_signed_can_be_changed(place: int, sign_: str) -> None:
    good = token()
    place %= good.rindex(".")
    assume(good[place] != sign_)
    assert visitor_of(good[:place] + sign_ + good[place + 1 :], KEYS) is None


@given(st.text(max_size=300))
def test_no_text_is_a_token(text: str) -> None:
    assert visitor_of(text, KEYS) is None


@given(st.binary(max_size=3), st.text("=!. \n", max_size=4))
def test_a_token_spelled_otherwise_has_the_same_name(more: bytes, tail: str) -> None:
    good = token()
    known = visitor_of(good, KEYS)
    assert known is not None
    for spelled in (good + tail, good[:-1] + urlsafe_b64encode(more).decode(), f" {good}"):
        visitor = visitor_of(spelled, KEYS)
        assert visitor is None or visitor.token == known.token


def test_a_token_is_named_by_its_jti_or_by_what_is_signed() -> None:
    ends = datetime.now(timezone.utc) + timedelta(minutes=5)
    one, same, other = (token(jti=jti, exp=ends) for jti in ("a", "a", "b"))
    names = [visitor.token for t in (one, same, other) if (visitor := visitor_of(t, KEYS))]
    assert (len(names), len(set(names))) == (3, 2)
    plain = [visitor.token for t in (token(exp=ends),) * 2 if (visitor := visitor_of(t, KEYS))]
    assert len(set(plain)) == 1
    park = visitor_of(token(jti="a", exp=ends, iss="park", key=KEYS["park"]), KEYS)
    assert park is not None
    assert park.token not in names


@pytest.mark.parametrize(
    ("begins", "ends", "is_let_in"),
    [(0, 11, True), (0, 13, False), (None, 11, True), (None, 13, False), (-20, 1, False)],
)
def test_a_token_is_valid_for_some_hours_at_most(
    begins: int | None, ends: int, is_let_in: bool
) -> None:
    now = datetime.now(timezone.utc)
    iat = NOBODY if begins is None else now + timedelta(hours=begins)
    known = visitor_of(token(iat=iat, exp=now + timedelta(hours=ends)), KEYS, timedelta(hours=12))
    assert (known is not None) is is_let_in


@pytest.mark.parametrize("odd", [[1], {}, "soon", True, 1e400, None])
@pytest.mark.parametrize("claim", ["exp", "iat", "nbf", "jti"])
def test_odd_claims_of_a_site_itself_break_nothing(claim: str, odd: object) -> None:
    good = unpacked(token().split(".")[1])
    raw = json.dumps({**good, claim: odd}).encode()
    signed = jwt.PyJWS().encode(raw, KEY.get_secret_value(), "HS256")
    visitor = visitor_of(signed, KEYS)
    assert visitor is None or claim != "exp" or odd is True


def test_names_with_colons_do_not_meet() -> None:
    peers = {
        visitor.peer
        for enterprise, person in (("A:B", "C"), ("A", "B:C"), ("A%3AB", "C"))
        if (visitor := visitor_of(token(enterprise=enterprise, sub=person), KEYS))
    }
    assert len(peers) == 3

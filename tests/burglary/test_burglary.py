"""Nobody sees another enterprise's case, whatever they try; and the trying would find a hole."""

from __future__ import annotations

import shutil
import uuid
from collections.abc import AsyncIterator, Callable
from datetime import datetime, timezone
from pathlib import Path

import jwt
import pytest
import pytest_asyncio

from bot.dialogue.engine import RasaDialogue
from bot.model.conversation import Conversation, Enterprise, Entry, Steward
from bot.services.assistant import Assistant
from bot.storage.bindings import SqlBindings
from bot.storage.stewards import Accounts
from connectors.channels.web import checklists, identity, pages, routes
from connectors.channels.web.identity import sign
from connectors.desk import routes as desk_routes
from tests.burglary.burglary import Burglary, Person, doors_of
from tests.burglary.burgled_house import MINUTES, STATUS, VICTIM, burgled_house
from tests.fakes.overhearing import OverhearingDialogue
from tests.fakes.product import SITE, SITE_KEY
from tests.fakes.telegram_api import TelegramApi, telegram_api

SEED = 20261123
ATTEMPTS = 1000
MOST = 150  # attempts at a planted hole
THE_SAME_FOR_ALL = {
    "/health/live",
    "/health/ready",
    "/metrics",
    "/api/openapi.json",
    "/documents.css",
    "/favicon.ico",
    "/demo/enterprises",
    *pages.FILES,
}
SHARES = {
    "chat text": 200,
    "REST": 60,
    "Telegram text": 120,
    "button": 60,
    "Telegram button": 60,
    "identity token": 140,
    "session": 140,
    "binding code": 60,
    "document address": 80,
    "desk": 80,
}

SPOKEN = {"chat text": 120, "REST": 40, "Telegram text": 40}


@pytest_asyncio.fixture
async def api() -> AsyncIterator[TelegramApi]:
    async with telegram_api() as api:
        yield api


@pytest.fixture
def empty_database(migrated_sqlite: Path, tmp_path: Path) -> str:
    shutil.copy(migrated_sqlite, tmp_path / "bangban.db")
    return f"sqlite:///{tmp_path / 'bangban.db'}"


async def test_of_a_thousand_attempts_none_succeeds(
    empty_database: str,
    sample_assistant: Assistant,
    api: TelegramApi,
    capsys: pytest.CaptureFixture[str],
) -> None:
    dialogue = OverhearingDialogue(sample_assistant)
    async with burgled_house(empty_database, sample_assistant, api, dialogue) as (house, loot):
        assert len(loot.canaries) > 30
        burglary = Burglary(house, loot, SEED)
        await burglary.begin()
        order = [road for road, share in SHARES.items() for _ in range(share)]
        burglary.random.shuffle(order)
        for road in order:
            await burglary.attempt(road)
        report = summary(burglary)
        with capsys.disabled():
            print(f"\n{report}")
        assert burglary.tried == SHARES
        assert sum(SHARES.values()) == ATTEMPTS
        assert burglary.succeeded == [], report
        assert doors_left_out(burglary) == []
        assert await she_still_sees_her_own(burglary)


async def test_of_two_hundred_attempts_at_the_trained_dialogue_none_succeeds(
    empty_database: str,
    sample_assistant: Assistant,
    dialogue: RasaDialogue,
    api: TelegramApi,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """The dialogue above takes every text for a question about a case; this one understands."""
    async with burgled_house(empty_database, sample_assistant, api, dialogue) as (house, loot):
        burglary = Burglary(house, loot, SEED)
        await burglary.begin()
        for road, share in SPOKEN.items():
            for _ in range(share):
                await burglary.attempt(road)
        report = summary(burglary)
        with capsys.disabled():
            print(f"\nthe trained dialogue: {report}")
        assert burglary.tried == SPOKEN
        assert burglary.succeeded == [], report
        assert await she_still_sees_her_own(burglary)


def summary(burglary: Burglary) -> str:
    by_road = ", ".join(f"{road} {count}" for road, count in sorted(burglary.tried.items()))
    total, succeeded = sum(burglary.tried.values()), len(burglary.succeeded)
    return f"attempts to see another's case: {total} ({by_road}); succeeded: {succeeded}"


def doors_left_out(burglary: Burglary) -> list[tuple[str, str]]:
    """A new address must be thought of: here, or in the list of what is the same for everybody."""
    return [
        door
        for door in doors_of(burglary.product)
        if door not in burglary.loot.doors and door[1] not in THE_SAME_FOR_ALL
    ]


async def she_still_sees_her_own(burglary: Burglary) -> bool:
    """Or nothing was proven: the canaries do sing for her."""
    token = sign(SITE, "报建员", VICTIM, SITE_KEY, MINUTES)
    her = Person("she herself", await burglary.product.visitor(token))
    seen = await burglary.says(her, {"text": STATUS})
    return any(canary in seen for canary in burglary.loot.canaries)


class OpenedByCode(OverhearingDialogue):
    """A project code alone opens the project."""

    def whose(self, conversation: Conversation, message: Entry) -> Enterprise | None:
        return VICTIM if "-900002" in message.text else conversation.enterprise


def unverified(token: str | None, keys: object, longest: object) -> identity.Visitor | None:
    try:
        claims = jwt.decode(token or "", options={"verify_signature": False})
        who = Enterprise(claims["enterprise"], claims["enterprise_name"])
        ends = datetime.now(timezone.utc) + MINUTES
        return identity.Visitor(SITE, claims["sub"], who, uuid.uuid4().hex, ends)
    except (jwt.InvalidTokenError, KeyError):
        return None


async def id_is_session(accounts: Accounts, kind: str, token: str) -> str | None:
    return token if len(token) == 32 else await WHOSE(accounts, kind, token)


async def anybody(request: object) -> Steward:
    return Steward(1, "王敏")


WHOSE = Accounts.subject_of
HOLES: dict[str, tuple[str, Callable[[pytest.MonkeyPatch], None]]] = {
    "signatures are not looked at": (
        "identity token",
        lambda patch: patch.setattr(routes, "visitor_of", unverified),
    ),
    "a token holds twice": (
        "identity token",
        lambda patch: patch.setattr(SqlBindings, "first_use", lambda *given: True),
    ),
    "a code holds twice": (
        "binding code",
        lambda patch: patch.setattr(
            SqlBindings, "use", lambda self, digest, conversation, now: self.of_code(digest)
        ),
    ),
    "an id is a session": (
        "session",
        lambda patch: patch.setattr(Accounts, "subject_of", id_is_session),
    ),
    "half an address is enough": (
        "document address",
        lambda patch: patch.setattr(checklists, "opens", lambda *given: True),
    ),
    "the desk is open": ("desk", lambda patch: patch.setattr(desk_routes, "steward_of", anybody)),
}


@pytest.mark.parametrize("hole", HOLES)
async def test_a_planted_hole_is_found(
    hole: str,
    empty_database: str,
    sample_assistant: Assistant,
    api: TelegramApi,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    road, plant = HOLES[hole]
    dialogue = OverhearingDialogue(sample_assistant)
    async with burgled_house(empty_database, sample_assistant, api, dialogue) as (house, loot):
        plant(monkeypatch)
        assert await broken_in(Burglary(house, loot, SEED), road)


@pytest.mark.parametrize("road", ["chat text", "REST", "Telegram text"])
async def test_a_dialogue_that_believes_a_project_code_is_found(
    road: str, empty_database: str, sample_assistant: Assistant, api: TelegramApi
) -> None:
    dialogue = OpenedByCode(sample_assistant)
    async with burgled_house(empty_database, sample_assistant, api, dialogue) as (house, loot):
        assert await broken_in(Burglary(house, loot, SEED), road)


async def broken_in(burglary: Burglary, road: str) -> bool:
    await burglary.begin()
    for _ in range(MOST):
        await burglary.attempt(road)
        if burglary.succeeded:
            return True
    return False

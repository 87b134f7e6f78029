"""The parts of a running product, plugged together by bot.bootstrap."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from aiohttp import web

from bot.services.announce import Feed, Hub
from bot.services.assistant import Assistant
from bot.services.binding_port import RegisteredContacts
from bot.services.hand_over import DeskHours
from bot.services.schedule_turns import TurnScheduler
from bot.settings import Settings
from bot.storage.database import Database
from bot.storage.outbox import SqlOutbox
from bot.storage.stewards import Accounts


@dataclass(frozen=True)
class Enterprises:
    """Sample enterprises that the demo page may sign in as: id → name."""

    names: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Parts:
    settings: Settings
    database: Database
    accounts: Accounts
    outbox: SqlOutbox
    hub: Hub
    feed: Feed
    hours: DeskHours
    scheduler: TurnScheduler
    assistant: Assistant
    samples: Enterprises
    refresh: Callable[[], Awaitable[None]]  # takes up changed catalogue files
    contacts: RegisteredContacts | None = None  # None: the city provides none


PARTS: web.AppKey[Parts] = web.AppKey("parts", Parts)
Plug = Callable[[web.Application, Parts], None]


def parts_of(request: web.Request) -> Parts:
    return request.config_dict[PARTS]

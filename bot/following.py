"""Plugs the follower of the platform together, and what reads what it keeps."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from functools import partial
from pathlib import Path

from bot.model.case import SHANGHAI
from bot.platforms import LOCAL, city_given, open_platform
from bot.services.follow_enterprises import EnterprisesSource
from bot.services.follow_port import Source
from bot.services.keep_following import Following
from bot.settings import Settings
from bot.storage.known_enterprises import known_enterprises
from bot.storage.ledger_history import SqlFollowedCases
from bot.storage.ledger_snapshots import SqlSnapshots
from bot.storage.ledger_source import LedgerSource
from connectors.platforms.http_platform import HttpPlatform
from connectors.platforms.spgl_changes import SpglSource

STATEMENT_SECONDS = 120  # a survey sums up whole tables, and nobody waits for it


def open_source(
    address: str,
    ledger: str,
    city: Path | None = None,
    naming: Mapping[str, str | None] | None = None,
) -> Source:
    """The platform at `address` (see open_platform) for its follower; `ledger`: URL of the own
    database.

    Of an API that is described by a file the projects of the enterprises that are known here are
    followed. PlatformUnavailable where the address makes no sense.
    """
    if address == LOCAL:
        return LedgerSource(ledger)
    platform = open_platform(address, city, naming, ledger)
    if isinstance(platform, HttpPlatform):
        return EnterprisesSource(platform, platform.address, partial(known_enterprises, ledger))
    return SpglSource(address, city_given(city, naming), STATEMENT_SECONDS)


def opened(
    settings: Settings, city: Path | None = None, naming: Mapping[str, str | None] | None = None
) -> tuple[Source, SqlSnapshots]:
    """The platform of the settings and what is kept of it. PlatformUnavailable."""
    assert settings.platform_url is not None
    source = open_source(
        settings.platform_url, settings.database_url, city or settings.platform_city, naming
    )
    return source, SqlSnapshots(settings.database_url, source.origin)


def following(settings: Settings) -> Following | None:
    """The follower of a product that has a platform, not started yet."""
    if settings.platform_url is None or settings.follow_seconds == 0:
        return None
    seconds = settings.follow_seconds
    return Following(lambda: opened(settings), seconds, lambda: datetime.now(SHANGHAI))


def followed_cases(settings: Settings) -> SqlFollowedCases | None:
    """What is kept of the settings' platform; None without one. PlatformUnavailable."""
    if settings.platform_url is None:
        return None
    city = settings.platform_city
    source = open_source(settings.platform_url, settings.database_url, city)
    return SqlFollowedCases(settings.database_url, source.origin)

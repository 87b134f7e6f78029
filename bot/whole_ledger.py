"""Reads the whole ledger of the product's platform, for the desk."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from bot.following import followed_cases
from bot.platforms import LOCAL, open_platform
from bot.services.assistant import Assistant
from bot.services.clean_up import ledger_lines, stages_of
from bot.services.ledger_board import ReadLedger
from bot.services.name_matter import by_exact_name
from bot.services.platform_port import PlatformMisdescribed
from bot.services.whole_platform import Progress, WholeProject, read_kept, read_whole
from bot.settings import Settings

STATEMENT_SECONDS = 60


def read_ledger(settings: Settings, assistant: Assistant, told: Progress) -> ReadLedger:
    """What the follower keeps, so that the platform is not asked again; where nothing is kept yet,
    and for the own ledger with its stewards' words, the platform itself, over a connection of its
    own. Blocks for long; PlatformUnavailable, StoreUnavailable."""
    now = assistant.now()
    read_at, projects = _projects(settings, now, told)
    catalogue = assistant.catalogue()
    names, stages = by_exact_name(catalogue.matters), stages_of(catalogue)
    return ReadLedger(read_at, now, list(ledger_lines(projects, now, names, stages)))


def _projects(
    settings: Settings, now: datetime, told: Progress
) -> tuple[datetime, Iterator[WholeProject]]:
    address = settings.platform_url
    if address is None:
        raise PlatformMisdescribed("本站还没有接入审批系统。", "请设置 BANGBAN_PLATFORM_URL。")
    kept = followed_cases(settings) if address != LOCAL else None
    confirmed = kept.confirmed_at() if kept is not None else None
    if kept is not None and confirmed is not None:
        return confirmed, read_kept(kept, told)
    city, ledger = settings.platform_city, settings.database_url
    platform = open_platform(address, city, ledger=ledger, seconds=STATEMENT_SECONDS)
    return now, read_whole(platform, told)

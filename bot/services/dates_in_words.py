"""Days and moments as an enterprise reads them, in Shanghai time."""

from __future__ import annotations

from datetime import date, datetime

from bot.model.case import SHANGHAI


def moment(at: datetime) -> str:
    """An aware moment, to the minute."""
    at = at.astimezone(SHANGHAI)
    return f"{day(at.date())}{at:%H:%M}"


def day(on: date) -> str:
    return f"{on.year}年{on.month}月{on.day}日"

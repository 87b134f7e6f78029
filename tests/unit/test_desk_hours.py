"""When stewards are there, and by when somebody answers."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta, timezone

import pytest

from bot.model.times import CHINA
from bot.services.desk_hours import OfficeHours, is_office_day

HOURS = OfficeHours()


def china(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=CHINA)


@pytest.mark.parametrize(
    ("asked", "answered"),
    [
        ("2026-11-20T08:00", "2026-11-20T09:00"),  # before opening
        ("2026-11-20T08:30", "2026-11-20T09:00"),
        ("2026-11-20T10:15", "2026-11-20T10:45"),
        ("2026-11-20T16:59", "2026-11-20T17:29"),  # somebody is still there
        ("2026-11-20T17:00", "2026-11-23T09:00"),  # a Friday's end: Monday
        ("2026-11-21T10:00", "2026-11-23T09:00"),  # a Saturday
        ("2026-02-14T10:00", "2026-02-14T10:30"),  # a Saturday worked before Spring Festival
        ("2026-10-01T10:00", "2026-10-08T09:00"),  # National Day
    ],
)
def test_the_promise_keeps_to_the_hours_and_the_calendar(asked: str, answered: str) -> None:
    assert HOURS.answer_by(china(asked)) == china(answered)


def test_any_zone_is_understood() -> None:
    asked = datetime(2026, 11, 20, 2, 15, tzinfo=timezone.utc)
    assert HOURS.answer_by(asked) == china("2026-11-20T10:45")


def test_hours_of_ones_own() -> None:
    hours = OfficeHours(time(9, 0), time(18, 30), timedelta(minutes=10))
    assert hours.said == "工作日09:00—18:30"
    assert hours.answer_by(china("2026-11-20T18:29")) == china("2026-11-20T18:39")


def test_a_year_without_a_calendar_counts_monday_to_friday() -> None:
    assert is_office_day(date(2099, 1, 2))  # a Friday
    assert not is_office_day(date(2099, 1, 3))
    assert HOURS.answer_by(china("2099-01-03T10:00")) == china("2099-01-05T09:00")


def test_now_is_aware() -> None:
    assert HOURS.now().utcoffset() == timedelta(hours=8)

from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ruamel.yaml import YAML

from bot.model.case import SHANGHAI, Case, CaseStatus, Clock, Step
from bot.services.working_days import (
    CalendarUnknown,
    add_working_days,
    is_working_day,
    read_clock,
    working_days_between,
)
from connectors.platforms.codes import load_codes

EXAMPLES = YAML(typ="safe").load(Path(__file__).with_name("clock_examples.yml"))
CODES = load_codes()
BEGIN = datetime(2026, 3, 2, 9, tzinfo=SHANGHAI)


def a_case(steps, limit):
    made = (Step(at, *CODES.status(str(code)), str(code)) for code, at in steps)
    ordered = tuple(sorted(made, key=lambda step: step.order))
    return Case("1", "P", "P", None, None, None, None, limit, ordered)


def moment(text):
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example["name"])
def test_worked_example(example):
    case = a_case([(code, moment(at)) for code, at in example["steps"]], example["limit"])
    clock = read_clock(case, moment(example["now"]))
    assert {
        "used": clock.used_days,
        "remaining": clock.remaining_days,
        "due_on": clock.due_on,
        "overdue": clock.overdue,
        "paused": clock.paused,
    } == example["expect"]
    if "note" in example:
        assert any(example["note"] in note for note in clock.notes)


def test_the_calendar_knows_holidays_and_swapped_weekends():
    assert not is_working_day(date(2026, 10, 1))
    assert is_working_day(date(2026, 10, 10))
    assert working_days_between(date(2026, 9, 30), date(2026, 10, 10)) == 3
    assert add_working_days(date(2026, 9, 30), 3) == date(2026, 10, 10)


def test_an_unknown_year_is_said():
    with pytest.raises(CalendarUnknown) as unknown:
        is_working_day(date(2031, 5, 6))
    assert unknown.value.year == 2031


def test_an_event_without_acceptance_has_no_clock_and_says_so():
    clock = read_clock(a_case([(8, BEGIN), (11, BEGIN + timedelta(days=3))], 5), BEGIN)
    assert clock == Clock(limit_days=5, notes=clock.notes)
    assert "没有这个办件的受理记录" in clock.notes[0]


hours = st.integers(0, 24 * 60).map(lambda hour: BEGIN + timedelta(hours=hour))
pauses = st.lists(st.tuples(st.sampled_from([6, 7, 9, 10]), hours), max_size=12)
limits = st.integers(0, 40)


@given(pauses, limits, hours)
def test_pauses_never_make_the_clock_run_faster(events, limit, now):
    plain = read_clock(a_case([(3, BEGIN)], limit), now)
    paused = read_clock(a_case([(3, BEGIN), *events], limit), now)
    assert 0 <= paused.used_days <= plain.used_days
    assert paused.due_on >= plain.due_on


@given(pauses, limits, hours)
def test_overdue_means_that_the_due_date_has_passed(events, limit, now):
    clock = read_clock(a_case([(3, BEGIN), *events], limit), now)
    assert clock.remaining_days == limit - clock.used_days
    assert clock.overdue == (clock.used_days > limit)
    if clock.overdue:
        assert clock.due_on < now.date()


@given(pauses, limits, hours, hours)
def test_time_never_runs_backwards(events, limit, one, other):
    earlier, later = sorted([one, other])
    case = a_case([(3, BEGIN), *events], limit)
    assert read_clock(case, earlier).used_days <= read_clock(case, later).used_days


@st.composite
def rows_of_pauses(draw):
    """For each kind, pauses one after another, as (begin, end)."""
    found = []
    for begin, end in ((6, 7), (9, 10)):
        moments = sorted(draw(st.lists(hours, max_size=6, unique=True)))
        found += [
            (begin, end, first, last)
            for first, last in zip(moments[::2], moments[1::2], strict=False)
        ]
    return found


@given(rows_of_pauses(), st.integers(61, 90))
def test_each_day_of_overlapping_pauses_is_taken_off_once(rows, days):
    """Counted the plain way: all days, less the set of those on which any clock stood still."""
    now = BEGIN + timedelta(days=days)
    events = [event for b, e, first, last in rows for event in ((b, first), (e, last))]
    stood = {
        first.date() + timedelta(days=number)
        for _, _, first, last in rows
        for number in range(1, (last.date() - first.date()).days + 1)
    }
    passed = {BEGIN.date() + timedelta(days=number) for number in range(1, days + 1)}
    expected = sum(is_working_day(day) for day in passed - stood)
    assert read_clock(a_case([(3, BEGIN), *events], 5), now).used_days == expected


@given(limits, st.integers(0, 200))
def test_on_the_due_day_nothing_remains_and_the_next_working_day_is_overdue(limit, days):
    accepted = BEGIN + timedelta(days=days)
    case = a_case([(3, accepted)], limit)
    due = read_clock(case, accepted).due_on
    last = datetime(due.year, due.month, due.day, 23, 59, tzinfo=SHANGHAI)
    if limit:
        on_time = read_clock(case, last)
        assert (on_time.remaining_days, on_time.overdue, is_working_day(due)) == (0, False, True)
    late = add_working_days(due, 1)
    assert read_clock(case, datetime(late.year, late.month, late.day, tzinfo=SHANGHAI)).overdue


@given(pauses, limits, st.integers(0, 366 * 5))
def test_a_year_that_is_not_known_is_said_and_never_guessed(events, limit, days):
    now = datetime(2026, 12, 1, tzinfo=SHANGHAI) + timedelta(days=days)
    clock = read_clock(a_case([(3, BEGIN), *events], limit), now)
    if clock.used_days is None:
        assert now.year > 2026
        assert any("工作日历里没有" in note for note in clock.notes)
        assert clock.remaining_days is None
    if clock.due_on is not None:
        assert is_working_day(clock.due_on) or clock.due_on == BEGIN.date()


@given(pauses, limits, hours)
def test_repeated_events_and_their_order_change_nothing(events, limit, now):
    once = a_case([(3, BEGIN), *events], limit)
    again = a_case([*reversed(events), *events, (3, BEGIN), (3, BEGIN)], limit)
    assert read_clock(once, now) == read_clock(again, now)


@given(pauses, limits, hours)
def test_nothing_counts_before_acceptance(events, limit, now):
    accepted = BEGIN + timedelta(days=61)
    before = accepted - timedelta(minutes=1)
    case = a_case([(1, BEGIN), *events, (10, before), (3, accepted)], limit)
    assert read_clock(case, now).used_days is None
    assert read_clock(case, accepted).used_days == 0
    assert read_clock(case, accepted + timedelta(days=1)) == read_clock(
        a_case([(3, accepted)], limit), accepted + timedelta(days=1)
    )


@given(pauses, limits)
def test_an_ended_case_stands_still_for_ever(events, limit):
    ended = BEGIN + timedelta(days=61)
    case = a_case([(3, BEGIN), *events, (11, ended)], limit)
    first, later = (read_clock(case, ended + timedelta(days=days)) for days in (0, 90))
    assert first == later
    assert not first.paused


@given(st.lists(st.sampled_from(list(CODES.lists.BLZT)), min_size=1, max_size=6))
def test_ties_in_one_second_are_settled_by_the_usual_course(codes):
    case = a_case([(int(code), BEGIN) for code in codes], 5)
    assert case.status.order == max(CODES.status(code)[0].order for code in codes)
    assert case.status is not CaseStatus.NO_RECORD

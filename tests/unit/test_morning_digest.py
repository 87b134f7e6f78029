"""The digest of a morning: counts and names, the most urgent first."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from bot.model.case import SHANGHAI, Case, CaseStatus, Clock, Step
from bot.model.conversation import Conversation, Enterprise, Owner
from bot.services.find_words import Subject
from bot.services.morning_digest import NAMED, Section, digest
from bot.services.working_days import read_clock

NOW = datetime(2026, 11, 20, 8, 30, tzinfo=SHANGHAI)
ASKED = CaseStatus.SUPPLEMENT_REQUESTED
HEAD = Conversation(
    "c1", "web", "p", Owner.WAITING, 1, 2, 1, {}, NOW, Enterprise("91210100MA0000001X", "测试公司")
)


def a_case(name: str, accepted: int, *more: tuple[CaseStatus, int]) -> tuple[Subject, Clock]:
    """Accepted on that day of November with seven working days."""
    steps = tuple(
        Step(datetime(2026, 11, day, 9, 0, tzinfo=SHANGHAI), status, status.value, "0")
        for status, day in ((CaseStatus.ACCEPTED, accepted), *more)
    )
    case = Case(name, "P-1", "P-1", None, "M", name, "住建局", 7, steps)
    return Subject(case, "机床厂房", (), NOW), read_clock(case, NOW)


def sections(
    *cases: tuple[Subject, Clock], heads: list[Conversation] | None = None
) -> dict[str, Section]:
    made = digest(NOW, heads or [], cases, [], NOW)
    return {section.id: section for section in made.sections}


def test_cases_stand_where_somebody_must_act_with_the_most_urgent_first() -> None:
    found = sections(
        a_case("早就超时", 2),
        a_case("刚刚受理", 19),
        a_case("快到期", 13),
        a_case("更快到期", 12),
        a_case("刚超时", 10),
        a_case("等补正", 2, (ASKED, 5)),
        a_case("补正完", 19, (ASKED, 19), (CaseStatus.SUPPLEMENT_ENDED, 20)),
    )
    named = {id: [line.name.split(" · ")[0] for line in one.lines] for id, one in found.items()}
    assert named == {
        "queue": [],
        "overdue": ["早就超时", "刚超时"],
        "near": ["更快到期", "快到期"],
        "with_enterprise": ["等补正"],
        "corrections": [],
    }
    assert found["overdue"].lines[1].detail == "超过1个工作日，应在2026年11月19日前办结"


def test_who_waits_is_named_with_since_when() -> None:
    since = NOW - timedelta(hours=1)
    late = replace(HEAD, waiting_since=since, answer_by=since + timedelta(minutes=30))
    (line,) = sections(heads=[late])["queue"].lines
    assert (line.name, line.conversation) == ("测试公司", "c1")
    assert line.detail == "自2026年11月20日07:30起等待，已超过承诺时间"


def test_everything_is_counted_and_only_the_first_are_named() -> None:
    overdue = sections(*(a_case(f"事项{n}", 2) for n in range(NAMED + 7)))["overdue"]
    assert (overdue.count, len(overdue.lines)) == (NAMED + 7, NAMED)

"""What is seen as a change between two readings of a project."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.model.case import SHANGHAI, ApprovalDocument, Case, CaseStatus, Project, Step, Work
from bot.model.ledger import ChangeKind, FollowedProject
from bot.services.compare_projects import changes_of_case, changes_of_project, is_backwards, key_of
from bot.storage.case_text import case_of, project_of, to_text

MORNING = datetime(2026, 11, 2, 9, tzinfo=SHANGHAI)
CODES = {
    "1": CaseStatus.RECEIVED,
    "3": CaseStatus.ACCEPTED,
    "6": CaseStatus.SUPPLEMENT_REQUESTED,
    "7": CaseStatus.SUPPLEMENT_ENDED,
    "8": CaseStatus.IN_REVIEW,
    "11": CaseStatus.PASSED,
    "13": CaseStatus.REFUSED,
    "99": CaseStatus.UNKNOWN,
}
PROJECT = Project("2509-210106-04-01-900001", "厂房", (Work("W", "厂房", "210106"),))


def step(code: str, hours: float, opinion: str | None = None, serial: str = "") -> Step:
    at = MORNING + timedelta(hours=hours)
    return Step(at, CODES[code], f"状态{code}", code, "审批科", opinion, serial)


def case(*steps: Step, number: str = "A") -> Case:
    ordered = tuple(sorted(steps, key=lambda each: each.order))
    return Case(number, PROJECT.code, "W", "210106", "M", "施工许可", "住建局", 10, ordered)


def kinds(old: Case, new: Case) -> list[ChangeKind]:
    return [change.kind for change in changes_of_case(old, new)]


def told(*cases: Case) -> FollowedProject:
    return FollowedProject(PROJECT, ("91210106MA00000000",), cases)


def test_every_new_step_is_told_in_its_order() -> None:
    old, new = case(step("1", 0)), case(step("1", 0), step("3", 1), step("8", 1))

    changes = changes_of_case(old, new)

    assert [(c.kind, c.step.code) for c in changes if c.step] == [
        (ChangeKind.STEPPED, "3"),
        (ChangeKind.STEPPED, "8"),
    ]
    assert {change.before for change in changes} == {CaseStatus.RECEIVED}


def test_a_row_that_is_written_late_with_an_earlier_date_is_told() -> None:
    (change,) = changes_of_case(case(step("3", 5)), case(step("1", 0), step("3", 5)))

    assert change.kind is ChangeKind.STEPPED
    assert change.note.startswith("补记：")


@pytest.mark.parametrize(
    ("was", "now"),
    [
        (step("8", 2, "同意"), step("8", 2, "不同意")),
        (step("8", 2, "同意"), step("8", 3, "同意")),
        (step("8", 2, "同意", "7"), step("6", 3, "补材料", "7")),
    ],
    ids=["the opinion", "the time", "the same row altogether"],
)
def test_a_corrected_row_is_one_correction_with_old_and_new(was: Step, now: Step) -> None:
    (change,) = changes_of_case(case(step("1", 0), was), case(step("1", 0), now))

    assert change.kind is ChangeKind.CORRECTED
    old, _, new = change.note.partition(" → ")
    assert (was.opinion in old, now.opinion in new) == (True, True)


def test_a_step_that_is_taken_back_is_a_correction_and_a_way_back() -> None:
    old, new = case(step("1", 0), step("3", 1), step("11", 9)), case(step("1", 0), step("3", 1))

    assert kinds(old, new) == [ChangeKind.CORRECTED, ChangeKind.WENT_BACK]
    assert "状态11" in changes_of_case(old, new)[1].note


@pytest.mark.parametrize(
    ("before", "after", "back"),
    [
        ("8", "6", False),
        ("3", "1", True),
        ("11", "8", True),
        ("13", "1", False),
        ("13", "8", True),
        ("1", "99", False),
    ],
)
def test_what_a_later_step_makes_of_a_case(before: str, after: str, back: bool) -> None:
    old = case(step(before, 1))

    assert is_backwards(old, case(*old.steps, step(after, 2))) is back


def test_a_case_without_any_step_left_went_back() -> None:
    assert is_backwards(case(step("1", 0)), case())


def test_limits_departments_and_documents_are_told_with_old_and_new_value() -> None:
    old = case(step("11", 1))
    document = ApprovalDocument("沈建许2026-1号", "施工许可证", date(2026, 11, 3), unlimited=True)

    changes = changes_of_case(old, replace(old, limit_days=7, documents=(document,)))

    assert [change.kind for change in changes] == [ChangeKind.DOCUMENTED, ChangeKind.CORRECTED]
    assert "沈建许2026-1号" in changes[0].note
    assert changes[1].note == "办理时限（工作日）：10 → 7"


def test_a_document_with_another_date_is_corrected_and_one_taken_back_is_told() -> None:
    first = ApprovalDocument("沈建许2026-1号", "施工许可证", date(2026, 11, 3))
    old = replace(case(step("11", 1)), documents=(first,))

    corrected = changes_of_case(
        old, replace(old, documents=(replace(first, issued_on=date(2026, 11, 4)),))
    )
    withdrawn = changes_of_case(old, replace(old, documents=()))

    assert [(c.kind, c.note[:7]) for c in (*corrected, *withdrawn)] == [
        (ChangeKind.CORRECTED, "批复文件更正："),
        (ChangeKind.CORRECTED, "批复文件撤下："),
    ]


def test_cases_vanish_once_and_return() -> None:
    kept, gone = told(case(step("1", 0))), frozenset({("W", "A")})

    assert [c.kind for c in changes_of_project(kept, told())] == [ChangeKind.VANISHED]
    assert changes_of_project(kept, told(), gone) == []
    assert [c.kind for c in changes_of_project(kept, kept, gone)] == [ChangeKind.RETURNED]


def test_a_case_that_appears_later_has_all_its_steps_told() -> None:
    new = told(case(step("1", 0), step("3", 1), step("8", 1)))

    first = changes_of_project(None, new)
    later = changes_of_project(told(), new)

    assert [c.kind.value for c in first] == ["project_appeared", "appeared"]
    assert [c.kind.value for c in later] == ["appeared", "stepped", "stepped"]


STEPS = st.lists(
    st.builds(
        step,
        st.sampled_from(sorted(CODES)),
        st.integers(0, 6),
        st.sampled_from([None, "同意", "缺一份材料"]),
    ),
    max_size=6,
    unique=True,
)


@given(STEPS, STEPS)
def test_every_step_that_came_or_went_is_accounted_for_once(old: list, new: list) -> None:
    before, after = case(*old), case(*new)
    added = {each for each in new if each not in old}
    changes = changes_of_case(before, after)
    stepped = [change.step for change in changes if change.kind is ChangeKind.STEPPED]
    corrected = [c for c in changes if c.kind is ChangeKind.CORRECTED]
    replaced = [c for c in corrected if c.note.startswith("办理记录更正")]
    withdrawn = [c for c in corrected if c.note.startswith("办理记录撤下")]

    assert sorted(map(str, [*stepped, *(c.step for c in replaced)])) == sorted(map(str, added))
    assert len(replaced) + len(withdrawn) == len({each for each in old if each not in new})
    assert (changes == []) == (before.steps == after.steps)


@given(STEPS)
def test_what_is_kept_is_what_was_read(steps: list) -> None:
    kept = case(*steps)

    assert case_of(to_text(kept)) == kept
    assert key_of(kept) == ("W", "A")
    assert project_of(to_text(PROJECT)) == PROJECT

"""Which words the follower's changes bring, and what they make untrue."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

import pytest

from bot.model.case import SHANGHAI, ApprovalDocument, Case, CaseStatus, Project, Step
from bot.model.ledger import CaseChange, ChangeKind, FollowedCase, FollowedProject
from bot.model.word import LIMITS, WordKind
from bot.services.notice_words import Found, words_of_changes

NOW = datetime(2026, 11, 20, 16, 0, tzinfo=SHANGHAI)
SINCE = datetime(2026, 11, 20, 9, 0, tzinfo=SHANGHAI)
ACCEPTED = Step(datetime(2026, 11, 20, 10, 0, tzinfo=SHANGHAI), CaseStatus.ACCEPTED, "受理", "3")
PASSED = Step(datetime(2026, 11, 20, 15, 0, tzinfo=SHANGHAI), CaseStatus.PASSED, "通过", "11")
CASE = Case("A-1", "P-1", "P-1", None, "M", "施工许可证", "住建局", 7, (ACCEPTED,))
FOLLOWED = FollowedCase(CASE, Project("P-1", "机床厂房", ()), ("91210100MA0000001X",), NOW)


@dataclass
class History:
    followed: FollowedCase | None = FOLLOWED
    beside: tuple[Case, ...] = ()

    def newest_no(self) -> int:
        return 0

    def changes_after(self, no: int, limit: int) -> Sequence[CaseChange]:
        return ()

    def case(self, case_no: str, project_code: str | None = None) -> FollowedCase | None:
        return self.followed

    def project(self, code: str) -> FollowedProject | None:
        return FollowedProject(FOLLOWED.project, FOLLOWED.developers, self.beside)

    def running_cases(self) -> Iterator[FollowedCase]:
        return iter(())


def changed(kind: ChangeKind, step: Step | None = ACCEPTED, no: int = 1) -> CaseChange:
    return CaseChange(no, NOW, "P-1", "P-1", "A-1", kind, step, None, "说明。")


def found(*changes: CaseChange, history: History | None = None) -> Found:
    return words_of_changes(history or History(), changes, SINCE, NOW)


def kinds(of: Found) -> list[WordKind]:
    return [word.kind for word in of.words]


@pytest.mark.parametrize(
    ("kind", "told"),
    [
        (ChangeKind.STEPPED, [WordKind.ACCEPTED]),
        (ChangeKind.APPEARED, [WordKind.ACCEPTED]),
        (ChangeKind.CORRECTED, []),
        (ChangeKind.RETURNED, []),
        (ChangeKind.WENT_BACK, [WordKind.WENT_BACK]),
        (ChangeKind.VANISHED, [WordKind.VANISHED]),
        (ChangeKind.PROJECT_APPEARED, []),
        (ChangeKind.PROJECT_CHANGED, []),
        (ChangeKind.PROJECT_VANISHED, []),
        (ChangeKind.PROJECT_RETURNED, []),
    ],
)
def test_what_each_kind_of_change_brings(kind: ChangeKind, told: list[WordKind]) -> None:
    assert kinds(found(changed(kind))) == told


def test_every_other_kind_of_change_is_about_documents() -> None:
    rest = {ChangeKind.DOCUMENTED}
    covered = {
        mark.args[1][number][0]
        for mark in test_what_each_kind_of_change_brings.pytestmark
        for number in range(len(mark.args[1]))
    }
    assert covered | rest == set(ChangeKind)


def test_a_document_is_told_once_with_the_step_that_it_came_with() -> None:
    document = ApprovalDocument("建字1号", "许可证", date(2026, 11, 20))
    case = replace(CASE, steps=(ACCEPTED, PASSED), documents=(document,))
    history = History(replace(FOLLOWED, case=case))
    both = found(
        changed(ChangeKind.STEPPED, PASSED), changed(ChangeKind.DOCUMENTED, PASSED), history=history
    )
    assert sorted(kinds(both)) == [WordKind.CERTIFICATE_READY, WordKind.PASSED]


def test_what_happened_before_the_first_look_is_not_told() -> None:
    earlier = replace(ACCEPTED, at=SINCE - timedelta(minutes=1))
    assert found(changed(ChangeKind.APPEARED, earlier)) == Found()


def test_an_end_settles_the_limits_and_a_return_the_vanishing() -> None:
    ended = History(replace(FOLLOWED, case=replace(CASE, steps=(ACCEPTED, PASSED))))
    (settled,) = found(changed(ChangeKind.STEPPED, PASSED), history=ended).settled
    assert settled.kinds == LIMITS
    (returned,) = found(changed(ChangeKind.RETURNED)).settled
    assert returned.kinds == {WordKind.VANISHED}
    assert settled.case == returned.case


def test_a_change_that_leaves_a_limit_near_tells_that_too() -> None:
    begun = replace(ACCEPTED, at=datetime(2026, 11, 13, 10, 0, tzinfo=SHANGHAI))
    resumed = replace(ACCEPTED, status=CaseStatus.SPECIAL_PROCEDURE_ENDED)
    history = History(replace(FOLLOWED, case=replace(CASE, steps=(begun, resumed))))
    told = kinds(found(changed(ChangeKind.STEPPED, resumed), history=history))
    assert sorted(told) == [WordKind.NEAR_LIMIT, WordKind.SPECIAL_PROCEDURE_ENDED]


def test_a_limit_that_the_platform_has_not_confirmed_for_days_is_not_told() -> None:
    begun = replace(ACCEPTED, at=datetime(2026, 11, 2, 10, 0, tzinfo=SHANGHAI))
    case = replace(CASE, steps=(begun,))
    old, fresh = NOW - timedelta(days=3), NOW - timedelta(days=1)
    for read_at, told in ((old, []), (fresh, [WordKind.OVERDUE])):
        history = History(replace(FOLLOWED, case=case, read_at=read_at))
        assert kinds(found(changed(ChangeKind.CORRECTED), history=history)) == told


def test_a_number_that_another_work_has_too_is_not_mixed_up() -> None:
    other = replace(CASE, work_code="P-1-0002", matter_name="别的事项")
    history = History(replace(FOLLOWED, case=other), beside=(other, CASE))
    (word,) = found(changed(ChangeKind.STEPPED), history=history).words
    assert word.matter == "施工许可证"
    assert found(changed(ChangeKind.STEPPED), history=History(None)) == Found()

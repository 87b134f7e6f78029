"""What a clean-up finds, case by case, and how it is summed up."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from io import BytesIO

import pytest
from openpyxl import load_workbook

from bot.documents.ledger_export import COLUMNS, write_export
from bot.model.case import SHANGHAI, ApprovalDocument, Case, CaseStatus, Project, Step, Work
from bot.services.clean_up import LedgerLine, Problem, ledger_lines
from bot.services.ledger_totals import NOT_NAMED, sum_up_ledger
from bot.services.platform_port import PlatformMisdescribed
from bot.services.whole_platform import Registered, WholeProject, read_whole

NOW = datetime(2026, 11, 20, 18, tzinfo=SHANGHAI)
CODE = "2509-210106-04-01-900001"
PROJECT = Project(CODE, "示例项目", (Work(CODE, "示例项目", None),))
S = CaseStatus
WORDS = {
    S.RECEIVED: "已接件",
    S.ACCEPTED: "已受理",
    S.IN_REVIEW: "部门开始办理",
    S.SUPPLEMENT_REQUESTED: "补正（开始）",
    S.SUPPLEMENT_ENDED: "补正（结束）",
    S.SPECIAL_PROCEDURE_ENDED: "特别程序（结束）",
    S.PASSED: "办结（通过）",
    S.REFUSED: "办结（不通过）",
    S.REVOKED: "撤销",
    S.UNKNOWN: "状态码 77",
}


def steps(*told: tuple[CaseStatus, int]) -> tuple[Step, ...]:
    """Each step with how many days ago it was, in the order of time."""
    made = [
        Step(NOW - timedelta(days=days, hours=1), status, WORDS[status], "0")
        for status, days in told
    ]
    return tuple(sorted(made, key=lambda step: step.order))


def case(*told: tuple[CaseStatus, int], number: str = "A1", **more: object) -> Case:
    given = {
        "matter_code": "M1",
        "matter_name": "施工许可",
        "department": "住建局",
        "limit_days": 7,
        **more,
    }
    return Case(number, CODE, CODE, None, steps=steps(*told), **given)  # type: ignore[arg-type]


def lines(*cases: Case, registered: Registered | None = None, silent: int = 30) -> list[LedgerLine]:
    whole = WholeProject(registered or Registered(CODE), PROJECT, cases)
    stage = {"permit": "施工许可"}
    return list(
        ledger_lines(
            [whole], NOW, lambda name: "permit", lambda matter: stage[matter or ""], silent
        )
    )


def problems(*cases: Case) -> dict[Problem, str]:
    return lines(*cases)[0].problems


def test_a_case_on_its_way_has_no_problem():
    assert problems(case((S.RECEIVED, 3), (S.ACCEPTED, 2), (S.IN_REVIEW, 2))) == {}


def test_overdue_and_silent():
    assert problems(case((S.RECEIVED, 45), (S.ACCEPTED, 44))) == {
        Problem.OVERDUE: "超过26个工作日",
        Problem.SILENT: "44天没有新的办理记录",
    }


def test_silent_from_the_day_that_was_asked_for():
    quiet = case((S.RECEIVED, 10))
    assert Problem.SILENT in lines(quiet, silent=10)[0].problems
    assert Problem.SILENT not in lines(quiet, silent=11)[0].problems
    assert problems(case()) == {Problem.SILENT: "没有任何办理记录"}


def test_waiting_for_the_enterprise_until_it_answered():
    asked = ((S.RECEIVED, 9), (S.ACCEPTED, 8), (S.SUPPLEMENT_REQUESTED, 5))
    assert problems(case(*asked)) == {Problem.WAITING: "已等5天"}
    assert problems(case(*asked, (S.SUPPLEMENT_ENDED, 1))) == {}


def test_what_has_ended_is_neither_overdue_nor_silent():
    late = case((S.RECEIVED, 60), (S.ACCEPTED, 59), (S.PASSED, 31))
    (line,) = lines(late)
    assert line.problems == {}
    assert line.overdue
    assert line.ended_on == date(2026, 10, 20)


PAST = (S.RECEIVED, 9), (S.ACCEPTED, 8)


@pytest.mark.parametrize(
    ("told", "more", "said"),
    [
        ((*PAST, (S.PASSED, 5), (S.IN_REVIEW, 3)), {}, "之后还有1条办理记录"),
        (((S.RECEIVED, 9), (S.PASSED, 5)), {}, "没有受理记录，却已经办结（通过）"),
        (((S.ACCEPTED, 9), (S.RECEIVED, 8)), {}, "早于接件"),
        (((S.RECEIVED, 9), (S.PASSED, 5), (S.ACCEPTED, 3)), {}, "早于受理"),
        ((*PAST, (S.SUPPLEMENT_ENDED, 5)), {}, "补正结束了，却没有补正开始"),
        ((*PAST, (S.SPECIAL_PROCEDURE_ENDED, 5)), {}, "特别程序结束了，却没有开始"),
        ((*PAST, (S.UNKNOWN, 5)), {}, "有不认识的状态码 77"),
        ((*PAST, (S.IN_REVIEW, -3)), {}, "有1条办理记录的时间晚于现在"),
        (
            PAST,
            {"documents": (ApprovalDocument("建字1号", None, date(2026, 1, 1)),)},
            "建字1号的批复日期（2026年1月1日）早于受理日期",
        ),
        (
            PAST,
            {
                "documents": (
                    ApprovalDocument("建字1号", None, date(2026, 11, 19), date(2026, 1, 1)),
                )
            },
            "早于批复日期",
        ),
    ],
)
def test_contradictions(told, more, said):
    found = problems(case(*told, **more))
    assert said in found[Problem.CONTRADICTORY]


@pytest.mark.parametrize(
    "told",
    [
        (*PAST, (S.PASSED, 5), (S.REVOKED, 3)),
        (*PAST, (S.REFUSED, 5), (S.RECEIVED, 4), (S.ACCEPTED, 3)),
        ((S.ACCEPTED, 8), (S.IN_REVIEW, 7), (S.PASSED, 5)),
        ((S.RECEIVED, 9), (S.REFUSED, 8)),
    ],
)
def test_what_only_looks_contradictory(told):
    assert Problem.CONTRADICTORY not in problems(case(*told))


def test_in_two_places_at_once():
    first, second = case(*PAST), case(*PAST, number="B2", department="审批局")
    found = [line.problems.get(Problem.CONTRADICTORY) for line in lines(first, second)]
    assert found == [
        "同一事项同时在两处办理：另有B2（审批局）",
        "同一事项同时在两处办理：另有A1（住建局）",
    ]
    ended = case(*PAST, (S.REFUSED, 2), number="B2")
    assert [line.problems for line in lines(first, ended)] == [{}, {}]
    other = case(*PAST, number="B2", matter_code="M2")
    assert [line.problems for line in lines(first, other)] == [{}, {}]


def test_one_number_for_two_cases():
    found = lines(case(*PAST, (S.PASSED, 2)), case(*PAST, (S.PASSED, 1), matter_code="M2"))
    assert all("办件号重复" in line.problems[Problem.CONTRADICTORY] for line in found)


def test_totals():
    registered = Registered(CODE, "示例公司", None, "王敏", "催办")
    all_lines = [
        *lines(
            case((S.RECEIVED, 45), (S.ACCEPTED, 44)),
            case((S.RECEIVED, 60), (S.ACCEPTED, 59), (S.PASSED, 31), number="B2"),
            case((S.RECEIVED, 9), (S.REFUSED, 8), number="C3", department=None),
            registered=registered,
        )
    ]
    totals = sum_up_ledger(all_lines)
    assert [(t.name, t.cases, t.running, t.ended) for t in totals.by_department] == [
        ("住建局", 2, 1, 1),
        (NOT_NAMED, 1, 0, 1),
    ]
    whole = totals.whole
    assert (whole.cases, whole.passed, whole.overdue, whole.ended_late) == (3, 1, 1, 1)
    assert whole.mean_days == all_lines[1].used_days
    assert whole.problems[Problem.SILENT] == 1
    assert [t.name for t in totals.by_stage] == ["施工许可"]


def test_the_workbook():
    risky = case((S.RECEIVED, 45), (S.ACCEPTED, 44), matter_name="=1+1\x07")
    all_lines = lines(risky, case(*PAST, (S.PASSED, 5), number="B2"))
    file = BytesIO()
    write_export(file, all_lines, sum_up_ledger(all_lines), "2026年11月20日18:00读到")
    file.seek(0)
    book = load_workbook(file)

    assert book.sheetnames == [
        "台账",
        "超过时限",
        "长期没有进展",
        "等待企业补正",
        "记录矛盾",
        "合计",
    ]
    page = book["台账"]
    rows = [[cell.value for cell in row] for row in page.iter_rows()]
    assert rows[0] == [column.title for column in COLUMNS]
    assert len(rows) == 3
    first = dict(zip(rows[0], page[2], strict=True))
    assert first["受理日期"].value == datetime(2026, 10, 7)
    assert first["受理日期"].is_date
    assert first["审批事项"].data_type == "s"
    assert first["审批事项"].value == "=1+1"
    assert first["核查结果"].value == (
        "超过时限：超过26个工作日；长期没有进展：44天没有新的办理记录"
    )
    assert page.freeze_panes == "C2"
    assert page.auto_filter.ref == "A1:X3"
    assert page.column_dimensions["A"].width == 28
    assert [row[0] for row in book["超过时限"].iter_rows(min_row=2, values_only=True)] == [CODE]
    totals = list(book["合计"].iter_rows(values_only=True))
    assert totals[0][0] == "2026年11月20日18:00读到"
    assert totals[2][:4] == ("审批部门", "办件", "在办", "办结")
    assert totals[3][:4] == ("住建局", 2, 1, 1)


class Bare:
    """A platform that cannot say what it has."""


def test_a_platform_without_a_register_says_so():
    with pytest.raises(PlatformMisdescribed, match="没有列出全部项目"):
        list(read_whole(Bare()))  # type: ignore[arg-type]

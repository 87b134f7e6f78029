"""What is said of a case beside status and clock."""

from datetime import date, datetime

import pytest

from bot.model.case import (
    SHANGHAI,
    ApprovalDocument,
    Case,
    Project,
    Solicitation,
    SpecialProcedure,
    Work,
)
from bot.services.case_details import case_details

ON = date(2026, 11, 20)
AT = datetime(2026, 11, 2, 9, 30, tzinfo=SHANGHAI)


def a_case(number="1", **what):
    given = {"work_code": "P", "matter_name": f"事项{number}", **what}
    return Case(number, "P", region=None, matter_code=None, department=None, limit_days=5, **given)


def test_a_plain_case_has_nothing_to_add():
    assert case_details(a_case(), ON) == []


@pytest.mark.parametrize(
    ("document", "said"),
    [
        (
            ApprovalDocument("1号", "许可证", ON, unlimited=True),
            "许可证，1号，2026年11月20日批复，长期有效",
        ),
        (ApprovalDocument("1号", None, None, date(2026, 11, 20)), "1号，有效期至2026年11月20日"),
        (
            ApprovalDocument("1号", None, None, date(2026, 11, 19)),
            "1号，有效期至2026年11月19日（已过有效期）",
        ),
        (ApprovalDocument(None, None, None), "没有登记标题和文号"),
    ],
)
def test_documents_tell_number_and_validity(document, said):
    assert case_details(a_case(documents=(document,)), ON) == [f"批复文件：{said}"]


@pytest.mark.parametrize(
    ("procedure", "said"),
    [
        (SpecialProcedure("公示", AT, 10, True), "公示（自2026年11月2日09:30起，时限10日）"),
        (SpecialProcedure("听证", None, 5), "听证（时限5个工作日）"),
        (SpecialProcedure("听证", None), "听证"),
    ],
)
def test_special_procedures(procedure, said):
    assert case_details(a_case(special_procedures=(procedure,)), ON) == [f"特别程序：{said}"]


def test_opinions_asked_for_are_named_and_not_quoted():
    asked = (Solicitation("水务局", AT, "内部意见"), Solicitation(None, None))
    assert case_details(a_case(solicitations=asked), ON) == [
        "征求意见：水务局（2026年11月2日已反馈）、有关单位（尚未反馈）"
    ]


def test_cases_filed_together_and_the_work():
    project = Project("P", "厂房", (Work("P-0001", "一期", None),))
    case = a_case(group_no="G", work_code="P-0001")
    beside = [case, a_case("2", group_no="G"), a_case("3", group_no="H"), a_case("4")]
    assert case_details(case, ON, project, beside) == [
        "工程：一期（P-0001）",
        "并联办理：与事项2同时申报",
    ]

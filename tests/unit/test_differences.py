"""What differs between two readings of a matter, in a clerk's words."""

from __future__ import annotations

from datetime import date

import pytest

from knowledge.differences import DETAIL_NAMES, FIELD_NAMES, Difference, differences
from knowledge.schema import (
    Applicability,
    Fact,
    Limit,
    Material,
    Matter,
    ProjectFact,
    Question,
    State,
)

VOCABULARY = {
    "tendered": ProjectFact(id="tendered", question="是否招标？", kind="yes_no", if_yes="已招标")
}


def fact(text: str, **more: object) -> Fact:
    return Fact(text=text, source="law#1", state=State.VERIFIED, **more)


def limit(days: int) -> Limit:
    return Limit(
        text=f"自受理之日起{days}日内作出决定",
        days=days,
        unit="calendar_day",
        source="law#8",
        state=State.VERIFIED,
    )


def material(name: str, **more: object) -> Material:
    return Material(name=name, source="law#2", state=State.VERIFIED, **more)


@pytest.fixture
def matter() -> Matter:
    return Matter(
        id="permit",
        name="施工许可",
        stage="3",
        kind=fact("行政许可"),
        checked_on=date(2026, 11, 1),
        summary=fact("开工前领取的凭证"),
        departments=[fact("住房城乡建设主管部门")],
        materials=[material("申请表"), material("施工合同", copies=2)],
        statutory_limits=[limit(7)],
        process=[fact("受理"), fact("审查"), fact("办结")],
    )


def said(old: Matter | None, new: Matter | None) -> list[str]:
    return [found.text for found in differences(old, new, VOCABULARY)]


def test_the_same_matter_has_no_differences(matter: Matter) -> None:
    assert differences(matter, matter.copy(deep=True)) == []


def test_a_matter_that_comes_or_goes_is_named(matter: Matter) -> None:
    assert differences(None, matter) == [Difference("id", "事项", None, "施工许可")]
    assert said(matter, None) == ["事项：删去“施工许可”。"]
    assert differences(None, None) == []


def test_a_reworded_limit_is_one_statement_and_its_days_are_told(matter: Matter) -> None:
    assert said(matter, matter.copy(update={"statutory_limits": [limit(5)]})) == [
        "法定时限由“自受理之日起7日内作出决定”改为“自受理之日起5日内作出决定”。",
        "法定时限由“7日”改为“5日”。",
    ]


def test_materials_are_known_by_their_names(matter: Matter) -> None:
    changed = [
        material("施工合同", copies=1, when={"tendered": "yes"}, shared_data=False),
        material("中标通知书"),
    ]

    assert set(said(matter, matter.copy(update={"materials": changed}))) == {
        "申请材料“施工合同”的份数由“2”改为“1”。",
        "申请材料“施工合同”的需要的情形由“（没有写）”改为“已招标时”。",
        "申请材料“施工合同”的数据共享由“（没有写）”改为“不可以”。",
        "申请材料：删去“申请表”。",
        "申请材料：新增“中标通知书”。",
    }


def test_a_condition_that_no_vocabulary_explains_is_shown_as_written(matter: Matter) -> None:
    changed = [matter.materials[0], material("施工合同", copies=2, when={"gone": "yes"})]

    found = differences(matter, matter.copy(update={"materials": changed}))

    assert [one.after for one in found] == ['{"gone": "yes"}']


def test_statements_that_have_little_in_common_are_not_paired(matter: Matter) -> None:
    changed = [fact("受理"), fact("审查"), fact("公示十五天，期满无异议再发证")]

    assert said(matter, matter.copy(update={"process": changed})) == [
        "办理流程：删去“办结”。",
        "办理流程：新增“公示十五天，期满无异议再发证”。",
    ]


def test_another_order_of_the_process_is_a_difference(matter: Matter) -> None:
    changed = [matter.process[1], matter.process[0], matter.process[2]]

    assert said(matter, matter.copy(update={"process": changed})) == [
        "办理流程的顺序由“受理；审查；办结”改为“审查；受理；办结”。"
    ]


def test_what_a_fact_rests_on_is_a_difference(matter: Matter) -> None:
    changed = matter.kind.copy(update={"state": State.UNVERIFIED, "source": "law#9"})

    assert set(said(matter, matter.copy(update={"kind": changed}))) == {
        "事项类型的核实状态由“已核实”改为“未核实”。",
        "事项类型的来源由“law 1”改为“law 9”。",
    }


def test_plain_fields_are_compared_too(matter: Matter) -> None:
    changed = {"name": "施工许可证核发", "aliases": ["开工证"], "checked_on": date(2026, 12, 1)}

    assert set(said(matter, matter.copy(update=changed))) == {
        "事项名称由“施工许可”改为“施工许可证核发”。",
        "别名：新增“开工证”。",
        "资料核对日期由“2026-11-01”改为“2026-12-01”。",
    }


def test_every_field_has_a_name_in_words() -> None:
    assert set(Matter.__fields__) - {"id"} <= set(FIELD_NAMES)
    for kind in (Material, Limit, Applicability, Question):
        assert set(kind.__fields__) - {"name"} <= set(DETAIL_NAMES), kind

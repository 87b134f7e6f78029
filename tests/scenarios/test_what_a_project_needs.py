"""Somebody finds out what their project needs, one question at a time, as the widget sees it."""

from __future__ import annotations

from tests.conversations.script import SAMPLES
from tests.scenarios.counter import (
    Counter,
    given_a_verified_enterprise,
    given_a_visitor,
    then_it_is_refused,
    then_nothing_is_asked,
    then_they_are_told,
    then_they_may_press,
    when_they_press,
    when_they_say,
    when_they_send,
)

MACHINES = SAMPLES["示例装备制造（沈阳）有限公司"]
PERMIT = "建筑工程施工许可证"


async def test_a_factory_learns_step_by_step_what_to_hand_in(counter: Counter) -> None:
    await given_a_visitor(counter)
    await when_they_say(counter, f"办{PERMIT}要准备哪些材料？")
    await then_they_are_told(counter, "需要（14项）", "看情况（5项）", "特殊建设工程")
    await then_they_may_press(counter, "是", "否", "不知道")

    await when_they_press(counter, "否")
    await then_they_are_told(counter, "记下了：不是特殊建设工程", "是哪类工程")
    await when_they_say(counter, "建厂房")
    await then_they_are_told(counter, "不需要：工程类型是工业厂房", "施工单位是招标确定的吗")

    await when_they_say(counter, "办这个要交多少钱？")
    await then_they_are_told(counter, "收费")
    await then_nothing_is_asked(counter)

    await when_they_say(counter, f"办{PERMIT}要准备哪些材料？")
    await then_they_are_told(counter, "已知情况：不是特殊建设工程；工程类型是工业厂房", "招标确定")
    await when_they_say(counter, "不知道")
    await when_they_say(counter, "请了监理")
    await then_they_are_told(
        counter,
        "中标通知书——看情况：施工单位是否招标确定",
        "监理合同——需要：属于必须监理的工程",
        "权属管理单位同意使用道路用地证明——不需要：工程类型是工业厂房",
    )
    await then_nothing_is_asked(counter)

    await when_they_say(counter, "不对，是市政道路")
    await then_they_are_told(
        counter, "权属管理单位同意使用道路用地证明——需要：工程类型是线性工程（道路、管线）"
    )


async def test_an_answer_that_was_never_offered_is_refused(counter: Counter) -> None:
    await given_a_visitor(counter)
    await when_they_say(counter, f"办{PERMIT}要准备哪些材料？")
    forged = '/ask_materials{"matter": "construction-permit", "fact": "tendered", "value": "no"}'
    await when_they_send(counter, forged, "否")
    then_it_is_refused(counter)


async def test_what_the_platform_knows_is_not_asked(counter: Counter) -> None:
    await given_a_verified_enterprise(counter, MACHINES)
    await when_they_say(counter, "2509-210106-04-01-900001 的施工许可证还缺什么材料")
    await then_they_are_told(counter, "视情况提供、还没有收到的有2项", "特殊建设工程")
    await when_they_press(counter, "不知道")
    await then_they_are_told(counter, "先不判断", "必须实行监理的工程")
    await when_they_say(counter, "有监理")
    await then_they_are_told(counter, "监理合同（需要：属于必须监理的工程）", "视情况提供")
    await then_nothing_is_asked(counter)

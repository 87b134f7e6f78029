"""Whose rules, and of which day: somebody asks from Shenyang, from Dalian, and about last years."""

from __future__ import annotations

from tests.conversations.script import SAMPLES
from tests.scenarios.counter import (
    Counter,
    given_a_verified_enterprise,
    given_a_visitor,
    then_they_are_not_told,
    then_they_are_told,
    then_they_may_press,
    when_they_press,
    when_they_say,
)

MACHINES = SAMPLES["示例装备制造（沈阳）有限公司"]
PERMIT = "建筑工程施工许可证"
SHENYANG = "投资额200万元以上（不含）或建筑面积1000平方米以上（不含）的工程需要办理"
FTZ = "由7个工作日缩减到基本1个工作日"


async def test_shenyang_has_its_own_limit(counter: Counter) -> None:
    await given_a_visitor(counter)
    await when_they_say(counter, "我们在沈北新区")
    await then_they_are_told(counter, "记下了：按沈阳市的规定答复", "按辽宁省和国家的规定")

    await when_they_say(counter, f"多大规模要办{PERMIT}？")
    await then_they_are_told(counter, SHENYANG, "沈阳市规定", "国家规定，依据：《建筑法》第八条")
    await then_they_are_not_told(counter, "鄂尔多斯", "项目在哪个城市")


async def test_the_city_is_asked_for_once_and_a_part_of_it_may_differ(counter: Counter) -> None:
    await given_a_visitor(counter)
    await when_they_say(counter, f"{PERMIT}承诺几天办完？")
    await then_they_are_told(
        counter, "国家规定，依据：《建筑法》第八条", "外地示例·唐山", "哪个城市"
    )
    await then_they_are_not_told(counter, FTZ)
    await then_they_may_press(
        counter, "沈阳", "大连", "沈抚示范区", "辽宁其他城市", "辽宁以外的城市"
    )

    await when_they_press(counter, "大连")
    await then_they_are_told(counter, "记下了：项目所在城市是大连", "大连自贸片区对这一项另有规定")
    await then_they_are_not_told(counter, FTZ, "哪个城市")

    await when_they_say(counter, "大连自贸片区")
    await then_they_are_told(counter, FTZ, "大连自贸片区规定")

    await when_they_say(counter, "不是，在沈阳")
    await when_they_say(counter, f"{PERMIT}承诺几天办完？")
    await then_they_are_not_told(counter, FTZ, "哪个城市")


async def test_outside_the_province_only_the_countrys_rules_hold(counter: Counter) -> None:
    await given_a_visitor(counter)
    await when_they_say(counter, "工程建设项目竣工联合验收哪个部门牵头？")
    await then_they_are_told(counter, "自然资源、人防、城建档案等部门参加", "辽宁省规定")
    await when_they_say(counter, "我们项目不在辽宁")
    await then_they_are_told(counter, "辽宁以外", "以当地窗口为准", "未核实")
    await then_they_are_not_told(counter, "辽宁省规定")


async def test_the_place_of_a_signed_in_enterprise_is_not_asked_for(counter: Counter) -> None:
    await given_a_verified_enterprise(counter, MACHINES)
    await when_they_say(counter, f"{PERMIT}承诺几天办完？")
    await then_they_are_told(counter, "国家规定，依据：《建筑法》第八条")
    await then_they_are_not_told(counter, FTZ, "哪个城市")


async def test_another_day_is_answered_by_its_own_rules(counter: Counter) -> None:
    await given_a_visitor(counter)
    await when_they_say(counter, f"去年{PERMIT}几天办完？")
    await then_they_are_told(counter, "办理时限（2025-12-31的规定）", "7日内", "国家规定")

    await when_they_say(counter, f"按2018年的规定，{PERMIT}几天办完？")
    await then_they_are_told(
        counter,
        "（2018-12-31的规定）",
        "资料里没有2018-12-31那天有效的规定，我不拿别的日子的来代替",
    )
    await then_they_are_not_told(counter, "7日内", "唐山")

    await when_they_say(counter, f"{PERMIT}几天办完？")
    await then_they_are_told(counter, "7日内")
    await then_they_are_not_told(counter, "的规定）")

"""`bangban materials` as somebody at a terminal meets it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from click.testing import CliRunner, Result

from bot.commands.materials import materials

ROAD = ("investment=government", "work=linear", "tendered=yes", "cost=8600", "city=shenyang")
FACTORY = (
    "investment=企业投资",
    "work=厂房",
    "tendered=没有招标",
    "floor_area=1.2万平米",
    "city=大连",
)
FITTING = ("work=decoration", "cost=25万", "floor_area=二百八十平", "special_fire=是", "city=沈阳")


def call(*arguments: str) -> Result:
    return CliRunner().invoke(materials, arguments)


def read(facts: tuple[str, ...], matter: str = "construction-permit") -> dict[str, Any]:
    done = call(matter, *(part for fact in facts for part in ("--fact", fact)), "--json")
    assert done.exit_code == 0, done.stderr
    document: dict[str, Any] = json.loads(done.stdout)
    return document


def said(document: dict[str, Any], name: str) -> tuple[str, str]:
    found = next(one for one in document["materials"] if one["name"] == name)
    return found["need"], found["reason"]


def test_three_projects_need_different_materials() -> None:
    road, factory, fitting = read(ROAD), read(FACTORY), read(FITTING)
    assert said(road, "中标通知书") == ("needed", "施工单位招标确定")
    assert said(factory, "中标通知书") == ("not_needed", "没有招标")
    assert said(fitting, "中标通知书") == ("depends", "施工单位是否招标确定")
    assert said(road, "权属管理单位同意使用道路用地证明")[0] == "needed"
    assert said(factory, "权属管理单位同意使用道路用地证明") == (
        "not_needed",
        "工程类型是工业厂房",
    )
    assert said(fitting, "特殊建设工程消防设计审查合格意见") == ("needed", "属于特殊建设工程")
    assert said(fitting, "满足施工需要的消防设计图纸及技术资料")[0] == "not_needed"


def test_the_limit_of_the_place_decides_whether_the_permit_is_needed() -> None:
    road, factory, fitting = read(ROAD), read(FACTORY), read(FITTING)
    assert (road["applies"]["need"], road["applies"]["reason"]) == (
        "needed",
        "工程投资 8600 万元 > 200 万元",
    )
    assert factory["applies"]["depends_on"] == ["cost"]  # the general rule wants both
    assert fitting["applies"]["need"] == "not_needed"
    assert [rule["place"] for rule in road["applies"]["rules"]] == ["沈阳市"]
    assert [rule["state"] for rule in factory["applies"]["rules"]] == ["example"]


def test_values_are_kept_as_the_catalogue_writes_them() -> None:
    assert read(FACTORY)["facts"] == {
        "investment": "enterprise",
        "work": "industrial",
        "tendered": "no",
        "floor_area": "12000",
        "city": "dalian",
    }


def test_the_table_names_every_material_with_its_reason() -> None:
    done = call("施工许可证", "--fact", "tendered=否")
    assert done.exit_code == 0
    assert "要不要办：看情况：项目所在城市、工程投资、总建筑面积" in done.stdout
    assert "没有招标" in done.stdout
    assert "…" not in done.stdout


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("construction-permt",), "您是不是要写：construction-permit"),
        (("construction-permit", "--fact", "wrok=x"), "您是不是要写 work（工程类型）？"),
        (("construction-permit", "--fact", "work=boat"), "industrial（工业厂房）"),
        (("construction-permit", "--fact", "floor_area=big"), "要一个数，单位平方米"),
        (("construction-permit", "--fact", "tendered=maybe"), "可以是：yes（是）、no（否）"),
        (("construction-permit", "--fact", "tendered"), "应写成 KEY=VALUE"),
        (("construction-permit", "--fact", "tendered=不知道"), "可以是：yes（是）、no（否）"),
    ],
)
def test_a_wrong_call_says_what_may_be_said(arguments: tuple[str, ...], told: str) -> None:
    done = call(*arguments)
    assert done.exit_code == 2
    assert told in done.stderr
    assert done.stdout == ""

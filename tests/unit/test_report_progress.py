from dataclasses import dataclass
from datetime import date, datetime

import pytest

from bot.model.case import SHANGHAI
from bot.services.name_matter import by_exact_name
from bot.services.report_progress import (
    NO_PROJECTS,
    NOT_VISIBLE,
    render_progress,
    report_progress,
)
from connectors.platforms.demo import SAMPLE_ENTERPRISES, write_sample_file
from connectors.platforms.spgl import SpglPlatform

NOW = datetime(2026, 11, 20, 18, tzinfo=SHANGHAI)
MACHINES, HOMES, *_ = (enterprise.credit_code for enterprise in SAMPLE_ENTERPRISES)
FACTORY = "2509-210106-04-01-900001"
HOUSES = "2510-210213-04-01-900002"


@dataclass
class NamedMatter:
    name: str
    aliases: list[str]


PERMIT = NamedMatter("建筑工程施工许可证核发", ["施工许可证", "开工证"])
matter_of = by_exact_name({"construction-permit": PERMIT})


@pytest.fixture(scope="module")
def platform(tmp_path_factory):
    path = tmp_path_factory.mktemp("platform") / "sample.db"
    write_sample_file(path, date(2026, 11, 20))
    return SpglPlatform(f"sqlite:///{path}")


def ask(platform, who=MACHINES, steps=False, **what):
    return render_progress(report_progress(platform, who, NOW, matter_of, **what), steps)


def test_one_case_is_told_with_its_clock_and_the_time_it_was_read(platform):
    said = ask(platform, project_code=FACTORY, matter="construction-permit")
    assert "【建筑工程施工许可证核发】补正（开始）（2026年11月18日" in said
    assert "受理后已用3个工作日，时限7个工作日，还剩4个工作日" in said
    assert "计时暂停：自2026年11月18日09:38起等待补正材料" in said
    assert "办理意见：缺少工伤保险参保证明" in said
    assert "以上是2026年11月20日18:00从审批系统读到的情况" in said


def test_step_by_step(platform):
    said = ask(platform, steps=True, project_code=FACTORY, matter="construction-permit")
    numbered = [line for line in said.splitlines() if line[:2] in ("1.", "2.", "3.", "4.")]
    assert [line.split()[2].split("（")[0] for line in numbered] == [
        "已接件",
        "已受理",
        "部门开始办理",
        "补正",
    ]


def test_overdue_and_special_procedures_are_said(platform):
    said = ask(platform, HOMES, project_code=HOUSES)
    assert "已超过时限12个工作日" in said
    assert "起进行专家评审" in said


def test_several_projects_are_summed_up(platform):
    said = ask(platform)
    assert (
        "示例高端数控机床生产基地项目（2509-210106-04-01-900001）：10个办件，通过9个，在办1个，等待补正1个"
        in said
    )
    assert "示例智能工厂技术改造项目" in said
    assert "滨海" not in said


def test_others_projects_and_unknown_ones_are_refused_in_the_same_words(platform):
    answers = {
        ask(platform, project_code=code)
        for code in (HOUSES, f"{HOUSES}-0001", "2509-210106-04-01-999999", "%")
    }
    assert answers == {NOT_VISIBLE}


def test_an_enterprise_without_projects_is_told_so(platform):
    assert ask(platform, "91210106MABBDEM144", project_code=FACTORY) == NO_PROJECTS


def test_a_matter_not_yet_applied_for(platform):
    assert "可能还没有申报" in ask(platform, project_code=FACTORY, matter="joint-acceptance")


def test_names_are_matched_exactly_but_for_width_case_and_punctuation():
    assert matter_of("建筑工程施工许可证核发 ") == "construction-permit"
    assert matter_of("开工证") == "construction-permit"
    assert matter_of("建筑工程施工许可") is None
    ambiguous = by_exact_name({"a": NamedMatter("甲", ["同名"]), "b": NamedMatter("乙", ["同名"])})
    assert ambiguous("同名") is None

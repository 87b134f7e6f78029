"""Required − received − shared − handed in before: one line for each material."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest

from bot.model.case import SHANGHAI, Case, CaseStatus, ReceivedMaterial, Step
from bot.model.handed_in import HandedIn
from bot.services.case_checklists import ProjectPapers, checklists, open_cases
from bot.services.list_missing import (
    Elsewhere,
    MaterialState,
    Required,
    list_missing,
)
from bot.services.missing_in_words import render_missing
from bot.services.name_matter import by_exact_name
from bot.services.read_cases import progress_of, read_cases
from connectors.platforms.demo import write_sample_file
from connectors.platforms.spgl import SpglPlatform
from knowledge.loader import load_catalogue

NOW = datetime(2026, 11, 20, 18, tzinfo=SHANGHAI)
ASKED_AT = datetime(2026, 11, 18, 9, tzinfo=SHANGHAI)
FACTORY = "2509-210106-04-01-900001"
OPINION = "缺少工伤保险参保证明；施工合同未加盖公章，请补正。"
CONTRACT = Required("施工合同", "需要：所有项目都需要")
INSURANCE = Required("工伤保险参保证明", "需要：所有项目都需要", issuer="社会保险经办机构")
BUSINESS = Required("营业执照", "需要：所有项目都需要", shared_data=True)
APPROVAL = Required("立项批文", "需要：所有项目都需要")
SUPERVISION = Required("监理合同", "看情况：是否必须监理", sure=False)


def step(status: CaseStatus, at: datetime, opinion: str | None = None) -> Step:
    return Step(at, status, status.value, "0", opinion=opinion)


def progress(*steps: Step):
    case = Case("A1", FACTORY, FACTORY, None, None, "施工许可", "住建局", 7, steps=steps)
    return progress_of(case, NOW, lambda name: None)


UNDER_WAY = progress(step(CaseStatus.RECEIVED, ASKED_AT - timedelta(days=3)))
SENT_BACK = progress(
    step(CaseStatus.RECEIVED, ASKED_AT - timedelta(days=3)),
    step(CaseStatus.SUPPLEMENT_REQUESTED, ASKED_AT, OPINION),
)


def files(*names: str, case_no: str = "A1") -> list[ReceivedMaterial]:
    return [ReceivedMaterial(name, case_no) for name in names]


def states(found) -> dict[str, MaterialState]:
    return {line.name: line.state for line in found.lines}


def paper(material: str, at: datetime, case_no: str = "A1") -> HandedIn:
    return HandedIn(7, FACTORY, case_no, material, "王敏", at)


def test_each_required_material_has_one_state():
    wanted = [CONTRACT, INSURANCE, BUSINESS, APPROVAL, SUPERVISION]
    found = list_missing(
        UNDER_WAY,
        wanted,
        files("附件3-施工合同扫描件", "效果图"),
        [Elsewhere("立项批复.pdf", "2026年3月1日办理“备案”时提交")],
    )
    assert states(found) == {
        "施工合同": MaterialState.RECEIVED,
        "工伤保险参保证明": MaterialState.MISSING,
        "营业执照": MaterialState.SHARED,
        "立项批文": MaterialState.EARLIER,
        "监理合同": MaterialState.OPEN,
    }
    assert found.also_received == ("效果图",)
    said = render_missing(found)
    assert (
        "还要提交的有1项：\n1. 工伤保险参保证明（需要：所有项目都需要；由社会保险经办机构出具）"
        in said
    )
    assert "已收到：施工合同（收到：附件3-施工合同扫描件）" in said
    assert "数据共享取得，免提交：营业执照" in said
    assert (
        "本项目此前已有，请窗口核对能否共用："
        "立项批文（收到：立项批复.pdf，2026年3月1日办理“备案”时提交）" in said
    )
    assert "视情况提供、还没有收到的有1项：\n· 监理合同（看情况：是否必须监理）" in said
    assert "另外收到（没有对应到清单）：效果图" in said


def test_what_was_wrong_stands_at_its_material():
    found = list_missing(SENT_BACK, [CONTRACT, INSURANCE, APPROVAL], files("施工合同", "立项批文"))
    assert states(found) == {
        "施工合同": MaterialState.REJECTED,
        "工伤保险参保证明": MaterialState.MISSING,
        "立项批文": MaterialState.RECEIVED,
    }
    said = render_missing(found)
    assert f"的办理意见：{OPINION}" in said
    assert "1. 施工合同（办理意见：施工合同未加盖公章；收到过：施工合同；" in said
    assert "2. 工伤保险参保证明（办理意见：缺少工伤保险参保证明；" in said


def test_an_objection_that_was_answered_counts_no_more():
    answered = progress(
        *SENT_BACK.case.steps,
        step(CaseStatus.SUPPLEMENT_ENDED, ASKED_AT + timedelta(hours=20)),
    )
    found = list_missing(answered, [CONTRACT], files("施工合同"))
    assert found.objection is None
    assert states(found) == {"施工合同": MaterialState.RECEIVED}


def test_what_is_shared_or_was_there_before_is_wanted_when_the_authority_wants_it():
    shared = Required("工伤保险参保证明", "需要", shared_data=True)
    found = list_missing(SENT_BACK, [shared], [], [Elsewhere("工伤保险参保证明", "此前")])
    assert states(found) == {"工伤保险参保证明": MaterialState.MISSING}


@pytest.mark.parametrize(
    ("at", "state"),
    [
        (ASKED_AT + timedelta(hours=1), MaterialState.PAPER),
        (ASKED_AT - timedelta(hours=1), MaterialState.REJECTED),
    ],
)
def test_a_paper_answers_an_objection_only_when_it_came_later(at, state):
    found = list_missing(SENT_BACK, [INSURANCE], [], papers=[paper("工伤保险参保证明", at)])
    assert states(found) == {"工伤保险参保证明": state}
    (line,) = found.lines
    assert line.paper == 7
    assert line.where.startswith("王敏2026年11月18日")


def test_of_a_case_that_passed_only_what_may_follow_is_wanted():
    opinion = "同意容缺办理，工伤保险参保证明于五个工作日内补交。"
    passed = progress(
        step(CaseStatus.RECEIVED, ASKED_AT),
        step(CaseStatus.PASSED_DEFERRED, ASKED_AT + timedelta(hours=5), opinion),
    )
    found = list_missing(passed, [CONTRACT, INSURANCE], [])
    assert states(found) == {
        "施工合同": MaterialState.NOT_ASKED,
        "工伤保险参保证明": MaterialState.MISSING,
    }
    said = render_missing(found)
    assert "1. 工伤保险参保证明（办理意见：工伤保险参保证明于五个工作日内补交；" in said
    assert "审批通过时没有再要求：施工合同" in said


def test_papers_and_files_of_another_case_do_not_count():
    found = list_missing(
        UNDER_WAY,
        [CONTRACT],
        files("施工合同", case_no="B2"),
        papers=[paper("施工合同", NOW, "B2")],
    )
    assert states(found) == {"施工合同": MaterialState.MISSING}


def test_only_open_materials_left_is_not_called_complete():
    said = render_missing(list_missing(UNDER_WAY, [SUPERVISION], []))
    assert "肯定需要的要件都已齐备" in said
    assert "所需要件都已齐备" not in said


def test_a_matter_without_a_list_is_not_called_complete():
    said = render_missing(list_missing(UNDER_WAY, [], files("施工合同")))
    assert "无法比对" in said
    assert "齐备" not in said
    assert "另外收到（没有对应到清单）：施工合同" in said


def test_shortcuts_are_said_where_something_is_missing():
    easy = Required("承诺书", "需要", commitment=True, deferrable=True)
    said = render_missing(list_missing(UNDER_WAY, [easy], []))
    assert "承诺书（需要；可用告知承诺代替；可容缺，以后补交）" in said


@pytest.fixture(scope="module")
def catalogue():
    return load_catalogue()


@pytest.fixture(scope="module")
def platform(tmp_path_factory):
    path = tmp_path_factory.mktemp("platform") / "sample.db"
    write_sample_file(path, date(2026, 11, 20))
    return SpglPlatform(f"sqlite:///{path}")


def test_a_project_of_the_sample_platform(catalogue, platform):
    read = read_cases(platform, FACTORY, NOW, by_exact_name(catalogue.matters))
    there = ProjectPapers(platform.received_materials(read.project))
    found = checklists(catalogue, read, read.project.facts, there)
    permit = next(each for each in found if each.progress.matter == "construction-permit")
    lines = {line.name: line for line in permit.lines}
    assert lines["工伤保险参保证明"].wrong == "缺少工伤保险参保证明"
    assert lines["建设资金已经落实承诺书"].wrong == "建设资金已经落实承诺书未加盖公章"
    assert lines["施工合同"].state is MaterialState.RECEIVED
    assert found[0].progress.case.status is CaseStatus.SUPPLEMENT_REQUESTED
    assert len(found) == len(open_cases(read)) < len(read.cases)


def test_an_earlier_case_hands_on_what_it_received_and_what_it_issued(catalogue, platform):
    read = read_cases(platform, FACTORY, NOW, by_exact_name(catalogue.matters))
    first = read.cases[0].case
    there = ProjectPapers([ReceivedMaterial("监理合同扫描件", first.case_no)])
    found = checklists(catalogue, read, read.project.facts, there)
    permit = next(each for each in found if each.progress.matter == "construction-permit")
    lines = {line.name: line for line in permit.lines}
    assert lines["监理合同"].state is MaterialState.EARLIER
    assert lines["监理合同"].found_as == "监理合同扫描件"
    assert f"办理“{first.matter_name}”时提交" in lines["监理合同"].where

"""A digest's sections are explained like terms, each statement with its paragraph."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from knowledge.check import check_folder
from knowledge.loader import CatalogueBroken, load_catalogue
from knowledge.render import render, source_note
from knowledge.schema import State
from tests.fakes.small_catalogue import change, write_catalogue

DIGEST = """\
- id: sample-plan
  source: 示例方案
  place: 某省
  sections:
    - id: sample-plan-stage
      name: 第二阶段：整改
      part: stage
      aliases: [整改阶段]
      paragraph: 三.2
      begins: 2018-07-01
      ends: 2018-08-31
      offices: [各地, 省厅]
      text: 各地对照整改。
      points:
        - {paragraph: 四.1, text: 制定本地方案。}
      matters: [sample-permit]
      questions: [夏天那两个月做什么]
"""
PLAN = "policies/digest-plan.yml"
SOURCE = "- {id: 示例方案, title: 示例方案全文, number: 某建〔2018〕1号, read: 全文}\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write_catalogue(tmp_path)
    (tmp_path / PLAN).write_text(DIGEST, encoding="utf-8")
    (tmp_path / "policies" / "sources-plan.yml").write_text(SOURCE, encoding="utf-8")
    return tmp_path


def test_a_section_is_a_term_with_its_days_and_offices(folder: Path) -> None:
    catalogue = load_catalogue(folder)
    term = catalogue.terms["sample-plan-stage"]
    assert term.definition.text == "各地对照整改。"
    assert [fact.text for fact in term.more] == [
        "起止：2018年7月1日至2018年8月31日。",
        "谁来做：各地、省厅。",
        "制定本地方案。",
    ]
    assert {fact.state for fact in [term.definition, *term.more]} == {State.VERIFIED}
    assert source_note(catalogue, term.definition) == "某省规定，依据：某建〔2018〕1号第三部分第2条"
    assert source_note(catalogue, term.more[-1]) == "某省规定，依据：某建〔2018〕1号第四部分第1条"


FAULTS = {
    "a stage without its last day": ("      ends: 2018-08-31\n", "", 5, "has `begins` and `ends`"),
    "a stage that ends first": ("ends: 2018-08-31", "ends: 2018-06-30", 5, "`ends` comes before"),
    "a paragraph of no document": ("paragraph: 三.2", "paragraph: 第三", 9, "sections.0.paragraph"),
    "a term's id": ("id: sample-plan-stage", "id: sample-term", 5, "id already used in terms.yml"),
    "a matter that is not there": ("[sample-permit]", "[nothing]", 16, "no matter `nothing`"),
}


@pytest.mark.parametrize(("old", "new", "line", "said"), FAULTS.values(), ids=FAULTS.keys())
def test_a_fault_in_a_digest_is_named_with_its_line(
    folder: Path, old: str, new: str, line: int, said: str
) -> None:
    change(folder, PLAN, old, new)
    found = [str(problem) for problem in check_folder(folder)]
    assert [one for one in found if f"{PLAN}:{line}: " in one and said in one], found


SERVICE = (
    "after: [sample-filing]",
    "services:\n"
    "  - {text: 编制图纸, matter: sample-filing, source: 示例法#第二条, state: verified}\n"
    "after: [sample-filing]",
)


def test_a_service_is_told_with_what_comes_before(folder: Path) -> None:
    change(folder, "catalogue/sample-permit.yml", *SERVICE)
    said = render(load_catalogue(folder), "sample-permit", "prerequisites", date(2026, 11, 1)).text
    service = "· 编制图纸（示例备案）（国家规定，依据：《示例法》第二条）"
    assert f"可能要委托的中介服务：\n{service}" in said


def test_a_service_names_a_matter_that_exists(folder: Path) -> None:
    change(folder, "catalogue/sample-permit.yml", *SERVICE)
    change(folder, "catalogue/sample-permit.yml", "matter: sample-filing", "matter: nothing")
    assert any("no matter `nothing`" in str(problem) for problem in check_folder(folder))


def test_a_broken_digest_keeps_the_catalogue_from_loading(folder: Path) -> None:
    change(folder, PLAN, "  source: 示例方案\n", "")
    with pytest.raises(CatalogueBroken, match="source: field required"):
        load_catalogue(folder)

"""Answers are rendered from data: every number stands in a file, with its source and state."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from knowledge.loader import Catalogue, load_catalogue
from knowledge.render import render
from tests.fakes.small_catalogue import change, write_catalogue

DAY = date(2026, 11, 22)
ASPECTS = (
    "overview",
    "materials",
    "conditions",
    "process",
    "time_limit",
    "fee",
    "basis",
    "department",
    "result",
    "prerequisites",
    "penalty",
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_catalogue(tmp_path)


@pytest.fixture
def catalogue(folder: Path) -> Catalogue:
    return load_catalogue(folder)


def text(catalogue: Catalogue, aspect: str, slug: str = "sample-permit", day: date = DAY) -> str:
    return render(catalogue, slug, aspect, day).text


def test_a_limit_names_its_source_and_an_example_its_place(catalogue: Catalogue) -> None:
    assert text(catalogue, "time_limit").splitlines() == [
        "【示例许可】办理时限",
        "法定时限：",
        "· 自受理之日起七日内（国家规定，依据：《示例法》第二条）",
        "承诺时限：",
        "· 三个工作日（外地示例·某市，来源：示例办事指南）",
        "标注“外地示例”的内容取自其他地方，不是本市的规定；本市以当地窗口公布为准。",
        "资料核对日期：2026-11-01",
    ]


def test_materials_say_form_copies_and_condition(catalogue: Catalogue) -> None:
    lines = text(catalogue, "materials").splitlines()
    assert lines[1].startswith("1. 申请表")
    assert "原件" in lines[1]
    assert "电子件" in lines[1]
    assert "2份" in lines[1]
    assert any("总建筑面积不少于500平方米且含住宅时" in line for line in lines)
    assert any("现场有争议的提供" in line for line in lines)
    assert any("未核实" in line for line in lines)


@pytest.mark.parametrize(
    ("day", "shown", "hidden"),
    [
        (date(2025, 12, 31), "旧的收费", "不收费"),
        (date(2026, 1, 1), "不收费", "旧的收费"),
    ],
)
def test_only_what_holds_on_the_day_is_said(
    catalogue: Catalogue, day: date, shown: str, hidden: str
) -> None:
    said = text(catalogue, "fee", day=day)
    assert shown in said
    assert hidden not in said


def test_where_nothing_is_known_nothing_is_guessed(catalogue: Catalogue) -> None:
    assert "我不猜测" in text(catalogue, "penalty")


def test_what_is_not_verified_is_said_so(catalogue: Catalogue) -> None:
    assert "未核实" in text(catalogue, "department", "sample-filing")
    assert "未核实" not in text(catalogue, "department")


def test_what_was_checked_long_ago_is_said_so(catalogue: Catalogue) -> None:
    late = "该信息核对于2026-11-01，已超过复核期，请以窗口为准。"
    assert late not in text(catalogue, "fee", day=date(2027, 11, 1))
    assert late in text(catalogue, "fee", day=date(2027, 11, 2))


def test_neighbours_are_called_by_name(catalogue: Catalogue) -> None:
    said = text(catalogue, "prerequisites")
    assert "示例备案" in said
    assert "sample-filing" not in said


def test_an_answer_can_be_said_again(catalogue: Catalogue) -> None:
    first = render(catalogue, "sample-permit", "overview", DAY)
    again = render(replace(catalogue), "sample-permit", "overview", DAY)
    assert first == again
    assert (first.matter, first.aspect, first.day) == ("sample-permit", "overview", DAY)
    assert first.catalogue_version == catalogue.version
    assert first.sources == ("示例法#第一条", "示例法#第二条")


def test_a_changed_file_changes_the_answer(folder: Path, catalogue: Catalogue) -> None:
    change(folder, "catalogue/sample-permit.yml", "自受理之日起七日内", "自受理之日起五日内")
    fresh = load_catalogue(folder)
    assert "五日" in text(fresh, "time_limit")
    assert "七日" in text(catalogue, "time_limit")


@pytest.mark.parametrize("language", ["zh", "en", "ja", "ko"])
@pytest.mark.parametrize("aspect", ASPECTS)
def test_every_aspect_is_answered_in_every_language(
    catalogue: Catalogue, aspect: str, language: str
) -> None:
    answer = render(catalogue, "sample-permit", aspect, DAY, language)
    assert answer.text.startswith("【示例许可】")
    assert "2026-11-01" in answer.text
    assert "{" not in answer.text


@pytest.mark.parametrize(("slug", "aspect"), [("nothing", "fee"), ("sample-permit", "colour")])
def test_what_does_not_exist_is_an_error(catalogue: Catalogue, slug: str, aspect: str) -> None:
    with pytest.raises(KeyError):
        render(catalogue, slug, aspect, DAY)

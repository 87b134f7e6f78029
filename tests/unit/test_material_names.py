"""Which file is which material, by name alone."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from knowledge.loader import load_catalogue
from knowledge.search.materials import SAME_FROM, find_mention, likeness, match_materials

NAMES = yaml.safe_load(Path(__file__).with_name("material_names.yml").read_text("utf-8"))
SAME = [(row["material"], name) for row in NAMES for name in row["files"]]
OTHER = [(row["material"], name) for row in NAMES for name in row["not"]]


@pytest.mark.parametrize(("material", "name"), SAME)
def test_the_file_is_the_material(material, name):
    assert match_materials([material], [name]) == {material: name}


@pytest.mark.parametrize(("material", "name"), OTHER)
def test_the_file_is_another(material, name):
    assert match_materials([material], [name]) == {}


def test_the_threshold_stands_where_no_pair_is_near():
    assert min(likeness(*pair) for pair in SAME) >= SAME_FROM + 5
    assert max(likeness(*pair) for pair in OTHER) <= SAME_FROM - 5


def test_every_material_of_the_catalogue_is_itself():
    names = {m.name for matter in load_catalogue().matters.values() for m in matter.materials}
    assert [name for name in names if likeness(name, name) < 100] == []


def test_the_likest_pair_is_taken_first_and_each_file_once():
    wanted = ["中标通知书或施工合同", "施工合同"]
    assert match_materials(wanted, ["施工合同"]) == {"中标通知书或施工合同": "施工合同"}
    assert match_materials(["勘察合同", "施工合同"], ["建设工程施工合同", "施工合同.pdf"]) == {
        "施工合同": "施工合同.pdf"
    }


@pytest.mark.parametrize(
    ("material", "opinion", "clause"),
    [
        (
            "建设资金已经落实承诺书",
            "缺少工伤保险参保证明；建设资金已经落实承诺书未加盖公章，请补正。",
            "建设资金已经落实承诺书未加盖公章",
        ),
        ("建筑工程总平面定位图（白图）", "缺少总平面定位图，请补正。", "缺少总平面定位图"),
        ("监理合同", "施工合同、监理合同已过期。", "施工合同、监理合同已过期"),
        ("监理合同", "施工合同未盖章。", None),
        ("建设用地规划许可证", "建设工程规划许可证不清晰", None),
        ("营业执照", "", None),
    ],
)
def test_what_an_opinion_says_of_a_material(material, opinion, clause):
    assert find_mention(material, opinion) == clause

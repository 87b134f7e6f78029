"""Two catalogues compared, in words that a clerk reads."""

from __future__ import annotations

from pathlib import Path

import pytest

from knowledge.catalogue_differences import catalogue_differences
from knowledge.loader import load_catalogue
from tests.fakes.small_catalogue import change, write_catalogue

PERMIT, FILING = "catalogue/sample-permit.yml", "catalogue/sample-filing.yml"
PLACES = "- {id: town, name: 某市, level: city}\n"
OVERLAY = """\
place: town
matter: sample-permit
add:
  promised_limits:
    - {text: 本市三个工作日, days: 3, unit: working_day, source: 示例指南, state: unverified}
"""


@pytest.fixture
def folders(tmp_path: Path) -> tuple[Path, Path]:
    """The catalogue before and after; both alike so far."""
    both = write_catalogue(tmp_path / "old"), write_catalogue(tmp_path / "new")
    for folder in both:
        (folder / "places" / "town").mkdir(parents=True)
        (folder / "places" / "places.yml").write_text(PLACES, "utf-8")
        (folder / "places" / "town" / "sample-permit.yml").write_text(OVERLAY, "utf-8")
    return both


CHANGES = {
    "limit": (
        *(PERMIT, "text: 自受理之日起七日内, days: 7", "text: 自受理之日起七日内, days: 5"),
        ["示例许可：法定时限由“7日”改为“5日”。"],
    ),
    "stage by name": (
        *(FILING, 'stage: "1"', 'stage: "2"'),
        ["示例备案：所属阶段由“立项用地规划许可”改为“工程建设许可”。"],
    ),
    "neighbour by name": (
        *(PERMIT, "after: [sample-filing]\n", ""),
        ["示例许可：先办的事项：删去“示例备案”。"],
    ),
    "term": (
        *("policies/terms.yml", "text: 用承诺替代材料。", "text: 先承诺后补材料。"),
        ["术语“示例承诺”：名词解释由“用承诺替代材料。”改为“先承诺后补材料。”。"],
    ),
    "path": (
        *("paths/paths.yml", "[sample-filing, {", "[{"),
        ["办理路径“示例路径”：事项：删去“sample-filing”。"],
    ),
    "source": (
        *("sources/sources.yml", "（2026年版）", "（2027年版）"),
        ["来源“示例办事指南”：名称由“示例办事指南（2026年版）”改为“示例办事指南（2027年版）”。"],
    ),
    "rule of a place": (
        *("places/town/sample-permit.yml", "days: 3", "days: 2"),
        ["某市·示例许可：承诺时限由“3工作日”改为“2工作日”。"],
    ),
}


@pytest.mark.parametrize(("name", "old", "new", "wanted"), CHANGES.values(), ids=CHANGES)
def test_a_change_is_said_in_words(
    folders: tuple[Path, Path], name: str, old: str, new: str, wanted: list[str]
) -> None:
    change(folders[1], name, old, new)
    before, after = map(load_catalogue, folders)
    assert [one.text for one in catalogue_differences(before, after)] == wanted


def test_a_matter_that_comes_or_goes_is_named(folders: tuple[Path, Path]) -> None:
    change(folders[1], PERMIT, "after: [sample-filing]\n", "")
    change(folders[1], "paths/paths.yml", "[sample-filing, {", "[{")
    (folders[1] / FILING).unlink()
    before, after = map(load_catalogue, folders)
    told = [one.text for one in catalogue_differences(before, after)]
    assert "示例备案：事项：删去“示例备案”。" in told
    back = [one.text for one in catalogue_differences(after, before)]
    assert "示例备案：事项：新增“示例备案”。" in back


def test_a_catalogue_does_not_differ_from_itself(folders: tuple[Path, Path]) -> None:
    before, after = map(load_catalogue, folders)
    assert catalogue_differences(before, after) == []

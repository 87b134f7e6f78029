"""What is wrong in the knowledge is named by file and line, with what to do."""

from __future__ import annotations

from pathlib import Path

import pytest

from knowledge.check import check_folder
from knowledge.loader import CatalogueBroken, load_catalogue
from tests.fakes.small_catalogue import change, write_catalogue

PERMIT, FILING = "catalogue/sample-permit.yml", "catalogue/sample-filing.yml"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_catalogue(tmp_path)


def test_the_small_catalogue_is_sound(folder: Path) -> None:
    assert check_folder(folder) == []


# file, what stands there, what is planted, line, words of the message
FAULTS = {
    "unknown key": (FILING, "stage:", "staeg:", 1, "stage: field required"),
    "unknown key is named": (FILING, 'stage: "1"', 'stage: "1"\ncolour: red', 4, "colour: extra"),
    "wrong state": (
        PERMIT,
        "第一条, state: verified}\nchecked",
        "第一条, state: sure}\nchecked",
        5,
        "use verified, example or unverified",
    ),
    "example without a place": (PERMIT, ", place: 某市", "", 18, "an example must name its place"),
    "days without a unit": (
        PERMIT,
        " unit: calendar_day,",
        "",
        16,
        "`days` and `unit` go together",
    ),
    "copies below one": (PERMIT, "copies: 2", "copies: 0", 11, "copies"),
    "no department": (
        FILING,
        "departments:\n  - {text: 发展改革部门, source: 示例指南, state: unverified}",
        "departments: []",
        7,
        "departments",
    ),
    "id that is no slug": (FILING, "id: sample-filing", "id: 备案", 1, "lower-case words"),
    "id and file name differ": (
        FILING,
        "id: sample-filing",
        "id: other-filing",
        1,
        "id and file name differ, name it other-filing.yml",
    ),
    "unknown matter": (
        PERMIT,
        "after: [sample-filing]",
        "after: [nothing]",
        22,
        "no matter `nothing`, name one that exists",
    ),
    "unknown source": (
        PERMIT,
        "name: 委托书, source: 示例指南",
        "name: 委托书, source: 某网页",
        13,
        "no source `某网页`",
    ),
    "article that was not read": (
        PERMIT,
        "开工之前要拿到的许可。, source: 示例法#第一条",
        "开工之前要拿到的许可。, source: 示例法#第九条",
        7,
        "article `第九条` of 示例法 was not read",
    ),
    "ends before it begins": (
        PERMIT,
        "valid_from: 2026-01-01",
        "valid_from: 2026-01-01, valid_to: 2025-01-01",
        21,
        "ends before it begins",
    ),
    "unknown project fact": (
        PERMIT,
        "when: {agent: yes}",
        "when: {agnet: yes}",
        13,
        "unknown project fact `agnet`",
    ),
    "value that a fact cannot have": (
        PERMIT,
        "when: {agent: yes}",
        "when: {agent: maybe}",
        13,
        "`maybe` is no value of `agent`",
    ),
    "comparison that is none": (
        PERMIT,
        'floor_area: ">=500"',
        'floor_area: "about 500"',
        12,
        "`about 500` is no comparison for `floor_area`",
    ),
    "yes of a number": (
        PERMIT,
        'floor_area: ">=500"',
        "floor_area: yes",
        12,
        "`yes` is no comparison for `floor_area`",
    ),
    "fact in a joined condition": (
        PERMIT,
        "when: {agent: yes}",
        "when: {any: [{agent: yes}, {not: {lnad: granted}}]}",
        13,
        "unknown project fact `lnad`",
    ),
    "joining word without a list": (
        PERMIT,
        "when: {agent: yes}",
        "when: {any: {agent: yes}}",
        13,
        "`any` takes a list of conditions",
    ),
    "rule of applicability with an unknown value": (
        PERMIT,
        "departments:\n",
        "applies_when:\n"
        "  - {text: 划拨的要办, when: {land: lend}, source: 示例法#第一条, state: verified}\n"
        "departments:\n",
        9,
        "`lend` is no value of `land`",
    ),
    "rule of applicability with an unknown place": (
        PERMIT,
        "departments:\n",
        "applies_when:\n"
        "  - {text: 某地要办, where: {town: a}, source: 示例法#第一条, state: verified}\n"
        "departments:\n",
        9,
        "unknown project fact `town`",
    ),
    "choice without choices": (
        "facts.yml",
        "kind: choice, choices: {allocated: 划拨, granted: 出让}",
        "kind: choice",
        4,
        "`choices` are for a fact of kind choice",
    ),
    "question asked twice": (
        PERMIT,
        "  - {text: 样例许可几天办完, aspect: time_limit}\n",
        "  - {text: 几天, aspect: fee}\n  - {text: 几天, aspect: fee}\n",
        25,
        "asked twice",
    ),
    "unknown aspect": (PERMIT, "aspect: time_limit", "aspect: duration", 24, "questions.0.aspect"),
    "term of an unknown matter": (
        "policies/terms.yml",
        "[sample-permit]",
        "[nothing]",
        4,
        "no matter `nothing`",
    ),
    "path of an unknown matter": (
        "paths/paths.yml",
        "[sample-filing,",
        "[nothing,",
        8,
        "no matter `nothing`",
    ),
    "path with an unknown value": (
        "paths/paths.yml",
        "when: {land: granted}",
        "when: {land: leased}",
        5,
        "`leased` is no value of `land`",
    ),
    "path with an unknown source": (
        "paths/paths.yml",
        "source: 示例指南",
        "source: 某文件",
        3,
        "no source `某文件`",
    ),
    "an id twice": ("facts.yml", "id: residential", "id: agent", 3, "id already used"),
    "broken YAML": (PERMIT, "aliases: [样例许可]", "aliases: [样例许可", 4, "not YAML"),
    "a tab": (FILING, "departments:\n  -", "departments:\n\t-", 8, "not YAML"),
}


@pytest.mark.parametrize(("name", "old", "new", "line", "said"), FAULTS.values(), ids=FAULTS.keys())
def test_a_planted_fault_is_named_with_its_line(
    folder: Path, name: str, old: str, new: str, line: int, said: str
) -> None:
    change(folder, name, old, new)
    found = [str(problem) for problem in check_folder(folder)]
    assert [one for one in found if one.startswith(f"{folder / name}:{line}: ") and said in one], (
        found
    )


def test_a_file_that_is_not_utf8_is_named(folder: Path) -> None:
    (folder / FILING).write_bytes("name: 备案".encode("gb18030"))
    (problem,) = check_folder(folder)
    assert str(problem).startswith(f"{folder / FILING}:1: unreadable")
    assert "save the file as UTF-8" in str(problem)


@pytest.mark.parametrize("content", ["", "# nothing yet\n"])
@pytest.mark.parametrize("name", [FILING, "facts.yml"])
def test_an_empty_file_is_named(folder: Path, name: str, content: str) -> None:
    """Were it taken for no entry at all, a matter would silently be gone."""
    (folder / name).write_text(content)
    assert f"{folder / name}:1: empty" in str(check_folder(folder)[0])


def test_a_file_of_entries_that_is_no_list_is_named(folder: Path) -> None:
    (folder / "facts.yml").write_text("floor_area: 总建筑面积\n", encoding="utf-8")
    assert f"{folder / 'facts.yml'}:1: not a list" in str(check_folder(folder)[0])


def test_every_fault_is_told_at_once(folder: Path) -> None:
    change(folder, PERMIT, "copies: 2", "copies: 0")
    change(folder, FILING, 'stage: "1"', 'stage: "9"')
    assert {problem.file.name for problem in check_folder(folder)} == {
        "sample-permit.yml",
        "sample-filing.yml",
    }


def test_a_broken_catalogue_is_not_loaded_in_part(folder: Path) -> None:
    change(folder, FILING, 'stage: "1"', 'stage: "9"')
    with pytest.raises(CatalogueBroken) as broken:
        load_catalogue(folder)
    assert [problem.line for problem in broken.value.problems] == [3]


def test_the_version_changes_with_any_file(folder: Path) -> None:
    before = load_catalogue(folder).version
    assert load_catalogue(folder).version == before
    change(folder, "facts.yml", "是否含住宅", "有没有住宅")
    assert load_catalogue(folder).version != before

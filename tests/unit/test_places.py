"""A place's own rules over those of the places around it, and over the country's."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from bot.model.reply import Reply
from bot.services.local_rules import here, with_place_question
from bot.services.project_facts import ProjectFacts
from knowledge.check import check_folder
from knowledge.loader import Catalogue, load_catalogue
from knowledge.places import chain, place_in
from knowledge.render import render
from knowledge.schema import State

DAY = date(2026, 11, 23)
SHENYANG = "投资额200万元以上"
DALIAN = "缩减到基本1个工作日"


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return load_catalogue()


def test_a_district_has_the_rules_of_all_that_is_around_it(catalogue: Catalogue) -> None:
    assert chain(catalogue.places, "shenyang-dadong") == ["liaoning", "shenyang", "shenyang-dadong"]
    levels = {
        fact.place
        for fact in catalogue.at("shenyang-dadong").matters["staged-construction-permit"].facts()
    }
    assert {"辽宁省", "沈阳大东区"} <= levels


def test_a_citys_figure_is_its_own_and_no_other_citys(catalogue: Catalogue) -> None:
    def said(place: str | None, aspect: str) -> str:
        return render(catalogue.at(place), "construction-permit", aspect, DAY).text

    assert SHENYANG in said("shenyang", "conditions")
    assert "沈阳市规定，依据：" in said("shenyang", "conditions")
    assert SHENYANG not in said("dalian", "conditions")
    assert SHENYANG not in said(None, "conditions")
    assert DALIAN in said("dalian-ftz", "time_limit")
    assert DALIAN not in said("shenyang", "time_limit")
    assert DALIAN not in said("dalian", "time_limit")


def test_what_a_place_says_of_itself_is_no_example(catalogue: Catalogue) -> None:
    for overlay in catalogue.overlays.values():
        for part in (overlay.add, overlay.replace):
            for field in part.__fields__:
                assert all(fact.state is not State.EXAMPLE for fact in getattr(part, field))


def test_no_national_fact_is_of_a_place_that_has_rules_of_its_own(catalogue: Catalogue) -> None:
    names = {place.name for place in catalogue.places.values()}
    fields = {"applies_when"}  # rules that compute name their city themselves
    misplaced = [
        (matter.id, fact)
        for matter in catalogue.matters.values()
        for field in ("conditions", "materials", "process", "promised_limits", "notes")
        for fact in getattr(matter, field)
        if fact.place in names and field not in fields
    ]
    assert misplaced == []


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("我们在浑南新建厂房，施工许可要什么材料", "shenyang"),
        ("大连自贸片区的施工许可几天", "dalian-ftz"),
        ("大连这边归谁管", "dalian"),
        ("沈阳大东区能先开工吗", "shenyang-dadong"),
        ("施工许可要什么材料", None),
    ],
)
def test_a_message_names_a_place(catalogue: Catalogue, text: str, place: str | None) -> None:
    assert place_in(catalogue.places, text) == place


def test_the_place_is_remembered_until_the_project_is_elsewhere(catalogue: Catalogue) -> None:
    place, known = here(catalogue, "大东区能先开工吗", None, ProjectFacts(), "liaoning")
    assert (place, known.told) == ("shenyang-dadong", {"city": "shenyang"})
    place, known = here(catalogue, "那要多久", place, known, "liaoning")
    assert place == "shenyang-dadong"
    place, _ = here(catalogue, "大连呢", place, known, "liaoning")
    assert place == "dalian"
    assert here(catalogue, "那要多久", None, ProjectFacts(), "liaoning")[0] == "liaoning"


def test_the_city_is_asked_for_once_and_only_where_cities_differ(catalogue: Catalogue) -> None:
    def asked(slug: str, aspect: str, project: ProjectFacts) -> Reply:
        reply = Reply("答", facts={"matter": slug, "aspects": [aspect]})
        return with_place_question(catalogue, reply, project, "liaoning")

    differing = asked("construction-permit", "time_limit", ProjectFacts())
    assert "大连自贸片区对这一项有自己的规定" in differing.text
    assert differing.buttons[0].payload.startswith("/ask_time_limit")
    assert asked("construction-permit", "fee", ProjectFacts()).text == "答"
    not_known = asked("construction-permit", "time_limit", ProjectFacts({"city": "unknown"}))
    assert not_known.text == "答"


def write(folder: Path, overlay: str) -> Path:
    """A copy of the catalogue with one more overlay, which is returned."""
    from shutil import copytree

    from knowledge.loader import KNOWLEDGE

    copytree(KNOWLEDGE, folder, ignore=lambda _, names: [n for n in names if n.endswith(".py")])
    path = folder / "places" / "dandong" / "fire-acceptance.yml"
    path.parent.mkdir(exist_ok=True)
    path.write_text(overlay, "utf-8")
    return path


def test_a_place_may_replace_a_field_and_retire_a_material(tmp_path: Path) -> None:
    write(
        tmp_path / "k",
        "place: dandong\nmatter: fire-acceptance\nreplace:\n  promised_limits:\n"
        "    - {text: 三个工作日, days: 3, unit: working_day, source: P6, state: verified}\n"
        "retire:\n  materials: [工程竣工验收报告]\n",
    )
    catalogue = load_catalogue(tmp_path / "k")
    matter, wider = (catalogue.at(p).matters["fire-acceptance"] for p in ("dandong", "liaoning"))
    assert [limit.text for limit in matter.promised_limits] == ["三个工作日"]
    assert len(matter.materials) == len(wider.materials) - 1


@pytest.mark.parametrize(
    ("overlay", "line", "what"),
    [
        ("place: dandong\nmatter: no-such\n", 2, "no matter `no-such`"),
        ("place: nowhere\nmatter: fire-acceptance\n", 1, "no place `nowhere`"),
        (
            "place: dandong\nmatter: fire-acceptance\nretire:\n  materials: [没有这一项]\n",
            4,
            "nothing wider says",
        ),
        (
            "place: dandong\nmatter: fire-acceptance\nadd:\n  notes:\n"
            "    - {text: 有一条, source: NOWHERE, state: verified}\n",
            5,
            "no source `NOWHERE`",
        ),
    ],
)
def test_a_faulty_overlay_is_named_by_file_and_line(
    tmp_path: Path, overlay: str, line: int, what: str
) -> None:
    path = write(tmp_path / "k", overlay)
    found = [str(problem) for problem in check_folder(tmp_path / "k", DAY)]
    assert any(f"{path.name}:{line}" in problem and what in problem for problem in found), found

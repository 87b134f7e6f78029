"""A place's own rules over those of the places around it, and over the country's."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from bot.model.reply import Reply
from bot.services.local_rules import (
    city_named,
    here,
    place_of,
    place_told,
    with_place_question,
)
from bot.services.plan_project import plan_project
from bot.services.project_facts import ProjectFacts
from knowledge.check import check_folder
from knowledge.checklist import checklist
from knowledge.conditions import Need
from knowledge.loader import Catalogue, load_catalogue
from knowledge.places import chain, place_in, targets_of
from knowledge.render import render

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


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("我们在沈北新区", "shenyang"),
        ("大连这边", "dalian"),
        ("項目在大連", "dalian"),
        ("在鞍山呢", "other"),
        ("我们项目不在辽宁", "outside"),
        ("外省的项目", "outside"),
        ("大连施工许可几天", None),
        ("不在辽宁，施工许可几天", None),
        ("辽宁", None),
        ("其他材料", None),
    ],
)
def test_a_message_may_say_where_and_nothing_else(
    catalogue: Catalogue, text: str, told: str | None
) -> None:
    found = place_told(catalogue, {"matter": "construction-permit", "aspect": "fee"}, text)
    assert (found[1].value if found else None) == told
    if found:
        assert found[0].intent == "ask_fee"


@pytest.mark.parametrize(
    ("text", "city"),
    [
        ("不是沈阳，是大连", "dalian"),
        ("我们不在沈阳，在大连", "dalian"),
        ("是不是沈阳的都要办", "shenyang"),
        ("项目不在辽宁，在长春", "outside"),
    ],
)
def test_a_place_that_is_ruled_out_is_not_meant(catalogue: Catalogue, text: str, city: str) -> None:
    told = city_named(catalogue, text)
    assert told is not None
    assert told.value == city


def test_elsewhere_the_province_or_the_country_speaks(catalogue: Catalogue) -> None:
    assert place_of(catalogue, {"city": "other"}, None, "shenyang") == "liaoning"
    assert place_of(catalogue, {"city": "outside"}, "shenyang", "shenyang") is None
    place, project = here(catalogue, "施工许可几天", None, ProjectFacts(), "shenyang")
    assert (place, project.known) == ("shenyang", {"city": "shenyang"})
    place, project = here(catalogue, "施工许可几天", None, ProjectFacts(), "a place that left")
    assert (place, project.known) == (None, {})


def test_who_is_judged_by_a_citys_rules_is_there(catalogue: Catalogue) -> None:
    found = checklist(catalogue.at("shenyang"), "construction-permit", {"cost": "300"}, DAY)
    assert found.applies is not None
    assert found.applies.need is Need.NEEDED


def test_the_narrowest_target_of_the_day_is_told(catalogue: Catalogue) -> None:
    def days(place: str, day: date) -> list[tuple[str | None, int | None]]:
        return [(one.place, one.days) for one in targets_of(catalogue.places, place, day)]

    assert days("shenyang-dadong", DAY) == [("沈阳市", 38)]
    assert days("shenyang", date(2021, 5, 1)) == [("沈阳市", 60)]
    assert days("dalian-ftz", DAY) == [("大连市", 30), ("大连市", 43), ("大连市", 48)]
    assert days("fushun", DAY) == [("辽宁省", 90)]
    assert days("fushun", date(2018, 1, 1)) == []
    path = next(iter(catalogue.paths))
    assert "38个工作日（沈阳市规定，依据：" in plan_project(catalogue, path, "shenyang", DAY).text


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

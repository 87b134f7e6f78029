"""Days that nothing covers, and what is known of a day other than today."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from knowledge.check import check_folder
from knowledge.evidence import evidence
from knowledge.loader import load_catalogue
from knowledge.places import said
from knowledge.recheck import all_due
from knowledge.render import render
from knowledge.schema import Source
from tests.fakes.small_catalogue import change, write_catalogue

TODAY = date(2026, 11, 23)
PERMIT = "catalogue/sample-permit.yml"
OLD, NEW = "valid_to: 2025-12-31", "valid_from: 2026-01-01"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_catalogue(tmp_path)


def faults(folder: Path) -> list[tuple[int, str]]:
    return [(problem.line, problem.what) for problem in check_folder(folder, TODAY)]


@pytest.mark.parametrize(
    ("old", "new", "line", "what"),
    [
        (OLD, "valid_to: 2025-11-30", 20, "nothing holds from 2025-12-01 to 2025-12-31"),
        (NEW, "valid_to: 2026-06-30", 21, "ended on 2026-06-30 and nothing follows"),
        (
            "days: 7, unit: calendar_day, source: 示例法#第二条, state: verified",
            "days: 7, unit: calendar_day, source: 示例法#第二条, state: verified, "
            "valid_from: 2027-01-01",
            16,
            "nothing holds before 2027-01-01",
        ),
        (
            "state: verified, when: {floor_area",
            "state: verified, valid_to: 2026-01-31, when: {floor_area",
            0,
            "",
        ),
    ],
    ids=["gap", "end", "beginning", "one material of several may end"],
)
def test_a_day_that_nothing_covers_is_named(
    folder: Path, old: str, new: str, line: int, what: str
) -> None:
    change(folder, PERMIT, old, new)
    assert faults(folder) == ([(line, what)] if what else [])


def test_a_material_that_changed_leaves_no_gap(folder: Path) -> None:
    paper = "  - {name: 委托书, source: 示例指南, state: unverified, when: {agent: yes}}\n"
    ended = paper.replace("state: unverified", "state: unverified, valid_to: 2025-12-31")
    begun = paper.replace("state: unverified", "state: unverified, valid_from: 2026-02-01")
    change(folder, PERMIT, paper, ended + begun)
    assert faults(folder) == [(13, "nothing holds from 2026-01-01 to 2026-01-31")]
    change(folder, PERMIT, "valid_from: 2026-02-01", "valid_from: 2026-01-01, note: 新的")
    assert faults(folder) == []


@pytest.mark.parametrize(
    ("source", "since"),
    [
        (Source(id="a", title="a", read="全文", date="2019-05-10"), date(2019, 5, 10)),
        (Source(id="a", title="a", read="全文", date="2020-07"), date(2020, 7, 31)),
        (Source(id="a", title="a", read="全文", date="2018"), date(2018, 12, 31)),
        (Source(id="a", title="a", read="全文", kind="law", date="2024-02-29"), date(2025, 2, 28)),
        (
            Source(id="a", title="a", read="全文", kind="law", date="2024", in_force="2025-07-01"),
            date(2025, 7, 1),
        ),
        (Source(id="a", title="a", read="全文"), None),
    ],
)
def test_a_source_speaks_from_its_date_on(source: Source, since: date | None) -> None:
    assert source.speaks_since == since


def test_a_day_before_anything_was_read_is_not_answered_with_todays_rule(folder: Path) -> None:
    change(folder, "sources/sources.yml", "kind: law,", "kind: law, in_force: 2024-03-01,")
    catalogue = load_catalogue(folder)

    def told(day: date, aspect: str = "time_limit") -> str:
        return render(catalogue.on(day, TODAY), "sample-permit", aspect, day).text

    assert catalogue.on(TODAY, TODAY) is catalogue
    assert "自受理之日起七日内" in told(date(2024, 3, 1))
    assert "（2024-03-01的规定）" in told(date(2024, 3, 1))
    before = told(date(2024, 2, 29))
    assert "自受理之日起七日内" not in before
    assert "没有写明从何时起的内容，在2024-02-29是否适用" in before  # of the undated guide
    nothing = told(date(2024, 2, 29), "fee")
    assert "资料里没有2024-02-29那天有效的规定，我不拿别的日子的来代替" in nothing
    assert "旧的收费" not in nothing
    assert "到2027-03-01可能还有变化" in told(date(2027, 3, 1))


def test_what_is_checked_holds_at_least_since_then(folder: Path) -> None:
    change(folder, "sources/sources.yml", "kind: law,", "kind: law, date: '2026',")
    day = date(2026, 11, 2)  # the day after it was checked, before the year has passed
    catalogue = load_catalogue(folder).on(day, TODAY)
    assert "七日内" in render(catalogue, "sample-permit", "time_limit", day).text


def test_a_receipt_of_another_day_holds_only_what_was_told(folder: Path) -> None:
    change(folder, "sources/sources.yml", "kind: law,", "kind: law, in_force: 2024-03-01,")
    catalogue, day = load_catalogue(folder), date(2023, 5, 1)
    assert "七日" in evidence(catalogue, "sample-permit", ["statutory_limits"], day)
    then = evidence(catalogue.on(day, TODAY), "sample-permit", ["statutory_limits", "kind"], day)
    assert "七日" not in then
    assert "行政许可" not in then


def test_a_warning_of_age_looks_at_today_whatever_day_is_asked_about(folder: Path) -> None:
    late, day = date(2028, 1, 1), date(2026, 11, 5)
    catalogue = load_catalogue(folder).on(day, late)
    answer = render(catalogue, "sample-permit", "fee", day).text
    assert "该信息核对于2026-11-01，已超过复核期，请以窗口为准。" in answer


def test_what_is_due_is_listed_with_what_places_say(folder: Path) -> None:
    (folder / "places" / "here").mkdir(parents=True)
    (folder / "places" / "places.yml").write_text(
        "- {id: here, name: 本市, level: city}\n", "utf-8"
    )
    (folder / "places" / "here" / "sample-permit.yml").write_text(
        "place: here\nmatter: sample-permit\nadd:\n  notes:\n"
        "    - {text: 本市另有规定, source: 示例指南, state: verified, checked_on: 2025-01-01}\n",
        "utf-8",
    )
    due = [said(one.fact) for one in all_due(load_catalogue(folder), TODAY)]
    assert due == ["本市另有规定"]

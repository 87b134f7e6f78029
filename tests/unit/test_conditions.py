"""What a project's facts say about a condition."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.conditions import (
    NOWHERE,
    Need,
    UnknownFact,
    check_facts,
    describe,
    judge,
    judge_materials,
    judge_matter,
)
from knowledge.loader import Catalogue, load_catalogue
from knowledge.schema import Applicability, ProjectFact
from tests.fakes.small_catalogue import write_catalogue


@pytest.fixture
def catalogue(tmp_path: Path) -> Catalogue:
    return load_catalogue(write_catalogue(tmp_path))


@pytest.mark.parametrize(
    ("when", "facts", "need"),
    [
        ({}, {}, Need.NEEDED),
        ({"agent": "yes"}, {"agent": "yes"}, Need.NEEDED),
        ({"agent": "yes"}, {"agent": "no"}, Need.NOT_NEEDED),
        ({"agent": "yes"}, {}, Need.DEPENDS),
        ({"land": ["granted", "allocated"]}, {"land": "allocated"}, Need.NEEDED),
        ({"land": ["granted"]}, {"land": "allocated"}, Need.NOT_NEEDED),
        ({"floor_area": ">=500"}, {"floor_area": "500"}, Need.NEEDED),
        ({"floor_area": ">=500"}, {"floor_area": "499.99"}, Need.NOT_NEEDED),
        ({"floor_area": ">500"}, {"floor_area": "500"}, Need.NOT_NEEDED),
        ({"floor_area": "<=500"}, {"floor_area": "500"}, Need.NEEDED),
        ({"floor_area": "<500"}, {"floor_area": "500"}, Need.NOT_NEEDED),
        ({"floor_area": ">= 500"}, {"floor_area": "1200.5"}, Need.NEEDED),
        ({"floor_area": ">=500", "agent": "yes"}, {"floor_area": "600"}, Need.DEPENDS),
        ({"floor_area": ">=500", "agent": "yes"}, {"floor_area": "60"}, Need.NOT_NEEDED),
        ({"floor_area": ">=500", "agent": "yes"}, {"agent": "no"}, Need.NOT_NEEDED),
    ],
)
def test_a_condition_is_judged(
    catalogue: Catalogue, when: dict[str, str], facts: dict[str, str], need: Need
) -> None:
    assert judge(catalogue.vocabulary, when, facts).need is need


def test_what_is_still_to_be_asked_is_named(catalogue: Catalogue) -> None:
    when = {"floor_area": ">=500", "agent": "yes", "residential": "yes"}
    assert judge(catalogue.vocabulary, when, {"agent": "yes"}).depends_on == (
        "floor_area",
        "residential",
    )


def test_a_condition_reads_as_a_sentence(catalogue: Catalogue) -> None:
    vocabulary = catalogue.vocabulary
    assert describe(vocabulary, {"residential": "yes"}) == "含住宅时"
    assert describe(vocabulary, {"agent": "no"}) == "不委托他人代办时"
    assert describe(vocabulary, {"land": ["granted", "allocated"]}) == "出让或划拨时"
    both = {"floor_area": ">=500", "residential": "yes"}
    assert describe(vocabulary, both) == "总建筑面积不少于500平方米且含住宅时"


def test_a_verdict_says_why(catalogue: Catalogue) -> None:
    when = {"floor_area": ">=500"}
    needed = judge(catalogue.vocabulary, when, {"floor_area": "800"})
    not_needed = judge(catalogue.vocabulary, when, {"floor_area": "80"})
    depends = judge(catalogue.vocabulary, when, {})
    assert needed.said == "需要：总建筑面积 800 平方米 ≥ 500 平方米"
    assert not_needed.said == "不需要：总建筑面积 80 平方米 < 500 平方米"
    assert depends.said == "看情况：总建筑面积"


def test_the_materials_of_one_project(catalogue: Catalogue) -> None:
    facts = {"floor_area": "800", "residential": "yes", "agent": "no"}
    judged = judge_materials(catalogue.vocabulary, catalogue.matters["sample-permit"], facts)
    assert [(material.name, verdict.need) for material, verdict in judged] == [
        ("申请表", Need.NEEDED),
        ("节能审查意见", Need.NEEDED),
        ("委托书", Need.NOT_NEEDED),
        ("现场照片", Need.DEPENDS),  # its condition is for people, not for computing
    ]
    assert judged[3][1].reason == "现场有争议的提供"


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        ({"colour": "red"}, "没有叫 colour 的项目情况。可以用：floor_area（总建筑面积）、"),
        ({"flor_area": "1"}, "您是不是要写 floor_area（总建筑面积）？"),
        ({"agent": "maybe"}, "agent（是否委托他人代办）不能是 maybe；可以是：yes（是）、no（否）"),
        ({"land": "leased"}, "不能是 leased；可以是：allocated（划拨）、granted（出让）"),
        ({"floor_area": "big"}, "floor_area（总建筑面积）要一个数，单位平方米；big 不是"),
        ({"floor_area": "-5"}, "要一个数，单位平方米；-5 不是"),
        ({"floor_area": "1e9"}, "要一个数"),
        ({"floor_area": "５００x"}, "要一个数"),
    ],
)
def test_a_fact_that_is_none_is_refused_with_what_may_be_said(
    catalogue: Catalogue, facts: dict[str, str], said: str
) -> None:
    with pytest.raises(UnknownFact) as refused:
        check_facts(catalogue.vocabulary, facts)
    assert said in str(refused.value)


ANY = {"any": [{"floor_area": ">1000"}, {"residential": "yes"}]}


@pytest.mark.parametrize(
    ("when", "facts", "said"),
    [
        (ANY, {"residential": "yes"}, "需要：含住宅"),
        (ANY, {"floor_area": "1000"}, "看情况：是否含住宅"),
        (
            ANY,
            {"floor_area": "1000", "residential": "no"},
            "不需要：总建筑面积 1000 平方米 ≤ 1000 平方米，不含住宅",
        ),
        ({"not": {"land": "granted"}}, {"land": "granted"}, "不需要：土地是怎么取得的是出让"),
        ({"not": {"land": "granted"}}, {}, "看情况：土地是怎么取得的"),
        (
            {"floor_area": ">=500, <5000"},
            {"floor_area": "800"},
            "需要：总建筑面积 800 平方米 ≥ 500 平方米、< 5000 平方米",
        ),
        (
            {"floor_area": ">=500, <5000"},
            {"floor_area": "5000"},
            "不需要：总建筑面积 5000 平方米 ≥ 5000 平方米",
        ),
        (
            {"floor_area": ["<10", ">90"]},
            {"floor_area": "95"},
            "需要：总建筑面积 95 平方米 > 90 平方米",
        ),
        ({"all": [{"agent": "yes"}, ANY]}, {"agent": "no"}, "不需要：不委托他人代办"),
    ],
)
def test_conditions_are_joined_and_negated(
    catalogue: Catalogue, when: dict[str, Any], facts: dict[str, str], said: str
) -> None:
    assert judge(catalogue.vocabulary, when, facts).said == said


def test_joined_conditions_read_as_a_sentence(catalogue: Catalogue) -> None:
    vocabulary = catalogue.vocabulary
    assert describe(vocabulary, ANY) == "总建筑面积大于1000平方米，或者含住宅时"
    assert describe(vocabulary, {"not": {"land": "granted"}}) == "划拨时"
    assert (
        describe(vocabulary, {"floor_area": ">=5, <9"}) == "总建筑面积不少于5平方米且小于9平方米时"
    )


# Whatever is told, it never changes what is already decided.

NUMBERS = st.integers(0, 20).map(str)
COMPARED = st.tuples(st.sampled_from([">=", "<=", ">", "<", "="]), NUMBERS).map("".join)
ATOMS = st.one_of(
    st.fixed_dictionaries({"floor_area": st.one_of(COMPARED, st.lists(COMPARED, min_size=1))}),
    st.fixed_dictionaries({"agent": st.sampled_from(["yes", "no"])}),
    st.fixed_dictionaries({"residential": st.sampled_from(["yes", "no"])}),
    st.fixed_dictionaries({"land": st.lists(st.sampled_from(["allocated", "granted"]))}),
)
CONDITIONS = st.recursive(
    ATOMS,
    lambda inner: st.one_of(
        st.fixed_dictionaries({"any": st.lists(inner, min_size=1, max_size=3)}),
        st.fixed_dictionaries({"all": st.lists(inner, min_size=1, max_size=3)}),
        st.fixed_dictionaries({"not": inner}),
        st.tuples(ATOMS, ATOMS).map(lambda two: {**two[0], **two[1]}),
    ),
    max_leaves=8,
)
PROJECTS = st.fixed_dictionaries(
    {
        "floor_area": NUMBERS,
        "agent": st.sampled_from(["yes", "no"]),
        "residential": st.sampled_from(["yes", "no"]),
        "land": st.sampled_from(["allocated", "granted"]),
    }
)
KNOWN = st.sets(st.sampled_from(["floor_area", "agent", "residential", "land"]))
SMALL = {
    fact.id: fact
    for fact in (
        ProjectFact(
            id="floor_area", question="总建筑面积大约多少平方米？", kind="number", unit="平方米"
        ),
        ProjectFact(id="agent", question="是否委托他人代办？", kind="yes_no"),
        ProjectFact(id="residential", question="是否含住宅？", kind="yes_no"),
        ProjectFact(
            id="land",
            question="土地？",
            kind="choice",
            choices={"allocated": "划拨", "granted": "出让"},
        ),
    )
}


@given(CONDITIONS, PROJECTS, KNOWN, KNOWN)
def test_one_more_fact_never_flips_a_decided_result(
    when: dict[str, Any], project: dict[str, str], told: set[str], more: set[str]
) -> None:
    before = judge(SMALL, when, {name: project[name] for name in told})
    after = judge(SMALL, when, {name: project[name] for name in told | more})
    assert before.need in (after.need, Need.DEPENDS)
    assert (before.need is Need.DEPENDS) == bool(before.depends_on)
    assert not set(before.depends_on) & told


@given(CONDITIONS, PROJECTS, KNOWN)
def test_a_negation_is_the_opposite(
    when: dict[str, Any], project: dict[str, str], told: set[str]
) -> None:
    facts = {name: project[name] for name in told}
    opposite = {
        Need.NEEDED: Need.NOT_NEEDED,
        Need.NOT_NEEDED: Need.NEEDED,
        Need.DEPENDS: Need.DEPENDS,
    }
    assert judge(SMALL, {"not": when}, facts).need is opposite[judge(SMALL, when, facts).need]


@given(CONDITIONS, PROJECTS)
def test_everything_told_decides(when: dict[str, Any], project: dict[str, str]) -> None:
    assert judge(SMALL, when, project).need is not Need.DEPENDS


def _rule(text: str, when: dict[str, Any], where: dict[str, Any]) -> Applicability:
    return Applicability(text=text, source="示例", state="verified", when=when, where=where)


@given(
    st.lists(st.tuples(CONDITIONS, st.one_of(st.just({}), ATOMS)), min_size=1, max_size=3),
    PROJECTS,
    KNOWN,
    KNOWN,
)
def test_one_more_fact_never_flips_whether_a_matter_is_needed(
    written: list[tuple[dict[str, Any], dict[str, Any]]],
    project: dict[str, str],
    told: set[str],
    more: set[str],
) -> None:
    rules = [_rule(f"规则{n}", when, where) for n, (when, where) in enumerate(written)]
    before = judge_matter(SMALL, rules, {name: project[name] for name in told})
    after = judge_matter(SMALL, rules, {name: project[name] for name in told | more})
    assert before.need in (after.need, Need.DEPENDS)


def test_a_rule_of_the_place_speaks_instead_of_the_general_one() -> None:
    rules = [
        _rule("划拨地", {"floor_area": ">15"}, {"land": "allocated"}),
        _rule("一般", {"floor_area": ">5"}, {}),
    ]
    assert judge_matter(SMALL, rules, {"floor_area": "10"}).depends_on == ("land",)
    assert judge_matter(SMALL, rules, {"floor_area": "3"}).need is Need.NOT_NEEDED  # both say so
    here = judge_matter(SMALL, rules, {"floor_area": "10", "land": "allocated"})
    assert here.said == "不需要：总建筑面积 10 平方米 ≤ 15 平方米"
    elsewhere = judge_matter(SMALL, rules, {"floor_area": "10", "land": "granted"})
    assert elsewhere.said == "需要：总建筑面积 10 平方米 > 5 平方米"


def test_everything_that_makes_a_rule_hold_is_said() -> None:
    rules = [_rule("一般", {"floor_area": ">5", "agent": "yes"}, {})]
    both = judge_matter(SMALL, rules, {"floor_area": "10", "agent": "yes"})
    assert both.said == "需要：总建筑面积 10 平方米 > 5 平方米，委托他人代办"


def test_where_no_rule_speaks_only_the_window_can_tell() -> None:
    rules = [_rule("划拨地", {"floor_area": ">15"}, {"land": "allocated"})]
    found = judge_matter(SMALL, rules, {"floor_area": "10", "land": "granted"})
    assert found.need is Need.DEPENDS
    assert found.reason == NOWHERE

"""What is known of a project: what somebody said, what the platform has, what nobody knows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pytest

from bot.model.case import Project
from bot.model.conversation import Enterprise
from bot.services.ask_facts import QUESTION, Asking, answers, heard, question, told_by
from bot.services.project_facts import SLOT, ProjectFacts, look_up, remembered
from knowledge.loader import load_catalogue
from knowledge.told_facts import UNKNOWN, Told

VOCABULARY = load_catalogue().vocabulary
WHO = Enterprise("91210106MABBDEM143", "示例装备制造（沈阳）有限公司")
PERMIT = Asking("ask_materials", "construction-permit")


@dataclass
class Registry:
    """A platform that has only projects, and counts how often it is asked."""

    projects: list[Project]
    asked: int = 0

    def projects_of(self, credit_code: str) -> list[Project]:
        self.asked += 1
        return self.projects


def project(code: str, **facts: str) -> Project:
    return Project(code, f"项目{code}", (), facts=facts)


def known(registry: Registry, facts: ProjectFacts, code: str | None = None) -> ProjectFacts:
    return look_up(VOCABULARY, registry, WHO, facts, code)  # type: ignore[arg-type]


def test_what_somebody_says_outweighs_the_platform() -> None:
    facts = ProjectFacts(registered={"work": "industrial", "cost": "800"}, project="1")
    facts = facts.with_told(Told("work", "linear"))
    assert facts.known == {"work": "linear", "cost": "800"}
    assert facts.from_platform == {"cost"}


def test_not_knowing_leaves_what_the_platform_has() -> None:
    facts = ProjectFacts(registered={"work": "industrial"}).with_told(Told("work", UNKNOWN))
    assert facts.known == {"work": "industrial"}
    assert facts.not_known == frozenset()
    assert ProjectFacts().with_told(Told("work", UNKNOWN)).not_known == {"work"}


def test_the_only_project_is_meant_and_is_read_once() -> None:
    registry = Registry([project("1", work="industrial", cost="800")])
    first = known(registry, ProjectFacts({"tendered": "no"}))
    assert first.known == {"work": "industrial", "cost": "800", "tendered": "no"}
    assert known(registry, first) == first
    assert known(registry, first, "1") == first
    assert registry.asked == 1


def test_of_several_projects_only_what_they_share_is_taken() -> None:
    registry = Registry(
        [project("1", work="industrial", cost="8"), project("2", work="industrial")]
    )
    found = known(registry, ProjectFacts())
    assert found.known == {"work": "industrial"}
    assert known(registry, found) == found
    assert registry.asked == 1


def test_another_project_brings_its_own_facts() -> None:
    registry = Registry([project("1", cost="8"), project("2", cost="9")])
    one = known(registry, ProjectFacts(), "1").with_told(Told("tendered", "no"))
    two = known(registry, one, "2")
    assert one.known == {"cost": "8", "tendered": "no"}
    assert two.known == {"cost": "9"}


def test_what_the_vocabulary_does_not_have_is_not_taken_from_the_platform() -> None:
    registry = Registry([project("1", work="spaceport", colour="red", cost="8")])
    assert known(registry, ProjectFacts()).known == {"cost": "8"}


def test_nothing_is_read_for_somebody_unknown() -> None:
    registry = Registry([project("1", cost="8")])
    assert look_up(VOCABULARY, registry, None, ProjectFacts(), None) == ProjectFacts()  # type: ignore[arg-type]
    assert look_up(VOCABULARY, None, WHO, ProjectFacts(), None) == ProjectFacts()
    assert registry.asked == 0


def test_the_slot_keeps_everything_but_what_the_vocabulary_lost() -> None:
    facts = ProjectFacts({"work": UNKNOWN, "tendered": "no"}, {"cost": "8"}, "1")
    assert remembered(VOCABULARY, facts.as_slot()) == facts
    assert ProjectFacts().as_slot() is None
    smaller = {name: fact for name, fact in VOCABULARY.items() if name != "tendered"}
    assert remembered(smaller, facts.as_slot()).told == {"work": UNKNOWN}


def test_buttons_carry_the_question_that_goes_on() -> None:
    offered = answers(PERMIT, VOCABULARY["tendered"])
    assert [button.title for button in offered] == ["是", "否", "不知道"]
    assert offered[1].payload == (
        '/ask_materials{"matter": "construction-permit", "fact": "tendered", "value": "no"}'
    )
    numbers = answers(PERMIT, VOCABULARY["floor_area"])
    assert [button.title for button in numbers] == ["不知道"]


def test_a_question_names_what_its_answer_decides() -> None:
    said = question(VOCABULARY["tendered"], ["甲", "乙", "丙", "丁"])
    assert "施工单位是招标确定的吗？（关系到：甲、乙、丙等4项）" in said


def slots(fact: str | None, **told: str) -> Mapping[str, object]:
    return {QUESTION: PERMIT.as_slot(fact), SLOT: ProjectFacts(told).as_slot()}


@pytest.mark.parametrize(
    ("state", "text", "told"),
    [
        (slots("tendered"), "没有", Told("tendered", "no")),
        (slots("tendered"), "不知道", Told("tendered", UNKNOWN)),
        (slots("tendered"), "要多少天", None),
        (slots(None, work="linear"), "没有", None),
        (slots(None, work="linear"), "不对，是厂房", Told("work", "industrial")),
        (slots(None, work="linear"), "厂房", None),  # nothing was asked
        (slots("tendered", work="linear"), "厂房", Told("work", "industrial")),
        (slots("tendered", work="linear"), "不对，是政府投资", None),  # never spoken of
        ({}, "没有", None),
    ],
)
def test_a_short_answer_is_heard_where_it_was_asked_for(
    state: Mapping[str, object], text: str, told: Told | None
) -> None:
    assert heard(VOCABULARY, state, text) == ((told,) if told else ())


def test_a_question_that_another_one_followed_no_longer_takes_short_answers() -> None:
    state = dict(slots("tendered"))
    state[QUESTION] = {**PERMIT.as_slot("tendered"), "open": False}
    assert heard(VOCABULARY, state, "没有") == ()


@pytest.mark.parametrize(
    ("fact", "value"), [("colour", "red"), ("work", "boat"), ("cost", "-1"), (None, None)]
)
def test_an_old_button_with_a_fact_that_is_gone_tells_nothing(
    fact: str | None, value: str | None
) -> None:
    assert told_by(VOCABULARY, fact, value) is None

"""What a message means in its conversation: a table of situations."""

from __future__ import annotations

from dataclasses import replace

import pytest

from knowledge.conversation.heard import Catalogue, Context, Heard, Outcome, Weights
from knowledge.conversation.resolver import Resolver
from knowledge.references import ordinal_of, without_denials
from knowledge.search.decide import Sureness, Thresholds
from knowledge.search.linker import Links

LIMITS = Thresholds(
    5, missed=0.2, known=0.3, offered=0.15, sureness=Sureness(-2.25, 0.08, -0.48, -0.4)
)
WEIGHTS = Weights(
    asking=3, same_matter=3, offered=20, earlier=2, aspect=0.4, aspect_of_answer=0.9,
    second=0.25, answered=0.55, named=4, service=0.5,
)  # fmt: skip
NO_MATTER = Links({"a": 0.02, "b": 0.02, "c": 0.01}, 0.95)
SURE_OF = {slug: Links({slug: 0.96}, 0.04) for slug in "abc"}


LIKENESS = {"a": {"a": 1.0, "b": 0.8, "c": 0.2}, "c": {"a": 0.2, "b": 0.2, "c": 1.0}}
CATALOGUE = Catalogue(
    link=lambda text: NO_MATTER,
    likeness=lambda slug: LIKENESS.get(slug, {}),
    mask=lambda text: text.replace("环评", "某"),
    common_part=lambda slugs: "",
    matters_of_term=lambda term: ("a",),
)


def resolver(linked: Links = NO_MATTER) -> Resolver:
    return Resolver(LIMITS, WEIGHTS, replace(CATALOGUE, link=lambda text: linked))


def heard(
    text: str, matters: Links = NO_MATTER, act: str = "ask_matter", **aspects: float
) -> Heard:
    shares = aspects or {"fee": 0.8, "overview": 0.1}
    return Heard(text, {act: 0.8, "small_talk": 0.2}, shares, matters, Links({"t": 0.9}, 0.1))


TALK = Context(matter="a", aspect="materials", history=(("b", "fee"), ("a", "materials")))
OFFER = Context(offer=("a", "b", "c"), offer_aspect="process")
BETWEEN = Links({"a": 0.05, "b": 0.75, "c": 0.05}, 0.15)


@pytest.mark.parametrize(
    ("said", "context", "matter", "aspect"),
    [
        (heard("那收费吗"), TALK, "a", "fee"),
        (heard("施工证收费吗", SURE_OF["c"]), TALK, "c", "fee"),
        (heard("环评呢", SURE_OF["c"]), TALK, "c", "materials"),
        (heard("c那边一样的问题", SURE_OF["c"]), TALK, "c", "materials"),
        (heard("不对,我要问的是c", SURE_OF["c"]), TALK, "c", "materials"),
        (heard("再说回最开始那个,收费吗"), TALK, "b", "fee"),
        (heard("b那头收费不收", Links({"b": 0.2, "c": 0.1}, 0.7)), TALK, "b", "fee"),
        (heard("收费吗"), Context(), None, "fee"),
        (heard("第二个"), OFFER, "b", "process"),
        (heard("最后一个"), OFFER, "c", "process"),
        (heard("是普通的那种", BETWEEN, act="plan_project"), OFFER, "b", "process"),
        (heard("都不是"), OFFER, None, "process"),
        (heard("the second one"), OFFER, "b", "process"),
    ],
)
def test_a_question_in_context(
    said: Heard, context: Context, matter: str | None, aspect: str
) -> None:
    found = resolver(said.matters).resolve(said, context)
    assert (found.act, found.matter, found.aspect) == ("ask_matter", matter, aspect)


def test_a_correction_without_a_name_means_the_twin() -> None:
    said = heard("说错了,我们是那一种", Links({"c": 0.9, "b": 0.05}, 0.05), overview=0.9, fee=0.1)
    found = resolver(said.matters).resolve(said, TALK)
    assert (found.matter, found.aspect) == ("b", "materials")


def test_close_matters_are_asked_back() -> None:
    close = Links({"b": 0.48, "c": 0.44}, 0.08)
    found = resolver().resolve(heard("这类证收费吗", close), Context())
    assert found == Outcome("clarify", aspect="fee", offer=("b", "c"), confidence=found.confidence)


@pytest.mark.parametrize(
    ("text", "several", "act"),
    [
        ("要不要办施工许可证", 0.8, "ask_matter"),
        ("要不要办施证", 0.8, "clarify"),
        ("要不要办规划许可证", 0.95, "clarify"),
    ],
)
def test_a_matter_called_by_its_long_name_is_not_asked_back(
    text: str, several: float, act: str
) -> None:
    said = Heard(
        text,
        {"clarify": several, "ask_matter": 1 - several},
        {"conditions": 1.0},
        Links({"a": 0.98, "b": 0.02}, 0.0),
        NO_MATTER,
        named=("a",),
    )
    names = {"a": ["施工许可证", "规划许可证", "施证"]}
    catalogue = replace(CATALOGUE, names=lambda slug: names[slug])
    assert Resolver(LIMITS, WEIGHTS, catalogue).resolve(said, Context()).act == act


def test_an_answer_that_decides_nothing_is_asked_again() -> None:
    even = Links({"a": 0.2, "b": 0.2, "c": 0.2}, 0.4)
    found = resolver(even).resolve(heard("我也不清楚", even), OFFER)
    assert (found.act, found.offer) == ("clarify", OFFER.offer)


def test_another_matter_leaves_the_offer() -> None:
    said = heard("d怎么收费", Links({"d": 0.97}, 0.03))
    assert resolver(said.matters).resolve(said, OFFER).matter == "d"


@pytest.mark.parametrize("act", ["steward", "small_talk"])
def test_another_act_leaves_the_offer(act: str) -> None:
    said = Heard(
        "转人工", {act: 0.9, "ask_matter": 0.1}, {"fee": 0.5, "basis": 0.5}, NO_MATTER, NO_MATTER
    )
    assert resolver().resolve(said, OFFER).act == act


def test_an_own_case_stays_one_and_names_its_matter() -> None:
    said = heard("我的施工证到哪了", SURE_OF["c"], act="case_status")
    assert resolver().resolve(said, TALK).act == "case_status"
    assert resolver().resolve(said, TALK).matter == "c"


def test_a_term_that_is_a_matter_says_so() -> None:
    said = heard("联合验收啥意思", SURE_OF["a"], act="policy")
    found = resolver().resolve(said, Context())
    assert (found.act, found.term, found.matter) == ("policy", "t", "a")


def test_context_makes_a_doubtful_message_a_question() -> None:
    said = replace(heard("几天"), acts={"ask_matter": 0.3, "case_status": 0.6, "clarify": 0.1})
    assert resolver().resolve(said, Context()).act == "case_status"
    assert resolver().resolve(said, TALK).act == "ask_matter"


def test_two_aspects_in_one_message() -> None:
    said = heard("施工证多久,收费吗", SURE_OF["c"], time_limit=0.55, fee=0.4)
    found = resolver().resolve(said, Context())
    assert (found.aspect, found.aspect2) == ("time_limit", "fee")


@pytest.mark.parametrize(
    ("text", "place"),
    [("第二个", 1), ("选3", 2), ("2", 1), ("头一个", 0), ("最后那个", -1), ("the first one", 0)],
)
def test_ordinals(text: str, place: int) -> None:
    found = ordinal_of(text)
    assert found is not None
    assert found.place == place
    assert found.alone


def test_what_is_denied_is_left_out() -> None:
    assert without_denials("就是盖楼用的那个,不是地的") == "就是盖楼用的那个"
    assert without_denials("不是") == "不是"

"""What a message means in its conversation: a table of situations."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from knowledge.conversation.aspects import is_statement
from knowledge.conversation.heard import Catalogue, Context, Heard, Outcome, Weights
from knowledge.conversation.resolver import Resolver
from knowledge.references import (
    asks_the_same,
    asks_what_is_in,
    ordinal_of,
    says_which,
    without_denials,
)
from knowledge.search.decide import Sureness, Thresholds
from knowledge.search.linker import Links
from knowledge.two_questions import TwoQuestions

LIMITS = Thresholds(
    5, missed=0.2, known=0.3, offered=0.15, sureness=Sureness(-1.95, 0.08, -0.48, -0.4)
)
TWO = TwoQuestions({"base": 0, "second": 1}, {"base": 3, "second_heard": 1, "first_heard": 1}, 0.3)
WEIGHTS = Weights(
    asking=3, same_matter=3, offered=20, earlier=2, aspect=0.4, aspect_of_answer=0.9,
    two_questions=TWO, answered=0.55, named=4, service=0.5,
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
    none = dict.fromkeys(("fee", "overview"), 0.0)
    shares = {**none, **(aspects or {"fee": 0.8, "overview": 0.1})}
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
        {"conditions": 1.0, "fee": 0.0},
        Links({"a": 0.98, "b": 0.02}, 0.0),
        NO_MATTER,
        named=("a",),
    )
    names = {"a": ["施工许可证", "规划许可证", "施证"]}
    catalogue = replace(CATALOGUE, names=lambda slug: names.get(slug, ()))
    assert Resolver(LIMITS, WEIGHTS, catalogue).resolve(said, Context()).act == act


@pytest.mark.parametrize(
    ("text", "several", "offer"),
    [
        ("规划许可证怎么办", 0.32, ("a", "b")),
        ("规划许可证怎么办", 0.1, ()),  # it has its usual meaning here
        ("盖厂房的规划许可证怎么办", 0.32, ()),  # something more is said
    ],
)
def test_a_name_that_several_have_and_nothing_else_is_asked_back(
    text: str, several: float, offer: tuple[str, ...]
) -> None:
    shared = replace(CATALOGUE, names=lambda slug: ["规划许可证"] if slug in "ab" else ["方案"])
    words = replace(
        heard(text, Links({"a": 0.998, "b": 0.001, "c": 0.001}, 0.0), process=0.9),
        acts={"ask_matter": 1 - several, "clarify": several},
    )
    assert Resolver(LIMITS, WEIGHTS, shared).resolve(words, Context()).offer == offer


def test_an_answer_that_decides_nothing_is_asked_again() -> None:
    even = Links({"a": 0.2, "b": 0.2, "c": 0.2}, 0.4)
    found = resolver(even).resolve(heard("我也不清楚", even), OFFER)
    assert (found.act, found.offer) == ("clarify", OFFER.offer)


def test_another_matter_leaves_the_offer() -> None:
    said = heard("d怎么收费", Links({"d": 0.97}, 0.03))
    assert resolver(said.matters).resolve(said, OFFER).matter == "d"


def test_a_return_means_what_was_discussed_though_another_has_the_name() -> None:
    names = {"a": ["节能审查"], "b": ["技术改造备案"], "c": ["项目备案"]}
    catalogue = replace(CATALOGUE, names=lambda slug: names[slug])
    said = heard("接着说最开始的备案,多久能出证明", SURE_OF["c"], time_limit=0.9, fee=0.05)
    found = Resolver(LIMITS, WEIGHTS, catalogue).resolve(said, TALK)
    assert (found.matter, found.aspect) == ("b", "time_limit")


@pytest.mark.parametrize(
    ("text", "matter"),
    [
        ("报告找谁编", "b"),
        ("Who prepares the report", "b"),
        ("材料交给谁", "a"),
        ("报告是不是得先做", "a"),
    ],
)
def test_who_does_the_work_is_asked_of_the_service_that_an_approval_needs(
    text: str, matter: str
) -> None:
    catalogue = replace(CATALOGUE, services=frozenset("bc"))
    said = heard(text.lower(), department=0.9, fee=0.05)
    assert Resolver(LIMITS, WEIGHTS, catalogue).resolve(said, TALK).matter == matter


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


def test_the_part_that_asks_is_heard_where_the_whole_leaves_it_open() -> None:
    said = heard("盖了一半了,归哪个局管", SURE_OF["c"], conditions=0.8, department=0.15)
    alone = {**said.aspects, "conditions": 0.02, "department": 0.98}
    said = replace(said, said="盖了一半了,归哪个局管", aspects_of_parts=lambda parts: [alone])
    assert resolver().resolve(said, Context()).aspect == "department"


def test_no_part_is_heard_where_the_whole_is_sure() -> None:
    def refused(parts: Sequence[str]) -> list[dict[str, float]]:
        raise AssertionError(parts)

    said = heard("盖了一半了,归哪个局管", SURE_OF["c"], department=0.99, fee=0.01)
    said = replace(said, said="盖了一半了,归哪个局管", aspects_of_parts=refused)
    assert resolver().resolve(said, Context()).aspect == "department"


def test_two_parts_that_ask_are_both_answered_in_their_order() -> None:
    said = heard("归哪个局管,收费吗", SURE_OF["c"], fee=0.99, department=0.01)
    none = {"overview": 0.0}
    alone = [{**none, "department": 0.97, "fee": 0.03}, {**none, "department": 0.01, "fee": 0.99}]
    said = replace(said, said="归哪个局管,收费吗", aspects_of_parts=lambda parts: alone)
    found = resolver().resolve(said, Context())
    assert (found.aspect, found.aspect2) == ("department", "fee")


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


NAMES = {"a": ["施工许可证"], "b": ["用地规划许可证", "用地"], "c": ["质量监督手续", "质监"]}
TOLD = replace(CATALOGUE, names=lambda slug: NAMES[slug])
PAST = Context(matter="a", aspect="materials", history=(("b", "fee"), ("a", "materials")))


def understood(said: Heard, context: Context, linked: Links = NO_MATTER) -> Outcome:
    catalogue = replace(TOLD, link=lambda text: linked)
    return Resolver(LIMITS, WEIGHTS, catalogue).resolve(said, context)


@pytest.mark.parametrize(
    ("text", "matter"),
    [("刚才用地那个收不收费", "b"), ("前者收费吗", "b"), ("后者收费吗", "a"), ("那个收费吗", "a")],
)
def test_a_matter_of_before_is_called_by_a_part_of_its_name(text: str, matter: str) -> None:
    assert understood(heard(text), PAST).matter == matter


def test_two_matters_just_discussed_are_compared() -> None:
    found = understood(heard("这俩哪个快", time_limit=0.4, overview=0.3), PAST)
    assert (found.matter, found.others, found.aspect) == ("a", ("b",), "time_limit")


@pytest.mark.parametrize("aspect", ["prerequisites", "conditions"])
def test_of_two_named_together_the_first_is_answered_first(aspect: str) -> None:
    between = Links({"c": 0.6, "a": 0.36}, 0.04)
    said = replace(
        heard("施工许可证和开工前的质监能一起办吗", between, **{aspect: 0.9}), named=("c", "a")
    )
    found = understood(said, Context())
    assert (found.act, found.matter, found.others) == ("ask_matter", "a", ("c",))


def test_what_was_done_before_is_not_named_together_with_what_is_asked() -> None:
    said = replace(heard("质监做完了,施工许可证收费吗", SURE_OF["a"]), named=("a", "c"))
    assert understood(said, Context()).others == ()


def test_none_of_the_offered_but_another_is_meant() -> None:
    said = heard("都不是,我说的是拆房子的那个", NO_MATTER)
    found = understood(said, Context(offer=("a", "b"), offer_aspect="time_limit"), SURE_OF["c"])
    assert (found.act, found.matter) == ("ask_matter", "c")


@pytest.mark.parametrize("text", ["算了不转了,你说吧,质监收费吗", "不用人工了,质监收费吗"])
def test_who_no_longer_wants_a_human_may_ask_about_another_matter(text: str) -> None:
    found = understood(heard(text, SURE_OF["c"], act="steward"), PAST, SURE_OF["c"])
    assert (found.act, found.matter, found.aspect) == ("ask_matter", "c", "fee")


def test_facts_told_before_an_elliptical_question_name_no_other_matter() -> None:
    close = Links({"b": 0.4, "a": 0.3}, 0.3)
    said = heard("我们一年用电400万度,要做吗", close, conditions=0.9)
    assert understood(said, PAST).matter == "a"


def test_telling_what_it_is_not_goes_on_about_it() -> None:
    close = Links({"b": 0.45, "a": 0.2}, 0.35)
    assert understood(heard("是城里的路,不是公路", close), PAST, close).matter == "a"


def test_what_comes_after_a_matter_is_no_plan() -> None:
    found = understood(heard("下来以后办哪个", act="plan_project", result=0.9), PAST)
    assert (found.act, found.matter, found.aspect) == ("ask_matter", "a", "prerequisites")


def test_the_whole_way_is_a_plan_when_no_matter_was_spoken_of() -> None:
    said = heard("大概总共得多久", time_limit=0.9)
    assert understood(said, Context()).act == "plan_project"
    assert understood(said, PAST).act == "ask_matter"


def test_money_back_is_no_missing_document() -> None:
    assert understood(heard("啥时候退", act="missing_documents"), PAST).matter == "a"


def test_a_permit_with_a_term_of_the_reform_is_asked_about_itself() -> None:
    said = heard("施工许可证能用告知承诺吗", SURE_OF["a"], act="policy", conditions=0.9)
    said = replace(said, named=("a",))
    assert understood(said, Context()).matter == "a"
    meaning = replace(said, text="施工许可证能用的告知承诺是啥意思")
    assert understood(meaning, Context()).act == "policy"


@pytest.mark.parametrize(
    ("text", "aspect", "matter"),
    [
        ("环评怎么办", "process", "a"),
        ("环评要多少钱", "fee", None),
        ("环评找谁做", "department", None),
        ("环评谁批", "department", "a"),
    ],
)
def test_a_short_name_is_the_approvals_not_its_services(
    text: str, aspect: str, matter: str | None
) -> None:
    said = Heard(
        text, {"clarify": 0.9, "ask_matter": 0.1}, {"overview": 0.0, aspect: 1.0},
        Links({"a": 0.7, "b": 0.3}, 0.0), NO_MATTER,
    )  # fmt: skip
    catalogue = replace(CATALOGUE, services=frozenset("b"))
    assert Resolver(LIMITS, WEIGHTS, catalogue).resolve(said, Context()).matter == matter


def test_the_kind_alone_is_the_matter_under_discussion() -> None:
    close = Links({"c": 0.5, "a": 0.4}, 0.1)
    context = Context(matter="b", aspect="materials")
    assert understood(heard("那规划许可证收费吗", close), context).matter == "b"
    assert understood(heard("监督手续收费吗", close), context).act == "clarify"


def test_who_has_supplied_what_was_missing_asks_how_far_it_is() -> None:
    acts = {"missing_documents": 0.9, "case_status": 0.1}
    said = replace(heard("都补齐了,我那件啥时候能批下来"), acts=acts)
    assert understood(said, Context(own_case=True)).act == "case_status"
    missing = replace(heard("我那件要补的材料啥时候能报上去"), acts=acts)
    assert understood(missing, Context(own_case=True)).act == "missing_documents"


def test_two_matters_compared_are_known_by_their_halves() -> None:
    links = {"临时用地": SURE_OF["a"], "临时规划": SURE_OF["b"]}
    catalogue = replace(TOLD, link=lambda text: links.get(text, NO_MATTER))
    said = heard("临时用地和临时规划哪个先办", Links({"a": 0.8, "b": 0.1}, 0.1), prerequisites=1.0)
    found = Resolver(LIMITS, WEIGHTS, catalogue).resolve(said, Context())
    assert (found.matter, found.others) == ("a", ("b",))


def test_the_first_step_is_asked_about_not_a_term() -> None:
    laid_out = Context(history=(("a", None), ("b", None)))
    found = understood(heard("头一个要办的是啥", act="policy", overview=0.9), laid_out)
    assert (found.act, found.matter) == ("ask_matter", "a")


def test_what_is_asked_beside_no_longer_wanting_a_human_counts() -> None:
    said = heard("算了,不用人工了,这个交到哪个部门", act="steward", fee=0.9, department=0.1)
    assert understood(said, PAST).aspect == "department"


def test_a_fact_told_alone_goes_on_with_the_matter_under_discussion() -> None:
    close = Links({"b": 0.6, "a": 0.2}, 0.2)
    assert understood(heard("一年大概用电三百万度", close, conditions=0.5), PAST).matter == "a"


def test_the_same_may_hold_for_another() -> None:
    said = heard("暖气也一样吗", SURE_OF["c"], act="out_of_scope", overview=0.9)
    found = understood(said, PAST)
    assert (found.act, found.matter, found.aspect) == ("ask_matter", "c", "materials")


@pytest.mark.parametrize(
    "text",
    ["and for water?", "what about gas", "ガスは？", "じゃあ水道は？", "가스는요?", "那用气呢"],
)
def test_another_is_asked_the_same_in_any_language(text: str) -> None:
    said = heard(text, Links({"c": 0.5, "a": 0.1}, 0.4), overview=0.5)
    found = understood(said, Context(matter="a", aspect="fee", history=(("a", "fee"),)))
    assert asks_the_same(text)
    assert found.aspect == "fee"


@pytest.mark.parametrize(
    "text", ["how long does it take?", "and the fee?", "でも費用はいくら", "我呢,想问c"]
)
def test_what_asks_something_of_its_own_does_not_ask_the_same(text: str) -> None:
    assert not asks_the_same(text)
    assert not says_which(text)


@pytest.mark.parametrize(
    "text", ["质监也在里头吗", "包括质监吗", "里面包含质监不", "is the supervision included?"]
)
def test_what_may_be_a_part_of_it_is_asked_of_the_matter_under_discussion(text: str) -> None:
    found = understood(heard(text, SURE_OF["c"], conditions=0.9), PAST)
    assert (found.act, found.matter, found.aspect) == ("ask_matter", "a", "overview")


@pytest.mark.parametrize("text", ["包括哪些材料", "质监手续包括什么", "施工证在哪办"])
def test_what_is_in_it_is_another_question(text: str) -> None:
    assert not asks_what_is_in(text)


def test_a_word_more_means_the_sibling_with_that_word() -> None:
    names = {"a": ["消防验收"], "b": ["消防验收备案"], "c": ["合同备案"]}
    catalogue = replace(CATALOGUE, names=lambda slug: names.get(slug, ()))
    between = Links({"c": 0.45, "b": 0.4}, 0.15)
    found = Resolver(LIMITS, WEIGHTS, catalogue).resolve(
        heard("那就走备案呗,收费吗", between), PAST
    )
    assert (found.act, found.matter) == ("ask_matter", "b")
    out_of_the_blue = Resolver(LIMITS, WEIGHTS, catalogue).resolve(
        heard("那就走备案呗,收费吗", between), Context()
    )
    assert out_of_the_blue.act == "clarify"


def test_two_are_compared_in_english_too() -> None:
    found = understood(heard("which one comes first?", prerequisites=0.9), PAST)
    assert (found.matter, found.others) == ("a", ("b",))


@pytest.mark.parametrize(
    ("text", "asks"),
    [
        ("那边也绕不开吧", True),
        ("夜里干活得批吧", True),
        ("是住建局发吧", True),
        ("那就这样吧", False),
        ("就是个普通仓库", False),
    ],
)
def test_who_wants_something_confirmed_asks(text: str, asks: bool) -> None:
    assert is_statement(text) is not asks


@pytest.mark.parametrize(
    ("text", "share", "aspect"),
    [
        ("要是挖的是城里的市政路呢", 0.8, "materials"),
        ("档案馆那边呢", 0.92, "materials"),
        ("质监也绕不开吧", 0.8, "conditions"),
        ("质监也是他们管吧", 0.8, "materials"),
    ],
)
def test_what_is_asked_after_others_is_asked_again(text: str, share: float, aspect: str) -> None:
    said = heard(text, SURE_OF["c"], conditions=share, fee=0.05)
    assert understood(said, PAST).aspect == aspect


def test_who_denies_an_aspect_asks_another_of_the_same_matter() -> None:
    said = heard("我说的不是价钱,是质监必须请吗", SURE_OF["c"], fee=0.6, conditions=0.4)
    alone = {**said.aspects, "fee": 0.02, "conditions": 0.98}
    said = replace(said, aspects_of_parts=lambda parts: [alone for _ in parts])
    here = Context(matter="c", aspect="fee", history=(("c", "fee"),))
    found = understood(said, here, SURE_OF["c"])
    assert (found.matter, found.aspect) == ("c", "conditions")


def test_who_corrects_towards_what_was_discussed_means_it() -> None:
    said = heard("不是质监,我问用地那个的时限", SURE_OF["b"], time_limit=0.9, fee=0.05)
    here = Context(matter="c", aspect="fee", history=(("b", "fee"), ("c", "fee")))
    assert understood(said, here, SURE_OF["b"]).matter == "b"


@pytest.mark.parametrize(
    ("text", "act"),
    [
        ("6个罐,二甲苯,合计480方", "out_of_scope"),
        ("上下两层320平,装修上周刚完事", "plan_project"),
        ("还没动土呢", "case_status"),
    ],
)
def test_facts_told_alone_are_no_other_act(text: str, act: str) -> None:
    found = understood(heard(text, act=act, conditions=0.7, fee=0.1), PAST)
    assert (found.act, found.matter, found.aspect) == ("ask_matter", "a", "materials")


@pytest.mark.parametrize(
    ("text", "act"),
    [("那我补,质监找谁", "ask_matter"), ("那我补,质监几天下来", "missing_documents")],
)
def test_a_question_about_a_named_matter_at_the_end_is_about_no_case(text: str, act: str) -> None:
    said = replace(heard(text, SURE_OF["c"], act="missing_documents"), named=("c",))
    assert understood(said, replace(PAST, own_case=True)).act == act


def test_a_word_of_the_name_calls_one_of_before() -> None:
    names = {"a": ["施工许可证变更"], "b": ["质量监督"], "c": ["规划许可证变更"]}
    catalogue = replace(CATALOGUE, names=lambda slug: names[slug])
    said = heard("变更这事到底归谁管", Links({"c": 0.5, "a": 0.1}, 0.4), department=0.9, fee=0.05)
    here = Context(matter="b", aspect="fee", history=(("a", "process"), ("b", "fee")))
    assert Resolver(LIMITS, WEIGHTS, catalogue).resolve(said, here).matter == "a"


def test_what_ends_a_name_calls_the_one_beside_the_matter() -> None:
    names = {"a": ["消防设计审查"], "b": ["消防验收"], "c": ["环保验收"]}
    near = {"a": 1.0, "b": 0.75, "c": 0.3}
    catalogue = replace(CATALOGUE, names=lambda slug: names[slug], likeness=lambda slug: near)
    said = heard("那验收呢", Links({"c": 0.4, "b": 0.1}, 0.5), overview=0.9, fee=0.05)
    found = Resolver(LIMITS, WEIGHTS, catalogue).resolve(said, replace(PAST, history=()))
    assert (found.matter, found.aspect) == ("b", "materials")


def test_of_several_the_one_of_the_same_stage_is_asked_after() -> None:
    between = Links({"b": 0.48, "c": 0.46}, 0.06)
    stages = {"a": "4", "b": "1", "c": "4"}
    catalogue = replace(CATALOGUE, stage=lambda slug: stages[slug], likeness=lambda slug: {})
    said = heard("节能那项归谁", between, act="clarify", department=0.9, fee=0.05)
    found = Resolver(LIMITS, WEIGHTS, catalogue).resolve(said, replace(PAST, history=()))
    assert (found.act, found.matter) == ("ask_matter", "c")


def test_a_situation_told_beside_the_question_decides_between_two() -> None:
    between = Links({"b": 0.5, "c": 0.49}, 0.01)
    fits = {"b": 0.2, "c": 3.0}
    catalogue = replace(CATALOGUE, fits=lambda slugs, text: {s: fits[s] for s in slugs})
    said = heard("摘完牌那个证几天下", between, time_limit=0.9, fee=0.05)
    here = replace(PAST, history=())
    assert Resolver(LIMITS, WEIGHTS, catalogue).resolve(said, here).matter == "c"


@pytest.mark.parametrize(
    ("text", "matter"),
    [("who charges for writing the report?", "b"), ("who writes the energy report?", "c")],
)
def test_a_report_is_that_of_the_matter_under_discussion(text: str, matter: str) -> None:
    names = {"a": ["eia"], "b": ["eia report"], "c": ["energy report"]}
    near = {"a": 1.0, "b": 0.6, "c": 0.2}
    catalogue = replace(
        CATALOGUE,
        services=frozenset("bc"),
        names=lambda slug: names[slug],
        likeness=lambda slug: near,
    )
    said = heard(text, SURE_OF["c"], fee=0.9)
    found = Resolver(LIMITS, WEIGHTS, catalogue).resolve(said, replace(PAST, history=()))
    assert found.matter == matter


def test_the_first_one_is_the_first_that_was_asked_about() -> None:
    steps = (("b", None), ("c", "fee"), ("a", "materials"))
    said = heard("back to the first one - what if we just skip it", penalty=0.9, fee=0.05)
    found = understood(said, Context(matter="a", aspect="materials", history=steps))
    assert found.matter == "c"


def test_after_the_work_is_no_place_in_a_list() -> None:
    assert ordinal_of("完工后那个") is None
    found = ordinal_of("要后面那个")
    assert found is not None
    assert found.place == -1

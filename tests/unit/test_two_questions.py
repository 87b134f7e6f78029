"""The second of two questions in one message is answered, and none is made up."""

from __future__ import annotations

import pytest

from bot.components.asking_both import Breath, asking_both
from bot.components.context_resolver import two_questions_of
from bot.settings import ROOT
from knowledge.two_questions import Pair, Part, TwoQuestions, agreed, pair_of
from knowledge.yaml_source import read_yaml

ASPECTS = ("materials", "time_limit", "fee", "conditions")
NOTHING = frozenset[str]()
MATERIALS, TIME = frozenset({"materials"}), frozenset({"time_limit"})


def shares(**said: float) -> dict[str, float]:
    """Of all aspects: those said, and what is left for the others alike."""
    rest = (1 - sum(said.values())) / (len(ASPECTS) - len(said))
    return {aspect: said.get(aspect, rest) for aspect in ASPECTS}


def of_the_product() -> TwoQuestions:
    pipeline = read_yaml(ROOT / "config.yml")["pipeline"]
    return two_questions_of(next(one for one in pipeline if "two_questions" in one))


def both_parts(first: float, second: float) -> list[Part]:
    return [
        Part(shares(materials=first), MATERIALS),
        Part(shares(time_limit=second), TIME),
    ]


def test_two_parts_that_ask_different_things_are_two_questions_in_their_order() -> None:
    whole = shares(time_limit=0.5, materials=0.45)
    pair = pair_of(whole, NOTHING, both_parts(0.999, 0.998))
    assert of_the_product().asked(pair) == ("materials", "time_limit")
    turned = pair_of(whole, NOTHING, both_parts(0.999, 0.998)[::-1])
    assert of_the_product().asked(turned) == ("time_limit", "materials")


def test_a_second_part_that_asks_the_same_again_makes_no_second_question() -> None:
    whole = shares(materials=0.97)
    same = [Part(shares(materials=0.95), NOTHING), Part(shares(materials=0.6), NOTHING)]
    pair = pair_of(whole, NOTHING, same)
    assert of_the_product().asked(pair) == ("materials", None)


def test_one_part_with_words_for_two_things_asks_both() -> None:
    whole = shares(materials=0.6, time_limit=0.4)
    both = of_the_product().asked(pair_of(whole, MATERIALS | TIME, []))
    assert both == ("materials", "time_limit")
    one = of_the_product().asked(pair_of(shares(materials=0.95), MATERIALS, []))
    assert one == ("materials", None)


def test_a_second_question_that_is_doubtful_stands_behind() -> None:
    pair = pair_of(shares(time_limit=0.7, materials=0.2), NOTHING, both_parts(0.9, 0.9))
    always = {"base": 0.0}
    assert TwoQuestions(always, {"base": 1.0}, 0.3).asked(pair) == ("materials", "time_limit")
    assert TwoQuestions(always, {"base": -0.5}, 0.3).asked(pair) == ("time_limit", "materials")


def test_words_of_its_own_make_a_second_question_likelier() -> None:
    whole, parts = shares(materials=0.8, time_limit=0.1), both_parts(0.9, 0.6)
    unsaid = [Part(part.shares, NOTHING) for part in parts]
    weights = of_the_product()
    assert weights.of(pair_of(whole, NOTHING, parts)) > weights.of(pair_of(whole, NOTHING, unsaid))


def test_what_is_told_beside_the_question_does_not_drown_it() -> None:
    whole = {"conditions": 0.84, "department": 0.12, "fee": 0.04}
    asking = {"conditions": 0.03, "department": 0.96, "fee": 0.01}
    both = agreed(whole, asking)
    assert max(both, key=both.__getitem__) == "department"
    assert sum(both.values()) == pytest.approx(1)
    assert pair_of(whole, NOTHING, [Part(asking, NOTHING)]).first == "department"


def test_the_weights_are_learned_from_what_is_asked() -> None:
    two = pair_of(shares(materials=0.5, time_limit=0.45), NOTHING, both_parts(0.9, 0.9))
    one = pair_of(shares(materials=0.95), NOTHING, both_parts(0.9, 0.4))
    plain = pair_of(shares(materials=0.97), MATERIALS, [])
    both_named = pair_of(shares(materials=0.5, time_limit=0.4), MATERIALS | TIME, [])
    heard = [
        *many(two, "materials", "time_limit"),
        *many(one, "materials"),
        *many(plain, "materials"),
        *many(both_named, "materials", "time_limit"),
    ]
    found = asking_both(heard, 0.3)
    assert found.weights.of(two) > 0.8 > 0.2 > found.weights.of(one)
    half = next(point for point in found.curve if point.probability == 0.5)
    assert (half.found, half.made_up, half.first) == (1.0, 0.0, 1.0)


def many(pair: Pair, *right: str) -> list[Breath]:
    return [Breath(pair, frozenset(right))] * 30

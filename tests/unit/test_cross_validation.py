"""What is held out is held out: with its neighbours, each example once."""

from __future__ import annotations

from bot.components.context_resolver import ContextResolver
from bot.components.cross_validation import Part, _asked_of, _divided, _without, config_of
from bot.model.understanding import Understood
from bot.scoreboard.asked import Question
from bot.scoreboard.board import judge
from knowledge.loader import load_catalogue

PARTS = [Part(number, 3) for number in range(3)]


def test_each_question_of_the_catalogue_is_asked_once_and_not_known_then() -> None:
    catalogue = load_catalogue()
    written = [q.text for matter in catalogue.matters.values() for q in matter.questions]
    asked = []
    for part in PARTS:
        held_out = [one for one in _asked_of(catalogue, part) if one.act == "ask_matter"]
        known = _without(catalogue, part)
        left = [q.text for matter in known.matters.values() for q in matter.questions]
        assert len(left) + len(held_out) == len(written)
        assert known.version != catalogue.version
        asked += [one.text for one in held_out]
    assert sorted(asked) == sorted(written)


def test_neighbours_of_a_file_are_held_out_together() -> None:
    asked, known = _divided(PARTS[0])
    ambiguous = [one for one in asked if one.tags == ("ambiguous",)]
    assert ambiguous
    assert all(one.act == "clarify" and len(one.also) > 1 for one in ambiguous)
    texts = {message.get("text") for message in known}
    assert len(known) > len(asked) > 1000
    assert len([one for one in asked if one.text in texts]) <= 2  # said by two hands


def test_the_configuration_is_the_one_in_use() -> None:
    assert config_of(ContextResolver)["wrong_costs"] == 5.0


def test_a_question_of_an_unknown_matter_counts_for_act_and_aspect_alone() -> None:
    asked = Question("要啥材料", "ask_matter", aspect="materials")
    found = Understood("要啥材料", "ask_matter", "sample", "materials", None, [], 0.9, [])
    board = judge([asked], [found])
    assert {name: share.value for name, share in board.shares.items()} == {"act": 1, "aspect": 1}
    assert not board.wrong
    assert not list(board.confusions.worst())

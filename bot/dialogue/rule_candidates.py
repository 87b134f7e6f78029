"""Departure from stock Rasa: only rules that can apply are tried.

`RulePolicy` compares each rule with the state of the conversation, several times a turn. Nearly
every rule asks for an intent and for the action before it: here the rules are looked up by these
two, and the stock comparison decides among what is left.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from weakref import WeakKeyDictionary

from rasa.core.policies.rule_policy import SHOULD_NOT_BE_SET, RulePolicy
from rasa.shared.core.constants import PREVIOUS_ACTION, USER
from rasa.shared.core.domain import State
from rasa.shared.nlu.constants import ACTION_NAME, INTENT

_stock = RulePolicy._get_possible_keys

Rules = Mapping[str, str]
ByAsked = dict[tuple[str | None, str | None], list[str]]  # by action and intent; None: any
_indices: WeakKeyDictionary[RulePolicy, list[tuple[Rules, ByAsked]]] = WeakKeyDictionary()


def _possible_keys(self: RulePolicy, lookup: Rules, states: list[State]) -> set[str]:
    if not states:
        return set(_stock(self, lookup, states))
    by_asked = _index(self, lookup)
    action, intent = _asked(states[-1])
    asked = {(action, intent), (action, None), (None, intent), (None, None)}
    candidates = {key: lookup[key] for some in asked for key in by_asked.get(some, ())}
    return set(_stock(self, candidates, states))


def _index(policy: RulePolicy, lookup: Rules) -> ByAsked:
    known = _indices.setdefault(policy, [])
    for rules, by_asked in known:
        if rules is lookup:
            return by_asked
    by_asked = {}
    for key in lookup:
        by_asked.setdefault(_asked(json.loads(key)[-1]), []).append(key)
    known.append((lookup, by_asked))
    return by_asked


def _asked(state: State) -> tuple[str | None, str | None]:
    """Action before and intent of a state. A rule for the beginning asks for no action, and then
    its intent does not count."""
    action = _name(state.get(PREVIOUS_ACTION), ACTION_NAME)
    return action, _name(state.get(USER), INTENT) if PREVIOUS_ACTION in state else None


def _name(part: Mapping[str, Any] | None, key: str) -> str | None:
    value = (part or {}).get(key)
    return value if isinstance(value, str) and value != SHOULD_NOT_BE_SET else None


def install() -> None:
    RulePolicy._get_possible_keys = _possible_keys


def remove() -> None:
    RulePolicy._get_possible_keys = _stock

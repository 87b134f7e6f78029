"""Departure from stock Rasa: what the rules predict is remembered.

`RulePolicy` compares the state of the conversation with its rules before every action. What it
predicts depends on the actions and intents of the turn and on nothing else: no slot has a say here,
and no rule asks for a text. Where one does, or anything unusual happened, it predicts as ever.
"""

from __future__ import annotations

import copy
from collections import OrderedDict
from collections.abc import Hashable
from typing import Any
from weakref import WeakKeyDictionary

from rasa.core.policies.policy import PolicyPrediction
from rasa.core.policies.rule_policy import RulePolicy
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import (
    ActionExecuted,
    BotUttered,
    DefinePrevUserUtteredFeaturization,
    Event,
    SlotSet,
    UserUttered,
)
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.shared.nlu.constants import ENTITY_ATTRIBUTE_TYPE

_stock = RulePolicy.predict_action_probabilities
REMEMBERED = 4096
NO_SAY = (BotUttered, SlotSet)
Memory = OrderedDict[Hashable, PolicyPrediction]
_memories: WeakKeyDictionary[RulePolicy, Memory] = WeakKeyDictionary()


class _Unusual(Exception):
    """Something happened that this departure knows nothing of."""


def _predict(
    self: RulePolicy, tracker: DialogueStateTracker, domain: Domain, *given: Any, **named: Any
) -> PolicyPrediction:
    try:
        happened = _happened(tracker, domain)
    except _Unusual:
        return _stock(self, tracker, domain, *given, **named)
    memory = _memories.setdefault(self, OrderedDict())
    if happened not in memory:
        memory[happened] = _stock(self, tracker, domain, *given, **named)
        if len(memory) > REMEMBERED:
            memory.popitem(last=False)
    return copy.copy(memory[happened])


def _happened(tracker: DialogueStateTracker, domain: Domain) -> Hashable:
    loop = tracker.active_loop_name
    if loop or domain.action_texts or any(slot.influence_conversation for slot in domain.slots):
        raise _Unusual
    return tuple(_of(event) for event in tracker.events if not isinstance(event, NO_SAY))


def _of(event: Event) -> Hashable:
    if isinstance(event, ActionExecuted):
        return event.action_name, event.action_text
    if isinstance(event, UserUttered):
        return event.intent_name, tuple(e[ENTITY_ATTRIBUTE_TYPE] for e in event.entities)
    if isinstance(event, DefinePrevUserUtteredFeaturization):
        return event.use_text_for_featurization
    raise _Unusual


def install() -> None:
    """Models that are loaded from now on remember."""
    RulePolicy.predict_action_probabilities = _predict


def remove() -> None:
    RulePolicy.predict_action_probabilities = _stock

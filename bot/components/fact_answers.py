"""Takes a typed answer to a question about the project for what it is: “八千平”, “没有招标”.

Such a message means the question that is under way, with one more fact, just as the button would.
Where the project is may be said unasked: “我们在沈北新区”. A question may tell facts beside what
it asks: “我们盖个3000平厂房，要办施工许可吗”; it stays a question, and they go with it.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.shared.nlu.constants import ENTITIES, INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message

from bot.components.message_features import is_text
from bot.components.searchable import searchable
from bot.services.ask_facts import QUESTION, Asking, heard
from bot.services.local_rules import place_told
from knowledge.facts_in_passing import facts_in_passing
from knowledge.told_facts import Told


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=False)
class FactAnswers(GraphComponent):  # type: ignore[misc]
    """Stands after ContextResolver and has the last word when a fact was told."""

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> FactAnswers:
        return cls()

    def process(
        self, messages: list[Message], tracker: DialogueStateTracker | None = None
    ) -> list[Message]:
        slots = tracker.current_slot_values() if tracker else {}
        for message in filter(is_text, messages):
            _take(message, slots)
        return messages


def _told(message: Message, slots: dict[str, Any]) -> tuple[Asking, tuple[Told, ...]] | None:
    """The facts that the message tells, with the question that it goes on with."""
    catalogue, text = searchable().catalogue, message.get(TEXT)
    told = heard(catalogue.vocabulary, slots, text)
    if not told:
        where = place_told(catalogue, slots, text)
        return (where[0], where[1:]) if where else None
    asked = slots[QUESTION]
    return Asking(asked["intent"], asked["matter"]), told


def _take(message: Message, slots: dict[str, Any]) -> None:
    found = _told(message, slots)
    if found is None:
        vocabulary = searchable().catalogue.vocabulary
        passing = facts_in_passing(vocabulary, message.get(TEXT))
        _put(message, [*message.get(ENTITIES, []), *_entities(message, _as_pairs(passing))])
        return
    asking, told = found
    message.set(INTENT, {"name": asking.intent, "confidence": 1.0}, add_to_output=True)
    _put(message, _entities(message, [("matter", asking.matter), *_as_pairs(told)]))


def _as_pairs(told: Iterable[Told]) -> list[tuple[str, str | None]]:
    return [pair for one in told for pair in (("fact", one.fact), ("value", one.value))]


def _entities(message: Message, said: Iterable[tuple[str, str | None]]) -> list[dict[str, Any]]:
    return [
        {
            "entity": name,
            "value": value,
            "start": 0,
            "end": len(message.get(TEXT)),
            "confidence_entity": 1.0,
            "extractor": "FactAnswers",
        }
        for name, value in said
        if value
    ]


def _put(message: Message, entities: list[dict[str, Any]]) -> None:
    message.set(ENTITIES, entities, add_to_output=True)

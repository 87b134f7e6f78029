"""Takes a typed answer to a question about the project for what it is: “八千平”, “没有招标”.

Such a message means the question that is under way, with one more fact, just as the button would.
"""

from __future__ import annotations

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
from bot.services.ask_facts import QUESTION, heard


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=False)
class FactAnswers(GraphComponent):  # type: ignore[misc]
    """Stands after ContextResolver and has the last word when a fact was asked for."""

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
        if slots.get(QUESTION):
            for message in filter(is_text, messages):
                _take(message, slots)
        return messages


def _take(message: Message, slots: dict[str, Any]) -> None:
    told = heard(searchable().catalogue.vocabulary, slots, message.get(TEXT))
    if told is None:
        return
    asked = slots[QUESTION]
    said = {"matter": asked["matter"], "fact": told.fact, "value": told.value}
    entities = [
        {
            "entity": name,
            "value": value,
            "start": 0,
            "end": len(message.get(TEXT)),
            "confidence_entity": 1.0,
            "extractor": "FactAnswers",
        }
        for name, value in said.items()
        if value
    ]
    message.set(INTENT, {"name": asked["intent"], "confidence": 1.0}, add_to_output=True)
    message.set(ENTITIES, entities, add_to_output=True)

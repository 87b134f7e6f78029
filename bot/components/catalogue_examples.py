"""Adds the catalogue's own questions to the training data, so that nobody writes them twice."""

from __future__ import annotations

from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.components.message_features import EXAMPLE
from bot.settings import read_settings
from knowledge.loader import Catalogue, load_catalogue

MATTER, TERM = "matter", "term"


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER, is_trainable=False)
class CatalogueExamples(GraphComponent):  # type: ignore[misc]
    """Each question of a matter is an example of its aspect, each question of a term of policy.

    The place of a question in the catalogue goes with it: the linker leaves it out of its own
    index while it trains.
    """

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> CatalogueExamples:
        return cls()

    @staticmethod
    def fingerprint_addon(config: dict[str, Any]) -> str:
        """Train again when the catalogue has changed."""
        return load_catalogue(read_settings().served).version

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        added = examples_of(load_catalogue(read_settings().served))
        return training_data.merge(TrainingData(added))

    def process(self, messages: list[Message]) -> list[Message]:
        return messages


def examples_of(catalogue: Catalogue) -> list[Message]:
    asked = [
        (question.text, f"ask_{question.aspect}", question.aspect2)
        for matter in catalogue.matters.values()
        for question in matter.questions
    ]
    added = [_example(*of, MATTER, place) for place, of in enumerate(asked)]
    terms = [text for term in catalogue.terms.values() for text in term.questions]
    added += [_example(text, "policy", None, TERM, place) for place, text in enumerate(terms)]
    return added


def _example(text: str, intent: str, aspect2: str | None, kind: str, place: int) -> Message:
    data: dict[str, Any] = {TEXT: text, INTENT: intent, EXAMPLE: (kind, place)}
    if aspect2:
        data["metadata"] = {"example": {"aspect2": aspect2}}
    return Message(data)

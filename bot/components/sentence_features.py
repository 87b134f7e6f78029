"""The message in one spelling, and its vector."""

from __future__ import annotations

import json
from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.components.encoder import Vectors, shared_encoder
from bot.components.message_features import EXAMPLE, READ, attach, is_text, matter_of
from bot.components.searchable import Searchable, Spoken, searchable

ORIGIN = "SentenceFeatures"
WORDING = "SentenceFeatures.wording"  # of no width where the encoder tells only the meaning


class EncoderChanged(Exception):
    """The model was trained with another encoder."""


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER, is_trainable=True)
class SentenceFeatures(GraphComponent):  # type: ignore[misc]
    """Reads and encodes. What it learns is which words people use: for correcting slips, and
    for which matter."""

    def __init__(self, storage: ModelStorage, resource: Resource, spoken: list[Spoken]) -> None:
        self._storage = storage
        self._resource = resource
        self._spoken = spoken

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> SentenceFeatures:
        return cls(model_storage, resource, [])

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> SentenceFeatures:
        with model_storage.read_from(resource) as folder:
            stored = json.loads((folder / "spoken.json").read_text("utf-8"))
        found = shared_encoder().fingerprint
        if stored["encoder"] != found:
            raise EncoderChanged(
                f"the model was trained with the encoder {stored['encoder']}, but {found} is in "
                "use: run `bangban train`"
            )
        spoken = [Spoken(*one) for one in stored["spoken"]]
        searchable(spoken)
        return cls(model_storage, resource, spoken)

    @staticmethod
    def fingerprint_addon(config: dict[str, Any]) -> str:
        return shared_encoder().fingerprint

    def train(self, training_data: TrainingData) -> Resource:
        self._spoken = [
            Spoken(message.get(TEXT), matter_of(message))
            for message in training_data.training_examples
            if message.get(TEXT) and not message.get(EXAMPLE)
        ]
        with self._storage.write_to(self._resource) as folder:
            stored = {"encoder": shared_encoder().fingerprint, "spoken": self._spoken}
            text = json.dumps(stored, ensure_ascii=False)
            (folder / "spoken.json").write_text(text, "utf-8")
        return self._resource

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        messages = [m for m in training_data.training_examples if is_text(m)]
        current = self._searchable()
        texts = [current.speller.read(message.get(TEXT)) for message in messages]
        for message, text, vector in zip(
            messages, texts, current.read(texts, "query"), strict=True
        ):
            message.set(READ, text)
            _attach(message, vector, current.encoder.dimensions)
        return training_data

    def process(self, messages: list[Message]) -> list[Message]:
        current = searchable()
        for message in filter(is_text, messages):
            text = current.speller.read(message.get(TEXT))
            message.set(READ, text)
            _attach(message, current.encoder.read_cached(text), current.encoder.dimensions)
        return messages

    def _searchable(self) -> Searchable:
        return searchable(self._spoken)


def _attach(message: Message, vector: Vectors, dimensions: int) -> None:
    attach(message, vector[None, :dimensions], ORIGIN)
    attach(message, vector[None, dimensions:], WORDING)

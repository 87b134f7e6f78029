"""Which matter or term of the catalogue a message is about."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import INTENT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.components import sentence_features
from bot.components.catalogue_examples import MATTER, TERM
from bot.components.message_features import (
    EXAMPLE,
    NO_MATTER,
    READ,
    attach,
    example_of,
    is_text,
    matter_of,
    stacked,
)
from bot.components.searchable import learned_from, searchable
from knowledge.search.fusion import Fusion
from knowledge.search.index import FEATURES, CatalogueIndex, Index, Scored
from knowledge.search.lexical import Scores
from knowledge.search.linker import Judged, Linker, LinkExamples, Links, train_fusion

ORIGIN = "CatalogueLinker"
LINKS, TERM_LINKS, RELINK, NAMED = "matter_links", "term_links", "relink", "matters_named"
ABOUT_NOTHING = ("out_of_scope", "small_talk")


@DefaultV1Recipe.register(
    [
        DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER,
        DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR,
    ],
    is_trainable=True,
)
class CatalogueLinker(GraphComponent):  # type: ignore[misc]
    """Puts every matter's and term's probability on the message, and how like the catalogue it is.

    Only the weights of the fusion are learned. The index is built from the catalogue in use.
    """

    def __init__(
        self, storage: ModelStorage, resource: Resource, fusions: dict[str, Fusion]
    ) -> None:
        self._storage = storage
        self._resource = resource
        self._fusions = fusions

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> CatalogueLinker:
        return cls(model_storage, resource, {})

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> CatalogueLinker:
        with model_storage.read_from(resource) as folder:
            stored = json.loads((folder / "fusions.json").read_text("utf-8"))
        fusions = {kind: Fusion.from_json(of_kind) for kind, of_kind in stored.items()}
        return cls(model_storage, resource, fusions)

    def train(self, training_data: TrainingData) -> Resource:
        messages = [m for m in training_data.training_examples if is_text(m)]
        matters, terms = (learned_from(i) for i in (searchable().matters, searchable().terms))
        self._fusions = {
            MATTER: _fit(matters, _offered(messages), list(filter(_about_nothing, messages))),
            TERM: _fit(terms, [], [m for m in messages if m.get(INTENT) != "policy"]),
        }
        with self._storage.write_to(self._resource) as folder:
            stored = {kind: fusion.to_json() for kind, fusion in self._fusions.items()}
            (folder / "fusions.json").write_text(json.dumps(stored, indent=1), "utf-8")
        return self._resource

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        messages = [m for m in training_data.training_examples if is_text(m)]
        rows = [self._evidence(kind, messages) for kind in (MATTER, TERM)]
        for message, row in zip(messages, np.concatenate(rows, axis=1), strict=True):
            attach(message, row[None], ORIGIN)
        return training_data

    def _evidence(self, kind: str, messages: list[Message]) -> Scores:
        """What the linker makes of each training text, of those that it knows without itself."""
        linker = self._linker(kind)
        index = learned_from(linker.index)
        known = _known(index, kind, messages)
        new = [place for place in range(len(messages)) if place not in known]
        features = np.empty((len(messages), len(index.ids), len(FEATURES)), np.float32)
        features[new] = _features(index, [messages[place] for place in new])
        features[list(known)] = index.own_features()[list(known.values())]
        return linker.evidence(Scored(index.ids, row) for row in features)

    def process(self, messages: list[Message]) -> list[Message]:
        for message in filter(is_text, messages):
            about = {kind: self._judged(kind, message) for kind in (MATTER, TERM)}
            message.set(LINKS, about[MATTER].links)
            message.set(TERM_LINKS, about[TERM].links)
            message.set(NAMED, about[MATTER].named)
            message.set(RELINK, self._link)
            evidence = np.concatenate([about[MATTER].evidence, about[TERM].evidence])
            attach(message, evidence[None], ORIGIN)
        return messages

    def _judged(self, kind: str, message: Message) -> Judged:
        linker = self._linker(kind)
        return linker.judge(_scored(linker.index, message))

    def scored(self, message: Message) -> tuple[Fusion, Scored]:
        """What decides about a message's matter: weights and features, for explaining."""
        return self._fusions[MATTER], _scored(self._linker(MATTER).index, message)

    def _link(self, text: str) -> Links:
        """The matters that another text is about, such as a part of the message."""
        return self._linker(MATTER).link(text, searchable().encoder.encode_cached(text))

    def _linker(self, kind: str) -> Linker:
        current = searchable()
        return Linker(current.matters if kind == MATTER else current.terms, self._fusions[kind])


def _scored(index: Index, message: Message) -> Scored:
    return index.score(message.get(READ), stacked([message], sentence_features.ORIGIN)[0])


def _known(index: CatalogueIndex, kind: str, messages: list[Message]) -> dict[int, int]:
    """Which messages are questions of the index, and which ones: the catalogue's by their place,
    those of nlu_data by matter and in their order."""
    found = {}
    ids = set(index.ids) if kind == MATTER else set()
    heard: dict[str, list[int]] = {id: [] for id in index.ids}
    for place, message in enumerate(messages):
        example = message.get(EXAMPLE)
        if example and example[0] == kind:
            found[place] = example[1]
        elif (matter := matter_of(message)) in ids:
            heard[str(matter)].append(place)
    places = (place for id in index.ids for place in heard[id])
    found.update({place: index.catalogued + number for number, place in enumerate(places)})
    return found


def _features(index: CatalogueIndex, messages: list[Message]) -> Scores:
    if not messages:
        return np.zeros((0, len(index.ids), len(FEATURES)), np.float32)
    texts = [message.get(READ) for message in messages]
    return index.features(texts, stacked(messages, sentence_features.ORIGIN))


def _fit(
    index: CatalogueIndex, meant: list[tuple[Message, list[str]]], unrelated: list[Message]
) -> Fusion:
    return train_fusion(
        index,
        LinkExamples([matters for _, matters in meant], len(unrelated)),
        _features(index, [message for message, _ in meant]),
        _features(index, unrelated),
    )


def _offered(messages: list[Message]) -> list[tuple[Message, list[str]]]:
    """Examples of nlu_data that say which matters they may mean."""
    offers = ((message, example_of(message).get("offer")) for message in messages)
    return [(message, list(offer)) for message, offer in offers if offer]


def _about_nothing(message: Message) -> bool:
    return message.get(INTENT) in ABOUT_NOTHING or example_of(message).get("matter") == NO_MATTER

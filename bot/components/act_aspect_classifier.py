"""What a message wants (act) and which side of a matter it asks about (aspect)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import joblib
import numpy as np
from numpy.typing import NDArray
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import INTENT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData
from scipy import sparse

from bot.components import catalogue_linker, character_ngrams, sentence_features
from bot.components.calibrated_regression import CalibratedRegression, fit_calibrated
from bot.components.character_ngrams import LETTERS
from bot.components.message_features import example_of, is_text, stacked

ACTS, ASPECTS = "act_shares", "aspect_shares"
ASK, ASK_MATTER, CLARIFY = "ask_", "ask_matter", "clarify"
RANKED = 10


@dataclass(frozen=True)
class Inputs:
    """One message as the regressions see it: the columns of letters that it fills and their
    values, and what every message fills, vector first, likeness to the catalogue after it."""

    places: NDArray[np.int32]
    values: NDArray[np.float32]
    dense: NDArray[np.float32]


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class ActAspectClassifier(GraphComponent):  # type: ignore[misc]
    """Two logistic regressions on the vector, the letters, and the likeness to the catalogue."""

    def __init__(
        self,
        config: dict[str, Any],
        storage: ModelStorage,
        resource: Resource,
        learned: dict[str, Any],
    ) -> None:
        self._config = config
        self._storage = storage
        self._resource = resource
        self._learned = learned

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        return {"meaning": 1.5, "likeness": 0.3, "strength": 10.0, "balance": 0.5, "folds": 3}

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> ActAspectClassifier:
        return cls(config, model_storage, resource, {})

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> ActAspectClassifier:
        with model_storage.read_from(resource) as folder:
            return cls(config, model_storage, resource, joblib.load(folder / "learned.joblib"))

    def train(self, training_data: TrainingData) -> Resource:
        messages = [m for m in training_data.training_examples if is_text(m) and m.get(INTENT)]
        vectors = stacked(messages, sentence_features.ORIGIN)
        likeness = stacked(messages, catalogue_linker.ORIGIN)
        self._learned = {
            "centre": vectors.mean(axis=0),
            "likeness_mean": likeness.mean(axis=0),
            "likeness_scale": np.maximum(likeness.std(axis=0), 1e-6),
        }
        rows = self._rows(messages)
        intents = [message.get(INTENT) for message in messages]
        asked = [row for row, intent in enumerate(intents) if intent.startswith(ASK)]
        self._learned["act"] = self._fit(rows, [act_of(message) for message in messages])
        aspects = [intents[row].removeprefix(ASK) for row in asked]
        self._learned["aspect"] = self._fit(rows[asked], aspects)
        with self._storage.write_to(self._resource) as folder:
            joblib.dump(self._learned, folder / "learned.joblib", compress=3)
        return self._resource

    def _fit(self, rows: sparse.csr_matrix, labels: list[str]) -> CalibratedRegression:
        config = self._config
        return fit_calibrated(rows, labels, config["strength"], config["balance"], config["folds"])

    def _rows(self, messages: list[Message]) -> sparse.csr_matrix:
        letters = stacked(messages, character_ngrams.ORIGIN)
        return sparse.hstack([letters, sparse.csr_matrix(self._dense(messages))], format="csr")

    def _dense(self, messages: list[Message]) -> NDArray[np.float32]:
        """(messages, width of vector and likeness), what is not letters."""
        vectors = stacked(messages, sentence_features.ORIGIN) - self._learned["centre"]
        vectors = vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-9)
        likeness = stacked(messages, catalogue_linker.ORIGIN) - self._learned["likeness_mean"]
        likeness = likeness / self._learned["likeness_scale"]
        return np.concatenate(
            [vectors * self._config["meaning"], likeness * self._config["likeness"]], axis=1
        )

    def inputs(self, message: Message) -> tuple[CalibratedRegression, CalibratedRegression, Inputs]:
        """What decides about a message, for explaining: the regressions of act and aspect, and the
        row that both are given."""
        places, values = message.get(LETTERS)
        row = Inputs(places, values, self._dense([message])[0])
        return self._learned["act"], self._learned["aspect"], row

    def process(self, messages: list[Message]) -> list[Message]:
        for message in filter(is_text, messages):
            dense = self._dense([message])[0]
            acts = self._shares("act", message, dense)
            aspects = self._shares("aspect", message, dense)
            message.set(ACTS, acts)
            message.set(ASPECTS, aspects)
            ranking = ranked_intents(acts, aspects)
            message.set(INTENT, ranking[0], add_to_output=True)
            message.set("intent_ranking", ranking[:RANKED], add_to_output=True)
        return messages

    def _shares(self, kind: str, message: Message, dense: NDArray[np.float32]) -> dict[str, float]:
        learned: CalibratedRegression = self._learned[kind]
        places, values = message.get(LETTERS)
        shares = learned.probabilities_of(places, values, dense)
        return dict(zip(learned.labels, shares.tolist(), strict=True))


def act_of(message: Message) -> str:
    """The act that an example stands for; one that fits several matters is to be asked back."""
    if example_of(message).get("offer"):
        return CLARIFY
    intent = str(message.get(INTENT))
    return ASK_MATTER if intent.startswith(ASK) else intent


def ranked_intents(acts: dict[str, float], aspects: dict[str, float]) -> list[dict[str, Any]]:
    """Intents with their confidence, the likeliest first; asking is divided among the aspects.

    The act is decided before the aspect: eleven ways of asking must not outvote one way of asking
    together only because each of them is unlikely.
    """
    shares = {act: share for act, share in acts.items() if act not in (ASK_MATTER, CLARIFY)}
    asking = sum(acts.values()) - sum(shares.values())
    first = asking >= max(shares.values(), default=0.0)
    asked = {f"{ASK}{aspect}": asking * share for aspect, share in aspects.items()}
    order = sorted(
        [*shares.items(), *asked.items()],
        key=lambda item: (item[0].startswith(ASK) != first, -item[1], item[0]),
    )
    return [{"name": name, "confidence": share} for name, share in order]

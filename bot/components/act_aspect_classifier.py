"""What a message wants (act) and which side of a matter it asks about (aspect)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
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
from bot.components.byte_table import ByteTable
from bot.components.character_ngrams import LETTERS, LETTERS_OF
from bot.components.kernel_machine import Floats, KernelMachine, Known, Nearness, fit_machine
from bot.components.message_features import example_of, is_text, stacked
from bot.components.searchable import searchable

# On a message: its shares of acts and aspects, and what parts of it ask for by themselves.
ACTS, ASPECTS, ASPECTS_OF_PARTS = "act_shares", "aspect_shares", "aspects_of_parts"
ASK, ASK_MATTER, CLARIFY = "ask_", "ask_matter", "clarify"
RANKED = 10
# The wording has a few axes that are much longer than all others and say little.
VIEWS = {sentence_features.ORIGIN: 0.0, sentence_features.WORDING: 0.5}


@dataclass(frozen=True)
class Inputs:
    """One message as the machines see it: the columns of letters that it fills and their values,
    its likeness to the catalogue, and how near it is in meaning to each known text."""

    places: NDArray[np.int32]
    values: Floats
    likeness: Floats
    near: Floats


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class ActAspectClassifier(GraphComponent):  # type: ignore[misc]
    """Two kernel machines on the vectors, the letters, and the likeness to the catalogue.

    Nearness to each known text is what tells rare ways of asking; a plane through the vectors
    cannot. Fewer axes than the encoder gives lose nothing and cost a third.
    """

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
        self._use(learned)

    def _use(self, learned: dict[str, Any]) -> None:
        self._learned = learned
        self._products = ByteTable(learned["known"]) if learned else None

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        return {
            "axes": 128,
            "meaning": 8.0,
            "sharpness": 2.0,
            "likeness": 0.3,
            "penalty": 1.0,
            "balance": 0.5,
        }

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
        likeness = stacked(messages, catalogue_linker.ORIGIN)
        self._learned = {
            "views": [
                _view_of(stacked(messages, origin), self._config["axes"], evenness)
                for origin, evenness in VIEWS.items()
            ],
            "likeness_mean": likeness.mean(axis=0),
            "likeness_scale": np.maximum(likeness.std(axis=0), 1e-6),
        }
        letters = stacked(messages, character_ngrams.ORIGIN)
        columns = sparse.hstack([letters, sparse.csr_matrix(self._likeness(messages))], "csr")
        texts = Known(columns, self._meaning(messages))
        self._learned["known"] = texts.meaning
        self._learned["act"] = self._fit(texts, [(act_of(message),) for message in messages])
        asked = np.flatnonzero([message.get(INTENT).startswith(ASK) for message in messages])
        aspects = self._fit(texts.some(asked), [aspects_of(messages[row]) for row in asked])
        known = np.zeros((len(aspects.labels), len(messages)), np.float32)
        known[:, asked] = aspects.known
        self._learned["aspect"] = replace(aspects, known=known)
        self._use(self._learned)
        with self._storage.write_to(self._resource) as folder:
            joblib.dump(self._learned, folder / "learned.joblib", compress=3)
        return self._resource

    def _fit(self, texts: Known, asked: Sequence[Sequence[str]]) -> KernelMachine:
        config = self._config
        return fit_machine(texts, asked, self._nearness, config["penalty"], config["balance"])

    @property
    def _nearness(self) -> Nearness:
        return Nearness(self._config["meaning"], self._config["sharpness"])

    def _near(self, meaning: Floats) -> Floats:
        """How near a meaning is to that of each known text."""
        assert self._products is not None
        return self._nearness(self._products(meaning))

    def _meaning(self, messages: list[Message]) -> Floats:
        views = zip(self._learned["views"], VIEWS, strict=True)
        return _together(view(stacked(messages, origin)) for view, origin in views)

    def _meaning_of(self, text: str) -> Floats:
        encoder = searchable().encoder
        read = encoder.read_cached(text)[None]
        meaning, wording = self._learned["views"]
        parts = read[:, : encoder.dimensions], read[:, encoder.dimensions :]
        return _together([meaning(parts[0]), wording(parts[1])])

    def _likeness(self, messages: list[Message]) -> Floats:
        rest = stacked(messages, catalogue_linker.ORIGIN) - self._learned["likeness_mean"]
        scaled = rest / self._learned["likeness_scale"] * self._config["likeness"]
        return np.asarray(scaled, np.float32)

    def inputs(self, message: Message) -> tuple[KernelMachine, KernelMachine, Inputs]:
        """What decides about a message, for explaining: the machines of act and aspect, and what
        both are given."""
        return self._learned["act"], self._learned["aspect"], self._inputs(message)

    def _inputs(self, message: Message) -> Inputs:
        places, values = message.get(LETTERS)
        near = self._near(self._meaning([message])[0])
        return Inputs(places, values, self._likeness([message])[0], near)

    def process(self, messages: list[Message]) -> list[Message]:
        for message in filter(is_text, messages):
            given = self._inputs(message)
            acts = self._shares("act", given)
            aspects = self._shares("aspect", given)
            message.set(ACTS, acts)
            message.set(ASPECTS, aspects)
            message.set(ASPECTS_OF_PARTS, self._hearing_parts(message.get(LETTERS_OF), given))
            ranking = ranked_intents(acts, aspects)
            message.set(INTENT, ranking[0], add_to_output=True)
            message.set("intent_ranking", ranking[:RANKED], add_to_output=True)
        return messages

    def _hearing_parts(
        self, letters_of: Callable[[str], tuple[Any, Any]], whole: Inputs
    ) -> Callable[[Sequence[str]], list[dict[str, float]]]:
        """The aspects of parts, each by itself; they sound as like the catalogue as the whole."""

        def shares(text: str) -> dict[str, float]:
            near = self._near(self._meaning_of(text)[0])
            return self._shares("aspect", Inputs(*letters_of(text), whole.likeness, near))

        def heard(parts: Sequence[str]) -> list[dict[str, float]]:
            current = searchable()
            texts = [current.speller.read(part) for part in parts]
            current.encoder.encode_ahead(texts)
            return [shares(text) for text in texts]

        return heard

    def _shares(self, kind: str, given: Inputs) -> dict[str, float]:
        learned: KernelMachine = self._learned[kind]
        shares = learned.probabilities_of(given.places, given.values, given.likeness, given.near)
        return dict(zip(learned.labels, shares.tolist(), strict=True))


@dataclass(frozen=True)
class View:
    """The axes along which one kind of vectors differ most, about their centre."""

    centre: Floats
    axes: Floats

    def __call__(self, vectors: Floats) -> Floats:
        """Unit vectors (texts, axes)."""
        return _unit((vectors - self.centre) @ self.axes)


def _view_of(vectors: Floats, count: int, evenness: float) -> View:
    """`evenness` 1 makes all axes equally long, 0 leaves them as they are."""
    centre = vectors.mean(axis=0)
    rest = _unit(vectors - centre)
    squares, axes = np.linalg.eigh((rest.T @ rest).astype(np.float64))
    squares, axes = squares[::-1][:count], axes[:, ::-1][:, :count]
    scaled = axes / np.maximum(squares, 1e-9) ** (evenness / 2)
    return View(centre, np.ascontiguousarray(scaled, np.float32))


def _together(views: Iterable[Floats]) -> Floats:
    """One unit vector of several for each text: (texts, axes of all)."""
    return _unit(np.concatenate(list(views), axis=1))


def _unit(vectors: Floats) -> Floats:
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.asarray(vectors / np.maximum(lengths, 1e-9), np.float32)


def act_of(message: Message) -> str:
    """The act that an example stands for; one that fits several matters is to be asked back."""
    if example_of(message).get("offer"):
        return CLARIFY
    intent = str(message.get(INTENT))
    return ASK_MATTER if intent.startswith(ASK) else intent


def aspects_of(message: Message) -> tuple[str, ...]:
    """The aspects that an example asks about: one, or two in one message."""
    first = str(message.get(INTENT)).removeprefix(ASK)
    second = example_of(message).get("aspect2")
    return (first, second) if second and second != first else (first,)


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

"""Weighted character n-grams: what the letters say, with and without names, and at the ends."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

import joblib
import numpy as np
from numpy.typing import NDArray
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData
from scipy import sparse
from sklearn.feature_extraction.text import TfidfVectorizer

from bot.components.message_features import READ, attach, is_text
from bot.components.searchable import searchable
from knowledge.search.lexical import Scores, WeighedTokens, counted
from knowledge.text import mask_codes

ORIGIN = "CharacterNgrams"
# On a message that is being understood: its columns and values, and how another text is counted.
LETTERS, LETTERS_OF = "letters", "letters_of"
_SPACES = re.compile(r"\s\s+")  # one, as the vectorizer counts them
BEGINNING, END = 8, 10  # characters of a message that usually say what is asked


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER, is_trainable=True)
class CharacterNgrams(GraphComponent):  # type: ignore[misc]
    """Three rows in one: the text, the text with every name of a matter masked, and its ends.

    The masked ones let act and aspect be told for a matter that training never saw. What is asked
    stands at the beginning or the end of a message, so the ends count again.
    """

    def __init__(
        self,
        config: dict[str, Any],
        storage: ModelStorage,
        resource: Resource,
        tables: list[TfidfVectorizer],
    ) -> None:
        self._config = config
        self._storage = storage
        self._resource = resource
        self._use(tables)

    def _use(self, tables: list[TfidfVectorizer]) -> None:
        self._tables = tables
        self._weighed = [WeighedTokens(table.vocabulary_, table.idf_) for table in tables]

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        return {"longest": 3, "seen": 2, "ends": 1.5}

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> CharacterNgrams:
        return cls(config, model_storage, resource, [])

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> CharacterNgrams:
        with model_storage.read_from(resource) as folder:
            return cls(config, model_storage, resource, joblib.load(folder / "tables.joblib"))

    def train(self, training_data: TrainingData) -> Resource:
        texts = [_readings(m.get(READ)) for m in training_data.training_examples if is_text(m)]
        self._use([self._table().fit(list(of_kind)) for of_kind in zip(*texts, strict=True)])
        with self._storage.write_to(self._resource) as folder:
            joblib.dump(self._tables, folder / "tables.joblib", compress=3)
        return self._resource

    def _table(self) -> TfidfVectorizer:
        return TfidfVectorizer(
            analyzer="char",
            ngram_range=(1, self._config["longest"]),
            min_df=self._config["seen"],
            sublinear_tf=True,
            lowercase=False,
            dtype=np.float32,
        )

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        for message in filter(is_text, training_data.training_examples):
            places, weights, width = self._row(message.get(READ))
            row = sparse.csr_matrix((weights, places, [0, len(weights)]), (1, width))
            row.sort_indices()
            attach(message, row, ORIGIN)
        return training_data

    def process(self, messages: list[Message]) -> list[Message]:
        for message in filter(is_text, messages):
            message.set(LETTERS, self._letters(message.get(READ)))
            message.set(LETTERS_OF, self._letters)
        return messages

    def named(self, places: Iterable[int]) -> list[tuple[int, str]]:
        """Of columns: which reading they count (0 the text, 1 masked, 2 its ends), and which run
        of characters."""
        columns = [table.get_feature_names_out() for table in self._tables]
        starts = np.cumsum([0, *map(len, columns)])
        readings = np.searchsorted(starts, list(places), side="right") - 1
        return [
            (int(reading), str(columns[reading][place - starts[reading]]))
            for reading, place in zip(readings, places, strict=True)
        ]

    def _letters(self, text: str) -> tuple[NDArray[np.int32], Scores]:
        places, weights, _ = self._row(text)
        return places, weights

    def _row(self, text: str) -> tuple[NDArray[np.int32], Scores, int]:
        """The columns that a text fills, their values, and how many columns there are."""
        places, weights, width = [], [], 0
        for weighed, reading in zip(self._weighed, _readings(text), strict=True):
            found, of_text = weighed.row(counted(reading, self._config["longest"]))
            places.append(found + width)
            weights.append(of_text)
            width += len(weighed)
        weights[-1] = weights[-1] * self._config["ends"]
        return np.concatenate(places), np.concatenate(weights), width


def _readings(text: str) -> tuple[str, str, str]:
    text = mask_codes(text)
    masked = searchable().matters.names.mask(text)
    bare = masked.rstrip("?。!,.~ ")
    ends = f"^{bare[:BEGINNING]} {bare[-END:]}$"
    return text, masked, _SPACES.sub(" ", ends)

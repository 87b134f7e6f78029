"""Rivals that look for the most similar text: BM25, letters (rapidfuzz), vectors."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence

import bm25s
import jieba
import numpy as np
from numpy.typing import NDArray
from rapidfuzz import fuzz, process

from bot.components.encoder import shared_encoder
from bot.components.vector_cache import VectorCache
from bot.model.understanding import Understood
from knowledge.text import normalise
from tests.bench.servers import ROOT
from tests.bench.understanding.documents import Document

Scores = NDArray[np.float32]
BEST = 5  # matters


class Nearest(ABC):
    """Act and aspect are those of the nearest example; a matter is as near as its nearest text."""

    name: str

    def __init__(self, documents: Sequence[Document]) -> None:
        self._documents = documents
        self._labelled = [i for i, one in enumerate(documents) if one.act]
        self._matters = sorted({one.matter for one in documents if one.matter})
        places = {slug: place for place, slug in enumerate(self._matters)}
        self._of_matter = [i for i, one in enumerate(documents) if one.matter]
        self._owners = [places[documents[i].matter] for i in self._of_matter]  # type: ignore[index]
        self.learn([normalise(one.text) for one in documents])

    @abstractmethod
    def learn(self, texts: list[str]) -> None: ...

    @abstractmethod
    def scores(self, text: str) -> Scores:
        """How like each document the text is."""

    def understand(self, text: str) -> Understood:
        scores = self.scores(normalise(text))
        best = max(self._labelled, key=lambda i: scores[i])
        nearest = self._documents[best]
        act = nearest.act if scores[best] > 0 else "out_of_scope"
        near = np.zeros(len(self._matters))
        np.maximum.at(near, self._owners, scores[self._of_matter])
        order = np.argsort(-near, kind="stable")[:BEST]
        ranking = [(self._matters[i], float(near[i])) for i in order]
        asks = act == "ask_matter"
        return Understood(
            text=text,
            act=str(act),
            matter=ranking[0][0] if asks else None,
            aspect=nearest.aspect if asks or act == "clarify" else None,
            aspect2=nearest.aspect2 if asks else None,
            offer=list(nearest.offer) if act == "clarify" else [],
            confidence=1.0,
            ranking=ranking,
        )


class Bm25(Nearest):
    name = "BM25 (jieba)"

    def learn(self, texts: list[str]) -> None:
        self._index = bm25s.BM25()
        self._index.index([jieba.lcut(text) for text in texts], show_progress=False)

    def scores(self, text: str) -> Scores:
        known = [word for word in jieba.lcut(text) if word in self._index.vocab_dict]
        if not known:
            return np.zeros(len(self._documents), np.float32)
        return np.asarray(self._index.get_scores(known), np.float32)


class Letters(Nearest):
    name = "rapidfuzz"

    def learn(self, texts: list[str]) -> None:
        self._texts = texts

    def scores(self, text: str) -> Scores:
        found = process.cdist([text], self._texts, scorer=fuzz.ratio, workers=1)
        return np.asarray(found[0], np.float32)


class Vectors(Nearest):
    name = "vectors (e5)"

    def learn(self, texts: list[str]) -> None:
        cache = VectorCache(shared_encoder(), ROOT / ".cache" / "vectors.sqlite")
        self._vectors = cache(texts, "query")

    def scores(self, text: str) -> Scores:
        return np.asarray(self._vectors @ shared_encoder().encode([text], "query")[0])

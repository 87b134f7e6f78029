"""A catalogue of any size: the real matters, once for each of many places.

Every generated matter is a whole one, with the names and questions a city would give it. Vectors
are composed: a text's place and the rest of it are encoded on their own, each once, and mixed in
the share that comes nearest to encoding the whole. That spares an hour of encoding; how near it
comes is measured and printed.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from knowledge.loader import Catalogue
from knowledge.schema import Matter
from knowledge.search.index import Vectors

PLACES = Path(__file__).parent / "size_places.txt"
QUESTIONS = 3  # of each generated matter
SHARED = 2  # aliases without a place, which a matter has in common with its like elsewhere
SHARES = np.arange(0.1, 0.7, 0.05)  # of the place in a text's vector, from which one is chosen


@dataclass(frozen=True)
class Town:
    full: str  # 沈阳市浑南区
    short: str  # 浑南区


def towns() -> list[Town]:
    """Cities with their districts, one city after another; a city's own offices come first."""
    found = []
    for line in PLACES.read_text("utf-8").splitlines():
        city, *districts = line.split()
        found.append(Town(city, city))
        found += [Town(city + district, district) for district in districts]
    return found


def generated(catalogue: Catalogue, count: int) -> Iterator[tuple[str, str]]:
    """Ids and the JSON of `count` matters, those of a place together."""
    matters = [json.loads(matter.json()) for matter in catalogue.matters.values()]
    for number in range(count):
        place, kind = divmod(number, len(matters))
        yield _placed(matters[kind], towns()[place], place)


def placed_id(matter: str, place: int) -> str:
    return f"{matter}-{place:03d}"


def _placed(matter: dict, town: Town, place: int) -> tuple[str, str]:  # type: ignore[type-arg]
    asked = matter["questions"]
    few = [asked[(place * QUESTIONS + n) % len(asked)] for n in range(QUESTIONS)]
    short = [town.short + alias for alias in matter["aliases"][:1]]
    changed = {
        **matter,
        "id": placed_id(matter["id"], place),
        "name": town.full + matter["name"],
        "aliases": [*short, *matter["aliases"][:SHARED]],
        "questions": [{**question, "text": town.short + question["text"]} for question in few],
        "near_misses": [],
    }
    return changed["id"], json.dumps(changed, ensure_ascii=False)


class Composed:
    """An encoder of texts that begin with a place, out of one that really encodes."""

    def __init__(self, encode: Callable[[Sequence[str], str], Vectors]) -> None:
        self._encode = encode
        names = {name for town in towns() for name in (town.full, town.short)}
        self._places = sorted(names, key=len, reverse=True)
        self._known: dict[tuple[str, str], Vectors] = {}
        self.share = 0.0

    def fit(self, texts: Sequence[str]) -> float:
        """Chooses the share of the place; the mean cosine with really encoded texts."""
        real = self._encode(texts, "query")
        cosines = {}
        for share in SHARES:
            self.share = float(share)
            cosines[self.share] = float((self(texts, "query") * real).sum(axis=1).mean())
        self.share = max(cosines, key=lambda share: cosines[share])
        return cosines[self.share]

    def __call__(self, texts: Sequence[str], kind: str) -> Vectors:
        parts = [self._parts(text) for text in texts]
        self._learn([part for of_text in parts for part in of_text if part], kind)
        width = len(next(iter(self._known.values())))
        nothing = np.zeros(width, np.float32)
        places = np.stack([self._known.get((kind, place), nothing) for place, _ in parts])
        rests = np.stack([self._known.get((kind, rest), nothing) for _, rest in parts])
        mixed = self.share * places + (1 - self.share) * rests
        return np.asarray(mixed / np.linalg.norm(mixed, axis=1, keepdims=True), np.float32)

    def _parts(self, text: str) -> tuple[str, str]:
        place = next((place for place in self._places if text.startswith(place)), "")
        return place, text[len(place) :]

    def _learn(self, texts: Sequence[str], kind: str) -> None:
        new = [text for text in dict.fromkeys(texts) if (kind, text) not in self._known]
        for text, vector in zip(new, self._encode(new, kind), strict=True):
            self._known[kind, text] = vector


def real_texts(catalogue: Catalogue) -> list[str]:
    """Whole texts as they are generated, to compare composed vectors with encoded ones."""
    every = list(catalogue.matters.values())
    matters: list[Matter] = every[::4]
    return [
        town.full + matter.name for matter, town in zip(matters, towns()[3::7], strict=False)
    ] + [
        town.short + matter.questions[0].text
        for matter, town in zip(matters, towns()[5::7], strict=False)
    ]

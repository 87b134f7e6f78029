"""A catalogue of very many matters on disk: opened in a moment, each matter read when asked for."""

from __future__ import annotations

import json
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

import numpy as np

from knowledge import snapshot
from knowledge.loader import Catalogue, load_catalogue
from knowledge.schema import Matter

REMEMBERED = 1024  # matters read last
IDS, ENDS, MATTERS, REST = "ids.json", "ends.npy", "matters.bin", "rest.json"


class MattersOnDisk(Mapping[str, Matter]):
    """By id, in the order of the catalogue; a mapping that many processes may share."""

    def __init__(self, folder: Path) -> None:
        ids: list[str] = json.loads((folder / IDS).read_text("utf-8"))
        self._place = {id: place for place, id in enumerate(ids)}
        self._ends = np.load(folder / ENDS)
        self._packed = np.memmap(folder / MATTERS, np.uint8, "r")
        self._remembered: Callable[[str], Matter] = lru_cache(REMEMBERED)(self._read)

    def __getitem__(self, id: str) -> Matter:
        return self._remembered(id)

    def __iter__(self) -> Iterator[str]:
        return iter(self._place)

    def __len__(self) -> int:
        return len(self._place)

    def __contains__(self, id: object) -> bool:
        return id in self._place

    def _read(self, id: str) -> Matter:
        place = self._place[id]
        start = int(self._ends[place - 1]) if place else 0
        packed = self._packed[start : int(self._ends[place])].tobytes()
        return Matter.parse_obj(json.loads(zlib.decompress(packed)))


def keep_compiled(rest: Catalogue, matters: Iterable[tuple[str, str]], folder: Path) -> None:
    """Writes a catalogue; `matters` are ids with what `Matter.json` gives, `rest` is everything
    else. What is not finished cannot be opened."""
    folder.mkdir(parents=True, exist_ok=True)
    ids: list[str] = []
    ends: list[int] = []
    with (folder / MATTERS).open("wb") as file:
        for id, content in matters:
            file.write(zlib.compress(content.encode()))
            ids.append(id)
            ends.append(file.tell())
    np.save(folder / ENDS, np.array(ends, np.int64))
    (folder / IDS).write_text(json.dumps(ids), "utf-8")
    snapshot.keep(replace(rest, matters={}), folder / REST)


def open_compiled(folder: Path) -> Catalogue | None:
    """The catalogue that was written there; None when there is none that fits today's schema."""
    rest = snapshot.kept(folder / REST)
    return replace(rest, matters=MattersOnDisk(folder)) if rest else None


def catalogue_in(folder: Path) -> Catalogue:
    """What a folder holds: the files that people edit, or a compiled catalogue. Raises
    CatalogueBroken."""
    return open_compiled(folder) or load_catalogue(folder)

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
REST = "rest.json"  # everything but matters; it names the version whose matters belong to it
IDS, ENDS, PACKED = "ids.json", "ends.npy", "matters.bin"  # each after the version and a dot


class MattersOnDisk(Mapping[str, Matter]):
    """By id, in the order of the catalogue; a mapping that many processes may share."""

    def __init__(self, folder: Path, version: str) -> None:
        ids: list[str] = json.loads((folder / f"{version}.{IDS}").read_text("utf-8"))
        self._place = {id: place for place, id in enumerate(ids)}
        self._ends = np.load(folder / f"{version}.{ENDS}")
        self._packed = np.memmap(folder / f"{version}.{PACKED}", np.uint8, "r")
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
    else. Until it is finished the folder holds what it held before; what others have opened stays
    readable to them."""
    folder.mkdir(parents=True, exist_ok=True)
    version = rest.version
    ids: list[str] = []
    ends: list[int] = []
    with (folder / f"{version}.{PACKED}").open("wb") as file:
        for id, content in matters:
            file.write(zlib.compress(content.encode()))
            ids.append(id)
            ends.append(file.tell())
    np.save(folder / f"{version}.{ENDS}", np.array(ends, np.int64))
    (folder / f"{version}.{IDS}").write_text(json.dumps(ids), "utf-8")
    snapshot.keep(replace(rest, matters={}), folder / REST)
    for name in (IDS, ENDS, PACKED):
        for older in set(folder.glob(f"*.{name}")) - {folder / f"{version}.{name}"}:
            older.unlink()


def open_compiled(folder: Path) -> Catalogue | None:
    """The catalogue that was written there; None when there is none that fits today's schema."""
    rest = snapshot.kept(folder / REST)
    return replace(rest, matters=MattersOnDisk(folder, rest.version)) if rest else None


def catalogue_in(folder: Path) -> Catalogue:
    """What a folder holds: the files that people edit, or a compiled catalogue. Raises
    CatalogueBroken."""
    return open_compiled(folder) or load_catalogue(folder)

"""The catalogue in force: reloaded when its files change, never replaced by a broken one."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from pathlib import Path

from knowledge.compiled import REST, MattersOnDisk, catalogue_in
from knowledge.loader import KNOWLEDGE, Catalogue, CatalogueBroken
from knowledge.snapshot import keep, kept
from knowledge.versions import folder_in_force
from knowledge.yaml_source import Problem

log = logging.getLogger(__name__)
Stamp = tuple[tuple[str, int, int], ...]


class LiveCatalogue:
    """Holds one good catalogue; readers never wait and never see half of a change.

    It is the version in force in `published`; before anything was published there, `folder`
    itself, as its files change. The last good one is kept in `snapshot`, so that a start with a
    broken file serves it. Raises CatalogueBroken when the files are broken and there is no
    snapshot. `problems` says what is wrong with the files while an older catalogue serves.
    """

    def __init__(
        self,
        folder: Path = KNOWLEDGE,
        snapshot: Path | None = None,
        published: Path | None = None,
    ) -> None:
        self.folder = folder
        self._published = published
        self._snapshot = snapshot
        self.problems: list[Problem] = []
        self._stamp = self._look()
        self._current = self._first()
        self._lock = threading.Lock()
        self._listeners: list[Callable[[Catalogue], None]] = []

    def _first(self) -> Catalogue:
        try:
            catalogue = catalogue_in(self._in_force())
        except CatalogueBroken as broken:
            last = kept(self._snapshot) if self._snapshot else None
            if last is None:
                raise
            self.problems = broken.problems
            _complain(broken, last)
            return last
        self._keep(catalogue)
        return catalogue

    def _keep(self, catalogue: Catalogue) -> None:
        if self._snapshot and not isinstance(catalogue.matters, MattersOnDisk):
            keep(catalogue, self._snapshot)

    def _in_force(self) -> Path:
        return folder_in_force(self.folder, self._published)

    def _look(self) -> Stamp:
        """Changes when what is in force does; empty when it is gone."""
        try:
            return stamp(self._in_force())
        except CatalogueBroken:
            return ()

    def __call__(self) -> Catalogue:
        return self._current

    def on_change(self, listener: Callable[[Catalogue], None]) -> None:
        """Calls `listener` with each new catalogue before it is in force."""
        self._listeners.append(listener)

    def refresh(self) -> bool:
        """Loads changed files; True when a new catalogue is in force. Faults are logged with
        file and line, and the last good catalogue goes on serving."""
        with self._lock:
            now = self._look()
            if now == self._stamp:
                return False
            self._stamp = now
            try:
                fresh = catalogue_in(self._in_force())
            except CatalogueBroken as broken:
                self.problems = broken.problems
                _complain(broken, self._current)
                return False
            self.problems = []
            if fresh.version == self._current.version:
                return False
            for listener in self._listeners:
                listener(fresh)
            self._current = fresh
            self._keep(fresh)
            log.info("catalogue version %s is in force", fresh.version)
            return True


def _complain(broken: CatalogueBroken, serving: Catalogue) -> None:
    for problem in broken.problems:
        log.error("%s", problem)
    log.error("the catalogue is broken; version %s goes on serving", serving.version)


def stamp(folder: Path) -> Stamp:
    """What changes when a file of the folder does: names, times, sizes."""
    files = sorted([*folder.rglob("*.yml"), *folder.glob(REST)])
    stats = [(str(path), path.stat()) for path in files]
    return tuple((name, stat.st_mtime_ns, stat.st_size) for name, stat in stats)


_shared: dict[tuple[Path, Path | None], LiveCatalogue] = {}
_sharing = threading.Lock()


def shared_catalogue(folder: Path = KNOWLEDGE, published: Path | None = None) -> LiveCatalogue:
    """One per folder and process, so that answers and linker always see the same."""
    with _sharing:
        folder = folder.resolve()
        key = (folder, published and published.resolve())
        if key not in _shared:
            snapshot = folder.parent / ".cache" / f"{folder.name}.json"
            _shared[key] = LiveCatalogue(folder, snapshot, published)
        return _shared[key]

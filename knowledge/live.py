"""The catalogue in force: reloaded when its files change, never replaced by a broken one."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from pathlib import Path

from knowledge.loader import KNOWLEDGE, Catalogue, CatalogueBroken, load_catalogue
from knowledge.snapshot import keep, kept

log = logging.getLogger(__name__)


class LiveCatalogue:
    """Holds one good catalogue; readers never wait and never see half of a change.

    The last good one is kept in `snapshot`, so that a start with a broken file serves it. Raises
    CatalogueBroken when the files are broken and there is no snapshot.
    """

    def __init__(self, folder: Path = KNOWLEDGE, snapshot: Path | None = None) -> None:
        self.folder = folder
        self._snapshot = snapshot
        self._stamp = stamp(folder)
        self._current = self._first()
        self._lock = threading.Lock()
        self._listeners: list[Callable[[Catalogue], None]] = []

    def _first(self) -> Catalogue:
        try:
            catalogue = load_catalogue(self.folder)
        except CatalogueBroken as broken:
            last = kept(self._snapshot) if self._snapshot else None
            if last is None:
                raise
            _complain(broken, last)
            return last
        self._keep(catalogue)
        return catalogue

    def _keep(self, catalogue: Catalogue) -> None:
        if self._snapshot:
            keep(catalogue, self._snapshot)

    def __call__(self) -> Catalogue:
        return self._current

    def on_change(self, listener: Callable[[Catalogue], None]) -> None:
        """Calls `listener` with each new catalogue before it is in force."""
        self._listeners.append(listener)

    def refresh(self) -> bool:
        """Loads changed files; True when a new catalogue is in force. Faults are logged with
        file and line, and the last good catalogue goes on serving."""
        with self._lock:
            now = stamp(self.folder)
            if now == self._stamp:
                return False
            self._stamp = now
            try:
                fresh = load_catalogue(self.folder)
            except CatalogueBroken as broken:
                _complain(broken, self._current)
                return False
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


def stamp(folder: Path) -> tuple[tuple[str, int, int], ...]:
    """What changes when a file of the folder does: names, times, sizes."""
    files = sorted(folder.rglob("*.yml"))
    stats = [(str(path), path.stat()) for path in files]
    return tuple((name, stat.st_mtime_ns, stat.st_size) for name, stat in stats)


_shared: dict[Path, LiveCatalogue] = {}
_sharing = threading.Lock()


def shared_catalogue(folder: Path = KNOWLEDGE) -> LiveCatalogue:
    """One per folder and process, so that answers and linker always see the same."""
    with _sharing:
        key = folder.resolve()
        if key not in _shared:
            _shared[key] = LiveCatalogue(key, key.parent / ".cache" / f"{key.name}.json")
        return _shared[key]

"""The catalogue in force: reloaded when its files change, never replaced by a broken one."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from pathlib import Path

from knowledge.loader import KNOWLEDGE, Catalogue, CatalogueBroken, load_catalogue

log = logging.getLogger(__name__)


class LiveCatalogue:
    """Holds one good catalogue; readers never wait and never see half of a change."""

    def __init__(self, folder: Path = KNOWLEDGE) -> None:
        self.folder = folder
        self._stamp = stamp(folder)
        self._current = load_catalogue(folder)
        self._lock = threading.Lock()
        self._listeners: list[Callable[[Catalogue], None]] = []

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
                for problem in broken.problems:
                    log.error("%s", problem)
                log.error("the catalogue is broken; version %s goes on", self._current.version)
                return False
            if fresh.version == self._current.version:
                return False
            for listener in self._listeners:
                listener(fresh)
            self._current = fresh
            log.info("catalogue version %s is in force", fresh.version)
            return True


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
            _shared[key] = LiveCatalogue(key)
        return _shared[key]

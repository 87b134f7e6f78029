"""Published versions of the catalogue: whole copies that never change, and who published them.

A folder of published versions holds `versions/<version>/`, each a copy of a knowledge folder, and
`history.jsonl`, one line for each publication. The last line says what is in force: one append
switches from one whole catalogue to another, so a reader never sees half of a change.
"""

from __future__ import annotations

import fcntl
import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from knowledge.loader import CatalogueBroken, load_catalogue
from knowledge.yaml_source import Problem

HISTORY = "history.jsonl"
COPIES = "versions"


class UnknownVersion(Exception):
    """No such version was published; the text says which there are."""


@dataclass(frozen=True)
class Publication:
    """One line of the history. `at` is ISO 8601 with its offset. `back` when an earlier version
    came into force again."""

    version: str
    at: str
    who: str
    why: str
    back: bool = False


class Versions:
    """The published versions in a folder, which need not exist yet."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def history(self) -> list[Publication]:
        """Every publication, oldest first. A last line that is still being written, or was cut
        off by a crash, is none."""
        file = self.folder / HISTORY
        if not file.is_file():
            return []
        lines = file.read_bytes().split(b"\n")[:-1]
        return [Publication(**json.loads(line)) for line in lines if line.strip()]

    def current(self) -> Publication | None:
        """What is in force, or None before the first publication."""
        history = self.history()
        return history[-1] if history else None

    def folder_of(self, version: str) -> Path:
        """The copy of a version, which may be named by its first characters.

        Raises UnknownVersion, also when more than one begins so.
        """
        known = {one.version for one in self.history()}
        found = sorted(one for one in known if one.startswith(version)) if version else []
        if len(found) != 1:
            there = "、".join(sorted(known)) or "还没有发布过"
            raise UnknownVersion(f"没有版本 {version}；已发布的版本：{there}")
        return self._copy(found[0])

    @contextmanager
    def draft(self, source: Path) -> Iterator[Path]:
        """A copy of a knowledge folder, to be checked and then published: what was checked is
        what comes into force, whatever is edited meanwhile."""
        copies = self.folder / COPIES
        copies.mkdir(parents=True, exist_ok=True)
        with TemporaryDirectory(prefix=".draft-", dir=copies) as made:
            draft = Path(made) / source.resolve().name
            _copy_knowledge(source, draft)
            yield draft

    def publish(self, draft: Path, who: str, why: str, at: datetime) -> Publication:
        """Brings a draft into force. Raises CatalogueBroken when it cannot be loaded."""
        version = load_catalogue(draft).version
        with self._alone():
            copy = self._copy(version)
            if not copy.is_dir():
                draft.rename(copy)
                _to_disk(copy.parent)
            return self._append(Publication(version, _said(at), who, why))

    def go_back(self, version: str, who: str, why: str, at: datetime) -> Publication:
        """Brings a version into force again. Raises UnknownVersion, or CatalogueBroken when
        today's schema cannot read it."""
        found = load_catalogue(self.folder_of(version)).version
        with self._alone():
            return self._append(Publication(found, _said(at), who, why, back=True))

    def _copy(self, version: str) -> Path:
        return self.folder / COPIES / version

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Two who publish at once come one after the other."""
        with (self.folder / ".lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def _append(self, publication: Publication) -> Publication:
        line = json.dumps(asdict(publication), ensure_ascii=False).encode() + b"\n"
        with (self.folder / HISTORY).open("a+b", buffering=0) as file:
            size = file.seek(0, os.SEEK_END)
            if size:  # what a crash cut off is closed, so that it spoils no other line
                file.seek(size - 1)
                if file.read(1) != b"\n":
                    file.truncate(_end_of_last_line(self.folder / HISTORY))
            file.write(line)
            os.fsync(file.fileno())
        return publication


def folder_in_force(working: Path, published: Path | None) -> Path:
    """The published version in force; before the first publication the working copy.

    Raises CatalogueBroken when the copy is gone.
    """
    current = Versions(published).current() if published else None
    if published is None or current is None:
        return working
    folder = published / COPIES / current.version
    if not folder.is_dir():
        what = f"the copy of version {current.version} is gone"
        problem = Problem(published / HISTORY, 1, what, "restore its folder, or publish again")
        raise CatalogueBroken([problem])
    return folder


def _copy_knowledge(source: Path, target: Path) -> None:
    """Copies what the catalogue is made of: its YAML files."""
    for path in sorted(source.rglob("*.yml")):
        inside = path.relative_to(source)
        if any(part.startswith(".") for part in inside.parts):
            continue
        copy = target / inside
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, copy)
        _to_disk(copy)


def _to_disk(path: Path) -> None:
    """A copy must be whole on disk before the history names it."""
    number = os.open(path, os.O_RDONLY)
    try:
        os.fsync(number)
    finally:
        os.close(number)


def _end_of_last_line(file: Path) -> int:
    return file.read_bytes().rfind(b"\n") + 1


def _said(at: datetime) -> str:
    return at.isoformat(timespec="seconds")

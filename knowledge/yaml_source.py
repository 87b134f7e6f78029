"""Reading YAML so that an error can say file and line."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong in the knowledge: where, what, and what to do about it.

    `keys` is the way to it inside its entry, when it is known.
    """

    file: Path
    line: int
    what: str
    todo: str
    keys: tuple[str | int, ...] = ()

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.what}, {self.todo}"


class YamlUnreadable(Exception):
    """The file is not YAML."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(str(problem))
        self.problem = problem


def read_yaml(path: Path) -> Any:
    """The plain content of a YAML file; raises YamlUnreadable with the line of the fault."""
    try:
        return YAML(typ="safe").load(path.read_text(encoding="utf-8"))
    except (YAMLError, UnicodeDecodeError) as error:
        raise YamlUnreadable(_problem(path, error)) from error


def _problem(path: Path, error: Exception) -> Problem:
    if isinstance(error, MarkedYAMLError) and error.problem_mark is not None:
        line = error.problem_mark.line + 1
        return Problem(path, line, f"not YAML ({error.problem})", "mend the syntax of this line")
    return Problem(path, 1, f"unreadable ({error})", "save the file as UTF-8 YAML")


def line_of(path: Path, keys: Sequence[str | int]) -> int:
    """The line where the value at `keys` stands (1-based); the nearest parent when it is absent."""
    node = _marked(path, path.stat().st_mtime_ns)
    line = 1
    for key in keys:
        try:
            position = node.lc.item(key) if isinstance(key, int) else node.lc.key(key)
            node = node[key]
        except (KeyError, IndexError, TypeError, AttributeError):
            break
        line = position[0] + 1
    return line


@lru_cache(maxsize=8)  # a file with one problem often has more
def _marked(path: Path, changed: int) -> Any:
    """The content with its marks; None when it is not YAML."""
    try:
        return YAML(typ="rt").load(path.read_text(encoding="utf-8"))
    except YAMLError:
        return None

"""A changed matter → its YAML file, with everything that did not change left as it stands."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq

from knowledge.differences import plain
from knowledge.schema import Matter

DATES = ("valid_from", "valid_to", "checked_on")
WORDS_ONLY = ("aliases", "after", "parallel", "merges")  # short lists, written in one line
SAID_FIRST = ("name", "text")
SAID_LAST = ("source", "state", "place", *DATES)
WIDEST = 10**6  # lines are not broken: one fact is one line


def changed_text(text: str, old: Matter | None, new: Matter) -> str:
    """The YAML of `new`. `text` is the file of `old`; only fields that differ are written anew,
    and in these only the items that do."""
    node = _yaml().load(text) if text.strip() else CommentedMap()
    before = plain(old) if old else {}
    after = plain(new)
    for name in Matter.__fields__:
        if before.get(name) == after.get(name):
            continue
        lines = text.splitlines(keepends=True)
        start, end = _range_of(text, name)
        block = (
            _dump(name, _node(name, node.get(name), before.get(name), after[name]))
            if (name in after)
            else ""
        )
        text = "".join([*lines[:start], block, *lines[end:]])
    return text


def _range_of(text: str, name: str) -> tuple[int, int]:
    """The lines of a field; where it belongs when it is not there. Comments and empty lines
    before the next field belong to that one."""
    lines = text.splitlines()
    node = _yaml().load(text) if text.strip() else CommentedMap()
    starts = {key: node.lc.key(key)[0] for key in node}
    if name not in starts:
        order = list(Matter.__fields__)
        later = [starts[key] for key in order[order.index(name) :] if key in starts]
        place = min(later, default=len(lines))
        return place, place
    end = min((line for line in starts.values() if line > starts[name]), default=len(lines))
    while end - 1 > starts[name] and lines[end - 1].lstrip()[:1] in ("", "#"):
        end -= 1
    return starts[name], end


def _node(name: str, node: Any, before: Any, after: Any) -> Any:
    """What to write for a field: old nodes where their content stays, with their comments."""
    if isinstance(after, Mapping):
        return _changed_map(node, before, after)
    if not isinstance(after, list):
        return _scalar(name, after)
    sequence = CommentedSeq()
    if name in WORDS_ONLY:
        sequence.extend(after)
        sequence.fa.set_flow_style()
        return sequence
    left = list(enumerate(before or []))
    for number, item in enumerate(after):
        at = _same(left, item, number if len(after) == len(before or ()) else None)
        kept = node[at] if node is not None and at is not None else None
        if at is not None and node is not None and at in node.ca.items:
            sequence.ca.items[len(sequence)] = node.ca.items[at]
        old = None if at is None else before[at]
        left = [one for one in left if one[0] != at]
        sequence.append(kept if kept is not None and old == item else _item(kept, old, item))
    return sequence


def _same(left: Sequence[tuple[int, Any]], item: Any, number: int | None) -> int | None:
    """The place of the equal item, of the one with the same name or text, or of the one that
    stood where this one stands."""
    for place, other in left:
        if other == item:
            return place
    if isinstance(item, Mapping):
        for place, other in left:
            if _title(other) == _title(item):
                return place
        return number if number in dict(left) else None
    return None


def _title(item: Mapping[str, Any]) -> Any:
    return item.get("name") or item.get("text")


def _item(kept: Any, old: Any, item: Any) -> Any:
    return _changed_map(kept, old, item) if isinstance(item, Mapping) else item


def _changed_map(node: Any, before: Any, after: Mapping[str, Any]) -> Any:
    if node is None:
        fresh = CommentedMap()
        fresh.fa.set_flow_style()
        node, before = fresh, {}
    for key in [key for key in node if key not in after]:
        del node[key]
    for key in sorted(after, key=_rank):
        if (before or {}).get(key) != after[key]:
            node[key] = _scalar(key, after[key])
    return node


def _rank(key: str) -> int:
    """What a statement says stands first, where it comes from last."""
    return -1 if key in SAID_FIRST else SAID_LAST.index(key) + 1 if key in SAID_LAST else 0


def _scalar(name: str, value: Any) -> Any:
    return date.fromisoformat(value) if name in DATES else value


def _dump(name: str, node: Any) -> str:
    """One field; comments that stood after it are where they were."""
    output = io.StringIO()
    _yaml().dump(CommentedMap({name: node}), output)
    lines = output.getvalue().splitlines(keepends=True)
    while len(lines) > 1 and lines[-1].lstrip()[:1] in ("", "#"):
        lines.pop()
    return "".join(lines)


def _yaml() -> YAML:
    yaml = YAML()
    yaml.preserve_quotes = True  # type: ignore[assignment]
    yaml.width = WIDEST  # type: ignore[assignment]
    yaml.indent(mapping=2, sequence=4, offset=2)
    return yaml


def written(path: Path) -> str:
    """The file's text; empty when there is none yet."""
    return path.read_text(encoding="utf-8") if path.is_file() else ""

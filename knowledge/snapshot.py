"""The last good catalogue on disk, for a start with broken files."""

from __future__ import annotations

import json
import os
from pathlib import Path

from knowledge.loader import Catalogue
from knowledge.schema import Matter, Overlay, Place, ProjectFact, Record, Source, Term
from knowledge.schema import Path as MatterPath

KINDS: dict[str, type[Record]] = {
    "matters": Matter,
    "terms": Term,
    "paths": MatterPath,
    "sources": Source,
    "vocabulary": ProjectFact,
    "places": Place,
    "overlays": Overlay,
}


def keep(catalogue: Catalogue, path: Path) -> None:
    """Writes the catalogue in one step; an older snapshot is replaced."""
    content: dict[str, object] = {"version": catalogue.version}
    for name in KINDS:
        records = getattr(catalogue, name).values()
        content[name] = [json.loads(record.json()) for record in records]
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    draft.write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")
    os.replace(draft, path)


def kept(path: Path) -> Catalogue | None:
    """The catalogue of the snapshot, or None when there is none that fits today's schema."""
    if not path.is_file():
        return None
    try:
        content = json.loads(path.read_text("utf-8"))
        parts = {
            name: {record.id: record for record in map(kind.parse_obj, content[name])}  # type: ignore[attr-defined]
            for name, kind in KINDS.items()
        }
        return Catalogue(**parts, version=content["version"])  # type: ignore[arg-type]
    except (ValueError, KeyError):
        return None

"""When a fact is to be looked at again (knowledge/recheck.yml)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from pathlib import Path

from knowledge.loader import Catalogue
from knowledge.schema import Matter, Sourced
from knowledge.yaml_source import read_yaml


@dataclass(frozen=True)
class Due:
    """A fact that was to be looked at again on `on`."""

    matter: Matter
    fact: Sourced
    on: date


def due_on(catalogue: Catalogue, matter: Matter, fact: Sourced) -> date:
    """The day on which a fact is to be looked at again."""
    source = catalogue.sources.get(fact.source_id)
    days = (source.recheck_days if source else None) or _days()[fact.state.value]
    return (fact.checked_on or matter.checked_on) + timedelta(days=days)


def is_due(catalogue: Catalogue, matter: Matter, fact: Sourced, today: date) -> bool:
    return due_on(catalogue, matter, fact) < today


def all_due(catalogue: Catalogue, today: date) -> Iterator[Due]:
    """Every fact of the catalogue and of its places that is past its day, matter by matter."""
    local: dict[str, list[Sourced]] = {}
    for overlay in catalogue.overlays.values():
        local.setdefault(overlay.matter, []).extend(overlay.facts())
    for matter in catalogue.matters.values():
        for fact in (*matter.facts(), *local.get(matter.id, ())):
            on = due_on(catalogue, matter, fact)
            if on < today:
                yield Due(matter, fact, on)


@cache
def _days() -> dict[str, int]:
    days: dict[str, int] = read_yaml(Path(__file__).parent / "recheck.yml")
    return days

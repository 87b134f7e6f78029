"""Code lists of the national exchange tables, read from YAML so that a city can change a label."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from bot.model.case import CaseStatus

NATIONAL = Path(__file__).with_name("spgl_codes.yml")


@dataclass(frozen=True)
class FactColumn:
    """A project fact that a column of the project table tells; `values` by code, none for a number.

    A code that begins with the key (a region) counts where `beginnings` is set.
    """

    fact: str
    values: dict[str, str]
    beginnings: bool = False

    def value_of(self, code: str) -> str | None:
        if not self.beginnings:
            return self.values.get(code)
        return next((value for key, value in self.values.items() if code.startswith(key)), None)


@dataclass(frozen=True)
class Codes:
    """Labels by list and code; codes are the plain digits (`3`, not `3.0`)."""

    statuses: dict[str, tuple[CaseStatus, str]]
    kinds: dict[str, str]
    procedures: dict[str, str]
    facts: dict[str, FactColumn]

    def status(self, code: str) -> tuple[CaseStatus, str]:
        """The status and label of a BLZT; an unknown one is shown with its number."""
        return self.statuses.get(code, (CaseStatus.UNKNOWN, f"状态码 {code}"))


def load_codes(city: Path | None = None) -> Codes:
    """The national lists with those of `city` (same YAML layout) laid over them.

    OSError or a YAML error where a file cannot be read, ValueError for an unknown status word.
    """
    lists = _read(NATIONAL)
    for name, codes in (_read(city) if city else {}).items():
        lists[name] = {**lists.get(name, {}), **codes}
    return Codes(
        statuses={
            str(code): (CaseStatus(entry["status"]), str(entry["label"]))
            for code, entry in lists["BLZT"].items()
        },
        kinds={str(code): str(label) for code, label in lists["SPLCLX"].items()},
        procedures={str(code): str(label) for code, label in lists["TBCX"].items()},
        facts={
            str(column): FactColumn(
                str(entry["fact"]),
                {str(code): str(value) for code, value in (entry.get("values") or {}).items()},
                bool(entry.get("beginnings")),
            )
            for column, entry in lists["FACTS"].items()
        },
    )


def _read(path: Path) -> dict[str, dict[Any, Any]]:
    loaded: dict[str, dict[Any, Any]] = YAML(typ="safe").load(path) or {}
    return loaded

"""Code lists of the national exchange tables, read from YAML so that a city can change a label."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from pydantic import BaseModel, Extra

from bot.model.case import CaseStatus
from knowledge.yaml_source import read_yaml

NATIONAL = Path(__file__).with_name("codes.yml")


class StatusCode(BaseModel):
    """What a code of BLZT means and how it is called."""

    status: CaseStatus
    label: str

    class Config:
        extra = Extra.forbid


class FactColumn(BaseModel):
    """A project fact that a column of the project table tells; `values` by code, none for a number.

    A code that begins with the key (a region) counts where `beginnings` is set.
    """

    fact: str
    values: dict[str, str] = {}
    beginnings: bool = False

    class Config:
        extra = Extra.forbid

    def value_of(self, code: str) -> str | None:
        if not self.beginnings:
            return self.values.get(code)
        return next((value for key, value in self.values.items() if code.startswith(key)), None)


class CodeLists(BaseModel):
    """The lists as a file has them; a city's file has only what differs."""

    BLZT: dict[str, StatusCode] = {}
    SPLCLX: dict[str, str] = {}
    TBCX: dict[str, str] = {}
    FACTS: dict[str, FactColumn] = {}

    class Config:
        extra = Extra.forbid


@dataclass(frozen=True)
class Codes:
    """Labels by list and code; codes are the plain digits (`3`, not `3.0`)."""

    lists: CodeLists

    @property
    def facts(self) -> dict[str, FactColumn]:
        return self.lists.FACTS

    def status(self, code: str) -> tuple[CaseStatus, str]:
        """The status and label of a BLZT; an unknown one is shown with its number."""
        found = self.lists.BLZT.get(code)
        return (found.status, found.label) if found else (CaseStatus.UNKNOWN, f"状态码 {code}")

    def kind(self, code: str | None) -> str | None:
        """The name of a SPLCLX."""
        return self.lists.SPLCLX.get(code or "")

    def procedure(self, name: str | None, code: str | None) -> str:
        """The name of a special procedure. TBCX is a fixed 1 in some cities, so that the name is
        the better witness; some write the code in place of the name."""
        return self.lists.TBCX.get(name or code or "") or name or "特别程序"


def load_codes(city: CodeLists | None = None) -> Codes:
    """The national lists with those of `city` laid over them."""
    national = _national()
    if city is None:
        return Codes(national)
    laid: dict[str, Any] = {
        name: {**getattr(national, name), **getattr(city, name)} for name in CodeLists.__fields__
    }
    return Codes(CodeLists.construct(**laid))


@lru_cache(maxsize=1)
def _national() -> CodeLists:
    lists: CodeLists = CodeLists.parse_obj(read_yaml(NATIONAL))
    return lists

"""What one city does otherwise than the exchange standard: names of tables, code lists."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, Extra, Field

from connectors.platforms.codes import CodeLists, Codes, load_codes
from connectors.platforms.descriptions import read_description
from connectors.platforms.spgl_tables import Naming


class TableNames(BaseModel):
    """How the tables are called; what is absent is found out."""

    schema_name: str | None = Field(None, alias="schema")
    prefix: str | None = None
    suffix: str | None = None
    case: Literal["upper", "lower", "mixed"] | None = None
    names: dict[str, str] = {}

    class Config:
        extra = Extra.forbid


class CityFile(CodeLists):
    """A city's YAML: `tables`, and code lists as in codes.yml with only what differs."""

    tables: TableNames = Field(default_factory=lambda: TableNames.parse_obj({}))


@dataclass(frozen=True)
class City:
    naming: Naming = field(default_factory=Naming)
    codes: Codes = field(default_factory=load_codes)


def read_city(path: Path) -> City:
    """PlatformMisdescribed, naming file, line and key."""
    found = read_description(path, CityFile)
    tables = found.tables
    names = {name.upper().removeprefix("SPGL_"): real for name, real in tables.names.items()}
    naming = Naming(tables.schema_name, tables.prefix, tables.suffix, tables.case, names)
    return City(naming, load_codes(found))

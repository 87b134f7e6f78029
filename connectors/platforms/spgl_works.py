"""Finds the rows of a project in the exchange tables, however its codes are written there."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable
from typing import TypeVar

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from bot.model.case import Project, normalise_project_code
from connectors.platforms import values
from connectors.platforms.spgl_layout import (
    ATTACHMENT,
    CASE,
    DOCUMENT,
    PROCEDURE,
    PROJECT,
    SOLICITATION,
    STEP,
    UNIT,
)
from connectors.platforms.spgl_tables import Layout, Row

DEVELOPER = "1"  # DWLX: 建设单位

CaseKey = tuple[str, str, str]
Key = TypeVar("Key", bound=Hashable)


class Works:
    """The works (工程) of one project in one reading of its platform."""

    def __init__(self, connection: Connection, layout: Layout, project: Project) -> None:
        self._connection, self._layout = connection, layout
        self._codes = {work.code for work in project.works}
        self._written = spellings(self._codes)
        self._places = {(work.region or "", work.code) for work in project.works}
        self._regional = _regional(layout)

    def cases(self) -> dict[CaseKey, Row]:
        """The newest row of each case."""
        rows = [row for same in self.rows(CASE).values() for row in same]
        return newest((row for row in rows if values.text(row["SPSXSLBM"])), self._key)

    def rows(self, base: str) -> dict[CaseKey, list[Row]]:
        """The rows of the works by case; {} where the platform lacks the table."""
        rows = self._layout.rows(self._connection, base, "GCDM", self._written)
        if not rows and self._layout.spec(base).required:
            rows = written_otherwise(self._connection, self._layout, base, ["GCDM"], self._codes)
            # The tables with less of a case are probably written as these two are.
            self._written |= {row["GCDM"] for row in rows}
        found: dict[CaseKey, list[Row]] = defaultdict(list)
        for row in rows:
            work = code_of(row["GCDM"])
            if work in self._codes and (not self._regional or (region(row), work) in self._places):
                found[self._key(row)].append(row)
        return found

    def _key(self, row: Row) -> CaseKey:
        place = region(row) if self._regional else ""
        return (place, code_of(row["GCDM"]), values.text(row["SPSXSLBM"]) or "")


def project_rows(connection: Connection, layout: Layout, code: str) -> list[Row]:
    """All works of the project that has this code or a work with this code."""
    written = spellings([code])
    rows = (
        layout.rows(connection, PROJECT, "XMDM", written)
        or layout.rows(connection, PROJECT, "GCDM", written)
        or written_otherwise(connection, layout, PROJECT, ["XMDM", "GCDM"], {code})
    )
    # As the city spells it, which may be none of our spellings.
    theirs = {row["XMDM"] for row in rows if row["XMDM"]}
    return layout.rows(connection, PROJECT, "XMDM", theirs) if theirs - written else rows


def written_otherwise(
    connection: Connection, layout: Layout, base: str, columns: Iterable[str], codes: set[str]
) -> list[Row]:
    """Rows with one of `codes` padded, in lower case or with '#': a scan of the whole table, so
    that it is wanted only where nothing was found directly."""
    tidy = [
        sa.func.replace(
            sa.func.upper(sa.func.trim(sa.cast(layout.column(base, name), sa.String(64)))), "#", "-"
        )
        for name in columns
    ]
    return layout.select(connection, base, sa.or_(*[column.in_(sorted(codes)) for column in tidy]))


def owned_works(connection: Connection, layout: Layout, credit_code: str) -> dict[str, set[str]]:
    """Project code → codes of the works that this enterprise develops."""
    codes = {credit_code, credit_code.lower()}
    unit = UNIT[layout.version]
    rows = [
        row
        for row in layout.rows(connection, unit, "DWTYSHXYDM", codes)
        if values.code(row["DWLX"]) == DEVELOPER
    ]
    if "JSDWDM" in layout.spec(PROJECT).columns:
        rows += layout.rows(connection, PROJECT, "JSDWDM", codes)
    owned: dict[str, set[str]] = defaultdict(set)
    for row in rows:
        project = project_code(row)
        owned[project].add(code_of(row["GCDM"]) or project)
    owned.pop("", None)
    return dict(owned)


def newest(rows: Iterable[Row], key: Callable[[Row], Key]) -> dict[Key, Row]:
    """Of rows with the same key the one with the highest serial number."""
    return {key(row): row for row in sorted(rows, key=serial)}


def serial(row: Row) -> tuple[int, str]:
    """Sorts rows by their serial number, a number or a text of digits."""
    written = values.text(row["LSH"]) or ""
    return (len(written), written)


def region(row: Row) -> str:
    return values.code(row["XZQHDM"]) or ""


def code_of(value: object) -> str:
    """A project code or a work's code as this product writes it; "" for none."""
    return normalise_project_code(values.text(value) or "")


def project_code(row: Row) -> str:
    return code_of(row["XMDM"]) or code_of(row["GCDM"])


def spellings(codes: Iterable[str]) -> set[str]:
    """A code as systems write it: some keep '#' before the number of a work."""
    found: set[str] = set()
    for code in codes:
        head, _, tail = code.rpartition("-")
        found |= {code, f"{head}#{tail}", code.replace("-", "#")}
    return found


def _regional(layout: Layout) -> bool:
    """Whether XZQHDM can be part of the key: every joined table must have it."""
    attached = ATTACHMENT[layout.version]
    joined = (PROJECT, CASE, STEP, PROCEDURE, DOCUMENT, SOLICITATION, attached)
    return all("XZQHDM" in layout.found[base].columns for base in joined if base in layout.found)

"""What has changed in the exchange tables, seen without reading them whole (bot/decisions/0016).

No column of the standard only grows: serial numbers are opaque and made per division, times are
those of the event and may be early, late or in the future, and a row becomes invalid in place. So
nothing here remembers a time. A glance counts rows and looks at the highest serial numbers; a
survey sums up the rows of each project inside the database.
"""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from bot.model.case import Case, Project
from bot.model.credit_code import normalise_credit_code
from bot.model.ledger import FollowedProject
from bot.services.platform_port import PlatformUnreadable
from connectors.platforms import values
from connectors.platforms.spgl import SpglPlatform
from connectors.platforms.spgl_layout import (
    CASE,
    DOCUMENT,
    PROCEDURE,
    PROJECT,
    SOLICITATION,
    STEP,
    UNIT,
)
from connectors.platforms.spgl_tables import CHUNK, Layout, Row
from connectors.platforms.spgl_works import code_of, project_code, spellings, written_otherwise

DEVELOPER = "1"  # DWLX: 建设单位
MOST_TOUCHED = 2000  # rows that are looked at one by one; more are a matter for a survey
_OF_CASES = (CASE, STEP, PROCEDURE, DOCUMENT, SOLICITATION)
# Columns whose highest value belongs to a project's mark, where the tables have them.
_TELLING = ("LSH", "GXSJ", "SCSJ", "BLSJ")

Glance = dict[str, list[Any]]  # base name → [rows, highest serial number]
Parts = dict[str, list[str]]  # project code → what its mark is made of


class SpglSource(SpglPlatform):
    """Implements bot.services.follow_port.Source."""

    @property
    def origin(self) -> str:
        schema = self._naming.schema
        return f"{self._database.address}{f'#{schema}' if schema else ''}"[:500]

    def glance(self) -> str:
        """Counts every row, valid or not: a correction adds one."""
        with self._reading() as (connection, layout):
            seen = {base: _count(connection, layout, base) for base in _bases(layout)}
        if seen[CASE][0] and not seen[STEP][0]:
            raise PlatformUnreadable(
                "审批系统里有办件，却没有一条办理记录，可能正在重新装载数据。",
                "会自动再看；如果长时间如此，请核对表 SPGL_XMSPSXBLXXXXB。",
            )
        return json.dumps(seen, default=str, sort_keys=True)

    def touched(self, before: str, now: str) -> Collection[str] | None:
        """Whether every row that was added has a higher serial number than any before it."""
        old: Glance = json.loads(before)
        new: Glance = json.loads(now)
        if old.keys() != new.keys():
            return None
        codes: set[str] = set()
        with self._reading() as (connection, layout):
            for base, (rows, _) in new.items():
                if new[base] == old[base]:
                    continue
                found = _added(connection, layout, base, old[base][1], rows - old[base][0])
                if found is None:
                    return None
                codes |= found
        return codes

    def survey(self, codes: Collection[str] | None = None) -> dict[str, str | None]:
        with self._reading() as (connection, layout):
            parts, works = _projects(connection, layout, codes)
            for base in _OF_CASES:
                for code, told in _sums(connection, layout, base, works, codes is not None):
                    parts[code].append(f"{base} {told}")
            for code, told in _unit_sums(connection, layout, parts, codes is not None):
                parts[code].append(f"{UNIT[layout.version]} {told}")
        return {code: _digest(told) for code, told in parts.items()}

    def read(self, codes: Sequence[str]) -> list[FollowedProject]:
        with self._reading() as (connection, layout):
            rows = _rows_of(connection, layout, codes)
            units = layout.rows(connection, UNIT[layout.version], "XMDM", _written(rows))
        by_project: dict[str, list[Row]] = defaultdict(list)
        for row in rows:
            by_project[project_code(row)].append(row)
        projects = [found for code in codes if (found := self._to_project(by_project[code]))]
        developers = _developers([*rows, *units])
        cases = self._cases_of(projects)
        return [
            FollowedProject(each, tuple(sorted(developers[each.code])), tuple(cases[each.code]))
            for each in projects
        ]

    def _cases_of(self, projects: Sequence[Project]) -> dict[str, list[Case]]:
        """Of all of them in one reading, as though they were the works of one project."""
        works = [work for project in projects for work in project.works]
        owners: dict[str, list[str]] = defaultdict(list)
        for project in projects:
            for code in {work.code for work in project.works}:
                owners[code].append(project.code)
        found: dict[str, list[Case]] = defaultdict(list)
        for case in self.cases(Project("", "", tuple(works))) if works else ():
            for code in owners[case.work_code]:
                found[code].append(replace(case, project_code=code))
        return found


def _bases(layout: Layout) -> list[str]:
    bases = [PROJECT, *_OF_CASES, UNIT[layout.version]]
    return [base for base in bases if layout.has(base)]


def _count(connection: Connection, layout: Layout, base: str) -> list[Any]:
    table = layout.found[base].clause
    rows = connection.scalar(sa.select(sa.func.count()).select_from(table))
    highest = None
    if "LSH" in layout.found[base].columns:
        highest = connection.scalar(sa.select(sa.func.max(layout.column(base, "LSH"))))
    whole = values.code(highest) if not isinstance(highest, (int, str, type(None))) else None
    return [int(rows or 0), int(whole) if whole and whole.isdigit() else highest]


def _added(
    connection: Connection, layout: Layout, base: str, highest: Any, added: int
) -> set[str] | None:
    """The codes of the projects that the rows with higher serial numbers belong to, if they are
    all the rows that were added."""
    if highest is None or not 0 < added <= MOST_TOUCHED:
        return None
    of_project = base in (PROJECT, UNIT[layout.version])
    key = layout.column(base, "XMDM" if of_project else "GCDM")
    query = sa.select(key).where(layout.column(base, "LSH") > highest).limit(added + 1)
    found = [row[0] for row in connection.execute(query)]
    if len(found) != added or None in found:
        return None
    if of_project:
        return {code_of(value) for value in found}
    written = {str(value) for value in found} | spellings(map(code_of, found))
    return {project_code(row) for row in layout.rows(connection, PROJECT, "GCDM", written)}


def _projects(
    connection: Connection, layout: Layout, codes: Collection[str] | None
) -> tuple[Parts, dict[str, set[str]]]:
    """What each project's own rows add to its mark, and to which projects each work belongs."""
    parts: Parts = defaultdict(list)
    works: dict[str, set[str]] = defaultdict(set)
    names = ["XMDM", "GCDM", *_present(layout, PROJECT)]
    columns = [layout.column(PROJECT, name).label(name) for name in names]
    query = sa.select(*columns).where(*layout.valid(PROJECT))
    for row in _each(connection, query, layout.column(PROJECT, "XMDM"), codes):
        project = project_code(row._mapping)
        parts[project].append(f"{PROJECT} {tuple(map(str, row))}")
        works[code_of(row.GCDM)].add(project)
    return parts, works


def _sums(
    connection: Connection, layout: Layout, base: str, works: dict[str, set[str]], some: bool
) -> Iterator[tuple[str, str]]:
    """(project code, sums over the valid rows of one of its works)."""
    if not layout.has(base):
        return
    key = layout.column(base, "GCDM")
    query = sa.select(key, *_summed(layout, base)).where(*layout.valid(base)).group_by(key)
    for work, *told in _each(connection, query, key, works if some else None):
        for project in works.get(code_of(work), ()):
            yield project, f"{work} {tuple(map(str, told))}"


def _unit_sums(
    connection: Connection, layout: Layout, parts: Parts, some: bool
) -> Iterator[tuple[str, str]]:
    base = UNIT[layout.version]
    if not layout.has(base):
        return
    key = layout.column(base, "XMDM")
    query = sa.select(key, *_summed(layout, base)).where(*layout.valid(base)).group_by(key)
    for written, *told in _each(connection, query, key, list(parts) if some else None):
        project = code_of(written)
        if project in parts:
            yield project, str(tuple(map(str, told)))


def _summed(layout: Layout, base: str) -> list[Any]:
    summed = [sa.func.count()]
    for name in _present(layout, base):
        column = layout.column(base, name)
        summed += [sa.func.max(column), sa.func.min(column)]
    return summed


def _present(layout: Layout, base: str) -> list[str]:
    return [name for name in _TELLING if name in layout.found[base].columns]


def _each(
    connection: Connection, query: Any, key: Any, codes: Iterable[str] | None
) -> Iterator[Any]:
    """The rows of a query, or of those with these keys, as they come."""
    if codes is None:
        yield from connection.execution_options(stream_results=True).execute(query)
        return
    wanted = sorted(spellings(codes))
    for start in range(0, len(wanted), CHUNK):
        yield from connection.execute(query.where(key.in_(wanted[start : start + CHUNK])))


def _rows_of(connection: Connection, layout: Layout, codes: Sequence[str]) -> list[Row]:
    """The valid rows of the projects with these codes, however the city writes them."""
    rows = layout.rows(connection, PROJECT, "XMDM", spellings(codes))
    missing = set(codes) - {project_code(row) for row in rows}
    if missing:  # padded, in lower case, or with no XMDM: one scan for all of them
        rows += written_otherwise(connection, layout, PROJECT, ["XMDM", "GCDM"], missing)
    wanted = set(codes)
    found = {str(sorted(row.items(), key=str)): row for row in rows if project_code(row) in wanted}
    return list(found.values())


def _written(rows: Iterable[Row]) -> set[str]:
    return {str(row["XMDM"]) for row in rows if row["XMDM"]} | spellings(map(project_code, rows))


def _developers(rows: Iterable[Row]) -> dict[str, set[str]]:
    """Project code → credit codes of who develops it or one of its works."""
    found: dict[str, set[str]] = defaultdict(set)
    for row in rows:
        told = row.get("JSDWDM")
        if values.code(row.get("DWLX")) == DEVELOPER:
            told = row.get("DWTYSHXYDM")
        credit_code = normalise_credit_code(values.text(told) or "")
        if credit_code:
            found[project_code(row)].add(credit_code)
    return found


def _digest(told: list[str]) -> str:
    return hashlib.sha1("\n".join(sorted(told)).encode(), usedforsecurity=False).hexdigest()

"""The platform of any city that keeps the national exchange tables (SPGL_*), V2 or V3.

Joins: project—case by XZQHDM+GCDM, case—step by XZQHDM+GCDM+SPSXSLBM, case—matter name by the
codes and versions of flow and matter (V3: of the matter alone); versions compare as numbers.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import TypeVar

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from bot.model.case import (
    ApprovalDocument,
    Case,
    PlatformDescription,
    Project,
    ReceivedMaterial,
    Solicitation,
    SpecialProcedure,
    Work,
    normalise_project_code,
)
from bot.model.credit_code import is_credit_code, normalise_credit_code
from bot.services.platform_port import PlatformUnavailable
from bot.services.whole_platform import Registered
from connectors.platforms import values
from connectors.platforms.city import City
from connectors.platforms.spgl_database import ReadOnlyDatabase
from connectors.platforms.spgl_description import describe
from connectors.platforms.spgl_layout import (
    ATTACHMENT,
    CASE,
    DOCUMENT,
    MATERIAL_KIND,
    MATERIAL_NAME,
    MATTER,
    PROCEDURE,
    PROJECT,
    SOLICITATION,
    STEP,
    UNIT,
)
from connectors.platforms.spgl_tables import Layout, Row, find_layout
from connectors.platforms.steps import Event, steps_of

# FJFL / CLFL: application material. The other codes of the list are not known.
_APPLICATION_MATERIAL = "1"
_DEVELOPER = "1"  # DWLX: 建设单位
_CALENDAR_DAYS = "2"  # TBCXSXLX: 自然日

CaseKey = tuple[str, str, str]
Key = TypeVar("Key", bound=Hashable)


class SpglPlatform:
    """Implements bot.services.platform_port.Platform. Safe to use from several threads.

    `url`: any SQLAlchemy address. `city`: what this city does otherwise than the standard; names
    of tables that it does not tell are found out. `statement_timeout` is in seconds.
    """

    def __init__(self, url: str, city: City | None = None, statement_timeout: int = 5) -> None:
        self._database = ReadOnlyDatabase(url, statement_timeout=statement_timeout)
        city = city or City()
        self._naming, self._codes = city.naming, city.codes
        self._layout: Layout | None = None

    def describe(self, now: datetime) -> PlatformDescription:
        """Looks at the database afresh, so that a repaired table is seen at once."""
        with self._database.connect() as connection:
            self._layout = find_layout(connection, self._naming)
            return describe(connection, self._layout, self._database.address, now)

    def project(self, code: str) -> Project | None:
        code = normalise_project_code(code)
        if not code:
            return None
        with self._reading() as (connection, layout):
            rows = _project_rows(connection, layout, code)
        whole = [row for row in rows if _project_code(row) == code]
        return self._to_project(whole or [row for row in rows if _code(row["GCDM"]) == code])

    def projects_of(self, credit_code: str) -> list[Project]:
        credit_code = normalise_credit_code(credit_code)
        if not credit_code:
            return []
        with self._reading() as (connection, layout):
            owned = _owned_works(connection, layout, credit_code)
            rows = layout.rows(connection, PROJECT, "XMDM", _spellings(owned))
        by_project: dict[str, list[Row]] = defaultdict(list)
        for row in rows:
            code, work = _project_code(row), _code(row["GCDM"])
            # Whoever develops the project as a whole sees all its works, else only their own.
            if code in owned and (code in owned[code] or work in owned[code]):
                by_project[code].append(row)
        found = (self._to_project(by_project[code]) for code in sorted(by_project))
        return [project for project in found if project is not None]

    def register(self) -> list[Registered]:
        """Implements bot.services.whole_platform.Register: every valid project, by code."""
        with self._reading() as (connection, layout):
            written = sa.select(layout.column(PROJECT, "XMDM"), layout.column(PROJECT, "GCDM"))
            works = connection.execute(written.where(*layout.valid(PROJECT))).all()
            unit = UNIT[layout.version]
            owners = (
                layout.select(connection, unit, layout.column(unit, "DWTYSHXYDM").isnot(None))
                if layout.has(unit, "DWTYSHXYDM")
                else []
            )
        codes = {_code(project) or _code(work) for project, work in works} - {""}
        developers = {
            _project_code(row): normalise_credit_code(str(row["DWTYSHXYDM"]))
            for row in owners
            if values.code(row["DWLX"]) == _DEVELOPER
        }
        # What is no credit code may be the number of a person's identity card.
        return [
            Registered(code, owner if is_credit_code(owner) else None)
            for code in sorted(codes)
            for owner in [developers.get(code, "")]
        ]

    def cases(self, project: Project) -> list[Case]:
        with self._reading() as (connection, layout):
            rows = _case_rows(connection, layout, project)
            names = _matter_names(connection, layout, rows.values())
            found = _of_works(connection, layout, STEP, project)
            procedures = _of_works(connection, layout, PROCEDURE, project)
            documents = _of_works(connection, layout, DOCUMENT, project)
            solicitations = _of_works(connection, layout, SOLICITATION, project)
        cases = []
        for key, row in rows.items():
            steps, notes = steps_of(map(_event, found.get(key, ())), self._codes)
            cases.append(
                Case(
                    case_no=key[2],
                    project_code=project.code,
                    work_code=key[1],
                    region=key[0] or None,
                    matter_code=values.text(row["SPSXBM"]),
                    matter_name=names.of(row),
                    department=values.text(row["SPBMMC"]),
                    limit_days=values.days(row["SXBLSX"]),
                    steps=steps,
                    group_no=values.text(row["BLSPSLBM"]),
                    special_procedures=self._procedures(procedures.get(key, ())),
                    documents=_documents(documents.get(key, ())),
                    solicitations=_solicitations(solicitations.get(key, ())),
                    notes=notes,
                )
            )
        return sorted(cases, key=lambda case: case.age)

    def received_materials(self, project: Project) -> list[ReceivedMaterial]:
        with self._reading() as (connection, layout):
            base = ATTACHMENT[layout.version]
            cases = _case_rows(connection, layout, project)
            files = _of_works(connection, layout, base, project)
        groups: dict[str, list[str]] = defaultdict(list)
        for key, row in cases.items():
            groups[values.text(row["BLSPSLBM"]) or ""].append(key[2])
        name_column, kind_column = MATERIAL_NAME[layout.version], MATERIAL_KIND[layout.version]
        received: dict[ReceivedMaterial, None] = {}
        for row in (row for rows in files.values() for row in rows):
            name = values.text(row[name_column])
            if not name or values.code(row[kind_column]) not in (None, _APPLICATION_MATERIAL):
                continue
            case_no = values.text(row["SPSXSLBM"])
            group = groups.get(values.text(row["BLSPSLBM"]) or "-", [])
            filed_for: Sequence[str | None] = [case_no] if case_no else (group or [None])
            received.update((ReceivedMaterial(name, number), None) for number in filed_for)
        return list(received)

    @contextmanager
    def _reading(self) -> Iterator[tuple[Connection, Layout]]:
        """One read-only transaction on a database that has what is needed."""
        try:
            with self._database.connect() as connection:
                layout = self._layout or find_layout(connection, self._naming)
                layout.require()
                self._layout = layout
                yield connection, layout
        except PlatformUnavailable:
            # Looked at again next time: the city may have changed or repaired its tables.
            self._layout = None
            raise

    def _to_project(self, rows: Iterable[Row]) -> Project | None:
        works = list(_newest(rows, lambda row: (_region(row), _code(row["GCDM"]))).values())
        if not works:
            return None
        works.sort(key=lambda row: _code(row["GCDM"]))
        code = _project_code(works[0])
        main = next((row for row in works if _code(row["GCDM"]) == code), works[0])
        return Project(
            code=code,
            name=values.text(main["XMMC"]) or "",
            works=tuple(
                Work(_code(row["GCDM"]), values.text(row["XMMC"]) or "", _region(row) or None)
                for row in works
            ),
            kind=self._codes.kind(values.code(main["SPLCLX"])),
            place=values.text(main["JSDD"]),
            facts=self._facts(main),
        )

    def _facts(self, row: Row) -> dict[str, str]:
        """What the project's row tells in the words of the vocabulary of project facts."""
        facts = {}
        for column, told in self._codes.facts.items():
            code = values.code(row[column])
            value = told.value_of(code or "") if told.values else values.quantity(row[column])
            if value is not None:
                facts[told.fact] = value
        return facts

    def _procedures(self, rows: Sequence[Row]) -> tuple[SpecialProcedure, ...]:
        found = [
            SpecialProcedure(
                self._codes.procedure(values.text(row["TBCXMC"]), values.code(row["TBCX"])),
                values.moment(row["TBCXKSSJ"]),
                values.days(row["TBCXSX"]) or None,  # 0 is written for "not given"
                values.code(row["TBCXSXLX"]) == _CALENDAR_DAYS,
            )
            for row in rows
        ]
        return tuple(dict.fromkeys(found))


class _Names:
    """Matter names by the codes of a case, the most exact first."""

    def __init__(self) -> None:
        self._names: dict[tuple[str | None, ...], str] = {}

    def add(self, row: Row) -> None:
        name = values.text(row["SPSXMC"])
        if name:
            for key in self._keys(row):
                self._names[key] = name

    def of(self, row: Row) -> str | None:
        return next((self._names[key] for key in self._keys(row) if key in self._names), None)

    @staticmethod
    def _keys(row: Row) -> list[tuple[str | None, ...]]:
        region, matter = _region(row), values.text(row["SPSXBM"])
        matter_version = values.version(row["SPSXBBH"])
        flow = (values.text(row.get("SPLCBM")), values.version(row.get("SPLCBBH")))
        return [
            (region, *flow, matter, matter_version),
            (*flow, matter, matter_version),
            (region, matter, matter_version),
            (matter, matter_version),
            (matter,),
        ]


def _project_rows(connection: Connection, layout: Layout, code: str) -> list[Row]:
    """All works of the project that has this code or a work with this code."""
    spellings = _spellings([code])
    rows = (
        layout.rows(connection, PROJECT, "XMDM", spellings)
        or layout.rows(connection, PROJECT, "GCDM", spellings)
        or layout.select(connection, PROJECT, _written_otherwise(layout, code))
    )
    # As the city spells it, which may be none of our spellings.
    written = {row["XMDM"] for row in rows if row["XMDM"]}
    return layout.rows(connection, PROJECT, "XMDM", written) if written - spellings else rows


def _written_otherwise(layout: Layout, code: str) -> sa.sql.ColumnElement[bool]:
    """Padded, lower-case or with '#' anywhere: a scan, only when nothing was found directly."""
    columns = [layout.column(PROJECT, name) for name in ("XMDM", "GCDM")]
    tidy = [
        sa.func.replace(sa.func.upper(sa.func.trim(sa.cast(column, sa.String(64)))), "#", "-")
        for column in columns
    ]
    return sa.or_(*[column == code for column in tidy])


def _owned_works(connection: Connection, layout: Layout, credit_code: str) -> dict[str, set[str]]:
    """Project code → codes of the works that this enterprise develops."""
    codes = {credit_code, credit_code.lower()}
    unit = UNIT[layout.version]
    rows = [
        row
        for row in layout.rows(connection, unit, "DWTYSHXYDM", codes)
        if values.code(row["DWLX"]) == _DEVELOPER
    ]
    if "JSDWDM" in layout.spec(PROJECT).columns:
        rows += layout.rows(connection, PROJECT, "JSDWDM", codes)
    owned: dict[str, set[str]] = defaultdict(set)
    for row in rows:
        project = _project_code(row)
        owned[project].add(_code(row["GCDM"]) or project)
    owned.pop("", None)
    return dict(owned)


def _case_rows(connection: Connection, layout: Layout, project: Project) -> dict[CaseKey, Row]:
    found = _of_works(connection, layout, CASE, project)
    rows = [row for same in found.values() for row in same if values.text(row["SPSXSLBM"])]
    regional = _regional(layout)
    return _newest(rows, lambda row: _case_key(row, regional))


def _of_works(
    connection: Connection, layout: Layout, base: str, project: Project
) -> dict[CaseKey, list[Row]]:
    """The rows of the project's works, by case; {} where the platform lacks the table."""
    rows = layout.rows(connection, base, "GCDM", _spellings(work.code for work in project.works))
    regional = _regional(layout)
    works = {(work.region or "", work.code) for work in project.works}
    codes = {work.code for work in project.works}
    found: dict[CaseKey, list[Row]] = defaultdict(list)
    for row in rows:
        work = _code(row["GCDM"])
        if work in codes and (not regional or (_region(row), work) in works):
            found[_case_key(row, regional)].append(row)
    return found


def _matter_names(connection: Connection, layout: Layout, cases: Iterable[Row]) -> _Names:
    codes = {values.text(row["SPSXBM"]) for row in cases}
    rows = layout.rows(
        connection, MATTER[layout.version], "SPSXBM", (code for code in codes if code)
    )
    names = _Names()
    for row in sorted(rows, key=_serial):
        names.add(row)
    return names


def _documents(rows: Sequence[Row]) -> tuple[ApprovalDocument, ...]:
    found = []
    for row in rows:
        valid_to = values.calendar_day(row["PFWJYXQX"])
        unlimited = valid_to is not None and valid_to >= values.NEVER_EXPIRES
        found.append(
            ApprovalDocument(
                number=values.text(row["PFWH"]),
                title=values.text(row["PFWJBT"]),
                issued_on=values.calendar_day(row["PFRQ"]),
                valid_to=None if unlimited else valid_to,
                unlimited=unlimited,
            )
        )
    # One row per file: a document of several files is one document.
    return tuple(dict.fromkeys(found))


def _solicitations(rows: Sequence[Row]) -> tuple[Solicitation, ...]:
    found = [
        Solicitation(
            values.text(row["BLDWMC"]), values.moment(row["FKSJ"]), values.text(row["FKYJ"])
        )
        for row in rows
    ]
    return tuple(dict.fromkeys(found))


def _event(row: Row) -> Event:
    return Event(row["BLSJ"], row["BLZT"], row["BLCS"], row["BLYJ"], row["LSH"])


def _newest(rows: Iterable[Row], key: Callable[[Row], Key]) -> dict[Key, Row]:
    """Of rows with the same key the one with the highest serial number."""
    return {key(row): row for row in sorted(rows, key=_serial)}


def _regional(layout: Layout) -> bool:
    """Whether XZQHDM can be part of the key: every joined table must have it."""
    attached = ATTACHMENT[layout.version]
    joined = (PROJECT, CASE, STEP, PROCEDURE, DOCUMENT, SOLICITATION, attached)
    return all("XZQHDM" in layout.found[base].columns for base in joined if base in layout.found)


def _case_key(row: Row, regional: bool) -> CaseKey:
    region = _region(row) if regional else ""
    return (region, _code(row["GCDM"]), values.text(row["SPSXSLBM"]) or "")


def _region(row: Row) -> str:
    return values.code(row["XZQHDM"]) or ""


def _code(value: object) -> str:
    return normalise_project_code(values.text(value) or "")


def _project_code(row: Row) -> str:
    return _code(row["XMDM"]) or _code(row["GCDM"])


def _serial(row: Row) -> tuple[int, str]:
    serial = values.text(row["LSH"]) or ""
    return (len(serial), serial)


def _spellings(codes: Iterable[str]) -> set[str]:
    """A code as systems write it: some keep '#' before the number of a work."""
    found: set[str] = set()
    for code in codes:
        head, _, tail = code.rpartition("-")
        found |= {code, f"{head}#{tail}", code.replace("-", "#")}
    return found

"""The platform of any city that keeps the national exchange tables (SPGL_*), V2 or V3.

Joins: project—case by XZQHDM+GCDM, case—step by XZQHDM+GCDM+SPSXSLBM, case—matter name by the
codes and versions of flow and matter (V3: of the matter alone); versions compare as numbers.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime

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
from connectors.platforms.spgl_works import (
    DEVELOPER,
    Works,
    code_of,
    newest,
    owned_works,
    project_code,
    project_rows,
    region,
    serial,
    spellings,
)
from connectors.platforms.steps import Event, steps_of

# FJFL / CLFL: application material. The other codes of the list are not known.
_APPLICATION_MATERIAL = "1"
_CALENDAR_DAYS = "2"  # TBCXSXLX: 自然日


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
            rows = project_rows(connection, layout, code)
        whole = [row for row in rows if project_code(row) == code]
        return self._to_project(whole or [row for row in rows if code_of(row["GCDM"]) == code])

    def projects_of(self, credit_code: str) -> list[Project]:
        credit_code = normalise_credit_code(credit_code)
        if not credit_code:
            return []
        with self._reading() as (connection, layout):
            owned = owned_works(connection, layout, credit_code)
            rows = layout.rows(connection, PROJECT, "XMDM", spellings(owned))
        by_project: dict[str, list[Row]] = defaultdict(list)
        for row in rows:
            code, work = project_code(row), code_of(row["GCDM"])
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
        codes = {code_of(project) or code_of(work) for project, work in works} - {""}
        developers = {
            project_code(row): normalise_credit_code(str(row["DWTYSHXYDM"]))
            for row in owners
            if values.code(row["DWLX"]) == DEVELOPER
        }
        # What is no credit code may be the number of a person's identity card.
        return [
            Registered(code, owner if is_credit_code(owner) else None)
            for code in sorted(codes)
            for owner in [developers.get(code, "")]
        ]

    def cases(self, project: Project) -> list[Case]:
        with self._reading() as (connection, layout):
            works = Works(connection, layout, project)
            rows = works.cases()
            if not rows:
                return []
            names = _matter_names(connection, layout, rows.values())
            found = works.rows(STEP)
            procedures, documents = works.rows(PROCEDURE), works.rows(DOCUMENT)
            solicitations = works.rows(SOLICITATION)
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
            works = Works(connection, layout, project)
            cases, files = works.cases(), works.rows(ATTACHMENT[layout.version])
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
        works = list(newest(rows, lambda row: (region(row), code_of(row["GCDM"]))).values())
        if not works:
            return None
        works.sort(key=lambda row: code_of(row["GCDM"]))
        code = project_code(works[0])
        main = next((row for row in works if code_of(row["GCDM"]) == code), works[0])
        return Project(
            code=code,
            name=values.text(main["XMMC"]) or "",
            works=tuple(
                Work(code_of(row["GCDM"]), values.text(row["XMMC"]) or "", region(row) or None)
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
        place, matter = region(row), values.text(row["SPSXBM"])
        matter_version = values.version(row["SPSXBBH"])
        flow = (values.text(row.get("SPLCBM")), values.version(row.get("SPLCBBH")))
        return [
            (place, *flow, matter, matter_version),
            (*flow, matter, matter_version),
            (place, matter, matter_version),
            (matter, matter_version),
            (matter,),
        ]


def _matter_names(connection: Connection, layout: Layout, cases: Iterable[Row]) -> _Names:
    # As written and tidied: the two tables need not pad a code alike.
    written = (form for row in cases for form in (row["SPSXBM"], values.text(row["SPSXBM"])))
    rows = layout.rows(connection, MATTER[layout.version], "SPSXBM", filter(None, written))
    names = _Names()
    for row in sorted(rows, key=serial):
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

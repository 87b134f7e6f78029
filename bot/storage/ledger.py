"""The own ledger: a platform for a city that has none within reach, kept by its stewards."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from bot.model.case import (
    Case,
    PlatformDescription,
    Project,
    ReceivedMaterial,
    normalise_project_code,
)
from bot.model.credit_code import normalise_credit_code
from bot.model.ledger import Imported, LedgerProject
from bot.services.platform_port import PlatformUnavailable
from bot.services.whole_platform import Registered
from bot.storage import ledger_rows as rows
from bot.storage.database import is_missing, make_engine
from bot.storage.ledger_tables import ledger_cases, ledger_projects, ledger_steps, ledger_works


class Ledger:
    """Implements bot.services.platform_port.Platform on the product's own database, and takes in
    projects. Blocks; PlatformUnavailable."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._engine = make_engine(url)

    def describe(self, now: datetime) -> PlatformDescription:
        with self._connected() as connection:
            counts = {
                name: _count(connection, table)
                for name, table in (
                    ("projects", ledger_projects),
                    ("works", ledger_works),
                    ("cases", ledger_cases),
                    ("events", ledger_steps),
                )
            }
            at = ledger_steps.c.at
            newest = connection.scalar(sa.select(sa.func.max(at)).where(at <= now))
            later = sa.select(sa.func.count()).select_from(ledger_steps).where(at > now)
            future = int(connection.scalar(later) or 0)
        return PlatformDescription(
            kind="local",
            address="本产品的项目台账",
            tables=(),
            **counts,
            newest_event_at=newest.astimezone(now.tzinfo) if newest else None,
            future_events=future,
            notes=(f"有{future}条办理记录的时间晚于现在，查询办件时不计入。",) if future else (),
        )

    def project(self, code: str) -> Project | None:
        code = normalise_project_code(code)
        parent = sa.select(ledger_works.c.project_code).where(ledger_works.c.code == code)
        named = sa.or_(ledger_projects.c.code == code, ledger_projects.c.code.in_(parent))
        with self._connected() as connection:
            found = rows.read_projects(connection, named)
        if not found:
            return None
        whole = next((project for project in found if project.code == code), None)
        if whole is not None:
            return whole
        works = tuple(work for work in found[0].works if work.code == code)
        return replace(found[0], works=works)

    def projects_of(self, credit_code: str) -> list[Project]:
        credit_code = normalise_credit_code(credit_code)
        if not credit_code:
            return []
        with self._connected() as connection:
            return rows.read_projects(connection, ledger_projects.c.developer_code == credit_code)

    def cases(self, project: Project) -> list[Case]:
        with self._connected() as connection:
            found = rows.read_cases(connection, project)
        return sorted(found, key=lambda case: case.age)

    def received_materials(self, project: Project) -> list[ReceivedMaterial]:
        with self._connected() as connection:
            return rows.read_materials(connection, project.code)

    def register(self) -> list[Registered]:
        """Implements bot.services.whole_platform.Register."""
        columns = ledger_projects.c
        query = sa.select(
            columns.code,
            columns.developer_name,
            columns.stage,
            columns.steward,
            columns.next_step,
        ).order_by(columns.code)
        with self._connected() as connection:
            return [Registered(*row) for row in connection.execute(query)]

    def take_in(self, projects: Sequence[LedgerProject]) -> Imported:
        """Writes each project as it is given, with all its cases; all or none."""
        counted = {"added": 0, "changed": 0, "unchanged": 0}
        with self._connected(write=True) as connection:
            for kept in projects:
                counted[_take_in(connection, kept)] += 1
        return Imported(**counted)

    def close(self) -> None:
        self._engine.dispose()

    @contextmanager
    def _connected(self, write: bool = False) -> Iterator[Connection]:
        if is_missing(self._url):
            raise _not_made()
        try:
            with (
                self._engine.connect().execution_options(writing=write) as connection,
                connection.begin(),
            ):
                yield connection
        except sa.exc.IntegrityError as error:
            raise PlatformUnavailable(
                "台账里别的项目已经用了同样的办件号或工程代码，什么也没有写入。", "请核对后再导入。"
            ) from error
        except (sa.exc.OperationalError, sa.exc.ProgrammingError) as error:
            if "ledger_" in str(error.orig):  # the table that is not there
                raise _not_made() from error
            raise PlatformUnavailable("台账所在的数据库暂时不可用。", "请稍后再试。") from error


def _not_made() -> PlatformUnavailable:
    return PlatformUnavailable("台账还没有建立。", "请先运行 bangban migrate。")


def _count(connection: Connection, table: sa.Table) -> int:
    return int(connection.scalar(sa.select(sa.func.count()).select_from(table)) or 0)


def _take_in(connection: Connection, kept: LedgerProject) -> str:
    before = _kept(connection, kept.project.code)
    if before is not None and _comparable(before) == _comparable(kept):
        return "unchanged"
    if before is not None:
        rows.delete_project(connection, kept.project.code)
    rows.write_project(connection, kept)
    return "added" if before is None else "changed"


def _kept(connection: Connection, code: str) -> LedgerProject | None:
    query = sa.select(ledger_projects).where(ledger_projects.c.code == code)
    row = connection.execute(query).first()
    if row is None:
        return None
    (project,) = rows.read_projects(connection, ledger_projects.c.code == code)
    return LedgerProject(
        project,
        row.developer_code,
        row.developer_name,
        tuple(rows.read_cases(connection, project)),
        tuple(rows.read_materials(connection, code)),
        row.stage,
        row.steward,
        row.next_step,
    )


def _comparable(kept: LedgerProject) -> Any:
    """Without what differs in order alone."""
    works = tuple(sorted(kept.project.works, key=lambda work: work.code))
    return replace(
        kept,
        project=replace(kept.project, works=works),
        cases=tuple(sorted(kept.cases, key=lambda case: case.case_no)),
    )

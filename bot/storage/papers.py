"""What stewards have seen on paper, in SQL."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from bot.model.case import SHANGHAI
from bot.model.handed_in import HandedIn
from bot.services.ports import StoreUnavailable
from bot.storage.database import is_missing, make_engine
from bot.storage.paper_tables import paper_materials

log = logging.getLogger(__name__)
_COUNTS = paper_materials.c.undone_at.is_(None)


class SqlPapers:
    """Implements bot.services.paper_materials.Papers. Connects at its first use."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._engine = make_engine(url)

    def of(self, project_code: str) -> Sequence[HandedIn]:
        ticked = paper_materials.c.project_code == project_code
        if is_missing(self._url):
            return []
        query = sa.select(paper_materials).where(ticked, _COUNTS).order_by(paper_materials.c.id)
        try:
            with self._engine.connect().execution_options(writing=False) as connection:
                return [_read(row) for row in connection.execute(query)]
        except sa.exc.DBAPIError as error:
            log.warning("what was handed in on paper could not be read: %s", error.orig)
            return []

    def tick(
        self, project_code: str, case_no: str, material: str, by: str, at: datetime
    ) -> HandedIn:
        row = {
            "project_code": project_code,
            "case_no": case_no,
            "material": material,
            "ticked_by": by,
            "ticked_at": at,
        }
        try:
            with self._writing() as connection:
                done = connection.execute(paper_materials.insert().values(row))
                number = int(done.inserted_primary_key[0])
        except sa.exc.IntegrityError:  # somebody has ticked the same
            return self._ticked(case_no, material)
        return HandedIn(number, project_code, case_no, material, by, at)

    def undo(self, tick: int, by: str, at: datetime) -> bool:
        query = sa.update(paper_materials).where(paper_materials.c.id == tick, _COUNTS)
        with self._writing() as connection:
            done = connection.execute(query.values(undone_by=by, undone_at=at))
        return bool(done.rowcount)

    def close(self) -> None:
        self._engine.dispose()

    def _ticked(self, case_no: str, material: str) -> HandedIn:
        same = sa.and_(
            paper_materials.c.case_no == case_no, paper_materials.c.material == material, _COUNTS
        )
        with self._writing() as connection:
            return _read(connection.execute(sa.select(paper_materials).where(same)).one())

    @contextmanager
    def _writing(self) -> Iterator[Connection]:
        try:
            with self._engine.begin() as connection:
                yield connection
        except (sa.exc.OperationalError, sa.exc.InterfaceError) as error:
            raise StoreUnavailable(f"database not available: {error.orig}") from error


def _read(row: Any) -> HandedIn:
    return HandedIn(
        id=row.id,
        project_code=row.project_code,
        case_no=row.case_no,
        material=row.material,
        by=row.ticked_by,
        at=row.ticked_at.astimezone(SHANGHAI),
    )

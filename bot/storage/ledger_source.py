"""The own ledger as a platform that is followed: what stewards import becomes history too."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import sqlalchemy as sa

from bot.model.ledger import FollowedProject
from bot.storage import ledger_rows as rows
from bot.storage.ledger import Ledger
from bot.storage.ledger_tables import ledger_projects


class LedgerSource(Ledger):
    """Implements bot.services.follow_port.Source. Every write sets a project's `updated_at`."""

    @property
    def origin(self) -> str:
        return "local"

    def glance(self) -> str:
        query = sa.select(sa.func.count(), sa.func.max(ledger_projects.c.updated_at))
        with self._connected() as connection:
            return str(tuple(map(str, connection.execute(query).one())))

    def touched(self, before: str, now: str) -> Collection[str] | None:
        return None  # a survey of the ledger is cheap

    def survey(self, codes: Collection[str] | None = None) -> dict[str, str | None]:
        query = sa.select(ledger_projects.c.code, ledger_projects.c.updated_at)
        if codes is not None:
            query = query.where(ledger_projects.c.code.in_(codes))
        with self._connected() as connection:
            return {row.code: row.updated_at.isoformat() for row in connection.execute(query)}

    def read(self, codes: Sequence[str]) -> list[FollowedProject]:
        chosen = ledger_projects.c.code.in_(codes)
        developers = sa.select(ledger_projects.c.code, ledger_projects.c.developer_code)
        with self._connected() as connection:
            owner = {
                row.code: row.developer_code for row in connection.execute(developers.where(chosen))
            }
            projects = rows.read_projects(connection, chosen)
            return [
                FollowedProject(
                    project,
                    (owner[project.code],),
                    tuple(sorted(rows.read_cases(connection, project), key=lambda case: case.age)),
                )
                for project in projects
            ]

"""What the follower has kept of a platform, for whoever reads it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from bot.model.case import SHANGHAI, CaseStatus, normalise_project_code
from bot.model.ledger import CaseChange, ChangeKind, FollowedCase, FollowedProject
from bot.services.whole_platform import Registered
from bot.storage.bulk import connected
from bot.storage.case_text import case_of, project_of, step_of
from bot.storage.database import make_engine
from bot.storage.ledger_history_tables import (
    case_changes,
    followed_cases,
    followed_platforms,
    followed_projects,
)

AT_ONCE = 500  # cases in one batch


class SqlFollowedCases:
    """Implements bot.services.followed_cases.FollowedCases. Connects at its first use.

    `origin` names the platform that is followed (bot.services.follow_port.Source.origin); None:
    whatever was followed.
    """

    def __init__(self, url: str, origin: str | None = None) -> None:
        self._engine = make_engine(url)
        self._origin = origin

    def newest_no(self) -> int:
        query = sa.select(sa.func.max(case_changes.c.no)).where(self._ours(case_changes))
        with connected(self._engine) as connection:
            return int(connection.scalar(query) or 0)

    def changes_after(
        self,
        no: int,
        limit: int,
        kinds: Sequence[ChangeKind] = (),
        about: str | None = None,
    ) -> list[CaseChange]:
        """As the protocol says; with `kinds` only those, with `about` only those of the project,
        work or case that has this code or number."""
        query = sa.select(case_changes).where(self._ours(case_changes), case_changes.c.no > no)
        if kinds:
            query = query.where(case_changes.c.kind.in_([kind.value for kind in kinds]))
        if about is not None:
            query = query.where(_is_about(about))
        with connected(self._engine) as connection:
            rows = connection.execute(query.order_by(case_changes.c.no).limit(limit)).all()
        return [_change(row) for row in rows]

    def case(self, case_no: str, project_code: str | None = None) -> FollowedCase | None:
        query = self._cases().where(followed_cases.c.case_no == case_no)
        if project_code is not None:
            code = normalise_project_code(project_code)
            query = query.where(followed_cases.c.project_code == code)
        there_first = (followed_cases.c.gone_at.isnot(None), followed_cases.c.project_code)
        with connected(self._engine) as connection:
            row = connection.execute(query.order_by(*there_first).limit(1)).first()
        return _case(row) if row else None

    def project(self, code: str) -> FollowedProject | None:
        code = normalise_project_code(code)
        there = sa.select(followed_projects).where(
            self._ours(followed_projects),
            followed_projects.c.code == code,
            followed_projects.c.gone_at.is_(None),
        )
        cases = sa.select(followed_cases.c.content).where(
            self._ours(followed_cases),
            followed_cases.c.project_code == code,
            followed_cases.c.gone_at.is_(None),
        )
        with connected(self._engine) as connection:
            row = connection.execute(there).first()
            texts = list(connection.scalars(cases)) if row else []
        if row is None:
            return None
        read = sorted(map(case_of, texts), key=lambda case: case.age)
        return FollowedProject(project_of(row.content), tuple(row.developers), tuple(read))

    def register(self) -> list[Registered]:
        """The projects that are there, by code, each with whoever develops it."""
        table = followed_projects.c
        query = sa.select(table.code, table.developers).where(
            self._ours(followed_projects), table.gone_at.is_(None)
        )
        with connected(self._engine) as connection:
            rows = connection.execute(query.order_by(table.code)).all()
        return [Registered(row.code, "、".join(row.developers) or None) for row in rows]

    def confirmed_at(self) -> datetime | None:
        """When the platform was last looked through as a whole; None before that."""
        column = followed_platforms.c.surveyed_at
        query = sa.select(sa.func.max(column, type_=column.type))
        if self._origin is not None:
            query = query.where(followed_platforms.c.origin == self._origin)
        with connected(self._engine) as connection:
            at: datetime | None = connection.scalar(query)
        return at.astimezone(SHANGHAI) if at else None

    def running_cases(self) -> Iterator[FollowedCase]:
        table = followed_cases
        order = (table.c.project_code, table.c.work_code, table.c.case_no)
        query = self._cases().where(table.c.ended.is_(False), table.c.gone_at.is_(None))
        last: tuple[Any, ...] | None = None
        while True:
            page = query.where(sa.tuple_(*order) > sa.tuple_(*last)) if last else query
            with connected(self._engine) as connection:
                rows = connection.execute(page.order_by(*order).limit(AT_ONCE)).all()
            yield from map(_case, rows)
            if len(rows) < AT_ONCE:
                return
            last = (rows[-1].project_code, rows[-1].work_code, rows[-1].case_no)

    def counts(self) -> dict[str, int]:
        """How many `projects` and `cases` are there, and how many `changes` were seen."""
        counted: dict[str, int] = defaultdict(int)
        tables = {"projects": followed_projects, "cases": followed_cases, "changes": case_changes}
        with connected(self._engine) as connection:
            for name, table in tables.items():
                query = sa.select(sa.func.count()).select_from(table).where(self._ours(table))
                if "gone_at" in table.c:
                    query = query.where(table.c.gone_at.is_(None))
                counted[name] = int(connection.scalar(query) or 0)
        return dict(counted)

    def close(self) -> None:
        self._engine.dispose()

    def _ours(self, table: sa.Table) -> Any:
        if self._origin is None:
            return sa.true()
        platform = sa.select(followed_platforms.c.id).where(
            followed_platforms.c.origin == self._origin
        )
        return table.c.platform_id == platform.scalar_subquery()

    def _cases(self) -> Any:
        projects = followed_projects
        together = sa.and_(
            projects.c.platform_id == followed_cases.c.platform_id,
            projects.c.code == followed_cases.c.project_code,
        )
        told = (projects.c.content.label("project"), projects.c.developers, projects.c.read_at)
        return (
            sa.select(followed_cases, *told)
            .join(projects, together)
            .where(self._ours(followed_cases))
        )


def _is_about(named: str) -> Any:
    code = normalise_project_code(named)
    columns = case_changes.c
    return sa.or_(
        columns.project_code == code, columns.work_code == code, columns.case_no == named.strip()
    )


def _change(row: Any) -> CaseChange:
    return CaseChange(
        no=row.no,
        at=row.at.astimezone(SHANGHAI),
        project_code=row.project_code,
        work_code=row.work_code,
        case_no=row.case_no,
        kind=ChangeKind(row.kind),
        step=step_of(row.step) if row.step else None,
        before=CaseStatus(row.before) if row.before else None,
        note=row.note,
        seen_by=row.seen_by,
    )


def _case(row: Any) -> FollowedCase:
    return FollowedCase(
        case_of(row.content),
        project_of(row.project),
        tuple(row.developers),
        row.read_at.astimezone(SHANGHAI),
        row.gone_at.astimezone(SHANGHAI) if row.gone_at else None,
    )

"""What is kept of one platform that is followed: written in batches, by one process at a time."""

from __future__ import annotations

import os
import socket
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from bot.model.case import Case
from bot.model.ledger import Change, FollowedProject
from bot.services.compare_projects import key_of
from bot.services.follow_port import KeptProject, LeaseLost, Marks, NotKept, Position, Seen
from bot.storage.bulk import Row, connected, insert, update
from bot.storage.case_text import case_of, project_of, to_text
from bot.storage.database import make_engine
from bot.storage.ledger_history_tables import (
    case_changes,
    followed_cases,
    followed_platforms,
    followed_projects,
)

LEASE = timedelta(minutes=2)  # longer than one batch takes
CASE_KEY = ("platform_id", "project_code", "work_code", "case_no")
PROJECT_KEY = ("platform_id", "code")


class SqlSnapshots:
    """Implements bot.services.follow_port.Snapshots on the product's own database."""

    def __init__(self, url: str, origin: str, holder: str | None = None) -> None:
        self._engine = make_engine(url)
        self._origin = origin
        self.holder = holder or f"{socket.gethostname()[:60]}/{os.getpid()}"
        self._id = 0

    def hold(self, at: datetime) -> Position | None:
        with connected(self._engine, write=True) as connection:
            self._id = self._id or _platform_id(connection, self._origin)
            if not self._renew(connection, at, taking=True):
                return None
            row = connection.execute(self._own(sa.select(followed_platforms))).one()
        return Position(row.glance, row.surveyed_at, row.fewer_since)

    def release(self) -> None:
        with connected(self._engine, write=True) as connection:
            mine = followed_platforms.c.holder == self.holder
            connection.execute(
                self._own(sa.update(followed_platforms)).where(mine).values(holder=None, until=None)
            )

    def marks(self) -> Marks:
        table = followed_projects
        query = sa.select(table.c.code, table.c.mark).where(
            table.c.platform_id == self._id, table.c.gone_at.is_(None)
        )
        with connected(self._engine) as connection:
            return {row.code: row.mark for row in connection.execute(query)}

    def longest_unread(self, limit: int) -> list[str]:
        table = followed_projects
        query = sa.select(table.c.code).where(
            table.c.platform_id == self._id, table.c.gone_at.is_(None)
        )
        with connected(self._engine) as connection:
            ordered = query.order_by(table.c.read_at, table.c.code).limit(limit)
            return list(connection.scalars(ordered))

    def kept(self, codes: Sequence[str]) -> dict[str, KeptProject]:
        projects, cases = followed_projects, followed_cases
        with connected(self._engine) as connection:
            chosen = sa.and_(projects.c.platform_id == self._id, projects.c.code.in_(codes))
            rows = connection.execute(sa.select(projects).where(chosen)).all()
            if not rows:
                return {}
            chosen = sa.and_(cases.c.platform_id == self._id, cases.c.project_code.in_(codes))
            of_project: dict[str, list[Any]] = defaultdict(list)
            for case in connection.execute(sa.select(cases).where(chosen)):
                of_project[case.project_code].append(case)
        return {row.code: _kept(row, of_project[row.code]) for row in rows}

    def write(self, seen: Sequence[Seen], at: datetime) -> None:
        try:
            with connected(self._engine, write=True) as connection:
                if not self._renew(connection, at):
                    raise LeaseLost
                self._write_projects(connection, seen, at)
                self._write_cases(connection, seen, at)
                rows = [self._change(change, at) for each in seen for change in each.changes]
                insert(connection, case_changes, rows)
        except (sa.exc.IntegrityError, sa.exc.DataError, ValueError) as refused:
            raise NotKept(str(refused).splitlines()[0]) from refused

    def reach(self, position: Position) -> None:
        with connected(self._engine, write=True) as connection:
            mine = followed_platforms.c.holder == self.holder
            told = vars(position)
            connection.execute(self._own(sa.update(followed_platforms)).where(mine).values(**told))

    def close(self) -> None:
        self._engine.dispose()

    def _renew(self, connection: Connection, at: datetime, taking: bool = False) -> bool:
        """Locks the platform's row until the transaction ends: nobody else writes meanwhile."""
        table = followed_platforms
        free = table.c.holder == self.holder
        if taking:
            free = sa.or_(free, table.c.holder.is_(None), table.c.until < at)
        renewed = self._own(sa.update(table)).where(free)
        done = connection.execute(renewed.values(holder=self.holder, until=at + LEASE))
        return bool(done.rowcount)

    def _own(self, statement: Any) -> Any:
        return statement.where(followed_platforms.c.id == self._id)

    def _write_projects(self, connection: Connection, seen: Sequence[Seen], at: datetime) -> None:
        new: list[Row] = []
        changed: list[Row] = []
        same: list[Row] = []
        gone: list[Row] = []
        for each in seen:
            key = {"platform_id": self._id, "code": each.code}
            if each.now is None:
                gone.append({**key, "gone_at": at})
                continue
            read = {**key, "mark": each.mark, "read_at": at}
            before = each.before
            if before is None:
                new.append({**read, **_told(each.now), "gone_at": None})
            elif before.gone or _told(before.told) != _told(each.now):
                changed.append({**read, **_told(each.now), "gone_at": None})
            else:
                same.append(read)
        insert(connection, followed_projects, new)
        for rows in (changed, same, gone):
            update(connection, followed_projects, PROJECT_KEY, rows)

    def _write_cases(self, connection: Connection, seen: Sequence[Seen], at: datetime) -> None:
        new: list[Row] = []
        changed: list[Row] = []
        gone: list[Row] = []
        for each in seen:
            before = {key_of(case): case for case in each.before.told.cases} if each.before else {}
            were_gone = each.before.gone_cases if each.before else frozenset()
            for case in each.now.cases if each.now else ():
                key = key_of(case)
                old = before.pop(key, None)
                if old is None:
                    new.append(self._case(case))
                elif old != case or key in were_gone:
                    changed.append(self._case(case))
            keys = (self._case_key(case) for key, case in before.items() if key not in were_gone)
            gone.extend({**key, "gone_at": at} for key in keys)
        insert(connection, followed_cases, new)
        for rows in (changed, gone):
            update(connection, followed_cases, CASE_KEY, rows)

    def _case_key(self, case: Case) -> Row:
        told = {name: getattr(case, name) for name in CASE_KEY[1:]}
        return {"platform_id": self._id, **told}

    def _case(self, case: Case) -> Row:
        told = {"status": case.status.value, "ended": case.end is not None, "gone_at": None}
        return {**self._case_key(case), "content": to_text(case), **told}

    def _change(self, change: Change, at: datetime) -> Row:
        return {
            "platform_id": self._id,
            "at": at,
            "seen_by": self.holder,
            "kind": change.kind.value,
            "project_code": change.project_code,
            "work_code": change.work_code,
            "case_no": change.case_no,
            "step": to_text(change.step) if change.step else None,
            "before": change.before.value if change.before else None,
            "note": change.note,
        }


def _platform_id(connection: Connection, origin: str) -> int:
    query = sa.select(followed_platforms.c.id).where(followed_platforms.c.origin == origin)
    found = connection.scalar(query)
    if found is None:
        try:
            with connection.begin_nested():
                made = connection.execute(followed_platforms.insert().values(origin=origin))
                return int(made.inserted_primary_key[0])
        except sa.exc.IntegrityError:  # another process has just begun to follow it
            found = connection.scalar(query)
    return int(found)


def _kept(row: Any, cases: Iterable[Any]) -> KeptProject:
    read = [(case_of(case.content), case.gone_at is not None) for case in cases]
    return KeptProject(
        FollowedProject(
            project_of(row.content),
            tuple(row.developers),
            tuple(sorted((case for case, _ in read), key=lambda case: case.age)),
        ),
        frozenset(key_of(case) for case, gone in read if gone),
        row.gone_at is not None,
    )


def _told(told: FollowedProject) -> Row:
    project = told.project
    content = {"content": to_text(project), "developers": list(told.developers)}
    return {"name": project.name[:500], **content}

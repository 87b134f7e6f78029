"""Stewards, their passwords (Argon2) and the sessions of desk and widget."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta, timezone

import sqlalchemy as sa
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy.engine import Connection

from bot.model.conversation import Steward
from bot.storage.database import Database
from bot.storage.tables import sessions, stewards

DESK_SESSION = timedelta(hours=12)
CHAT_SESSION = timedelta(days=30)
SHARED_SESSION = timedelta(hours=2)  # on a computer that others use too
_hasher = PasswordHasher()
_DUMMY = _hasher.hash(secrets.token_urlsafe(16))  # the same work for a name that does not exist


class NameTaken(Exception):
    pass


class Accounts:
    """Raises StoreUnavailable like everything that touches the database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add_steward(self, name: str, password: str) -> Steward:
        """Raises NameTaken."""

        def work(connection: Connection) -> Steward:
            if connection.execute(sa.select(stewards.c.id).where(stewards.c.name == name)).first():
                raise NameTaken(name)
            values = {
                "name": name,
                "password_hash": _hasher.hash(password),
                "disabled": False,
                "created_at": datetime.now(timezone.utc),
            }
            key = connection.execute(sa.insert(stewards), values).inserted_primary_key[0]
            return Steward(key, name)

        return await self._database.run(work)

    async def steward_for(self, name: str, password: str) -> Steward | None:
        """The steward with this name and password, or None; both cost the same time."""

        def work(connection: Connection) -> Steward | None:
            row = connection.execute(sa.select(stewards).where(stewards.c.name == name)).first()
            stored = row.password_hash if row else _DUMMY
            try:
                _hasher.verify(stored, password)
            except (VerificationError, InvalidHashError):
                return None
            return Steward(row.id, row.name) if row and not row.disabled else None

        return await self._database.run(work, write=False)

    async def open_session(self, kind: str, subject: str, lasts: timedelta) -> str:
        """A new secret token for the subject; only its hash is stored."""
        return await self._database.run(lambda c: begin_session(c, kind, subject, lasts))

    async def subject_of(self, kind: str, token: str) -> str | None:
        """Whom a token stands for; None when unknown or expired."""
        query = sa.select(sessions.c.subject).where(
            sessions.c.token_hash == _digest(token),
            sessions.c.kind == kind,
            sessions.c.expires_at > datetime.now(timezone.utc),
        )
        return await self._database.run(lambda c: c.execute(query).scalar(), write=False)

    async def end_session(self, token: str) -> None:
        query = sa.delete(sessions).where(sessions.c.token_hash == _digest(token))
        await self._database.run(lambda c: c.execute(query))

    async def steward(self, steward_id: int) -> Steward | None:
        query = sa.select(stewards).where(stewards.c.id == steward_id)

        def work(connection: Connection) -> Steward | None:
            row = connection.execute(query).first()
            return Steward(row.id, row.name) if row and not row.disabled else None

        return await self._database.run(work, write=False)


def begin_session(connection: Connection, kind: str, subject: str, lasts: timedelta) -> str:
    """Like `Accounts.open_session`, within a transaction."""
    token = secrets.token_urlsafe(32)
    values = {
        "token_hash": _digest(token),
        "kind": kind,
        "subject": subject,
        "expires_at": datetime.now(timezone.utc) + lasts,
    }
    connection.execute(sa.insert(sessions), values)
    return token


def _digest(token: str) -> str:
    raw = token.encode("utf-8", "surrogateescape")  # a header may hold any bytes
    return hashlib.sha256(raw).hexdigest()

"""The last reading of each enterprise's projects, kept in the product's own database."""

from __future__ import annotations

import json
import logging

import sqlalchemy as sa
from pydantic import ValidationError, parse_raw_as
from pydantic.json import pydantic_encoder

from bot.services.last_reading import LastReading
from bot.storage.database import is_missing, make_engine
from bot.storage.ledger_tables import platform_readings

log = logging.getLogger(__name__)


class SqlReadings:
    """Implements bot.services.last_reading.Readings. Connects at its first use."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._engine = make_engine(url)

    def remember(self, credit_code: str, reading: LastReading) -> None:
        content = json.dumps(reading, default=pydantic_encoder, ensure_ascii=False)
        row = {"read_at": reading.at, "content": content}
        same = platform_readings.c.credit_code == credit_code
        if is_missing(self._url):
            return
        try:
            with self._engine.begin() as connection:
                changed = connection.execute(sa.update(platform_readings).where(same).values(row))
                if not changed.rowcount:
                    first = platform_readings.insert().values(credit_code=credit_code, **row)
                    connection.execute(first)
        except sa.exc.IntegrityError:
            pass  # another process has just remembered the same
        except sa.exc.DBAPIError as error:
            log.warning("a reading of the platform was not remembered: %s", error.orig)

    def recall(self, credit_code: str) -> LastReading | None:
        query = sa.select(platform_readings.c.content).where(
            platform_readings.c.credit_code == credit_code
        )
        if is_missing(self._url):
            return None
        try:
            with self._engine.connect().execution_options(writing=False) as connection:
                content = connection.scalar(query)
            return parse_raw_as(LastReading, content) if content else None
        except sa.exc.DBAPIError as error:
            log.warning("no reading of the platform could be recalled: %s", error.orig)
        except ValidationError:
            log.warning("a reading of the platform was written by another version")
        return None

"""The enterprises that this product has met: who signed in, was granted access, or was read of."""

from __future__ import annotations

import sqlalchemy as sa

from bot.model.credit_code import normalise_credit_code
from bot.storage.binding_tables import grants
from bot.storage.bulk import connected
from bot.storage.database import make_engine
from bot.storage.ledger_tables import platform_readings
from bot.storage.tables import conversations


def known_enterprises(url: str) -> set[str]:
    """Their credit codes. Raises StoreUnavailable."""
    engine = make_engine(url)
    columns = (
        conversations.c.enterprise_id,
        grants.c.enterprise_id,
        platform_readings.c.credit_code,
    )
    try:
        with connected(engine) as connection:
            found = {
                code
                for column in columns
                for code in connection.scalars(sa.select(column).distinct())
                if code
            }
    finally:
        engine.dispose()
    return {code for told in found if (code := normalise_credit_code(told))}

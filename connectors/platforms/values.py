"""Values of the exchange tables as they come from any driver: text, numbers or typed."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal, InvalidOperation
from typing import Any

from bot.model.case import SHANGHAI

NEVER_EXPIRES = date(9999, 1, 1)

_MOMENT = re.compile(
    r"(\d{4})[-/.年]?(\d{1,2})[-/.月]?(\d{1,2})日?"
    r"(?:[T\s]*(\d{1,2}):?(\d{2})(?::?(\d{2})(?:[.,](\d{1,9}))?)?\s*(Z|[+-]\d{2}:?\d{2})?)?"
)


def text(value: Any) -> str | None:
    """Trimmed text, None for nothing."""
    if value is None:
        return None
    if isinstance(value, bytes):
        value = value.decode("utf-8", "replace")
    return str(value).strip() or None


def code(value: Any) -> str | None:
    """A code as plain digits: 3, '3', ' 3.0 ' and Decimal('3.0') are all '3'; else the text."""
    number = _decimal(value)
    if number is None:
        return text(value)
    return str(int(number)) if number == number.to_integral_value() else str(number.normalize())


def version(value: Any) -> str | None:
    """A version for comparing: 1, 1.0, '1.00' and 'V1.0' are one version."""
    plain = text(value)
    return code(plain[1:] if plain and plain[0] in "Vv" else plain)


def days(value: Any) -> int | None:
    """A whole number of days, None for anything else."""
    number = _decimal(value)
    if number is None or number < 0 or number != number.to_integral_value():
        return None
    return int(number)


def quantity(value: Any) -> str | None:
    """A number above 0 without exponent and needless zeros; None for anything else."""
    number = _decimal(value)
    if number is None or number <= 0:
        return None
    plain = f"{number:f}"
    return plain.rstrip("0").rstrip(".") if "." in plain else plain


def moment(value: Any) -> datetime | None:
    """An aware Shanghai datetime; a value without a zone is Shanghai time, a bare day midnight."""
    if isinstance(value, datetime):
        return (
            value.replace(tzinfo=SHANGHAI) if value.tzinfo is None else value.astimezone(SHANGHAI)
        )
    if isinstance(value, date):
        return datetime(value.year, value.month, value.day, tzinfo=SHANGHAI)
    found = _MOMENT.fullmatch(text(value) or "")
    if found is None:
        return None
    year, month, day, hour, minute, second = (int(part or 0) for part in found.groups()[:6])
    micro = int((found[7] or "0").ljust(6, "0")[:6])
    try:
        naive = datetime(year, month, day, hour, minute, second, micro)
        return naive.replace(tzinfo=_zone(found[8])).astimezone(SHANGHAI)
    except (ValueError, OverflowError):
        return None


def calendar_day(value: Any) -> date | None:
    found = moment(value)
    return found.date() if found else None


def _zone(written: str | None) -> Any:
    if not written:
        return SHANGHAI
    if written == "Z":
        return timezone.utc
    sign = -1 if written[0] == "-" else 1
    return timezone(sign * timedelta(hours=int(written[1:3]), minutes=int(written[-2:])))


def _decimal(value: Any) -> Decimal | None:
    if isinstance(value, bool):
        return Decimal(int(value))
    try:
        number = Decimal(text(value) or "")
    except InvalidOperation:
        return None
    return number if number.is_finite() else None

"""Values of the exchange tables as they come from any driver: text, numbers or typed."""

from __future__ import annotations

import re
import unicodedata
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal, InvalidOperation
from typing import Any

from bot.model.case import SHANGHAI

NEVER_EXPIRES = date(9999, 1, 1)

_DAY = r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?"
_TIME = r"(\d{1,2})[:时](\d{1,2})(?:[:分](\d{1,2})(?:[.,](\d{1,9}))?秒?)?分?"
_ZONE = r"(Z|[+-]\d{2}(?::?\d{2})?)?"
_MOMENTS = (
    re.compile(rf"{_DAY}(?:[T\s]*{_TIME}\s*{_ZONE})?"),
    re.compile(rf"(\d{{4}})(\d\d)(\d\d)(?:[T\s]*{_TIME}\s*{_ZONE})?"),
    re.compile(rf"(\d{{4}})(\d\d)(\d\d)[T\s]*(\d\d)(\d\d)(\d\d)?(?:[.,](\d{{1,9}}))?\s*{_ZONE}"),
)
# Seconds or milliseconds since 1970, as some drivers write a time into a column without a type.
_EPOCH = re.compile(r"(1\d{9})(\d{3})?(?:\.0+)?")
_MADE_UP = 1970  # systems write 1900-01-01 or 1970-01-01 for a day that they do not know


def text(value: Any) -> str | None:
    """Trimmed text, None for nothing."""
    if value is None:
        return None
    plain = decoded(value) if isinstance(value, bytes) else str(value)
    return plain.strip() or None


def decoded(value: bytes) -> str:
    """Text in UTF-8 or else in GB 18030, as older systems write it; what is neither is marked."""
    try:
        return value.decode("utf-8")
    except UnicodeDecodeError:
        return value.decode("gb18030", "replace")


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
    """An aware Shanghai datetime; a value without a zone is Shanghai time, a bare day midnight.

    None for what is no time, and for the days that systems write where they know none.
    """
    try:
        found = _moment(value)
        if found is None or found.year <= _MADE_UP:
            return None
        if found.tzinfo is None:
            return found.replace(tzinfo=SHANGHAI)
        return found.astimezone(SHANGHAI)
    except (ValueError, OverflowError):
        return None


def _moment(value: Any) -> datetime | None:
    if isinstance(value, datetime):
        return value
    if isinstance(value, date):
        return datetime(value.year, value.month, value.day)
    written = unicodedata.normalize("NFKC", text(value) or "")
    epoch = _EPOCH.fullmatch(written)
    if epoch is not None:
        return datetime.fromtimestamp(int(epoch[1]), SHANGHAI)
    found = next((match for form in _MOMENTS if (match := form.fullmatch(written))), None)
    if found is None:
        return None
    year, month, day, hour, minute, second = (int(part or 0) for part in found.groups()[:6])
    micro = int((found[7] or "0").ljust(6, "0")[:6])
    return datetime(year, month, day, hour, minute, second, micro, tzinfo=_zone(found[8]))


def calendar_day(value: Any) -> date | None:
    found = moment(value)
    return found.date() if found else None


def _zone(written: str | None) -> Any:
    if not written:
        return SHANGHAI
    if written == "Z":
        return timezone.utc
    sign = -1 if written[0] == "-" else 1
    return timezone(
        sign * timedelta(hours=int(written[1:3]), minutes=int(written[3:].lstrip(":") or 0))
    )


def _decimal(value: Any) -> Decimal | None:
    if isinstance(value, bool):
        return Decimal(int(value))
    try:
        number = Decimal(text(value) or "")
    except InvalidOperation:
        return None
    return number if number.is_finite() else None

"""The day whose rules a message asks about: “3月3日受理的”, “2024年5月的要求”, “去年的规定”."""

from __future__ import annotations

import re
from datetime import date, timedelta

_DAY = re.compile(
    r"(?:(?P<year>(?:19|20)\d\d|今|去|前)年)?(?P<month>1[0-2]|0?[1-9])月"
    r"(?P<day>3[01]|[12]\d|0?[1-9])[日号]?"
    r"|(?P<y>(?:19|20)\d\d)[-./](?P<m>1[0-2]|0?[1-9])[-./](?P<d>3[01]|[12]\d|0?[1-9])"
)
_YEAR = re.compile(r"(?P<year>(?:19|20)\d\d|去|前)年")
_RELATIVE = {"昨天": 1, "前天": 2, "上周": 7, "上个星期": 7, "上星期": 7}
# A date is about rules only beside one of these; “我3月3日能拿到证吗” is not.
_RULES = (
    r"(?:受理|收件|申请|申报|提交|递交|交的?件|报的|办的|批的|发的证|拿的证|开工的"
    r"|规定|政策|标准|要求)"
)
_BEFORE, _AFTER = re.compile(_RULES + r".{0,4}$"), re.compile(r"^.{0,6}?" + _RULES)


def day_meant(text: str, today: date) -> date | None:
    """The past day whose rules are meant, None when the message speaks of none.

    Without a year it is the latest such day that is not after `today`; a year alone means its last
    day. `today` in China.
    """
    for found in _DAY.finditer(text):
        if _about_rules(text, found):
            return _day(found, today)
    for word, ago in _RELATIVE.items():
        place = re.search(word, text)
        if place and _about_rules(text, place):
            return today - timedelta(days=ago)
    found_year = _YEAR.search(text)
    if found_year and _about_rules(text, found_year):
        year = _year(found_year["year"], today)
        return date(year, 12, 31) if year < today.year else None
    return None


def _about_rules(text: str, found: re.Match[str]) -> bool:
    return bool(_AFTER.search(text[found.end() :]) or _BEFORE.search(text[: found.start()]))


def _day(found: re.Match[str], today: date) -> date | None:
    written = found["year"] or found["y"]
    year = _year(written, today) if written else today.year
    month, day = int(found["month"] or found["m"]), int(found["day"] or found["d"])
    for candidate in (year,) if written else (year, year - 1):
        try:
            meant = date(candidate, month, day)
        except ValueError:
            continue
        if meant <= today:
            return meant
    return None


def _year(word: str, today: date) -> int:
    return {"今": today.year, "去": today.year - 1, "前": today.year - 2}.get(word) or int(word)

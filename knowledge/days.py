"""The day whose rules a message asks about: “3月3日受理的”, “2024年5月的要求”, “去年的规定”."""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import date, timedelta

from cn2an import cn2an

_DAY = re.compile(
    r"(?:(?P<year>(?:19|20)\d\d|今|去|前|明)年)?(?P<month>1[0-2]|0?[1-9])月"
    r"(?:(?P<day>3[01]|[12]\d|0?[1-9])[日号]?|份|底|(?=\D|$))"
    r"|(?P<y>(?:19|20)\d\d)[-./](?P<m>1[0-2]|0?[1-9])[-./](?P<d>3[01]|[12]\d|0?[1-9])"
)
_YEAR = re.compile(r"(?P<year>(?:19|20)\d\d|去|前|明)年")
_RELATIVE = {"昨天": 1, "前天": 2, "上周": 7, "上个星期": 7, "上星期": 7}
_LAST_MONTH = re.compile(r"上个?月(?!\d)")
# A date is about rules only beside one of these; “我3月3日能拿到证吗” is not.
_RULES = (
    r"(?:受理|收件|申请|申报|提交|递交|交的?件|报的|办的|批的|发的证|拿的证|开工的"
    r"|规定|政策|标准|要求|规矩|做法)"
)
_BEFORE, _AFTER = re.compile(_RULES + r".{0,4}$"), re.compile(r"^.{0,6}?" + _RULES)
# A year that has gone is about rules when a question follows at once: “去年消防验收要什么材料”;
# “去年建的厂房要办什么” tells of the factory.
_ASKED = re.compile(r"^(?:的时候)?[^,，。;；的]*(?:[啥几]|什么|哪|多少|怎么)")
# Who says so asks about today, whatever happened before: “去年批的规划证，现在办施工证要什么”.
_TODAY = re.compile(r"现在|目前|如今|眼下|今天|现行|接下来|下一步|还有效|还能|还算")
_IN_CHINESE = re.compile(
    r"[〇零一二三四五六七八九]{4}(?=年)|[一二三]?十?[一二三四五六七八九十](?=[月日号])"
)


def day_meant(text: str, today: date) -> date | None:
    """The other day whose rules are meant, None when the message speaks of none.

    Without a year it is the latest such day that is not after `today`; a day to come says its year.
    A month or a year alone means its last day. `today` in China.
    """
    if _TODAY.search(text):
        return None
    text = _IN_CHINESE.sub(_in_digits, text)
    for found in _DAY.finditer(text):
        if _about_rules(text, found):
            return _day(found, today)
    for word, ago in _RELATIVE.items():
        place = re.search(word, text)
        if place and _about_rules(text, place):
            return today - timedelta(days=ago)
    last_month = _LAST_MONTH.search(text)
    if last_month and _about_rules(text, last_month):
        return today.replace(day=1) - timedelta(days=1)
    found_year = _YEAR.search(text)
    if found_year:
        year = _year(found_year["year"], today)
        asked = year < today.year and _ASKED.search(text[found_year.end() :])
        if year != today.year and (asked or _about_rules(text, found_year)):
            return date(year, 12, 31)
    return None


def _in_digits(found: re.Match[str]) -> str:
    """二〇二四 → 2024, 十一 → 11."""
    said = found.group()
    if len(said) == 4:
        return "".join(str("零一二三四五六七八九".index(sign.replace("〇", "零"))) for sign in said)
    return str(cn2an(said, "smart"))


def _about_rules(text: str, found: re.Match[str]) -> bool:
    return bool(_AFTER.search(text[found.end() :]) or _BEFORE.search(text[: found.start()]))


def _day(found: re.Match[str], today: date) -> date | None:
    written = found["year"] or found["y"]
    year = _year(written, today) if written else today.year
    for candidate in (year,) if written else (year, year - 1):
        meant = _in_year(found, candidate)
        if meant is not None and (written or meant <= today):
            return meant if meant != today else None
    return None


def _in_year(found: re.Match[str], year: int) -> date | None:
    month = int(found["month"] or found["m"])
    last = monthrange(year, month)[1]
    day = int(found["day"] or found["d"] or last)
    return date(year, month, day) if day <= last else None


def _year(word: str, today: date) -> int:
    years = {"今": 0, "去": -1, "前": -2, "明": 1}
    return today.year + years[word] if word in years else int(word)

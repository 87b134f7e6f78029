"""When stewards answer: office hours on working days."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

import chinese_calendar

from bot.model.times import CHINA


@dataclass(frozen=True)
class OfficeHours:
    """Opening hours on the State Council's working days, in China time.

    `within` is the promise: somebody answers that long after the desk is open.
    """

    opens: time = time(8, 30)
    closes: time = time(17, 0)
    within: timedelta = timedelta(minutes=30)

    @property
    def said(self) -> str:
        return f"工作日{self.opens:%H:%M}—{self.closes:%H:%M}"

    def now(self) -> datetime:
        return datetime.now(CHINA)

    def answer_by(self, asked: datetime) -> datetime:
        """The promise for a request made at `asked` (aware); the result is in China time."""
        moment = asked.astimezone(CHINA)
        day = moment.date()
        if is_office_day(day) and moment.time() < self.closes:
            begin = max(moment, datetime.combine(day, self.opens, CHINA))
            return begin + self.within
        day += timedelta(days=1)
        while not is_office_day(day):
            day += timedelta(days=1)
        return datetime.combine(day, self.opens, CHINA) + self.within


def is_office_day(day: date) -> bool:
    """Whether the desk is open. A year whose calendar is not known yet counts Monday to Friday:
    this promises an answer, it computes no legal limit."""
    try:
        return bool(chinese_calendar.is_workday(day))
    except NotImplementedError:
        return day.weekday() < 5

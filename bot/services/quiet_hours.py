"""When an enterprise is left in peace: what falls into these hours is said when they end."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, time

from bot.model.times import CHINA

_WRITTEN = re.compile(r"(\d{1,2}):(\d{2})\s*[-–—]\s*(\d{1,2}):(\d{2})")


@dataclass(frozen=True)
class QuietHours:
    """From `begin` up to `end`, in China time, every day; they may pass midnight. The same twice:
    there are none."""

    begin: time
    end: time

    def hold(self, moment: datetime) -> bool:
        """Whether an aware moment is within them."""
        now = moment.astimezone(CHINA).time()
        if self.begin <= self.end:
            return self.begin <= now < self.end
        return now >= self.begin or now < self.end


NEVER = QuietHours(time(0), time(0))


def quiet_hours(written: str) -> QuietHours:
    """`21:00-08:00`, or `off`. ValueError."""
    if written.strip().lower() == "off":
        return NEVER
    found = _WRITTEN.fullmatch(written.strip())
    if found is None:
        raise ValueError("expected HH:MM-HH:MM or off")
    hours = [int(number) for number in found.groups()]
    return QuietHours(time(hours[0], hours[1]), time(hours[2], hours[3]))

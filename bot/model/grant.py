"""Who may see an enterprise's cases, and the trail of how that came about."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from bot.model.conversation import Enterprise


class GrantState(str, Enum):
    """What a grant is worth now."""

    WAITING = "waiting"  # the code was issued and not used yet
    LAPSED = "lapsed"  # nobody used the code in time
    ACTIVE = "active"
    REVOKED = "revoked"
    GIVEN_UP = "given_up"  # by the person


class Happening(str, Enum):
    """What the trail remembers."""

    ISSUED = "issued"
    SENT = "sent"
    USED = "used"
    FAILED = "failed"
    HELD_OFF = "held_off"
    GIVEN_UP = "given_up"
    REVOKED = "revoked"
    RESTORED = "restored"
    VOUCHED = "vouched"
    TURNED_AWAY = "turned_away"
    REPLAYED = "replayed"


HAPPENING_LABELS = {
    Happening.ISSUED: "发出绑定码",
    Happening.SENT: "绑定码发给登记的联系人",
    Happening.USED: "凭绑定码绑定",
    Happening.FAILED: "绑定码不对或已失效",
    Happening.HELD_OFF: "尝试次数过多，没有核对",
    Happening.GIVEN_UP: "本人解除绑定",
    Happening.REVOKED: "撤销",
    Happening.RESTORED: "恢复",
    Happening.VOUCHED: "首次由办事网站确认身份",
    Happening.TURNED_AWAY: "已撤销的人员来访，按匿名接待",
    Happening.REPLAYED: "身份令牌重复使用，按匿名接待",
}


@dataclass(frozen=True)
class Grant:
    """One person's right to see one enterprise's cases. Times are aware.

    `site` names the host site whose word it rests on, and `person` is then the person's id there;
    without a site it rests on a one-time code, and `person` is what the steward called them.
    `conversation` is the one it was last used in.
    """

    id: int
    enterprise: Enterprise
    person: str
    issued_by: str
    issued_at: datetime
    site: str | None = None
    code_expires_at: datetime | None = None
    conversation: str | None = None
    channel: str | None = None
    bound_at: datetime | None = None
    ended_at: datetime | None = None
    ended_by: str | None = None  # None: by the person

    def state(self, now: datetime) -> GrantState:
        if self.ended_at is not None:
            return GrantState.REVOKED if self.ended_by else GrantState.GIVEN_UP
        if self.bound_at is not None:
            return GrantState.ACTIVE
        lapsed = self.code_expires_at is not None and self.code_expires_at <= now
        return GrantState.LAPSED if lapsed else GrantState.WAITING


@dataclass(frozen=True)
class TrailEntry:
    """One line of the trail: who, when, what. `at` is aware; what is unknown is None."""

    at: datetime
    who: str
    what: Happening
    grant: int | None = None
    enterprise: str | None = None  # credit code
    conversation: str | None = None
    detail: str = ""

"""A word to an enterprise or a steward about a case, said once ever."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from enum import Enum


class WordKind(str, Enum):
    """What the word is about. The values are stable: they are part of each word's key."""

    ACCEPTED = "accepted"
    SUPPLEMENT_REQUESTED = "supplement_requested"
    SPECIAL_PROCEDURE_BEGUN = "special_procedure_begun"
    SPECIAL_PROCEDURE_ENDED = "special_procedure_ended"
    PASSED = "passed"
    REFUSED = "refused"
    CERTIFICATE_READY = "certificate_ready"
    NEAR_LIMIT = "near_limit"
    OVERDUE = "overdue"
    VANISHED = "vanished"
    WENT_BACK = "went_back"

    @property
    def label(self) -> str:
        return _LABELS[self]

    @property
    def to_enterprise(self) -> bool:
        return self not in _ONLY_STEWARDS

    @property
    def to_steward(self) -> bool:
        return self in _STEWARDS


_LABELS = {
    WordKind.ACCEPTED: "已受理",
    WordKind.SUPPLEMENT_REQUESTED: "要求补正",
    WordKind.SPECIAL_PROCEDURE_BEGUN: "特别程序开始",
    WordKind.SPECIAL_PROCEDURE_ENDED: "特别程序结束",
    WordKind.PASSED: "已通过",
    WordKind.REFUSED: "未通过",
    WordKind.CERTIFICATE_READY: "批复文件已出",
    WordKind.NEAR_LIMIT: "临近时限",
    WordKind.OVERDUE: "超过时限",
    WordKind.VANISHED: "办件消失",
    WordKind.WENT_BACK: "办件倒退",
}
# What the platform took back: a steward finds out why before anybody is alarmed.
_ONLY_STEWARDS = frozenset({WordKind.VANISHED, WordKind.WENT_BACK})
# What asks something of a steward until it is seen or the case has ended.
LIMITS = frozenset({WordKind.NEAR_LIMIT, WordKind.OVERDUE})
_STEWARDS = _ONLY_STEWARDS | LIMITS


@dataclass(frozen=True)
class Word:
    """`text` is one Chinese sentence or two. `at`: when it happened, `read_at`: when the platform
    was read; both aware. `case` names the case for ever, `case_no` is what people call it;
    `enterprises` are the credit codes of the project's developers."""

    key: str
    kind: WordKind
    at: datetime
    read_at: datetime
    case: str
    case_no: str
    matter: str
    project_code: str
    project_name: str
    enterprises: tuple[str, ...]
    text: str

    @property
    def project_title(self) -> str:
        name, code = self.project_name, self.project_code
        return f"{name}（{code}）" if name else code


def case_key(project_code: str, work_code: str, case_no: str) -> str:
    """Names a case: some departments count theirs anew for each project."""
    return _digest(project_code, work_code, case_no)


def word_key(case: str, kind: WordKind, mark: str) -> str:
    """The same for the same thing, however often it is read; `mark` tells one step or day of a
    case from another."""
    return _digest(case, kind.value, mark)


def _digest(*parts: str) -> str:
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:40]

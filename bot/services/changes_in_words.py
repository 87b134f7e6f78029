"""What was seen to change on the platform, in plain Chinese and as public JSON."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from bot.model.case import SHANGHAI
from bot.model.ledger import CaseChange


def change_in_words(change: CaseChange) -> str:
    """One line: when it was seen and by which process, of what, which change."""
    seen = f"{change.at.astimezone(SHANGHAI):%Y-%m-%d %H:%M:%S}"
    about = f"办件 {change.case_no}" if change.case_no else f"项目 {change.project_code}"
    return f"{seen}  {about}  {change.kind.label}：{change.note}（{change.seen_by}）"


def change_json(change: CaseChange) -> dict[str, Any]:
    step = change.step
    return {
        "no": change.no,
        "at": _iso(change.at),
        "seen_by": change.seen_by,
        "kind": change.kind.value,
        "label": change.kind.label,
        "alarming": change.kind.alarming,
        "project_code": change.project_code,
        "work_code": change.work_code,
        "case_no": change.case_no,
        "step": step
        and {
            "at": _iso(step.at),
            "status": step.status.value,
            "label": step.label,
            "office": step.office,
            "opinion": step.opinion,
        },
        "before": change.before and change.before.value,
        "note": change.note,
    }


def _iso(at: datetime) -> str:
    return at.astimezone(SHANGHAI).isoformat(timespec="seconds")

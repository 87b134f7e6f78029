"""The clean-up as JSON, for the command and the desk: ISO dates, None for what is unknown."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from datetime import date
from typing import Any

from bot.services.clean_up import LedgerLine
from bot.services.ledger_totals import Total, Totals


def ledger_line_json(line: LedgerLine) -> dict[str, Any]:
    """Every field by its name; `problems`: list → what is wrong."""
    shown = {each.name: _plain(getattr(line, each.name)) for each in fields(line)}
    return {**shown, "problems": {kind.value: said for kind, said in line.problems.items()}}


def totals_json(totals: Totals) -> Mapping[str, Any]:
    return {
        "whole": total_json(totals.whole),
        "by_department": [total_json(total) for total in totals.by_department],
        "by_stage": [total_json(total) for total in totals.by_stage],
    }


def total_json(total: Total) -> dict[str, Any]:
    return {
        "name": total.name,
        "cases": total.cases,
        "running": total.running,
        "ended": total.ended,
        "passed": total.passed,
        "overdue": total.overdue,
        "ended_late": total.ended_late,
        "mean_days": total.mean_days,
        "problems": {kind.value: count for kind, count in total.problems.items()},
    }


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value

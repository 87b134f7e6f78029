"""Giving a checklist as a page to print: what was told stays readable for a while, to who has the
address (bot/decisions/0013)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from hmac import compare_digest
from typing import Any

from bot.model.conversation import Enterprise
from bot.model.receipt import ALPHABET, CHECKLIST, LENGTH, new_code
from bot.model.reply import Reply
from bot.services.issue_receipt import sealed
from bot.services.list_missing import ChecklistLine, MissingList
from bot.services.missing_in_words import STATE_NAMES, objection_lines, shortcuts
from bot.services.read_cases import ProjectCases
from bot.services.review_receipts import Issued

OPEN_FOR = timedelta(days=7)  # as long as a last reading may be told
TITLE = "材料核对清单"
KEYS = 2  # codes that make the secret half of an address: 100 random bits


@dataclass(frozen=True)
class Given:
    """What was told to whom: the lists with their projects, `when` they were read in words, and
    the moment (aware)."""

    who: Enterprise
    lists: Sequence[tuple[ProjectCases, MissingList]]
    when: str
    at: datetime


def with_page(reply: Reply, given: Given, catalogue: str) -> Reply:
    """The reply with the address of its page; `catalogue` is the version told from."""
    key = "".join(new_code() for _ in range(KEYS))
    until = given.at + OPEN_FOR
    checklist = {
        "enterprise": {"id": given.who.id, "name": given.who.name},
        "key": key,
        "until": until.isoformat(),
        "when": given.when,
        "cases": [_case(project, found) for project, found in given.lists],
    }
    told = {
        "kind": CHECKLIST,
        "aspects": [],
        "day": given.at.date().isoformat(),
        "facts": {},
        "catalogue": catalogue,
    }
    matter = next((found.progress.matter for _, found in given.lists if found.progress.matter), "")
    receipt = sealed(matter or CHECKLIST, told, {"checklist": checklist}, f'{{"name": "{TITLE}"}}')
    page = {"page": f"/checklists/{receipt.code}-{key}", "until": until.isoformat()}
    return replace(reply, facts={**reply.facts, "checklist": page}, receipt=receipt)


def read_address(text: str) -> tuple[str, str] | None:
    """(code, key) of an address; None for what cannot be one."""
    code, _, key = text.partition("-")
    whole = len(code) == LENGTH and len(key) == KEYS * LENGTH
    return (code, key) if whole and set(code + key) <= set(ALPHABET) else None


def opens(issued: Issued, key: str, owner: Enterprise | None, now: datetime) -> bool:
    """Whether a stored checklist may be shown: the whole address is right, its time is not over,
    and the conversation in which it was given is still that of the same enterprise (`owner`)."""
    kept = issued.content.get("checklist")
    if kept is None or not compare_digest(str(kept["key"]), key):
        return False
    if owner is None or owner.id != kept["enterprise"]["id"]:
        return False
    return now < datetime.fromisoformat(kept["until"])


def _case(project: ProjectCases, found: MissingList) -> dict[str, Any]:
    named = {"code": project.project.code, "name": project.project.name}
    return {"project": named, **list_json(found)}


def list_json(found: MissingList) -> dict[str, Any]:
    """One case with its lines in words, for the page and the desk."""
    case = found.progress.case
    return {
        "case_no": case.case_no,
        "matter": case.matter_name or case.case_no,
        "department": case.department,
        "status": case.status_label,
        "objection": objection_lines(found),
        "lines": [_line_json(line) for line in found.lines],
        "also_received": list(found.also_received),
    }


def _line_json(line: ChecklistLine) -> Mapping[str, Any]:
    material = line.material
    return {
        "name": material.name,
        "state": line.state.value,
        "state_name": STATE_NAMES[line.state],
        "reason": material.reason,
        "issuer": material.issuer,
        "shortcuts": shortcuts(material),
        "note": material.note,
        "found_as": line.found_as,
        "where": line.where,
        "wrong": line.wrong,
        "paper": line.paper,
    }

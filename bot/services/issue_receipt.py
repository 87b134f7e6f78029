"""Giving an answer its receipt: the code at its end, what it was rendered from beside it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from hashlib import blake2b
from typing import Any

from bot.model.receipt import ANSWER, PATH, TERM, Receipt, new_code, spelled
from bot.model.reply import Reply
from knowledge.evidence import evidence, fields_of, path_evidence, term_evidence
from knowledge.loader import Catalogue

LINE = "答复凭证 {code}"
WHOLE = {TERM: term_evidence, PATH: path_evidence}  # what is told as a whole, by kind


def with_receipt(catalogue: Catalogue, reply: Reply, day: date, today: date) -> Reply:
    """The reply with a receipt, when it tells what this catalogue says.

    `day` is the day whose rules were told.
    """
    if reply.receipt:
        return signed(reply, reply.receipt)
    if reply.facts.get("catalogue") != catalogue.version:
        return reply
    for kind, evidence_of in WHOLE.items():
        if kind in reply.facts:
            about = reply.facts[kind]
            told = _told(catalogue, kind, today)
            facts_told = evidence_of(catalogue, about)
            return signed(reply, sealed(about, told, {"text": reply.text}, facts_told))
    matter, aspects = reply.facts.get("matter"), reply.facts.get("aspects")
    if not matter or not aspects:
        return reply
    facts = reply.facts.get("project_facts") or {}
    receipt = answer_receipt(catalogue, matter, aspects, reply.text, day, today, facts)
    return signed(reply, receipt)


def signed(reply: Reply, receipt: Receipt) -> Reply:
    """The reply with the code at its end."""
    return replace(
        reply,
        text=f"{reply.text}\n{LINE.format(code=spelled(receipt.code))}",
        facts={**reply.facts, "receipt": receipt.code},
        receipt=receipt,
    )


def answer_receipt(
    catalogue: Catalogue,
    matter: str,
    aspects: Sequence[str],
    text: str,
    day: date,
    today: date,
    facts: Mapping[str, str],
) -> Receipt:
    told = {
        "kind": ANSWER,
        "aspects": list(aspects),
        "day": day.isoformat(),
        "facts": dict(facts),
        "catalogue": catalogue.version,
    }
    said: dict[str, Any] = {"text": text}
    if catalogue.place:
        said["place"] = catalogue.place
    if day != today:
        said["day"] = day.isoformat()
    return sealed(matter, told, said, evidence(catalogue, matter, fields_of(aspects), day))


def _told(catalogue: Catalogue, kind: str, today: date) -> dict[str, Any]:
    return {
        "kind": kind,
        "aspects": [],
        "day": today.isoformat(),
        "facts": {},
        "catalogue": catalogue.version,
    }


def sealed(matter: str, told: dict[str, Any], said: Mapping[str, Any], facts: str) -> Receipt:
    """A receipt under a new code; `facts` is an evidence as JSON."""
    content = f"{json.dumps(said, ensure_ascii=False)[:-1]}, {facts[1:]}"
    digest = blake2b(content.encode(), digest_size=16).hexdigest()
    return Receipt(new_code(), matter, told, content, digest)

"""Giving a one-time notice (一次性告知书) under a receipt: what was handed out stays known."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import asdict
from datetime import date
from typing import Any
from urllib.parse import urlencode

from bot.model.conversation import Button
from bot.model.receipt import NOTICE, Receipt
from bot.model.reply import TO_STEWARD, Reply
from bot.model.understanding import ASPECT_NAMES, Aspect, Understanding
from bot.services.issue_receipt import sealed
from bot.services.local_rules import place_of
from knowledge.evidence import evidence
from knowledge.loader import Catalogue
from knowledge.notice import FIELDS, Notice, compose_notice
from knowledge.places import place_in

TERM = "one-time-notice"  # the reform term that a button for a notice carries
OFFER = "一次性告知书"
FORMS = ("pdf", "docx")
_NAMED = re.compile(r"告知[书单]")
_WISH = re.compile(
    r"给我|发我|发给|发一|开一|来一|出一|要一|我要|打印|下载|导出|生成|拿一|一份|一张"
)


class UnknownPlace(ValueError):
    """A place that the catalogue does not have; the text is for the person."""


def rules_of(
    catalogue: Catalogue, facts: Mapping[str, str], wanted: str | None, default: str | None
) -> Catalogue:
    """The catalogue of the place that was asked for (an id or a name), else of the project's city,
    else of the default. Raises UnknownPlace."""
    named = wanted if wanted in catalogue.places else place_in(catalogue.places, wanted or "")
    if wanted and named is None:
        known = "、".join(f"{place.id}（{place.name}）" for place in catalogue.places.values())
        raise UnknownPlace(f"资料里没有 {wanted} 这个地区；可以用：{known}")
    return catalogue.at(named or place_of(catalogue, facts, None, default))


def notice_receipt(notice: Notice, catalogue: Catalogue, facts: Mapping[str, str]) -> Receipt:
    """A receipt that holds the whole notice and the facts behind it."""
    day = date.fromisoformat(notice.day)
    told = {
        "kind": NOTICE,
        "aspects": [],
        "day": notice.day,
        "facts": dict(facts),
        "catalogue": notice.catalogue,
    }
    behind = evidence(catalogue, notice.matter, FIELDS, day)
    return sealed(notice.matter, told, {"notice": asdict(notice), "place": catalogue.place}, behind)


def addresses(matter: str, code: str) -> dict[str, str]:
    """Where a notice that was given can be read again: as a page and as files."""
    asked = urlencode({"receipt": code})
    files = {form: f"/notices/{matter}.{form}?{asked}" for form in FORMS}
    return {"page": f"/notices/{matter}?{asked}", **files}


def notice_reply(catalogue: Catalogue, slug: str, facts: Mapping[str, str], day: date) -> Reply:
    """Hands the notice over; each channel shows its addresses or sends the file."""
    notice = compose_notice(catalogue, slug, facts, day)
    receipt = notice_receipt(notice, catalogue, facts)
    lines = [f"【{notice.name}】{OFFER}", f"申请材料：{notice.counts}。"]
    lines += [f"按您的项目情况：{'；'.join(notice.facts)}。"] if notice.facts else []
    if notice.wanted:
        lines.append(f"补充这些情况后可以更准：{'、'.join(notice.wanted)}。")
    ask = f'/ask_{Aspect.MATERIALS.value}{{"matter": "{slug}"}}'
    return Reply(
        text="\n".join(lines),
        buttons=(Button(ASPECT_NAMES[Aspect.MATERIALS], ask), TO_STEWARD),
        remember={"matter": slug, "misses": None, "offer": None, "offer_aspect": None},
        facts={
            "matter": slug,
            "catalogue": catalogue.version,
            "notice": addresses(slug, receipt.code),
        },
        receipt=receipt,
    )


def wants_notice(asked: Understanding) -> bool:
    """Whether a message asks for the notice itself, by a button or in words."""
    if asked.term == TERM and asked.aspect is Aspect.MATERIALS:
        return True
    return bool(_NAMED.search(asked.text) and _WISH.search(asked.text))


def with_offer(reply: Reply) -> Reply:
    """An answer about materials with a button for the notice."""
    if Aspect.MATERIALS.value not in reply.facts.get("aspects", ()) or "matter" not in reply.facts:
        return reply
    payload = f'/ask_materials{{"matter": "{reply.facts["matter"]}", "term": "{TERM}"}}'
    *others, last = reply.buttons
    values: dict[str, Any] = {**vars(reply), "buttons": (*others, Button(OFFER, payload), last)}
    return Reply(**values)

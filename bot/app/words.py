"""Words to stewards, and the morning digest, as JSON."""

from __future__ import annotations

from typing import Any

from bot.app.entries import moment
from bot.services.morning_digest import Digest
from bot.storage.desk_words import DeskWord


def desk_word_json(listed: DeskWord) -> dict[str, Any]:
    word, head = listed.word, listed.conversation
    who = head.enterprise if head else None
    return {
        "id": listed.id,
        "kind": word.kind.value,
        "label": word.kind.label,
        "at": moment(word.at),
        "read_at": moment(word.read_at),
        "case_no": word.case_no,
        "matter": word.matter,
        "project": {"code": word.project_code, "name": word.project_name},
        "enterprises": list(word.enterprises),
        "enterprise": {"id": who.id, "name": who.name} if who else None,
        "steward": listed.steward,
        "text": word.text,
        "conversation": head.id if head else None,
    }


def digest_json(digest: Digest) -> dict[str, Any]:
    return {
        "day": digest.day.isoformat(),
        "at": moment(digest.at),
        "read_at": moment(digest.read_at),
        "sections": [
            {
                "id": section.id,
                "title": section.title,
                "count": section.count,
                "lines": [vars(line) for line in section.lines],
            }
            for section in digest.sections
        ],
    }

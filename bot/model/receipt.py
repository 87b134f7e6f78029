"""A receipt (答复凭证): what an answer was rendered from, under a short code."""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass
from typing import Any

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's: nothing that is read as another
LENGTH = 10  # 50 random bits
ANSWER, NOTICE, TERM, PATH, CHECKLIST = "answer", "notice", "term", "path", "checklist"  # kinds
_READ_AS = str.maketrans("OIL", "011")
_CODE = re.compile(f"[{ALPHABET}]{{{LENGTH}}}")


@dataclass(frozen=True)
class Receipt:
    """`told` says when and for what an answer holds: kind, aspects, day (ISO), facts, catalogue
    (version), language. `content` is JSON, what was said and the facts behind it; equal contents
    have one `digest` and are stored once."""

    code: str
    matter: str
    told: dict[str, Any]
    content: str
    digest: str

    @property
    def about(self) -> str:
        """Equal for answers to the same question: a later one replaces an earlier."""
        return ",".join([self.told["kind"], self.matter, *self.told["aspects"]])


def new_code() -> str:
    bits = secrets.randbits(5 * LENGTH)
    return "".join(ALPHABET[bits >> 5 * place & 31] for place in range(LENGTH))


def spelled(code: str) -> str:
    """A code as people read it: XXXX-XXXXXX."""
    return f"{code[:4]}-{code[4:]}"


def read_code(text: str) -> str | None:
    """The code that somebody typed, with or without hyphens, in any case; None for no code."""
    code = re.sub(r"[\s-]", "", text).upper().translate(_READ_AS)
    return code if _CODE.fullmatch(code) else None

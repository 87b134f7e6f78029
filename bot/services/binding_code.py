"""The one-time code that binds a conversation to an enterprise: made, told apart, kept secret."""

from __future__ import annotations

import hashlib
import re
import secrets
import unicodedata

# Neither vowels nor signs that look alike, so that no word is a code and no sign is mistaken.
ALPHABET = "23456789BCDFGHJKMNPQRSTVWXYZ"
LENGTH = 8
MASK = "〔绑定码〕"
# Costly on purpose: who reads the table must not find the codes while they hold.
_SALT = b"bangban binding code"
_COST = 2**12

_SIGNS = f"[{ALPHABET}{ALPHABET.lower()}]"
_WHOLE = re.compile(rf"({_SIGNS}{{4}}[-\s]?{_SIGNS}{{4}})[。.!]?")
_TRIED = r"((?=[\w-]*\d)[0-9a-z]{3,6}[- ]?[0-9a-z]{3,6})(?![0-9a-z])"
_NAMED = re.compile(rf"绑定(?:码|号|企业|代码)?\s*(?:是|为)?\s*[:,\-“\"「]?\s*{_TRIED}", re.I)
_COMMAND = re.compile(rf"\s*/?(?:start|bind|code)\s+{_TRIED}\s*", re.I)
_LIKE_ONE = re.compile(rf"(?<![0-9A-Za-z]){_SIGNS}{{4}}[- ]?{_SIGNS}{{4}}(?![0-9A-Za-z])")


def new_code() -> str:
    """A code such as K7MP2XQ9, with a digit and a letter at least."""
    while True:
        code = "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))
        if _mixed(code):
            return code


def spelled(code: str) -> str:
    """As it is read out and written down: K7MP-2XQ9."""
    return f"{code[:4]}-{code[4:]}"


def code_in(text: str) -> str | None:
    """The code that a message wants to use, right or wrong; None where it wants something else."""
    text = unicodedata.normalize("NFKC", text).strip()
    whole = _WHOLE.fullmatch(text)
    if whole and _mixed(whole[1]):
        return _bare(whole[1])
    found = _COMMAND.fullmatch(text) or _NAMED.search(text)
    return _bare(found[1]) if found else None


def without_codes(text: str) -> str:
    """The text as the log may keep it: without what looks like a code, or is told to be one."""
    plain = unicodedata.normalize("NFKC", text)
    if _WHOLE.fullmatch(plain.strip()) and _mixed(plain):
        return MASK
    command = _COMMAND.fullmatch(plain)
    tried = [*_NAMED.finditer(plain), *([command] if command else [])]
    spans = {found.span(1) for found in tried}
    spans |= {found.span() for found in _LIKE_ONE.finditer(plain) if _mixed(found[0])}
    if not spans:
        return text
    for begin, end in sorted(spans, reverse=True):
        plain = f"{plain[:begin]}{MASK}{plain[end:]}"
    return plain


def digest_of(code: str) -> str:
    """What is stored instead of a code. Takes about ten milliseconds of a core."""
    raw = hashlib.scrypt(_bare(code).encode(), salt=_SALT, n=_COST, r=8, p=1, dklen=32)
    return raw.hex()


def _bare(code: str) -> str:
    return "".join(sign for sign in code if sign.isalnum()).upper()


def _mixed(code: str) -> bool:
    return any(map(str.isdigit, code)) and any(map(str.isalpha, code))

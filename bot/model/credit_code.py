"""The unified social credit code (统一社会信用代码) of GB 32100-2015."""

from __future__ import annotations

import unicodedata

SYMBOLS = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_MODULUS = 31


def normalise_credit_code(text: str) -> str:
    """Half-width, upper case, without spaces and control characters."""
    plain = "".join(sign for sign in unicodedata.normalize("NFKC", text) if sign.isprintable())
    return "".join(plain.split()).upper()


def check_symbol(first17: str) -> str:
    """The 18th symbol. ValueError where a character is not one of the 31 symbols."""
    total = sum(
        SYMBOLS.index(symbol) * pow(3, place, _MODULUS) for place, symbol in enumerate(first17)
    )
    return SYMBOLS[-total % _MODULUS]


def is_credit_code(text: str) -> bool:
    """Whether `text` is 18 symbols with the right check symbol."""
    if len(text) != 18 or any(symbol not in SYMBOLS for symbol in text):
        return False
    return check_symbol(text[:17]) == text[17]

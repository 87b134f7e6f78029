"""Which language somebody writes in, as far as headings need to know."""

from __future__ import annotations

import re

HANGUL = re.compile(r"[\uac00-\ud7a3]")
KANA = re.compile(r"[\u3040-\u30ff]")
HAN = re.compile(r"[\u4e00-\u9fff]")
# Typed pinyin is Latin too; these words tell English apart from it.
ENGLISH = re.compile(
    r"\b(the|a|an|of|for|to|is|are|do|does|we|i|our|my|what|which|how|when|where|who|can|need|"
    r"please|and|in|on|if|it|with|must|should|will|there|any)\b",
    re.IGNORECASE,
)


def language_of(text: str) -> str:
    """`zh`, `en`, `ja` or `ko`. Pinyin and everything doubtful is `zh`."""
    if HANGUL.search(text):
        return "ko"
    if KANA.search(text):
        return "ja"
    if not HAN.search(text) and len(ENGLISH.findall(text)) >= 2:
        return "en"
    return "zh"

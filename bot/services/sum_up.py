"""A long story in one line before its answer: what was understood, rendered, never generated."""

from __future__ import annotations

import re
from collections.abc import Sequence

from bot.model.understanding import Aspect
from knowledge.language import language_of
from knowledge.loader import Catalogue
from knowledge.render import headings

LONG = 60  # words; a character of Chinese, Japanese or Korean counts as one
_WORDS = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]|[^\W\u3040-\uffff]+")
SEPARATOR = {"zh": "、", "ja": "、", "en": ", ", "ko": ", "}


def is_long(text: str) -> bool:
    """Whether somebody may wonder which part of a message is being answered."""
    return len(_WORDS.findall(text)) > LONG


def summed_up(catalogue: Catalogue, slug: str, aspects: Sequence[Aspect], text: str) -> str:
    """“您问的是：建筑工程施工许可证核发——申请材料、办理时限”, in the language of the message."""
    language = language_of(text)
    words = headings()[language]
    asked = SEPARATOR[language].join(words[aspect.value] for aspect in aspects)
    return words["you_asked"].format(matter=catalogue.name(slug), aspects=asked)

"""Words to keep and to tell, without a platform."""

from __future__ import annotations

from datetime import datetime

from bot.model.conversation import Enterprise
from bot.model.times import CHINA
from bot.model.word import Word, WordKind, case_key, word_key

PROJECT = "2509-210106-04-01-900001"
WHO = Enterprise("91210100MA0000001X", "沈阳测试有限公司")
OTHER = Enterprise("91210100MA0000002X", "大连测试有限公司")
NOON = datetime(2026, 11, 20, 12, 0, tzinfo=CHINA)  # a Friday
NIGHT = datetime(2026, 11, 20, 23, 0, tzinfo=CHINA)
MORNING = datetime(2026, 11, 21, 8, 0, tzinfo=CHINA)


def a_word(
    text: str,
    kind: WordKind = WordKind.ACCEPTED,
    case_no: str = "A-1",
    who: Enterprise = WHO,
) -> Word:
    """A word that says `text`; the same text is the same word."""
    case = case_key(PROJECT, PROJECT, case_no)
    return Word(
        key=word_key(case, kind, text),
        kind=kind,
        at=NOON,
        read_at=NOON,
        case=case,
        case_no=case_no,
        matter="建筑工程施工许可证核发",
        project_code=PROJECT,
        project_name="机床厂房",
        enterprises=(who.id,),
        text=text,
    )

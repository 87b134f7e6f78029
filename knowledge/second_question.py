"""The parts of a message that ask, and what they ask for in words of their own: “要啥材料，几天能
下来”, “盖好一半了，消防图得送哪审”."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from re import Pattern

from knowledge.text import normalise
from knowledge.yaml_source import read_yaml

FILE = Path(__file__).parent / "aspect_cues.yml"
_JOINING = r"\band\b|另外|还有(?!效|没有|必要|机会|可能|资格|用)|以及|顺便|并且"
CLAUSES = re.compile(rf"[,，。.;；?？!！、\n]+|{_JOINING}")
SHORTEST = 2  # characters of a part that may ask something: “找谁”
# A question mark stays with its part: “也要备案？”. Typed on a phone, a space is a comma; the last
# word of a question ends it without one.
PARTS = re.compile(
    rf"[,，。.;；!！、\n]+|(?<=[?？])(?=[^?？])|{_JOINING}|(?<=[\u3400-\u9fff])\s+(?=[\u3400-\u9fff])"
    r"|(?<=[吗嗎呢])(?=\w{3})|(?<=么)(?<![什怎那这多要甚]么)(?=\w{3})|(?<=[\uac00-\ud7a3]고)\s"
)
PARTS_HEARD = 3  # of a long story the last ones; each costs a sentence to the encoder
# “那也得备个案吧”, “是住建局发吧” ask to be told yes or no; “就这样吧” does not.
CONFIRMING = (
    r"(?:[得要用需能可该算也还必]|不用|就行|绕不开|少不了|跑不了|躲不[过掉]|免不了"
    r"|是[^,，。;；]{1,8}[发批管审办])[^,，。;；!！?？]{0,10}吧(?:$|[,，。;；!！?？\s])"
)
WORDS_OF_ASKING = re.compile(
    rf"{CONFIRMING}|"
    r"[?？吗嗎么嘛呢]|[啥谁誰哪几幾咋何]|什么|什麼|怎|如何|多[少久长長大高远]|是否|还是|還是|行不|能不|有没有"
    r"|([\u4e00-\u9fff])[不没]\1|[不没]$|请(?:明确|说明|告知|告诉|列)|[给来发](?:我|俺)?(?:一|个)?份"
    r"|发我|列(?:一下|个|出)|说说|说一?下|讲讲|讲一?下|介绍"
    r"|ですか|ますか|でしょうか|ください|教えて|까|나요|죠|어떻|뭐|무엇|언제|얼마|어디|누가|며칠|어느|어떤|알려"
    r"|\b(?:how|what|which|where|when|who|why|is|are|do|does|can|could|should|must)\b"
)
# “不费多少钱”
TELLS = re.compile(r"[没不别](?![证办交报])[^,，吗么]{0,3}(?:多少|几|啥|什么)(?!.*[吗么])")


def asking_parts(text: str) -> list[str]:
    """The parts of a text, as it was said, that ask something; of many the last ones. None of a
    text that has only one part."""
    parts = [part for part in PARTS.split(text) if part and len(part.strip()) >= SHORTEST]
    return [part for part in parts if _asks(normalise(part))][-PARTS_HEARD:] if parts[1:] else []


def to_be_heard(text: str) -> list[str]:
    """The parts that will be heard by themselves, whatever the whole says."""
    parts = asking_parts(text)
    return parts if len(parts) > 1 else []


def _asks(part: str) -> bool:
    return bool(WORDS_OF_ASKING.search(part)) and not TELLS.search(part)


def cued_aspects(clause: str) -> frozenset[str]:
    """The aspects that a normalised text asks for in words of their own."""
    return frozenset(aspect for aspect, cue in _cues().items() if cue.search(clause))


@lru_cache(maxsize=1)
def _cues() -> Mapping[str, Pattern[str]]:
    return {aspect: re.compile(words) for aspect, words in read_yaml(FILE).items()}

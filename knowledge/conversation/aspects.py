"""What is asked of a matter: what the message says, or what was asked last."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace

from knowledge.conversation.heard import (
    CLEAR,
    HARDLY_ANY,
    SURELY,
    Context,
    Heard,
    Weights,
)
from knowledge.conversation.wording import asks_on, left_of, means_both
from knowledge.references import (
    asks_the_same,
    asks_what_is_in,
    denied_part,
    follows_on,
    is_correction,
    says_the_same,
    without_denials,
)
from knowledge.second_question import CLAUSES, CONFIRMING, asking_parts, cued_aspects
from knowledge.text import normalise
from knowledge.two_questions import Pair, Part, likeliest, pair_of

# What describes a situation is often taken for one of these.
DESCRIBING = ("overview", "conditions", "prerequisites", "process")
OVERVIEW, PREREQUISITES = "overview", "prerequisites"
SURE = 0.8  # with less, another aspect that the words ask for outright may be meant
OFTEN = 0.15
OUT_OF_THE_BLUE = 0.97  # “档案馆那边呢” alone sounds like another question than it is after others
SURE_BY_ITSELF = 0.95  # the whole message; with less, the only part that asks is heard, too


def aspects_of(
    heard: Heard, context: Context, weights: Weights, mask: Callable[[str], str]
) -> tuple[str | None, str | None]:
    """The aspect, and a second one when two are asked."""
    last = last_aspect(context)
    heard = _without_what_is_denied(heard)
    if context.matter and asks_what_is_in(heard.text):
        return OVERVIEW, None
    if last and not _says_its_own(heard, context, weights, mask):
        return last, None
    if follows_on(heard.text):
        return PREREQUISITES, None
    first, second = weights.two_questions.asked(asked_pair(heard))
    if last and not second:
        first = _said_outright(heard, first)
    return first, second


def _without_what_is_denied(heard: Heard) -> Heard:
    """“不是问找谁，我想知道怎么个申请法” asks what is left when the denied part is taken out."""
    rest, denied = without_denials(heard.text), denied_part(heard.text)
    if rest == heard.text or not heard.aspects_of_parts:
        return heard
    if not is_correction(heard.text) and (left_of(denied) or not _NOT_ASKED.search(heard.text)):
        return heard
    return replace(heard, text=rest, said=rest, aspects=heard.aspects_of_parts([rest])[0])


def _said_outright(heard: Heard, first: str) -> str:
    """Of a message that follows on others, which may be short: rather what it asks for in words of
    its own than what is likeliest."""
    if heard.aspects[first] >= SURE:
        return first
    least = OFTEN if heard.aspects[first] >= CLEAR else 0.0
    cued = {name for name in cued_aspects(heard.text) if heard.aspects.get(name, 0.0) >= least}
    return first if first in cued or not cued else likeliest({a: heard.aspects[a] for a in cued})


def asked_pair(heard: Heard) -> Pair:
    """What the message asks, and what it may ask beside it."""
    return pair_of(heard.aspects, cued_aspects(heard.text), _parts(heard))


def last_aspect(context: Context) -> str | None:
    """What was asked last, of the matters that are offered or of the one under discussion."""
    return context.offer_aspect if context.offer else context.aspect


def _parts(heard: Heard) -> list[Part]:
    """The parts that ask, each heard by itself, where several do, or where one does and the whole
    leaves it open. What is told beside the only question must not drown it."""
    parts = asking_parts(heard.said) if heard.aspects_of_parts else []
    if not parts or (len(parts) == 1 and heard.aspects[heard.aspect] >= SURE_BY_ITSELF):
        return []
    assert heard.aspects_of_parts is not None
    shares = heard.aspects_of_parts(parts)
    said = [cued_aspects(normalise(part)) for part in parts]
    return [Part(*of_part) for of_part in zip(shares, said, strict=True)]


def _says_its_own(
    heard: Heard, context: Context, weights: Weights, mask: Callable[[str], str]
) -> bool:
    """Whether the message says what it asks; or else the last aspect holds."""
    cued = cued_aspects(heard.text)
    if says_the_same(heard.text):
        return False
    if cued:
        return True
    share, aspect = heard.aspects[heard.aspect], heard.aspect
    if means_both(heard.text):
        return share >= weights.aspect
    if _names_another(heard, context):
        return aspect not in DESCRIBING and share >= OUT_OF_THE_BLUE
    answers = context.offer and not _asks_of_none_of(context.offer, heard)
    if answers or is_correction(heard.text) or is_bare(mask(heard.text)) or _goes_on(heard):
        return aspect not in DESCRIBING and share >= weights.aspect_of_answer
    return share >= weights.aspect or _by_itself(heard) >= weights.aspect


def _by_itself(heard: Heard) -> float:
    """How clearly the only part that asks says what: “塔烧生物质的，不做就开干能咋的”."""
    parts = _parts(heard)
    return max(parts[0].shares.values()) if len(parts) == 1 else 0.0


def _asks_of_none_of(offer: Sequence[str], heard: Heard) -> bool:
    """Whether a message, rather than to answer a question back, asks about another matter."""
    ((best, share),) = heard.matters.best(1)
    return share >= SURELY and best not in offer and not is_statement(heard.text)


def _goes_on(heard: Heard) -> bool:
    """Whether a message only tells something, or asks the same of what it tells: “要是挖的是城里的
    路呢”."""
    if is_statement(heard.text):
        return True
    return not heard.names_nothing and is_statement(_ASKS_AFTER.sub("", heard.text))


def _names_another(heard: Heard, context: Context) -> bool:
    """“用气呢” after another matter asks the same of it."""
    ((matter, share),) = heard.matters.best(1)
    return asks_the_same(heard.text) and matter != context.matter and share >= HARDLY_ANY


def is_bare(masked: str) -> bool:
    """Whether nothing is left of a message but the matter and particles: “环评呢”."""
    return len(_PARTICLES.sub("", masked)) < 2


def is_statement(text: str) -> bool:
    """Whether a message tells something and asks nothing: “城里的马路，不是公路”."""
    return not _ASKING.search(_ASKS_AFTER.sub("", text) if _STILL.match(text) else text)


def asks_only_at_the_end(text: str) -> bool:
    """Whether a text tells something and then asks on: “一年用电400万度,要做吗”."""
    *told, asked = [part for part in CLAUSES.split(text) if part] or [""]
    return asks_on(asked) and all(map(is_statement, told))


_STILL = re.compile(
    r"(?:我们?|咱们?|俺们?|这|项目|工程)*(?:还没|正|刚)[^,，。?？]*呢$"
)  # “还没动土呢”
_NOT_ASKED = re.compile(r"不是(?:想|要)?(?:问|说|打听|咨询)")
_ASKS_AFTER = re.compile(r"[呢咧嘞呐][?？。!！ ]*$")
_PARTICLES = re.compile(
    r"某|那么|那个|这个|那边|这边|那头|那|这|呢|吗|呀|啊|哈|吧|的|了|是|我|要|想|问|说|还有|换成|"
    r"一样|问题|同样|如果|对了|不对|不是|刚才|先前|之前|前一个|上一个|前面|头一个|第一个|回到|回|"
    r"what|about|and|the|for|how|[\s,。.?!、:;]"
)
_ASKING = re.compile(
    rf"{CONFIRMING}|"
    r"[?？吗么嘛呢]|[啥谁哪几咋]|什么|怎|如何|多[少久长大]|是否|是不是|有没有|要不要|用不用|能不能|行不|可不可"
    r"|[不没](?:[啊呀]|$|[,，。])|能|需要|必须|得先|应该|想|请|告诉|说说|讲|列|给我|(?<!检)查"
    r"|\b(?:how|what|which|where|when|who|why|is|are|do|does|can|could|should|must|need)\b"
    r"|ですか|ますか|でしょうか|까|나요|죠|어떻|무엇|뭐|언제|얼마"
)

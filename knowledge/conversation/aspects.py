"""What is asked of a matter: what the message says, or what was asked last."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace

from knowledge.conversation.heard import CLEAR, HARDLY_ANY, Context, Heard, Weights
from knowledge.conversation.wording import asks_on
from knowledge.references import (
    asks_the_same,
    asks_what_is_in,
    follows_on,
    is_correction,
    says_the_same,
)
from knowledge.second_question import (
    CLAUSES,
    agreed,
    asking_parts,
    cued_aspects,
    in_order,
    outright,
    second_asked,
    two_asked,
)

# What describes a situation is often taken for one of these.
DESCRIBING = ("overview", "conditions", "prerequisites", "process")
OVERVIEW, PREREQUISITES = "overview", "prerequisites"
SECOND_SURELY = 0.4
SURE = 0.8  # with less, another aspect that the words ask for outright may be meant
SURE_BY_ITSELF = 0.95  # the whole message; with less, the part that asks is heard, too
OFTEN = 0.15


def aspects_of(
    heard: Heard, context: Context, weights: Weights, mask: Callable[[str], str]
) -> tuple[str | None, str | None]:
    """The aspect, and a second one when two are asked."""
    last = last_aspect(context)
    heard, alone = _with_its_parts(heard)
    if context.matter and asks_what_is_in(heard.text):
        return OVERVIEW, None
    if last and not _says_its_own(heard, context, weights, mask):
        return last, None
    both = two_asked(heard.aspects, alone) if len(alone) > 1 else None
    if both and not follows_on(heard.text):
        return both
    first = _first(heard)
    if len(alone) == 1:
        return first, second_asked(heard.text, first, heard.aspects)
    ranked = sorted(heard.aspects.items(), key=lambda item: (-item[1], item[0]))
    others = [(name, share) for name, share in ranked if name != first]
    also = None
    if others and others[0][1] >= weights.second and first == heard.aspect:
        also = others[0][0] if _is_asked(heard.text, *others[0], first) else None
    also = also or second_asked(heard.text, first, heard.aspects)
    return in_order(heard.text, first, also) if also else (first, None)


def last_aspect(context: Context) -> str | None:
    """What was asked last, of the matters that are offered or of the one under discussion."""
    return context.offer_aspect if context.offer else context.aspect


def _with_its_parts(heard: Heard) -> tuple[Heard, Sequence[Mapping[str, float]]]:
    """The message, and what each of its parts asks where several do, or where one does and the
    whole leaves it open. What is told beside the only question must not drown it."""
    parts = asking_parts(heard.said) if heard.aspects_of_parts else []
    if not parts or (len(parts) == 1 and heard.aspects[heard.aspect] >= SURE_BY_ITSELF):
        return heard, ()
    assert heard.aspects_of_parts is not None
    if len(parts) > 1:
        return heard, _alone(parts, heard.aspects, heard.aspects_of_parts)
    alone = heard.aspects_of_parts(parts)
    return replace(heard, aspects=agreed(heard.aspects, alone[0])), alone


def _alone(
    parts: Sequence[str],
    aspects: Iterable[str],
    hear: Callable[[Sequence[str]], Sequence[Mapping[str, float]]],
) -> list[Mapping[str, float]]:
    """What each of several parts asks; what says it outright is not heard."""
    said = [outright(part) for part in parts]
    unsaid = [part for part, aspect in zip(parts, said, strict=True) if aspect is None]
    shares = iter(hear(unsaid) if unsaid else ())
    return [next(shares) if aspect is None else _only(aspect, aspects) for aspect in said]


def _only(said: str, aspects: Iterable[str]) -> dict[str, float]:
    return {aspect: float(aspect == said) for aspect in {said, *aspects}}


def _first(heard: Heard) -> str:
    """The likeliest aspect; the next one when only that is asked for outright."""
    first = heard.aspect
    if follows_on(heard.text):
        return PREREQUISITES
    if heard.aspects[first] >= SURE:
        return first
    least = OFTEN if heard.aspects[first] >= CLEAR else 0.0
    cued = {name for name in cued_aspects(heard.text) if heard.aspects.get(name, 0.0) >= least}
    return (
        first
        if first in cued or not cued
        else max(sorted(cued), key=lambda name: heard.aspects.get(name, 0.0))
    )


def _is_asked(text: str, second: str, share: float, first: str) -> bool:
    """Whether a likely second aspect is one: not when only the first is asked for outright."""
    cued = cued_aspects(text)
    return second in cued or first not in cued or share >= SECOND_SURELY


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
    if context.offer or is_correction(heard.text):
        return aspect not in DESCRIBING and share >= weights.aspect_of_answer
    if is_bare(mask(heard.text)) or _names_another(heard, context) or is_statement(heard.text):
        return aspect not in DESCRIBING and share >= weights.aspect_of_answer
    return share >= weights.aspect


def _names_another(heard: Heard, context: Context) -> bool:
    """“用气呢” after another matter asks the same of it."""
    ((matter, share),) = heard.matters.best(1)
    return asks_the_same(heard.text) and matter != context.matter and share >= HARDLY_ANY


def is_bare(masked: str) -> bool:
    """Whether nothing is left of a message but the matter and particles: “环评呢”."""
    return len(_PARTICLES.sub("", masked)) < 2


def is_statement(text: str) -> bool:
    """Whether a message tells something and asks nothing: “城里的马路，不是公路”."""
    return not _ASKING.search(text)


def asks_only_at_the_end(text: str) -> bool:
    """Whether a text tells something and then asks on: “一年用电400万度,要做吗”."""
    *told, asked = [part for part in CLAUSES.split(text) if part] or [""]
    return asks_on(asked) and all(map(is_statement, told))


_PARTICLES = re.compile(
    r"某|那么|那个|这个|那边|这边|那头|那|这|呢|吗|呀|啊|哈|吧|的|了|是|我|要|想|问|说|还有|换成|"
    r"一样|问题|同样|如果|对了|不对|不是|刚才|先前|之前|前一个|上一个|前面|头一个|第一个|回到|回|"
    r"what|about|and|the|for|how|[\s,。.?!、:;]"
)
_ASKING = re.compile(
    r"[?？吗么嘛呢]|[啥谁哪几咋]|什么|怎|如何|多[少久长大]|是否|是不是|有没有|要不要|用不用|能不能|行不|可不可"
    r"|[不没](?:[啊呀]|$|[,，。])|能|需要|必须|得先|应该|想|请|告诉|说说|讲|列|给我|查"
    r"|\b(?:how|what|which|where|when|who|why|is|are|do|does|can|could|should|must|need)\b"
    r"|ですか|ますか|でしょうか|까|나요|죠|어떻|무엇|뭐|언제|얼마"
)

"""Matters named side by side: “施工许可证和环评都要什么材料”."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class _Mention:
    matter: str
    start: int
    end: int

    def holds(self, other: _Mention) -> bool:
        inside = self.start <= other.start and other.end <= self.end
        return inside and (self.start, self.end) != (other.start, other.end)


def named_together(
    text: str, matters: Iterable[str], names: Callable[[str], Sequence[str]]
) -> tuple[str, ...]:
    """Those of some matters that a text names one beside the other, in its order; empty when it
    does not name two so."""
    mentions = [mention for matter in matters for mention in _mentions(text, matter, names)]
    mentions = [one for one in mentions if not any(other.holds(one) for other in mentions)]
    run: list[_Mention] = []
    for mention in sorted(mentions, key=lambda one: one.start):
        if run and not _JOINT.fullmatch(text[run[-1].end : mention.start]):
            if len(run) > 1:
                break
            run = []
        run.append(mention)
    return tuple(mention.matter for mention in run) if len(run) > 1 else ()


def halves_compared(text: str) -> tuple[str, ...]:
    """What stands before and after the “和” of two things compared; empty when none are."""
    found = _COMPARED.search(text)
    return (found["one"], found["other"]) if found else ()


def _mentions(text: str, matter: str, names: Callable[[str], Sequence[str]]) -> Iterator[_Mention]:
    """Where the longest of the matter's names that are in the text first stands."""
    said = max((name for name in names(matter) if name in text), key=len, default="")
    if said:
        start = text.index(said)
        yield _Mention(matter, start, start + len(said))


_JOINT = re.compile(
    r"\s*[,，、]\s*|[^,，。?？!！]{0,4}(?:和|跟|与|、|还有|以及|\band\b)[^,，。?？!！]{0,8}"
)
_COMPARED = re.compile(
    r"(?P<one>[^,，。?？]{2,16}?)(?:和|跟|与|同)(?P<other>[^,，。?？]{2,16}?)[,，]?"
    r"(?=(?:到底|究竟|是)?(?:哪个|哪一个|谁)(?:要|得|应该)?(?:更|比较)?(?:先|快|早|贵|便宜|简单)"
    r"|(?:能|可以|能不能|可不可以|是不是)?(?:一起|一块儿?|同时|合并|并行)|(?:有)?(?:啥|什么)?区别)"
)

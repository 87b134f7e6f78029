"""Words that point: “第二个”, “都不是”, “再说回”, “我要问的是”. In Chinese and in English."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

_NUMBERS = {"一": 0, "二": 1, "两": 1, "三": 2, "四": 3, "五": 4, "首": 0, "头": 0}
_NUMBERS |= {str(number): number - 1 for number in range(1, 6)}
_ENGLISH = {"first": 0, "second": 1, "third": 2, "fourth": 3, "last": -1, "former": 0, "latter": 1}
_ORDINAL = re.compile(
    r"第([一二三四五1-5])[个项种条样]?|([首头])[一1]?[个项种条]|选([一二三四五1-5])"
)
_BARE_NUMBER = re.compile(r"^[就选是要]*([一二三四五1-5])[号个.、]?[吧呢啊]?$")
_LAST = re.compile(
    r"后者|最后(?:面)?(?:那|一)?[个项种条]|(?<![工完成建好以之])后(?:面|边)?(?:那|一)[个项]|末(?:了|尾)那个"
)
_FIRST = re.compile(r"前者|前(?:面|边)?(?:那|一)[个项]|最(?:开始|初|早|前面)|开头|起头|一开始")
_ENGLISH_ORDINAL = re.compile(r"\b(first|second|third|fourth|last|former|latter)\b(?: one)?")
_NONE_OF_THEM = re.compile(
    r"都不(?:是|对|太?像|沾边)|(?:全|哪个都|一个都|没一个|没有一个)(?:不是|不对|没有|是$)"
    r"|以上皆非|没有我(?:要|想)"
    r"|\bnone of\b|\bneither\b|どれでもない|모두 아니"
)
_CORRECTION = re.compile(
    r"说(?:错|岔|差|反|漏)了?|口误|(?:弄|搞|说)混|搞反|问错"
    r"|打错|搞错|弄错|记错|错了|不对[,， ]|不对不对|^不对"
    r"|^(?:哦|噢|哎|啊|嗯)*等(?:等|一?下)[,， ]"
    r"|^不是[,， ]|^不是.{0,3}(?:我|是)|更正|纠正"
    r"|(?:问|说|要|指|讲)的不是|我(?:要|想)?(?:问|说)的(?:是|其实)|我的意思是|应该是说"
    r"|\bi meant?\b|\bsorry\b.*\bmean|\bnot that\b"
)
_RETURN = re.compile(
    r"(?:说|回|转|问|看|讲)回|回(?:到|过头)|(?:最|一)(?:开始|初)|开头|起头|头一个|第一个(?:问|说)"
    r"|接着(?:说|问)"
    r"|(?:之前|刚才|前面|先前|方才|早先|上面|原来)(?:说|问|提|讲|聊)?的?(?:那|这|说|问|提|讲)"
    r"|\bback to\b|\bearlier\b|\bgoing back\b|に戻り|に戻って|最初の|처음에?|아까"
)
_DENIED = re.compile(
    r"(?<![是要])(?:不是|不要(?!求)|并非|而不是)[^,，。;；!！?？]+"
    r"|(?<!并)非(?!得|要|法|常|编|办|做)[^,，。;；!！?？]+|\bnot (?:the |a )?[^,.;]+"
    r"|[^,，。;；!！?？]{1,8}?(?:不(?:建|做|办|要|弄|搞|干)了|先不说|先不管|(?:先)?放一放)"
)


@dataclass(frozen=True)
class Ordinal:
    """A place in a list from 0; −1 is the last. `alone` when the message says little else."""

    place: int
    alone: bool


def ordinal_of(text: str) -> Ordinal | None:
    """The place that a message points at."""
    for pattern, place in ((_LAST, -1), (_FIRST, 0)):
        found = pattern.search(text)
        if found:
            return Ordinal(place, _alone(text, found))
    found = _BARE_NUMBER.search(text) or _ORDINAL.search(text)
    if found:
        said = next(group for group in found.groups() if group)
        return Ordinal(_NUMBERS[said], _alone(text, found))
    found = _ENGLISH_ORDINAL.search(text)
    return Ordinal(_ENGLISH[found.group(1)], _alone(text, found)) if found else None


def place_of(offered: Sequence[str], ordinal: Ordinal) -> str | None:
    """The one at that place, None when there are fewer."""
    place = ordinal.place if ordinal.place >= 0 else len(offered) + ordinal.place
    return offered[place] if 0 <= place < len(offered) else None


def _alone(text: str, found: re.Match[str]) -> bool:
    return len(text) - len(found.group()) <= (14 if text.isascii() else 6)


def denies_all(text: str) -> bool:
    return bool(_NONE_OF_THEM.search(text))


def after_denying_all(text: str) -> str:
    """What else such a message says: “都不是,我说的是拆房子的那个”."""
    rest = _NONE_OF_THEM.sub("", text, 1)
    return _INSTEAD.sub("", rest, 1)


_INSTEAD = re.compile(
    r"^[的了啊呀吧,，。 ]*(?:我|俺|咱)?(?:们)?(?:要|想)?(?:问|说|找|办|指)?(?:的)?(?:是|其实是)?"
)


def is_correction(text: str) -> bool:
    return bool(_CORRECTION.search(text))


def names_anew(text: str) -> bool:
    """Whether a correction names what is meant: “我要问的是……”."""
    return bool(_ANEW.search(text))


_ANEW = re.compile(
    r"(?:问|说|指|要|办)的(?:是|其实)|我(?:是|要|想)?(?:问|说)(?!的)|我的意思是"
    r"|\bi meant?\b|\bmean\b"
)


def is_return(text: str) -> bool:
    return bool(_RETURN.search(text)) or is_previous(text)


def without_return(text: str) -> str:
    """What a return names: “说回最开始的备案” → 的备案."""
    return _RETURN.sub("", text)


def is_previous(text: str) -> bool:
    """Whether the matter before the one under discussion is meant: “前一个呢”, “回到刚才那个”."""
    return bool(_PREVIOUS.search(text))


_PREVIOUS = re.compile(
    r"[前上](?:面)?(?:那)?一(?:个|项|件)|前头那个|\bthe previous one\b"
    r"|回到?(?:刚才|刚刚|方才|前面|之前)(?:说|问|聊|提)?(?:到|过)?的?[那这]?[个项件]"
)


def is_one_of_two(text: str) -> bool:
    """Whether the former or the latter of two is meant."""
    return bool(_ONE_OF_TWO.search(text))


_ONE_OF_TWO = re.compile(r"[前后]者|[前后][面边]那[个项]|\bthe (?:former|latter)\b")


def without_denials(text: str) -> str:
    """The message without what it says is not meant; the whole of it when nothing else is left."""
    rest = _DENIED.sub("", text).strip(" ,，。")
    return rest if len(rest) > 1 else text


def denied_part(text: str) -> str:
    """What a message says is not meant: “不是地的” → 地的."""
    return " ".join(_NOT.sub("", found) for found in _DENIED.findall(text)).strip()


_NOT = re.compile(
    r"^(?:不是|不要|并非|而不是|非)|^not (?:the |a )?"
    r"|(?:不(?:建|做|办|要|弄|搞|干)了|先不说|先不管|(?:先)?放一放)$"
)


def points_here(text: str) -> bool:
    """Whether a message points at what is under discussion."""
    return bool(_HERE.search(text))


_HERE = re.compile(
    r"这个|它|这事|这项|该事项|此事|这证|这一步|这本|这份"
    r"|\bit\b|\bthis\b|\bthat\b|それ|これ|이거|그거"
)


def points_elsewhere(text: str) -> bool:
    """Whether a message points away from what is under discussion: “井那头”."""
    return bool(_ELSEWHERE.search(text))


_ELSEWHERE = re.compile(r"那头|那边|那一?块|那一?项|那件|另一[个件项]|\bthe other\b")


def points_within(text: str) -> bool:
    """Whether a part of what is under discussion is meant: “里面那本报告”."""
    return bool(_WITHIN.search(text))


_WITHIN = re.compile(r"(?:里面|里头|其中|当中)(?:的|那|有)|里边那")


def follows_on(text: str) -> bool:
    """Whether a message asks what comes after something is done: “下来以后办哪个”."""
    return bool(_DONE.search(text))


_DONE = re.compile(
    r"(?:下来|到手|拿到|办完|办好|办妥|批完|批了|交完|弄完|做完|(?<!就)完了|完事|领到)"
    r"(?:它|这个?证?|证)?(?:了|以后|之后|后|的话|呢)*[,，]?.{0,4}?"
    r"(?:下一步|接着|接下来|然后|干(?:啥|嘛|什么)|办(?:啥|哪|什么)|是(?:啥|什么))"
)


def called_by(text: str) -> tuple[str, ...]:
    """What something is called by, the longest first: “刚才用地那个” → 刚才用地, 才用地, 用地."""
    parts = {part for pattern in _CALLED_BY for part in pattern.findall(text)}
    ends = {part[place:] for part in parts for place in range(len(part))}
    telling = (end for end in ends if len(end) > 1 or end in ALONE)
    return tuple(sorted(telling, key=lambda end: (-len(end), end)))


ALONE = "水电气热树路地"  # what may be called by one character
_CALLED_BY = (
    re.compile(r"([\u4e00-\u9fff]{1,6}?)的?那[个块头边项件张本种]"),
    re.compile(r"那[个块项件张本]([\u4e00-\u9fff]{2,6}?)的"),
    re.compile(r"^(?:就?是|要|选)?([\u4e00-\u9fff]{1,4})的[吧呀啊呢]?$"),
)


def calls_again(text: str) -> bool:
    """Whether something is called by what was said of it before: “排水那个”."""
    return bool(_CALLED.search(text))


_CALLED = re.compile(r"[\u4e00-\u9fff]的?那个")


def asks_what_is_in(text: str) -> bool:
    """Whether something may be a part of what is under discussion: “消防也在里头吗”."""
    return bool(_IN_IT.search(text))


_IN_IT = re.compile(
    r"在(?:它|这|这个|那)?(?:里头|里面|里边|其中|范围内|当中)了?(?:吗|么|不|没|呢|吧)?$"
    r"|^(?:那|它|这个|这里|里头|里面|里边|也|都|,|，)*(?:包不包|含不含|包括|包含|含)"
    r"(?:不包括|不包含|着)?"
    r"[^,，。哪啥什多几]{2,8}(?:吗|么|不|没|呢)?$"
    r"|\b(?:does|is|are)\b.{1,30}\b(?:included?|part of (?:it|this|that))\b"
)


def says_which(text: str) -> bool:
    """Whether a message begins with another of the kind: “燃气那块怎么申请”, “水保的呢，报哪”."""
    return bool(_WHICH.match(text))


_WHICH = re.compile(
    r"^(?:那|那么)?[\u4e00-\u9fff]{1,4}?(?:那[块边头项道份]|这块)"
    r"|^(?:那|那么)?(?![我俺咱])[\u4e00-\u9fff]{1,6}?的?[呢咧嘞][,，?？ ]+[^呢]"
    r"|^[\u4e00-\u9fff]{1,4}的[吧呀啊?？]?$"
)


def asks_the_same(text: str) -> bool:
    """Whether a message only names, for the same question again: “用气呢”."""
    bare = text.rstrip("?？。!！ ")
    if _SAME_ELSEWHERE.search(bare):
        return True
    return len(bare) <= SHORT and bare.endswith(("呢", "咧", "嘞", "呐"))


SHORT = 10  # characters of “…呢” that only names
# In English (“and for water?”), Japanese (“ガスは？”) and Korean (“가스는요?”).
_SAME_ELSEWHERE = re.compile(
    r"^(?:ok(?:ay)?,? |so |then )?"
    r"(?:(?:and )?(?:what|how) about|and for|and the(?=.* one$)|same for)"
    r"\b[^,.]{2,30}$"
    r"|^(?:じゃあ?|では|それでは|で)?[、 ]?[^、。\u0020]{1,10}(?:は|の場合は?|はどう(?:ですか?)?)$"
    r"|^(?:그럼 |그러면 )?[\uac00-\ud7af]{1,8}(?:은|는)(?:요)?$"
)


def says_the_same(text: str) -> bool:
    """Whether a message asks of another matter what was asked before: “一样的问题”."""
    return bool(_THE_SAME.search(text))


_THE_SAME = re.compile(
    r"(?:一样|同样|相同)的?(?:问题|事|呢|问)"
    r"|(?:也|都)是?(?:一样|这样|同样)的?[吗么不]?[?？]?$|同问"
    r"|(?:也|都)是(?:他们|它们?|他|那[儿里边]|这[儿里边])(?:来)?[管批办审发收]?的?[吗么吧不]?[?？]?$"
    r"|\bsame (?:question|for)\b|同じ"
)

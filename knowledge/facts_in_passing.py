"""Facts of a project that a question tells in passing: “我在开发区盖个3000平厂房，要办施工许可吗”.

Only what somebody says of the own project counts: a number beside what is done with it, never a
threshold (“3000平以上的要办吗”).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from re import Pattern

from knowledge.schema import ProjectFact
from knowledge.text import normalise
from knowledge.told_facts import UNKNOWN, Told, read_answer

LONGEST = 200  # characters that are searched; a story's beginning says what is built
_AMOUNT = (
    r"(?P<amount>[0-9.,零〇一二两三四五六七八九十百千万亿点]+(?:个[亿万])?[多来几]?(?:{units}))"
)
_FLOOR = "平方米|平米|平方|平|m2|㎡"
_ABOUT = "(?:了|着|个|座|栋|幢|一个|一座|一栋|大概|大约|差不多|约|是|有|在|共|一共|总共|面积|把)*"
_BUILT = "(?:厂房|车间|仓库|库房|冷库|厂子|办公楼|商场|宿舍|楼|房子|学校|医院|酒店|库)"
_BUILDING = "(?:盖|建|起|修|扩|加盖|新建|扩建)"
_OURS = "(?:我们|项目|工程|公司)[^,，。?？]{0,6}是"
_SOLD = "(?:招拍挂|拍卖|挂牌|公开出让|出让|摘牌|拍)"
_THRESHOLD = re.compile(
    r"(?:不到|不足|超过|大于|小于|少于|多于|高于|低于|达到|满|至少|最多|多少|哪)[^,，。]{0,3}$"
)
_SUPPOSED = re.compile(r"如果|要是|假如|假设|比如|\bif\b")
_LIMITS = re.compile(r"以上|以下|以内|不到|超过|多大|多少平|哪些|哪类|什么样的")
_FROM_OR_TO = re.compile(r"^(?:左右)?的?(?:以上|以下|以内|之内|以外|之上|之下|起|内|及以|或)")


def _amount(lead: str, units: str, follow: str = "") -> Pattern[str]:
    return re.compile(lead + _AMOUNT.format(units=units) + follow)


_NUMBERS: Mapping[str, tuple[Pattern[str], ...]] = {
    "site_area": (
        _amount(f"(?:占地|征地|用地|拿地|拿了|买了)(?:面积)?{_ABOUT}", f"{_FLOOR}|公顷|亩"),
    ),
    "floor_area": (
        _amount(f"(?:{_BUILDING}|建筑面积|总面积){_ABOUT}", _FLOOR),
        _amount("", _FLOOR, rf"(?:左右)?的?[\u4e00-\u9fff]{{0,4}}?{_BUILT}"),
    ),
    "cost": (_amount(f"(?:总?投资额?|造价|投){_ABOUT}", "万元|亿元|万块|元|块|w|(?<=[万亿])"),),
    "earthwork": (_amount(f"(?:挖填|土石方|土方|挖){_ABOUT}", "立方米|立方|方|m3"),),
    "height": (_amount(f"(?:建筑高度|楼高|高度|高){_ABOUT}", "米"),),
    "power_use": (_amount(f"(?:用电量|用电){_ABOUT}", "千瓦时|度电|度|kwh"),),
}
_CHOICES: Mapping[str, Mapping[str, Pattern[str]]] = {
    "work": {
        "industrial": re.compile(
            _BUILDING + r"[^,，。?？吗]{0,12}?(?:厂房|车间|仓库|库房|冷库)(?!.{0,4}(?:消防|装修))"
        ),
    },
    "land": {
        "granted": re.compile(
            f"地块?(?:都)?是(?:我们|公司)?{_SOLD}(?:来|下来|得|买)?的?"
            f"|{_SOLD}(?:来|拿|得|买)(?:到|下|来)?的地"
        ),
        "allocated": re.compile("地块?(?:都)?是(?:政府)?划拨的?|划拨(?:来|得|到)的地"),
        "leased": re.compile("地块?(?:都)?是租(?:来|用)?的|租(?:来)?的地"),
    },
    "investment": {
        "government": re.compile(f"{_OURS}(?:政府投资|财政投资|财政资金|政府出钱)的?"),
        "enterprise": re.compile(f"{_OURS}(?:企业投资|社会投资|民营|自筹)的?"),
    },
    "foreign": {"yes": re.compile(f"{_OURS}(?:一家)?(?:外资|外商|中外合资)")},
}


def facts_in_passing(vocabulary: Mapping[str, ProjectFact], text: str) -> tuple[Told, ...]:
    """The facts that a message tells beside what it asks, each once and each without doubt."""
    text = normalise(text)[:LONGEST]
    if _SUPPOSED.search(text):
        return ()
    found: dict[str, set[str]] = {}
    for told in (*_numbers(vocabulary, text), *_choices(vocabulary, text)):
        found.setdefault(told.fact, set()).add(told.value)
    return tuple(Told(fact, *values) for fact, values in found.items() if len(values) == 1)


def _numbers(vocabulary: Mapping[str, ProjectFact], text: str) -> Iterator[Told]:
    for name, patterns in _NUMBERS.items():
        for match in (found for pattern in patterns for found in pattern.finditer(text)):
            value = _value(vocabulary.get(name), text, match)
            if value:
                yield Told(name, value)


def _value(fact: ProjectFact | None, text: str, match: re.Match[str]) -> str | None:
    """The number said, unless it is a threshold or of another fact."""
    before, after = text[: match.start("amount")], text[match.end("amount") :]
    if fact is None or _THRESHOLD.search(before) or _FROM_OR_TO.search(after):
        return None
    if fact.id == "floor_area" and _OF_LAND.search(before):
        return None
    value = read_answer(fact, match["amount"])
    return None if value == UNKNOWN else value


def _choices(vocabulary: Mapping[str, ProjectFact], text: str) -> Iterator[Told]:
    if _LIMITS.search(text):
        return
    for name, values in _CHOICES.items():
        for value, words in values.items():
            if name in vocabulary and words.search(text):
                yield Told(name, value)


_OF_LAND = re.compile(r"(?:占地|征地|用地|拿地)(?:面积)?[^,，。]{0,6}$")

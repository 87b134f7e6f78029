"""What is different between two readings of a matter, field by field, in a clerk's words.

The parts of a matter are compared as plain data (what its YAML says), so that what was stored
months ago can be compared with today's catalogue although the schema has grown since.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from difflib import SequenceMatcher
from enum import Enum
from functools import partial
from typing import Any

from knowledge.conditions import Vocabulary, describe
from knowledge.schema import Matter, Record, When

Plain = Mapping[str, Any]
ALIKE = 0.5  # texts less alike than this are two statements, not one that was reworded

FIELD_NAMES = {
    "name": "事项名称",
    "aliases": "别名",
    "stage": "所属阶段",
    "kind": "事项类型",
    "checked_on": "资料核对日期",
    "summary": "事项概况",
    "departments": "办理部门",
    "applies_when": "适用范围",
    "conditions": "办理条件",
    "materials": "申请材料",
    "process": "办理流程",
    "statutory_limits": "法定时限",
    "promised_limits": "承诺时限",
    "fees": "收费",
    "basis": "法律依据",
    "results": "办理结果",
    "prerequisites": "前置要求",
    "services": "中介服务",
    "penalties": "法律责任",
    "notes": "备注",
    "after": "先办的事项",
    "parallel": "可同时办的事项",
    "merges": "可合并办理的事项",
    "questions": "常见问法",
    "near_misses": "易混问法",
    "stages": "各阶段的事项",
    "definition": "名词解释",
    "more": "名词的补充说明",
}
DETAIL_NAMES = {
    "text": "内容",
    "days": "天数",
    "unit": "天数单位",
    "source": "来源",
    "state": "核实状态",
    "place": "适用地区",
    "valid_from": "生效日期",
    "valid_to": "失效日期",
    "checked_on": "核对日期",
    "when": "需要的情形",
    "where": "适用的项目",
    "when_text": "需要的情形说明",
    "forms": "形式",
    "copies": "份数",
    "issuer": "出具单位",
    "shared_data": "数据共享",
    "commitment": "告知承诺",
    "deferrable": "容缺后补",
    "note": "说明",
    "aspect": "问的方面",
    "aspect2": "另一方面",
}
VALUE_NAMES = {
    "state": {"verified": "已核实", "example": "外地示例", "unverified": "未核实"},
    "unit": {"working_day": "工作日", "calendar_day": "日", "month": "个月"},
    "forms": {"original": "原件", "copy": "复印件", "electronic": "电子件"},
}
CONDITIONS = ("when", "where")
SAID_WHOLE = ("text", "name", "days", "unit")  # not detail by detail
NOT_SAID = "（没有写）"
NOTHING: tuple[Any, ...] = (None, "", [], {})


@dataclass(frozen=True)
class Difference:
    """`field` is the YAML key; `what` names the place in words. `before` None: it is new;
    `after` None: it is gone. `text` says it all in one sentence."""

    field: str
    what: str
    before: str | None
    after: str | None

    @property
    def text(self) -> str:
        if self.before is None:
            return f"{self.what}：新增“{self.after}”。"
        if self.after is None:
            return f"{self.what}：删去“{self.before}”。"
        return f"{self.what}由“{self.before}”改为“{self.after}”。"


def differences(
    old: Matter | None, new: Matter | None, vocabulary: Vocabulary | None = None
) -> list[Difference]:
    """Everything that differs, in reading order; None stands for a matter that is not there.

    With the vocabulary, conditions are said in words.
    """
    if old is None or new is None:
        before, after = (matter.name if matter else None for matter in (old, new))
        return [] if before == after else [Difference("id", "事项", before, after)]
    if old == new:
        return []
    before_fields, after_fields = plain(old), plain(new)
    return [
        difference
        for name in Matter.__fields__
        for difference in field_differences(
            name, before_fields.get(name), after_fields.get(name), vocabulary
        )
    ]


def plain(record: Record) -> dict[str, Any]:
    """A record as its YAML would say it, in JSON's types: what is not said is not there."""
    said = ((key, _plain(value)) for key, value in record)
    return {key: value for key, value in said if value not in NOTHING}


def _plain(value: Any) -> Any:
    if isinstance(value, Record):
        return plain(value)
    if isinstance(value, list):
        return [_plain(item) for item in value]
    if isinstance(value, Enum):
        return value.value
    return value.isoformat() if isinstance(value, date) else value


def field_differences(
    field: str, before: Any, after: Any, vocabulary: Vocabulary | None = None
) -> Iterator[Difference]:
    """What differs in one field of a matter; both sides are plain data."""
    if before == after:
        return
    what = FIELD_NAMES.get(field, field)
    if isinstance(before or after, list):
        yield from _in_list(field, what, before or [], after or [], vocabulary or {})
    elif isinstance(before, Mapping) and isinstance(after, Mapping):
        yield from _in_item(field, what, before, after, vocabulary or {})
    else:
        yield Difference(field, what, _said(before), _said(after))


def _in_list(
    field: str, what: str, before: Sequence[Any], after: Sequence[Any], vocabulary: Vocabulary
) -> Iterator[Difference]:
    pairs, gone, fresh = _matched(before, after)
    for old, new in pairs:
        if old != new:
            yield from _in_item(field, f"{what}“{_title(new)}”", old, new, vocabulary)
    for item in gone:
        yield Difference(field, what, _title(item), None)
    for item in fresh:
        yield Difference(field, what, None, _title(item))
    if field == "process" and not gone and not fresh:
        titles = [[_title(item) for item in items] for items in (before, after)]
        if sorted(titles[0]) == sorted(titles[1]) and titles[0] != titles[1]:
            yield Difference(field, f"{what}的顺序", *("；".join(side) for side in titles))


def _matched(
    before: Sequence[Any], after: Sequence[Any]
) -> tuple[list[tuple[Any, Any]], list[Any], list[Any]]:
    """Pairs of what is the same statement on both sides, what is gone, what is new."""
    gone, fresh = [], list(after)
    pairs: list[tuple[Any, Any]] = []
    reworded = []
    for old in before:
        same = _same(old, fresh)
        if same is None:
            reworded.append(old)
        else:
            fresh.remove(same)
            pairs.append((old, same))
    for old in reworded:
        new = max(fresh, key=partial(_likeness, old), default=None)
        if new is not None and _likeness(old, new) >= ALIKE:
            fresh.remove(new)
            pairs.append((old, new))
        else:
            gone.append(old)
    return pairs, gone, fresh


def _same(item: Any, others: Sequence[Any]) -> Any:
    """The equal one, or the one that has its name; None when there is neither."""
    named = [other for other in others if _title(other) == _title(item)]
    return next((other for other in named if other == item), named[0] if named else None)


def _likeness(old: Any, new: Any) -> float:
    if not isinstance(old, Mapping) or not isinstance(new, Mapping):
        return 0.0
    same_source = 0.2 if old.get("source") == new.get("source") else 0.0
    return SequenceMatcher(None, _title(old), _title(new)).ratio() + same_source


def _in_item(
    field: str, what: str, before: Plain, after: Plain, vocabulary: Vocabulary
) -> Iterator[Difference]:
    """A reworded statement is said whole, with its number of days; other details one by one."""
    reworded = _title(before) != _title(after)
    if reworded:
        name = FIELD_NAMES.get(field, field)
        yield Difference(field, name, _title(before), _title(after))
    limits = _limit(before), _limit(after)
    if limits[0] != limits[1]:
        yield Difference(field, FIELD_NAMES.get(field, field), *limits)
    for key in dict.fromkeys((*before, *after)):
        if key in SAID_WHOLE or before.get(key) == after.get(key):
            continue
        sides = (_detail(key, item.get(key), vocabulary) for item in (before, after))
        yield Difference(field, f"{what}的{DETAIL_NAMES.get(key, key)}", *sides)


def _limit(item: Plain) -> str:
    """Such as “7日”: a number of days is read with its unit."""
    unit = VALUE_NAMES["unit"].get(item.get("unit", ""), "")
    return f"{item['days']}{unit}" if "days" in item else NOT_SAID


def _title(item: Any) -> str:
    """What names a statement: its name or its text."""
    if isinstance(item, Mapping):
        return str(item.get("name") or item.get("text") or item)
    return str(item)


def _detail(key: str, value: Any, vocabulary: Vocabulary) -> str:
    if value in NOTHING:
        return NOT_SAID
    if key in CONDITIONS:
        return _condition(value, vocabulary)
    if key == "source":
        return str(value).replace("#", " ")
    names = VALUE_NAMES.get(key, {})
    return _said(
        [names.get(one, one) for one in value] if isinstance(value, list) else value, names
    )


def _condition(when: When, vocabulary: Vocabulary) -> str:
    try:
        return describe(vocabulary, when)
    except KeyError:  # a fact that the vocabulary does not have, or has no longer
        return json.dumps(when, ensure_ascii=False)


def _said(value: Any, names: Mapping[str, str] | None = None) -> str:
    if value is None:
        return NOT_SAID
    if isinstance(value, bool):
        return "可以" if value else "不可以"
    if isinstance(value, list):
        return "、".join(str(one) for one in value)
    if isinstance(value, Mapping):
        return _title(value)
    return (names or {}).get(str(value), str(value))

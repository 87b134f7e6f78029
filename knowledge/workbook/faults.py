"""What is wrong with a workbook, by sheet, row and column, in words for who filled it in."""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True, order=True)
class CellFault:
    """`row` as Excel counts; 0 when it is about the whole sheet, and no `column` when it is about
    the whole row."""

    sheet: str
    row: int
    column: str
    what: str

    def __str__(self) -> str:
        row = f"第 {self.row} 行" if self.row else ""
        column = f"“{self.column}”列" if self.column else ""
        return f"“{self.sheet}”表{row}{column}：{self.what}"


class WorkbookRefused(Exception):
    """Nothing was written; `faults` says why."""

    def __init__(self, faults: list[CellFault]) -> None:
        super().__init__("\n".join(str(fault) for fault in faults))
        self.faults = faults


# What the checks of the catalogue say → what somebody at a workbook reads. \1 … are taken over.
IN_CHINESE = (
    (r"field required", "没有填，这一格必须填"),
    (r"none is not an allowed value", "没有填，这一格必须填"),
    (r"an example must name its place.*", "核实状态是“外地示例”时，必须写明是哪里的（适用地区）"),
    (r"`days` and `unit` go together", "天数和天数单位要么都写，要么都不写"),
    (r"ensure this value has at least 2 characters", "太短，至少要两个字"),
    (r"ensure this value has at least 1 items?", "至少要有一行"),
    (r"ensure this value is greater than or equal to (\d+)", r"不能小于 \1"),
    (r"ensure this value is less than or equal to (\d+)", r"不能大于 \1"),
    (
        r"an id is lower-case words joined by hyphens",
        "编号只能用小写英文字母、数字和连字符，例如 fire-acceptance",
    ),
    (r"a condition is .*", "不是条件；条件写成“项目情况: 值”，例如 land: granted"),
    (
        r"`(any|all)` takes a list.*",
        r"\1 后面要写一组条件，例如 \1: [{land: granted}, {cost: \">30\"}]",
    ),
    (r"no matter `(.+)`", r"没有编号是 \1 的事项"),
    (r"no source `(.+)`", r"来源登记里没有“\1”，先在 knowledge/sources 登记"),
    (
        r"article `(.*)` of (.+) was not read",
        r"《\2》里没有登记读过“\1”；写读过的条文，或者把核实状态改为“未核实”",
    ),
    (r"ends before it begins", "失效日期早于生效日期"),
    (r"ended on (.+) and nothing follows", r"已于 \1 失效，又没有接替的内容"),
    (r"nothing holds from (.+) to (.+)", r"\1 到 \2 之间没有有效的内容"),
    (r"nothing holds before (.+)", r"\1 之前没有有效的内容；现行的那条要保留，写上失效日期"),
    (r"asked twice", "这个问法重复了"),
    (r"unknown project fact `(.+)`", r"没有叫 \1 的项目情况；可用的见 knowledge/facts.yml"),
    (r"`(.+)` is no value of `(.+)`", r"项目情况 \2 没有 \1 这个值"),
    (r"`(.+)` is no comparison for .*", r"“\1”不是比较；写成 \">=500\" 或 \">=500, <5000\""),
    (r"id already used in (.+)", r"编号已经用在 \1 里"),
)


def in_chinese(said: str) -> str:
    """The message in Chinese; one that is not known is told as it is."""
    said = said.rpartition(": ")[2] if re.match(r"^[\w.]+: ", said) else said
    for pattern, words in IN_CHINESE:
        found = re.fullmatch(pattern, said)
        if found:
            return found.expand(words).replace('\\"', '"')
    return f"不符合要求（{said}）"

"""Which tables and columns of the national exchange standard this product reads, in V2 and V3.

Columns with personal identity (办理人, 联系人, 负责人, phones, identity numbers) are not listed,
so they can never be selected.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

V2, V3 = "V2", "V3"

PROJECT = "XMJBXXB"
CASE = "XMSPSXBLXXB"
STEP = "XMSPSXBLXXXXB"
PROCEDURE = "XMSPSXBLTBCXXXB"
DOCUMENT = "XMSPSXPFWJXXB"
SOLICITATION = "XMSPSXZQYJXXB"
MATTER = {V2: "DFXMSPLCJDSXXXB", V3: "SPSXJBXXB"}
UNIT = {V2: "XMDWXXB", V3: "ZRZTXXB"}
ATTACHMENT = {V2: "XMQTFJXXB", V3: "XMSQCLJQTFJXXB"}
MATERIAL_NAME = {V2: "FJMC", V3: "CLMC"}
MATERIAL_KIND = {V2: "FJFL", V3: "CLFL"}

_VALIDITY = ("SJYXBS", "SJSCZT")


@dataclass(frozen=True)
class TableSpec:
    """What is read of one table. Without the `needed` columns the table says nothing."""

    base: str
    title: str
    needed: tuple[str, ...]
    wanted: tuple[str, ...]
    required: bool = False

    @property
    def name(self) -> str:
        return f"SPGL_{self.base}"

    @property
    def columns(self) -> tuple[str, ...]:
        return (*self.needed, *self.wanted)


def _table(base: str, title: str, needed: str, wanted: str, required: bool = False) -> TableSpec:
    columns = (*wanted.split(), *_VALIDITY)
    return TableSpec(base, title, tuple(needed.split()), columns, required)


_SHARED = (
    _table(
        CASE,
        "项目审批事项办理信息表",
        "GCDM SPSXSLBM",
        "LSH XZQHDM SPSXBM SPSXBBH SPLCBM SPLCBBH SPBMMC BLSPSLBM SXBLSX",
        required=True,
    ),
    _table(
        STEP,
        "项目审批事项办理详细信息表",
        "GCDM SPSXSLBM BLZT BLSJ",
        "LSH XZQHDM BLCS BLYJ",
        required=True,
    ),
    _table(
        PROCEDURE,
        "项目审批事项办理特别程序信息表",
        "GCDM SPSXSLBM",
        "XZQHDM TBCX TBCXMC TBCXKSSJ TBCXSXLX TBCXSX",
    ),
    _table(
        DOCUMENT,
        "项目审批事项批复文件信息表",
        "GCDM SPSXSLBM",
        "XZQHDM PFRQ PFWH PFWJBT PFWJYXQX",
    ),
    _table(
        SOLICITATION,
        "项目审批事项征求意见信息表",
        "GCDM SPSXSLBM",
        "XZQHDM BLDWMC FKSJ FKYJ",
    ),
)
_PROJECT_COLUMNS = "LSH XZQHDM XMMC SPLCLX JSDD XMTZLY LXLX ZTZE JZMJ YDMJ"

TABLES: dict[str, tuple[TableSpec, ...]] = {
    V2: (
        _table(PROJECT, "项目基本信息表", "XMDM GCDM", _PROJECT_COLUMNS, required=True),
        *_SHARED,
        _table(
            MATTER[V2],
            "地方项目审批流程阶段事项信息表",
            "SPSXBM SPSXMC",
            "LSH XZQHDM SPLCBM SPLCBBH SPSXBBH",
        ),
        _table(UNIT[V2], "项目单位信息表", "XMDM DWTYSHXYDM DWLX", "GCDM"),
        _table(
            ATTACHMENT[V2],
            "项目其他附件信息表",
            "GCDM SPSXSLBM FJMC",
            "XZQHDM BLSPSLBM FJFL",
        ),
    ),
    V3: (
        _table(
            PROJECT,
            "项目基本信息表",
            "XMDM GCDM",
            f"{_PROJECT_COLUMNS} JSDWDM",
            required=True,
        ),
        *_SHARED,
        _table(MATTER[V3], "审批事项基本信息表", "SPSXBM SPSXMC", "LSH XZQHDM SPSXBBH"),
        _table(UNIT[V3], "责任主体信息表", "XMDM DWTYSHXYDM DWLX", "GCDM"),
        _table(
            ATTACHMENT[V3],
            "项目申请材料及其他附件信息表",
            "GCDM SPSXSLBM CLMC",
            "XZQHDM BLSPSLBM CLFL",
        ),
    ),
}

# Columns that only one version of a table has; with the renamed tables they tell V2 from V3.
_MARKS: dict[str, tuple[tuple[str, str], ...]] = {
    V2: (
        (PROJECT, "XMJSDDX"),
        (PROJECT, "XMJSDDY"),
        (MATTER[V2], "SPSXMC"),
        (UNIT[V2], "DWTYSHXYDM"),
        (ATTACHMENT[V2], "FJMC"),
        ("DFXMSPLCXXB", "SPLCBM"),
        ("DFXMSPLCJDXXB", "SPLCBM"),
    ),
    V3: (
        (PROJECT, "JSDWDM"),
        (PROJECT, "JSDW"),
        (PROJECT, "XMJWDZB"),
        (PROJECT, "SFXXGC"),
        (CASE, "YWQX"),
        (CASE, "LXR"),
        (CASE, "SXGZCNZSPQK"),
        (STEP, "SJLY"),
        (STEP, "DWMC"),
        (MATTER[V3], "SPSXMC"),
        (UNIT[V3], "DWTYSHXYDM"),
        (ATTACHMENT[V3], "CLMC"),
        ("SPLCXXB", "SPLCBM"),
    ),
}
MARK_TABLES = frozenset(base for marks in _MARKS.values() for base, _ in marks)

_NAME = re.compile(r"^(?P<prefix>.*?)SPGL_(?P<base>[A-Z]+?)(?P<suffix>_?V3)?$")


def split_name(table: str) -> tuple[str, str, str] | None:
    """(prefix, base, suffix) of an exchange table's name in any case, or None for another table.

    Vendors' mirrors put a division code before the name and `_V3` or `V3` after it.
    """
    found = _NAME.match(table.upper())
    return (found["prefix"], found["base"], found["suffix"] or "") if found else None


def version_of(columns: dict[str, set[str]]) -> str:
    """V2 or V3, from the upper-case columns of each table (by base name) that is present."""
    marks = {
        version: sum(column in columns.get(base, ()) for base, column in pairs)
        for version, pairs in _MARKS.items()
    }
    return V3 if marks[V3] > marks[V2] else V2

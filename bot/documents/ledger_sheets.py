"""The sheets of the ledger's workbook: one table for the template and for reading it back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum


class Kind(Enum):
    TEXT = "文字"
    NUMBER = "整数"
    DAY = "日期"
    MOMENT = "日期和时间"
    STATUS = "办理状态"


@dataclass(frozen=True)
class Column:
    """`hint` is what the template says about it."""

    title: str
    key: str
    kind: Kind = Kind.TEXT
    required: bool = False
    hint: str = ""
    width: int = 18


@dataclass(frozen=True)
class Sheet:
    title: str
    columns: tuple[Column, ...]


PROJECT_CODE = Column("项目代码", "project_code", required=True, hint="24位项目代码", width=28)
CASE_NO = Column("办件号", "case_no", required=True, hint="每个办件一个，不能重复", width=24)
FOREVER = "长期"

PROJECTS = Sheet(
    "项目",
    (
        PROJECT_CODE,
        Column("项目名称", "name", required=True, width=36),
        Column("建设单位", "developer_name", required=True, width=30),
        Column(
            "统一社会信用代码",
            "developer_code",
            required=True,
            hint="18位；企业凭它查到自己的项目",
            width=24,
        ),
        Column("项目类型", "kind"),
        Column("建设地点", "place", width=30),
        Column("阶段", "stage", hint="例如 施工许可"),
        Column("项目管家", "steward"),
        Column("下一步", "next_step", width=36),
    ),
)
WORKS = Sheet(
    "工程",
    (
        PROJECT_CODE,
        Column("工程代码", "code", required=True, hint="单项工程才填，一行一个", width=32),
        Column("工程名称", "name", required=True, width=36),
        Column("区划代码", "region", hint="6位"),
    ),
)
CASES = Sheet(
    "办件",
    (
        CASE_NO,
        PROJECT_CODE,
        Column("工程代码", "work_code", hint="属于某个单项工程才填", width=32),
        Column("事项名称", "matter_name", required=True, hint="与事项目录的名称一致", width=36),
        Column("审批部门", "department", width=24),
        Column("时限（工作日）", "limit_days", Kind.NUMBER, hint="承诺办结的工作日数"),
        Column("并联编号", "group_no", hint="同时申报的几个办件写同一个编号"),
    ),
)
STEPS = Sheet(
    "办理记录",
    (
        CASE_NO,
        Column("时间", "at", Kind.MOMENT, required=True, hint="例如 2026-11-20 09:30"),
        Column("状态", "status", Kind.STATUS, required=True, hint="从列表中选择", width=20),
        Column("科室", "office"),
        Column("办理意见", "opinion", width=40),
        Column("特别程序名称", "procedure", hint="状态是“特别程序（开始）”时填，例如 专家评审"),
    ),
)
DOCUMENTS = Sheet(
    "批复文件",
    (
        CASE_NO,
        Column("标题", "title", width=36),
        Column("文号", "number", width=24),
        Column("批复日期", "issued_on", Kind.DAY),
        Column("有效期至", "valid_to", hint=f"日期，或写“{FOREVER}”"),
    ),
)
MATERIALS = Sheet(
    "已收材料",
    (CASE_NO, Column("材料名称", "name", required=True, hint="一行一份", width=40)),
)
SHEETS = (PROJECTS, WORKS, CASES, STEPS, DOCUMENTS, MATERIALS)
# What must be there; the other sheets may be left out.
NEEDED = (PROJECTS, CASES, STEPS)

Cells = Mapping[str, object]

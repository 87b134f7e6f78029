"""The sheets of the workbook: which column holds which key of a matter."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum

from knowledge.stages import STAGES

ID, NAME = "事项编号", "事项名称"
MARK = "导出标记（不要改）"
YES_NO = {"true": "是", "false": "否"}
STATES = {"verified": "已核实", "example": "外地示例", "unverified": "未核实"}
UNITS = {"working_day": "工作日", "calendar_day": "日历天", "month": "月"}
FORMS = {"original": "原件", "copy": "复印件", "electronic": "电子件"}
ASPECTS = {
    "overview": "概况",
    "materials": "要件",
    "conditions": "条件",
    "process": "流程",
    "time_limit": "时限",
    "fee": "收费",
    "basis": "依据",
    "department": "部门",
    "result": "结果",
    "prerequisites": "前置",
    "penalty": "处罚",
}


class Kind(Enum):
    """What a cell holds."""

    TEXT = "文字"
    NUMBER = "整数"
    DATE = "日期"
    CHOICE = "选项"  # one of `choices`
    CHOICES = "多个选项"  # some of `choices`, joined by 、
    CONDITION = "条件"  # as in YAML, without the outer braces


@dataclass(frozen=True)
class Column:
    title: str
    key: str
    kind: Kind = Kind.TEXT
    choices: Mapping[str, str] = field(default_factory=dict)  # value → what people read
    width: int = 14


@dataclass(frozen=True)
class Sheet:
    """A sheet whose rows are items of a matter's fields.

    `fields` maps what the column “种类” says to the field; a sheet with one field has no such
    column. `plain`: the items are texts, not records. `single`: each field is one record.
    """

    title: str
    fields: Mapping[str, str]
    columns: Sequence[Column]
    plain: bool = False
    single: bool = False

    @property
    def has_sorts(self) -> bool:
        return len(self.fields) > 1

    @property
    def headings(self) -> list[str]:
        sort = [SORT] if self.has_sorts else []
        return [ID, NAME, *sort, *(column.title for column in self.columns)]


SORT = "种类"
TEXT = Column("内容", "text", width=60)
SOURCED = (
    Column("来源", "source", width=28),
    Column("核实状态", "state", Kind.CHOICE, STATES),
    Column("适用地区", "place"),
    Column("生效日期", "valid_from", Kind.DATE),
    Column("失效日期", "valid_to", Kind.DATE),
    Column("核对日期", "checked_on", Kind.DATE),
)
FACT = (TEXT, *SOURCED)
WHEN = Column("需要的条件", "when", Kind.CONDITION, width=36)

MATTERS = (
    Column(ID, "id", width=34),
    Column(NAME, "name", width=40),
    Column("所属阶段", "stage", Kind.CHOICE, STAGES, width=20),
    Column("资料核对日期", "checked_on", Kind.DATE),
)
SHEETS = (
    Sheet("概况", {"事项类型": "kind", "事项概况": "summary"}, FACT, single=True),
    Sheet("别名", {"": "aliases"}, (Column("别名", "", width=40),), plain=True),
    Sheet("部门", {"": "departments"}, FACT),
    Sheet(
        "适用范围",
        {"": "applies_when"},
        (TEXT, WHEN, Column("适用的项目", "where", Kind.CONDITION, width=28), *SOURCED),
    ),
    Sheet("条件", {"": "conditions"}, FACT),
    Sheet(
        "要件",
        {"": "materials"},
        (
            Column("材料名称", "name", width=40),
            WHEN,
            Column("需要的情形说明", "when_text", width=28),
            Column("形式", "forms", Kind.CHOICES, FORMS),
            Column("份数", "copies", Kind.NUMBER, width=8),
            Column("出具单位", "issuer", width=20),
            Column("数据共享", "shared_data", Kind.CHOICE, YES_NO),
            Column("告知承诺", "commitment", Kind.CHOICE, YES_NO),
            Column("容缺后补", "deferrable", Kind.CHOICE, YES_NO),
            Column("说明", "note", width=30),
            *SOURCED,
        ),
    ),
    Sheet("流程", {"": "process"}, FACT),
    Sheet(
        "时限",
        {"法定": "statutory_limits", "承诺": "promised_limits"},
        (
            TEXT,
            Column("天数", "days", Kind.NUMBER, width=8),
            Column("天数单位", "unit", Kind.CHOICE, UNITS),
            *SOURCED,
        ),
    ),
    Sheet("收费", {"": "fees"}, FACT),
    Sheet("依据", {"": "basis"}, FACT),
    Sheet("结果", {"": "results"}, FACT),
    Sheet("前置", {"": "prerequisites"}, FACT),
    Sheet(
        "中介服务", {"": "services"}, (TEXT, Column("对应事项编号", "matter", width=28), *SOURCED)
    ),
    Sheet("处罚", {"": "penalties"}, FACT),
    Sheet("备注", {"": "notes"}, FACT),
    Sheet(
        "衔接",
        {"先办": "after", "可同时办": "parallel", "可合并办理": "merges"},
        (Column("另一个事项的编号", "", width=34),),
        plain=True,
    ),
    Sheet(
        "问法",
        {"": "questions"},
        (
            Column("问法", "text", width=60),
            Column("问的方面", "aspect", Kind.CHOICE, ASPECTS),
            Column("另一方面", "aspect2", Kind.CHOICE, ASPECTS),
        ),
    ),
    Sheet("易混问法", {"": "near_misses"}, (Column("易混问法", "", width=60),), plain=True),
)
MATTER_SHEET = "事项"

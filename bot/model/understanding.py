"""What a message was understood to mean (the label guide's closed lists)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Act(str, Enum):
    ASK_MATTER = "ask_matter"
    CLARIFY = "clarify"  # fits two or more matters equally well: ask back
    PLAN_PROJECT = "plan_project"
    CASE_STATUS = "case_status"
    MISSING_DOCUMENTS = "missing_documents"
    STEWARD = "steward"
    POLICY = "policy"
    SMALL_TALK = "small_talk"
    OUT_OF_SCOPE = "out_of_scope"


class Aspect(str, Enum):
    OVERVIEW = "overview"
    MATERIALS = "materials"
    CONDITIONS = "conditions"
    PROCESS = "process"
    TIME_LIMIT = "time_limit"
    FEE = "fee"
    BASIS = "basis"
    DEPARTMENT = "department"
    RESULT = "result"
    PREREQUISITES = "prerequisites"
    PENALTY = "penalty"


ACT_NAMES = {
    Act.ASK_MATTER: "问事项",
    Act.CLARIFY: "需要反问",
    Act.PLAN_PROJECT: "问全流程",
    Act.CASE_STATUS: "查办件进度",
    Act.MISSING_DOCUMENTS: "查缺什么材料",
    Act.STEWARD: "找人工",
    Act.POLICY: "问政策名词",
    Act.SMALL_TALK: "寒暄",
    Act.OUT_OF_SCOPE: "不在业务范围",
}
ASPECT_NAMES = {
    Aspect.OVERVIEW: "概况",
    Aspect.MATERIALS: "申请材料",
    Aspect.CONDITIONS: "办理条件",
    Aspect.PROCESS: "办理流程",
    Aspect.TIME_LIMIT: "办理时限",
    Aspect.FEE: "收费",
    Aspect.BASIS: "法律依据",
    Aspect.DEPARTMENT: "办理部门",
    Aspect.RESULT: "结果与有效期",
    Aspect.PREREQUISITES: "前置与衔接",
    Aspect.PENALTY: "法律责任",
}


@dataclass(frozen=True)
class Understanding:
    """`matter`, `offer` and `others`, asked about in the same breath, are slugs of the catalogue;
    `term` is the id of a reform term."""

    act: Act
    text: str
    matter: str | None = None
    aspect: Aspect | None = None
    aspect2: Aspect | None = None
    offer: tuple[str, ...] = ()
    term: str | None = None
    confidence: float = 0.0
    others: tuple[str, ...] = ()


@dataclass(frozen=True)
class Understood:
    """One message without a conversation, in the words of the label guide. `ranking`: the likeliest
    matters with their probabilities, best first."""

    text: str
    act: str
    matter: str | None
    aspect: str | None
    aspect2: str | None
    offer: list[str]
    confidence: float
    ranking: list[tuple[str, float]]

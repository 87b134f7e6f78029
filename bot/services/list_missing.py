"""What is still missing for a case: required by the matter − received by the platform."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

from bot.model.case import CaseStatus, ReceivedMaterial, Step
from bot.services.dates_in_words import moment
from bot.services.read_cases import CaseProgress

# What the authority says about materials when it stops a case.
_OBJECTIONS = (
    CaseStatus.SUPPLEMENT_REQUESTED,
    CaseStatus.NOT_ACCEPTED,
    CaseStatus.ACCEPTANCE_REFUSED,
    CaseStatus.REFUSED,
)


class RequiredMaterial(Protocol):
    """A material that this project needs or may need (not `sure`) for the matter, and why."""

    @property
    def name(self) -> str: ...

    @property
    def reason(self) -> str: ...

    @property
    def sure(self) -> bool: ...


# (name of a required material, names received) → the received name that is it, or None
MatchName = Callable[[str, Sequence[str]], "str | None"]


@dataclass(frozen=True)
class MissingMaterial:
    name: str
    reason: str

    @property
    def said(self) -> str:
        return f"{self.name}（{self.reason}）" if self.reason else self.name


@dataclass(frozen=True)
class MatchedMaterial:
    """A required material and the file on the platform that was taken for it."""

    name: str
    received_as: str


@dataclass(frozen=True)
class MissingList:
    """The state of a case's materials. `required` False: the catalogue lists none for it.

    `open`: not received, and whether they are needed depends on what is not known of the project.
    """

    progress: CaseProgress
    required: bool
    missing: tuple[MissingMaterial, ...]
    open: tuple[MissingMaterial, ...]
    received: tuple[MatchedMaterial, ...]
    also_received: tuple[str, ...]
    objection: Step | None


def list_missing(
    progress: CaseProgress,
    required: Iterable[RequiredMaterial],
    received: Iterable[ReceivedMaterial],
    match_name: MatchName,
) -> MissingList:
    """Each required material is either matched to one received file or missing with its reason.

    `received` may be of the whole project; only what was filed for this case counts. One received
    file stands for one required material at most.
    """
    case_no = progress.case.case_no
    names = list(dict.fromkeys(item.name for item in received if item.case_no == case_no))
    matched: list[MatchedMaterial] = []
    wanted = list(required)
    # An exact name takes its file before a similar name can.
    for material in sorted(wanted, key=lambda material: material.name not in names):
        found = material.name if material.name in names else match_name(material.name, names)
        if found is not None and found in names:
            names.remove(found)
            matched.append(MatchedMaterial(material.name, found))
    taken = {item.name for item in matched}
    lacking = [material for material in wanted if material.name not in taken]
    return MissingList(
        progress=progress,
        required=bool(wanted),
        missing=tuple(MissingMaterial(m.name, m.reason) for m in lacking if m.sure),
        open=tuple(MissingMaterial(m.name, m.reason) for m in lacking if not m.sure),
        received=tuple(matched),
        also_received=tuple(names),
        objection=_objection(progress),
    )


def render_missing(found: MissingList) -> str:
    """The list in Chinese, as a short answer."""
    case = found.progress.case
    lines = [f"【{case.matter_name or case.case_no}】{case.status_label}"]
    if found.objection is not None:
        said = found.objection.opinion or "审批系统没有写明原因，请联系办理部门。"
        lines.append(f"{moment(found.objection.at)}{found.objection.label}的办理意见：{said}")
    if not found.required:
        lines.append("目录里还没有这个事项的要件清单，无法比对，请以办理部门的一次性告知为准。")
    elif found.missing:
        lines.append(f"对照要件清单，审批系统里还没有收到的有{len(found.missing)}项：")
        numbered = enumerate(found.missing, start=1)
        lines.extend(f"{number}. {item.said}" for number, item in numbered)
    elif found.open:
        lines.append("对照要件清单，肯定需要的要件审批系统里都已收到。")
    else:
        lines.append("对照要件清单，所需要件审批系统里都已收到。")
    if found.open:
        lines.append(f"视情况提供、还没有收到的有{len(found.open)}项：")
        lines.extend(f"· {item.said}" for item in found.open)
    if found.received:
        pairs = (
            item.name
            if item.name == item.received_as
            else f"{item.name}（收到：{item.received_as}）"
            for item in found.received
        )
        lines.append("已收到：" + "；".join(pairs))
    if found.also_received:
        lines.append("另外收到（没有对应到清单）：" + "；".join(found.also_received))
    return "\n".join(lines)


def _objection(progress: CaseProgress) -> Step | None:
    """The newest objection, unless the case went on to pass or the supplement was handed in."""
    case = progress.case
    if case.status.passed:
        return None
    step = case.latest(*_OBJECTIONS)
    answered = case.latest(CaseStatus.SUPPLEMENT_ENDED)
    if step is None or step.status is not CaseStatus.SUPPLEMENT_REQUESTED:
        return step
    return None if answered is not None and answered.order > step.order else step

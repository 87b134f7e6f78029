"""A list of missing documents in Chinese, for the chat; the page and the desk use its words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from bot.services.dates_in_words import moment
from bot.services.list_missing import ChecklistLine, MaterialState, MissingList, Required

NO_LIST = "目录里还没有这个事项的要件清单，无法比对，请以办理部门的一次性告知为准。"
STATE_NAMES = {
    MaterialState.MISSING: "还没有收到",
    MaterialState.REJECTED: "要重新提交",
    MaterialState.OPEN: "视情况提供",
    MaterialState.SHARED: "数据共享取得，免提交",
    MaterialState.EARLIER: "本项目此前已有，请窗口核对能否共用",
    MaterialState.PAPER: "窗口已收纸质件",
    MaterialState.RECEIVED: "已收到",
    MaterialState.NOT_ASKED: "审批通过时没有再要求",
}
_SETTLED = (
    MaterialState.SHARED,
    MaterialState.EARLIER,
    MaterialState.PAPER,
    MaterialState.RECEIVED,
    MaterialState.NOT_ASKED,
)


def render_missing(found: MissingList) -> str:
    """The list as a short answer."""
    case = found.progress.case
    lines = [f"【{case.matter_name or case.case_no}】{case.status_label}", *objection_lines(found)]
    if not found.lines:
        lines.append(NO_LIST)
    lines += _to_hand_in(found)
    lines += _open(found.of(MaterialState.OPEN))
    for state in _SETTLED:
        settled = found.of(state)
        if settled:
            lines.append(f"{STATE_NAMES[state]}：" + "；".join(map(_with_match, settled)))
    if found.also_received:
        lines.append("另外收到（没有对应到清单）：" + "；".join(found.also_received))
    return "\n".join(lines)


def objection_lines(found: MissingList) -> list[str]:
    step = found.objection
    if step is None:
        return []
    said = step.opinion or "审批系统没有写明原因，请联系办理部门。"
    return [f"{moment(step.at)}{step.label}的办理意见：{said}"]


def shortcuts(material: Required) -> list[str]:
    """What makes a material easier to hand in, in words."""
    said = []
    if material.commitment:
        said.append("可用告知承诺代替")
    if material.deferrable:
        said.append("可容缺，以后补交")
    return said


def what_is_wrong(line: ChecklistLine) -> str | None:
    """What the authority says of this material, and which file that may be about."""
    if line.wrong is None:
        return None
    return f"办理意见：{line.wrong}"


def _to_hand_in(found: MissingList) -> Iterator[str]:
    wanted = found.to_hand_in
    if wanted:
        yield f"对照要件清单，还要提交的有{len(wanted)}项："
        yield from (f"{number}. {_said(line)}" for number, line in enumerate(wanted, start=1))
    elif found.of(MaterialState.OPEN):
        yield "对照要件清单，肯定需要的要件都已齐备。"
    elif found.lines:
        yield "对照要件清单，所需要件都已齐备。"


def _open(lines: Sequence[ChecklistLine]) -> Iterator[str]:
    if lines:
        yield f"视情况提供、还没有收到的有{len(lines)}项："
        yield from (f"· {_said(line)}" for line in lines)


def _said(line: ChecklistLine) -> str:
    material = line.material
    received = f"收到过：{line.found_as or line.where}" if _came(line) else None
    issuer = f"由{material.issuer}出具" if material.issuer else None
    parts = [what_is_wrong(line), received, material.reason, issuer, *shortcuts(material)]
    details = "；".join(part for part in parts if part)
    return f"{material.name}（{details}）" if details else material.name


def _came(line: ChecklistLine) -> bool:
    return line.state is MaterialState.REJECTED


def _with_match(line: ChecklistLine) -> str:
    """The material with what was taken for it, when that has another name or place."""
    parts = [
        f"收到：{line.found_as}" if line.found_as not in (None, line.name) else None,
        line.where,
    ]
    said = "，".join(part for part in parts if part)
    return f"{line.name}（{said}）" if said else line.name

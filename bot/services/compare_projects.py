"""What is different between a project as it was kept and as the platform tells it now.

Compared by content, never by time: an event that is dated earlier but written later is as new as
any other. Pure: nothing here reads or writes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from bot.model.case import ApprovalDocument, Case, CaseStatus, Project, Step, Work
from bot.model.ledger import Change, ChangeKind, FollowedProject
from bot.services.dates_in_words import day, moment

CaseKey = tuple[str, str]  # (work_code, case_no)
_NOTHING = "（无）"

# How far a case is. Between steps of one rank it may go to and fro: 补正 after 部门开始办理 is no
# way back. Statuses that are not listed tell nothing of it.
_RANKS = {
    CaseStatus.NO_RECORD: 0,
    CaseStatus.RECEIVED: 1,
    CaseStatus.ACCEPTED: 2,
    CaseStatus.SUPPLEMENT_REQUESTED: 2,
    CaseStatus.SUPPLEMENT_ENDED: 2,
    CaseStatus.IN_REVIEW: 2,
    CaseStatus.SPECIAL_PROCEDURE: 2,
    CaseStatus.SPECIAL_PROCEDURE_ENDED: 2,
    CaseStatus.NOT_ACCEPTED: 3,
    CaseStatus.ACCEPTANCE_REFUSED: 3,
    CaseStatus.REFUSED: 3,
    CaseStatus.RECALLED: 3,
    CaseStatus.WITHDRAWN: 3,
    CaseStatus.REVOKED: 3,
    CaseStatus.PASSED: 4,
    CaseStatus.PASSED_DEFERRED: 4,
}


def key_of(case: Case) -> CaseKey:
    return (case.work_code, case.case_no)


def changes_of_project(
    kept: FollowedProject | None,
    now: FollowedProject,
    gone_cases: frozenset[CaseKey] = frozenset(),
    project_gone: bool = False,
) -> list[Change]:
    """From what was kept (with the cases that had vanished, whose keys are `gone_cases`) to now."""
    if kept is None:
        return [
            _about(now.project, ChangeKind.PROJECT_APPEARED, now.project.title),
            *(_appeared(case) for case in now.cases),
        ]
    changes = []
    if project_gone:
        changes.append(_about(now.project, ChangeKind.PROJECT_RETURNED, now.project.title))
    changes.extend(_of_project(kept, now))
    before = {key_of(case): case for case in kept.cases}
    for case in now.cases:
        old = before.pop(key_of(case), None)
        if old is None:
            changes.extend(_new_case(case))
            continue
        if key_of(case) in gone_cases:
            changes.append(_of_case(case, ChangeKind.RETURNED, "平台上又有这个办件了。", old))
        changes.extend(changes_of_case(old, case))
    changes.extend(vanished(old) for key, old in before.items() if key not in gone_cases)
    return changes


def changes_of_case(old: Case, new: Case) -> list[Change]:
    """Steps one by one in their order, then whether it went back, then everything else."""
    if old == new:
        return []
    return [
        *_of_steps(old, new),
        *_backwards(old, new),
        *_documents(old, new),
        *_corrections(old, new),
    ]


def vanished(case: Case) -> Change:
    """The platform tells nothing of the case any more; what was kept of it stays."""
    note = f"审批系统里不再有这个办件，最后的状态是“{case.status_label}”。"
    return _of_case(case, ChangeKind.VANISHED, note, case)


def project_vanished(project: Project) -> Change:
    note = f"审批系统里不再有这个项目：{project.title}。"
    return _about(project, ChangeKind.PROJECT_VANISHED, note)


def is_backwards(old: Case, new: Case) -> bool:
    """Whether the case is less far than it was. One that did not pass and is filed or accepted
    again by a later step goes on; that is no way back."""
    last, current = old.current, new.current
    if current is None or last is None:
        return last is not None
    before, after = _RANKS.get(old.status), _RANKS.get(new.status)
    if before is None or after is None or before <= after:
        return False
    reopened = current.status in (CaseStatus.RECEIVED, CaseStatus.ACCEPTED)
    return not (before == 3 and reopened and current.at > last.at)


def _appeared(case: Case) -> Change:
    name = case.matter_name or f"事项编码{case.matter_code or '不明'}"
    return _of_case(case, ChangeKind.APPEARED, f"{name}：{case.status_label}", None)


def _new_case(case: Case) -> Iterator[Change]:
    """A case that appears in a project already known: each of its steps is news."""
    yield replace(_appeared(case), step=case.steps[0] if case.steps else None)
    before = case.steps[0].status if case.steps else CaseStatus.NO_RECORD
    for step in case.steps[1:]:
        yield replace(_stepped(case, step, ""), before=before)
        before = step.status
    yield from _documents(replace(case, documents=()), case)


def _of_steps(old: Case, new: Case) -> Iterator[Change]:
    added = [step for step in new.steps if step not in old.steps]
    lost = [step for step in old.steps if step not in new.steps]
    for step in added:
        was = _same_event(step, lost)
        if was is not None:
            lost.remove(was)
            note = f"办理记录更正：{_step(was)} → {_step(step)}"
            yield replace(_of_case(new, ChangeKind.CORRECTED, note, old), step=step)
            continue
        late = old.current is not None and step.order < old.current.order
        note = f"补记：{_step(step)}" if late else _step(step)
        yield replace(_stepped(new, step, note), before=old.status)
    for was in lost:
        yield _of_case(new, ChangeKind.CORRECTED, f"办理记录撤下：{_step(was)}", old)


def _same_event(step: Step, lost: Sequence[Step]) -> Step | None:
    """The lost step that this one replaces: the same row, or the same event told otherwise."""
    by_serial = (was for was in lost if step.serial and was.serial == step.serial)
    by_moment = (was for was in lost if (was.at, was.code) == (step.at, step.code))
    said = (step.code, step.office, step.opinion)
    by_words = (was for was in lost if (was.code, was.office, was.opinion) == said)
    return next((was for found in (by_serial, by_moment, by_words) for was in found), None)


def _backwards(old: Case, new: Case) -> Iterator[Change]:
    if is_backwards(old, new):
        note = f"办件由“{old.status_label}”退回到“{new.status_label}”。"
        yield _of_case(new, ChangeKind.WENT_BACK, note, old)


def _documents(old: Case, new: Case) -> Iterator[Change]:
    lost = [document for document in old.documents if document not in new.documents]
    for document in new.documents:
        if document in old.documents:
            continue
        was = next((was for was in lost if was.number and was.number == document.number), None)
        if was is None:
            yield _of_case(new, ChangeKind.DOCUMENTED, _document(document), old)
            continue
        lost.remove(was)
        note = f"批复文件更正：{_document(was)} → {_document(document)}"
        yield _of_case(new, ChangeKind.CORRECTED, note, old)
    for was in lost:
        yield _of_case(new, ChangeKind.CORRECTED, f"批复文件撤下：{_document(was)}", old)


def _corrections(old: Case, new: Case) -> Iterator[Change]:
    said = _differences(
        ("事项", old.matter_name or old.matter_code, new.matter_name or new.matter_code),
        ("部门", old.department, new.department),
        ("办理时限（工作日）", old.limit_days, new.limit_days),
        ("并联审批", old.group_no, new.group_no),
        ("行政区划", old.region, new.region),
        ("特别程序", _procedures(old), _procedures(new)),
        ("征求意见", _solicitations(old), _solicitations(new)),
        ("说明", "".join(old.notes), "".join(new.notes)),
    )
    if said:
        yield _of_case(new, ChangeKind.CORRECTED, said, old)


def _of_project(kept: FollowedProject, now: FollowedProject) -> Iterator[Change]:
    old, new = kept.project, now.project
    said = _differences(
        ("名称", old.name, new.name),
        ("类型", old.kind, new.kind),
        ("地点", old.place, new.place),
        ("工程", _works(old.works), _works(new.works)),
        ("登记信息", _facts(old), _facts(new)),
        ("建设单位", "、".join(kept.developers), "、".join(now.developers)),
    )
    if said:
        yield _about(new, ChangeKind.PROJECT_CHANGED, said)


def _differences(*told: tuple[str, object, object]) -> str:
    return "；".join(
        f"{name}：{_said(old)} → {_said(new)}"
        for name, old, new in told
        if _said(old) != _said(new)
    )


def _said(value: object) -> object:
    return _NOTHING if value in (None, "") else value


def _about(project: Project, kind: ChangeKind, note: str) -> Change:
    return Change(kind, project.code, note=note)


def _of_case(case: Case, kind: ChangeKind, note: str, old: Case | None) -> Change:
    before = old.status if old else None
    named = (case.project_code, case.work_code, case.case_no)
    return Change(kind, *named, step=case.current, before=before, note=note)


def _stepped(case: Case, step: Step, note: str) -> Change:
    named = (case.project_code, case.work_code, case.case_no)
    return Change(ChangeKind.STEPPED, *named, step=step, note=note or _step(step))


def _step(step: Step) -> str:
    said = f"{moment(step.at)} {step.label}"
    said += f"（{step.office}）" if step.office else ""
    return said + (f"，办理意见：{step.opinion}" if step.opinion else "")


def _document(document: ApprovalDocument) -> str:
    said = [document.title or "批复文件", document.number]
    if document.issued_on:
        said.append(f"{day(document.issued_on)}出具")
    if document.unlimited or document.valid_to:
        said.append(
            "长期有效" if document.valid_to is None else f"有效期至{day(document.valid_to)}"
        )
    return "，".join(part for part in said if part)


def _procedures(case: Case) -> str:
    begun = [(each.name, each.started_at) for each in case.special_procedures]
    return "、".join(f"{name}（{moment(at)}起）" if at else name for name, at in begun)


def _solicitations(case: Case) -> str:
    return "、".join(
        f"{each.body or '不明单位'}{'已反馈' if each.answered_at else '未反馈'}"
        + (f"（{each.opinion}）" if each.opinion else "")
        for each in case.solicitations
    )


def _works(works: Iterable[Work]) -> str:
    return "、".join(f"{work.name}（{work.code}）" for work in works)


def _facts(project: Project) -> str:
    return "、".join(f"{name}={value}" for name, value in sorted(project.facts.items()))

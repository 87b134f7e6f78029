"""What cannot be right in the records of a case, or of the cases of one project."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from datetime import datetime

from bot.model.case import SHANGHAI, Case, CaseStatus, Step
from bot.services.dates_in_words import day, moment
from bot.services.read_cases import CaseProgress

# These come after an end by right: an approval is taken back, what was deferred is handed in.
_AFTER_AN_END = frozenset(
    {
        CaseStatus.RECALLED,
        CaseStatus.WITHDRAWN,
        CaseStatus.REVOKED,
        CaseStatus.SUPPLEMENT_REQUESTED,
        CaseStatus.SUPPLEMENT_ENDED,
    }
)
_PAIRS = (
    (CaseStatus.SUPPLEMENT_ENDED, CaseStatus.SUPPLEMENT_REQUESTED, "补正结束了，却没有补正开始"),
    (
        CaseStatus.SPECIAL_PROCEDURE_ENDED,
        CaseStatus.SPECIAL_PROCEDURE,
        "特别程序结束了，却没有开始",
    ),
)


def contradictions(progress: CaseProgress) -> list[str]:
    """What cannot be right in one case, each in a sentence; [] when nothing is."""
    case = progress.case
    return [
        *_after_the_end(case),
        *_without_acceptance(case),
        *_out_of_order(case),
        *_unknown_codes(case),
        *_future(progress),
    ]


def between_cases(cases: Sequence[CaseProgress]) -> dict[str, list[str]]:
    """Case number → what cannot be right beside the project's other cases."""
    found: dict[str, list[str]] = defaultdict(list)
    numbers = Counter(progress.case.case_no for progress in cases)
    for number, times in numbers.items():
        if times > 1:
            found[number].append(f"办件号重复：{times}个办件用同一个号")
    running: dict[tuple[str, str], list[Case]] = defaultdict(list)
    for progress in cases:
        case = progress.case
        if case.end is None and case.steps and (case.matter_code or case.matter_name):
            running[case.work_code, case.matter_code or case.matter_name or ""].append(case)
    for same in running.values():
        for case in same if len(same) > 1 else ():
            others = "、".join(_where(other) for other in same if other is not case)
            found[case.case_no].append(f"同一事项同时在两处办理：另有{others}")
    return found


def _where(case: Case) -> str:
    return f"{case.case_no}（{case.department}）" if case.department else case.case_no


def _after_the_end(case: Case) -> Iterator[str]:
    end = case.end
    if end is None:
        return
    later = [
        step
        for step in case.steps
        if step.order > end.order and step.status not in _AFTER_AN_END and step.at > end.at
    ]
    if later:
        first = later[0]
        yield (
            f"{moment(end.at)}已经{end.label}，之后还有{len(later)}条办理记录"
            f"（{moment(first.at)}{first.label}）"
        )


def _without_acceptance(case: Case) -> Iterator[str]:
    end = case.end
    if end is not None and end.status.passed and case.accepted_at is None:
        yield f"没有受理记录，却已经{end.label}"


def _out_of_order(case: Case) -> Iterator[str]:
    accepted, first = case.accepted_at, _first(case, CaseStatus.RECEIVED)
    if accepted is not None and first is not None and first.at > accepted:
        yield f"受理（{moment(accepted)}）早于接件（{moment(first.at)}）"
    passed = next((step for step in case.steps if step.status.passed), None)
    if passed is not None and accepted is not None and passed.at < accepted:
        yield f"{passed.label}（{moment(passed.at)}）早于受理（{moment(accepted)}）"
    for ended, begun, said in _PAIRS:
        end, begin = _first(case, ended), _first(case, begun)
        if end is not None and (begin is None or begin.at > end.at):
            yield f"{said}（{moment(end.at)}）"
    yield from _documents(case, accepted)


def _documents(case: Case, accepted: datetime | None) -> Iterator[str]:
    for document in case.documents:
        issued, name = document.issued_on, document.number or document.title or "批复文件"
        if issued and accepted and issued < accepted.astimezone(SHANGHAI).date():
            yield f"{name}的批复日期（{day(issued)}）早于受理日期"
        if issued and document.valid_to and document.valid_to < issued:
            yield f"{name}的有效期（{day(document.valid_to)}）早于批复日期（{day(issued)}）"


def _unknown_codes(case: Case) -> Iterator[str]:
    codes = dict.fromkeys(step.label for step in case.steps if step.status is CaseStatus.UNKNOWN)
    if codes:
        yield f"有不认识的{'、'.join(codes)}"


def _future(progress: CaseProgress) -> Iterator[str]:
    if progress.later_steps:
        yield f"有{progress.later_steps}条办理记录的时间晚于现在"


def _first(case: Case, status: CaseStatus) -> Step | None:
    return next((step for step in case.steps if step.status is status), None)

"""From what changed and from the clock to what is worth saying. Pure: nothing here reads or writes.

A word's key names the thing it is about (the step's instant, the document, the day of the limit),
so that reading the platform again finds the same word, and saying it once is a matter of a unique
key.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta

from bot.model.case import SHANGHAI, ApprovalDocument, Case, CaseStatus, Clock, Step
from bot.model.word import Word, WordKind, case_key, word_key
from bot.services.case_details import document_in_words, procedure_in_words
from bot.services.dates_in_words import day, moment

NEAR_DAYS = 3  # working days before a limit
# A step that is older when it is first read is history, not news: a project newly connected brings
# years of it, and a platform is hardly away longer than a holiday.
NEWS = timedelta(days=14)
SKEW = timedelta(hours=1)  # that a platform's clock may be ahead of this one
LONGEST_OPINION = 300  # characters; the whole opinion is told when the case is asked about

_KINDS = {
    CaseStatus.ACCEPTED: WordKind.ACCEPTED,
    CaseStatus.SUPPLEMENT_REQUESTED: WordKind.SUPPLEMENT_REQUESTED,
    CaseStatus.SPECIAL_PROCEDURE: WordKind.SPECIAL_PROCEDURE_BEGUN,
    CaseStatus.SPECIAL_PROCEDURE_ENDED: WordKind.SPECIAL_PROCEDURE_ENDED,
    CaseStatus.PASSED: WordKind.PASSED,
    CaseStatus.PASSED_DEFERRED: WordKind.PASSED,
    CaseStatus.REFUSED: WordKind.REFUSED,
    CaseStatus.NOT_ACCEPTED: WordKind.REFUSED,
    CaseStatus.ACCEPTANCE_REFUSED: WordKind.REFUSED,
}
_ENDED = {
    CaseStatus.PASSED: "办结，已通过",
    CaseStatus.PASSED_DEFERRED: "容缺通过，还有材料要按期补交",
    CaseStatus.REFUSED: "办结，未通过",
    CaseStatus.NOT_ACCEPTED: "没有受理",
    CaseStatus.ACCEPTANCE_REFUSED: "不予受理",
}


@dataclass(frozen=True)
class Subject:
    """A case and whose it is, as read at `read_at` (aware)."""

    case: Case
    project_name: str
    enterprises: tuple[str, ...]
    read_at: datetime

    @property
    def key(self) -> str:
        return case_key(self.case.project_code, self.case.work_code, self.case.case_no)

    def word(self, kind: WordKind, mark: str, at: datetime, text: str) -> Word:
        case = self.case
        return Word(
            key=word_key(self.key, kind, mark),
            kind=kind,
            at=at,
            read_at=self.read_at,
            case=self.key,
            case_no=case.case_no,
            matter=case.matter_name or f"事项编码{case.matter_code or '不明'}",
            project_code=case.project_code,
            project_name=self.project_name,
            enterprises=self.enterprises,
            text=text,
        )


def word_of_step(subject: Subject, step: Step) -> Word | None:
    """What a new step tells; None for one that is no news."""
    kind = _KINDS.get(step.status)
    if kind is None or not is_news(step.at, subject.read_at):
        return None
    text = f"{moment(step.at)}{_happened(subject.case, step)}。{_opinion(step)}"
    return subject.word(kind, step.at.astimezone(SHANGHAI).isoformat(), step.at, text)


def word_of_document(subject: Subject, document: ApprovalDocument) -> Word | None:
    """A certificate with its number; one without any number is not ready."""
    if not document.number:
        return None
    at = subject.read_at
    if document.issued_on:  # a day: told after the steps of that day
        at = min(at, datetime.combine(document.issued_on, time.max, SHANGHAI))
    if not is_news(at, subject.read_at):
        return None
    said = document_in_words(document, subject.read_at.astimezone(SHANGHAI).date())
    text = f"批复文件已出：{said}。请按办理部门的通知领取或下载。"
    return subject.word(WordKind.CERTIFICATE_READY, document.number, at, text)


def word_of_clock(subject: Subject, clock: Clock, now: datetime) -> Word | None:
    """A limit that is near or over; None while the clock stands still or has ended."""
    limit, left = clock.limit_days, clock.remaining_days
    if subject.case.end is not None or clock.paused or limit is None:
        return None
    due = clock.due_on
    mark = due.isoformat() if due else f"{limit}"
    if clock.overdue:
        by = f"，应在{day(due)}前办结" if due else ""
        days = f"{-left}个工作日" if left is not None else ""
        text = f"已超过办理时限{days}（时限{limit}个工作日{by}），还没有办结。"
        return subject.word(WordKind.OVERDUE, mark, now, text)
    # A limit of three days or less is not near on the day of acceptance; nothing is due any more
    # on the weekend after the last day, and nothing is over yet.
    if left is None or due is None or not 0 <= left <= min(NEAR_DAYS, limit - 1):
        return None
    if now.astimezone(SHANGHAI).date() > due:
        return None
    ahead = f"还剩{left}个工作日" if left else "今天是最后一个工作日"
    text = f"办理时限{limit}个工作日，{ahead}，应在{day(due)}前办结。"
    return subject.word(WordKind.NEAR_LIMIT, mark, now, text)


def word_to_steward(subject: Subject, kind: WordKind, mark: str, at: datetime, text: str) -> Word:
    """A case that vanished or went back, as was seen at `at` (aware)."""
    return subject.word(kind, mark, at, text)


def is_news(at: datetime, read_at: datetime) -> bool:
    """Neither history nor dated into the future."""
    return read_at - NEWS <= at <= read_at + SKEW


def _happened(case: Case, step: Step) -> str:
    if step.status is CaseStatus.ACCEPTED:
        limit = f"，办理时限{case.limit_days}个工作日" if case.limit_days is not None else ""
        return f"受理{limit}"
    if step.status is CaseStatus.SUPPLEMENT_REQUESTED:
        return "要求补正材料，补正期间办理时限停止计算"
    if step.status is CaseStatus.SPECIAL_PROCEDURE:
        return f"进入特别程序{_procedure(case, step)}，期间办理时限停止计算"
    if step.status is CaseStatus.SPECIAL_PROCEDURE_ENDED:
        return "特别程序结束，办理时限继续计算"
    return _ENDED[step.status]


def _procedure(case: Case, step: Step) -> str:
    begun = [p for p in case.special_procedures if p.started_at in (None, step.at)]
    return f"“{procedure_in_words(begun[-1])}”" if begun else ""


def _opinion(step: Step) -> str:
    if not step.opinion:
        return ""
    opinion = " ".join(step.opinion.split())
    if len(opinion) > LONGEST_OPINION:
        opinion = opinion[:LONGEST_OPINION] + "……"
    return f"办理意见：{opinion}"

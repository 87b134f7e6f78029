"""What a case has beside status and clock: its work, its group, procedures, opinions, documents."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime

from bot.model.case import SHANGHAI, ApprovalDocument, Case, Project, SpecialProcedure
from bot.services.dates_in_words import day, moment


def case_details(
    case: Case, on: date, project: Project | None = None, beside: Iterable[Case] = ()
) -> list[str]:
    """Lines in Chinese, as things stand on the day `on`; [] where there is nothing to add.

    `beside` are the other cases of the project: those filed together with this one are named.
    """
    return [
        *_work(case, project),
        *_group(case, beside),
        *(f"特别程序：{procedure_in_words(procedure)}" for procedure in case.special_procedures),
        *_solicitations(case),
        *(f"批复文件：{document_in_words(found, on)}" for found in case.documents),
    ]


def procedure_in_words(procedure: SpecialProcedure) -> str:
    said = []
    if procedure.started_at:
        said.append(f"自{moment(procedure.started_at)}起")
    if procedure.limit_days:
        unit = "日" if procedure.calendar_days else "个工作日"
        said.append(f"时限{procedure.limit_days}{unit}")
    return procedure.name + (f"（{'，'.join(said)}）" if said else "")


def document_in_words(document: ApprovalDocument, on: date) -> str:
    said = [part for part in (document.title, document.number) if part]
    if document.issued_on:
        said.append(f"{day(document.issued_on)}批复")
    if document.unlimited:
        said.append("长期有效")
    elif document.valid_to:
        over = "（已过有效期）" if document.valid_to < on else ""
        said.append(f"有效期至{day(document.valid_to)}{over}")
    return "，".join(said) or "没有登记标题和文号"


def _work(case: Case, project: Project | None) -> Iterator[str]:
    if case.work_code == case.project_code:
        return
    works = project.works if project else ()
    name = next((work.name for work in works if work.code == case.work_code), "")
    yield f"工程：{name}（{case.work_code}）" if name else f"工程：{case.work_code}"


def _group(case: Case, beside: Iterable[Case]) -> Iterator[str]:
    if case.group_no is None:
        return
    others = [c for c in beside if c.group_no == case.group_no and c.case_no != case.case_no]
    if others:
        named: Sequence[str] = [other.matter_name or other.case_no for other in others]
        yield f"并联办理：与{'、'.join(named)}同时申报"


def _solicitations(case: Case) -> Iterator[str]:
    said = [
        f"{asked.body or '有关单位'}（{_answered(asked.answered_at)}）"
        for asked in case.solicitations
    ]
    if said:
        yield f"征求意见：{'、'.join(said)}"


def _answered(at: datetime | None) -> str:
    return f"{day(at.astimezone(SHANGHAI).date())}已反馈" if at else "尚未反馈"

"""The checklists of a project's cases: what the catalogue asks of it, what is there already."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from bot.model.case import CaseStatus, ReceivedMaterial
from bot.model.handed_in import HandedIn
from bot.model.times import CHINA
from bot.services.dates_in_words import day as day_in_words
from bot.services.list_missing import (
    Elsewhere,
    MissingList,
    Required,
    cases_before,
    list_missing,
)
from bot.services.read_cases import CaseProgress, ProjectCases
from knowledge.conditions import Need, judge_materials
from knowledge.loader import Catalogue
from knowledge.render import source_note
from knowledge.schema import Material, State

OBJECTED = frozenset(
    {
        CaseStatus.SUPPLEMENT_REQUESTED,
        CaseStatus.NOT_ACCEPTED,
        CaseStatus.ACCEPTANCE_REFUSED,
        CaseStatus.REFUSED,
    }
)


@dataclass(frozen=True)
class ProjectPapers:
    """All that is known to be there for a project: files on the platform, papers at the window."""

    received: Sequence[ReceivedMaterial]
    papers: Sequence[HandedIn] = ()


def checklists(
    catalogue: Catalogue,
    project: ProjectCases,
    facts: Mapping[str, str],
    there: ProjectPapers,
    cases: Iterable[CaseProgress] | None = None,
) -> list[MissingList]:
    """One for each case that may lack something, or for each of `cases`. What a case needs is what
    was required on the day of its acceptance, else on the day it was read."""
    found = []
    for case in open_cases(project) if cases is None else cases:
        on = (case.case.accepted_at or project.read_at).astimezone(CHINA).date()
        required = required_materials(catalogue, case.matter, facts, on)
        elsewhere = _elsewhere(
            cases_before(case, (*project.cases, *project.others)), there.received
        )
        found.append(list_missing(case, required, there.received, elsewhere, there.papers))
    return found


def open_cases(project: ProjectCases) -> list[CaseProgress]:
    """Those that wait for something from the enterprise first, then the others under way."""
    found = [case for case in project.cases if _may_lack(case)]
    return sorted(found, key=lambda case: case.case.status not in OBJECTED)


def required_materials(
    catalogue: Catalogue, slug: str | None, facts: Mapping[str, str], day: date
) -> list[Required]:
    """The materials of a matter that a project needs or may need on a day (China); none for an
    unknown matter. Each says why."""
    matter = catalogue.matters.get(slug or "")
    if matter is None:
        return []
    judged = judge_materials(catalogue.vocabulary, matter, facts)
    return [
        _required(catalogue, material, verdict.said, verdict.need is Need.NEEDED)
        for material, verdict in judged
        if verdict.need is not Need.NOT_NEEDED and material.holds_on(day)
    ]


def _required(catalogue: Catalogue, material: Material, reason: str, sure: bool) -> Required:
    return Required(
        name=material.name,
        reason=reason,
        sure=sure,
        issuer=material.issuer,
        shared_data=bool(material.shared_data),
        commitment=bool(material.commitment),
        deferrable=bool(material.deferrable),
        note=source_note(catalogue, material),
        example=material.state is State.EXAMPLE,
    )


def _may_lack(case: CaseProgress) -> bool:
    status = case.case.status
    return status in OBJECTED or status is CaseStatus.PASSED_DEFERRED or not status.ended


def _elsewhere(
    cases: Sequence[CaseProgress], received: Iterable[ReceivedMaterial]
) -> list[Elsewhere]:
    by_number = {progress.case.case_no: progress for progress in cases}
    files = [
        Elsewhere(item.name, f"{_named(by_number[item.case_no])}时提交")
        for item in received
        if item.case_no in by_number
    ]
    issued = [
        Elsewhere(document.title, f"{_named(progress)}时核发{f'，{number}' if number else ''}")
        for progress in cases
        if progress.case.status.passed
        for document in progress.case.documents
        for number in [document.number]
        if document.title
    ]
    return [*issued, *files]


def _named(progress: CaseProgress) -> str:
    """The case with the day on which it began: one matter may have several."""
    case = progress.case
    name = case.matter_name or case.case_no
    began = day_in_words(case.steps[0].at.astimezone(CHINA).date()) if case.steps else ""
    return f"{began}办理“{name}”" if began else f"办理“{name}”"

"""The checklists that a steward works with: every case of an enterprise or of one project."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.model.conversation import Enterprise
from bot.services.assistant import Assistant
from bot.services.case_checklists import ProjectPapers, checklists, open_cases
from bot.services.last_reading import ReadMaterials
from bot.services.list_missing import MissingList
from bot.services.local_rules import place_of
from bot.services.my_cases import Wanted
from bot.services.platform_port import Platform, PlatformMisdescribed
from bot.services.project_facts import ProjectFacts
from bot.services.read_cases import ProjectCases, read_cases
from bot.services.read_materials import facts_of, look


@dataclass(frozen=True)
class DeskProject:
    """A project with the checklists of all its cases, those that are open first."""

    project: ProjectCases
    open: frozenset[str]  # case numbers
    lists: Sequence[MissingList]


@dataclass(frozen=True)
class DeskChecklists:
    """`told_again` says in words that the platform is away and when this was read."""

    read_at: datetime
    told_again: str | None
    projects: Sequence[DeskProject]


def checklists_of_enterprise(
    assistant: Assistant, who: Enterprise, known: ProjectFacts
) -> DeskChecklists:
    """All projects of an enterprise; while the platform is away, as last read. Blocks;
    PlatformUnavailable."""
    looked = look(assistant, _platform(assistant), who, Wanted(""))
    projects = [
        _desk_project(assistant, each, looked.received[each.project.code], known)
        for each in looked.projects
    ]
    return DeskChecklists(looked.report.read_at, looked.told_again, projects)


def checklists_of_project(assistant: Assistant, code: str, known: ProjectFacts) -> DeskChecklists:
    """One project by its code. Blocks; PlatformUnavailable, UnknownProject."""
    platform, now = _platform(assistant), assistant.now()
    read = read_cases(platform, code, now, assistant.name_to_matter)
    received = ReadMaterials(now, tuple(platform.received_materials(read.project)))
    return DeskChecklists(read.read_at, None, [_desk_project(assistant, read, received, known)])


def _platform(assistant: Assistant) -> Platform:
    if assistant.platform is None:
        raise PlatformMisdescribed("本站还没有接入审批系统。", "请设置 BANGBAN_PLATFORM_URL。")
    return assistant.platform


def _desk_project(
    assistant: Assistant, project: ProjectCases, received: ReadMaterials, known: ProjectFacts
) -> DeskProject:
    catalogue, code = assistant.catalogue(), project.project.code
    facts = facts_of(catalogue, project, known).known
    there = catalogue.at(place_of(catalogue, facts, None, assistant.place))
    papers = ProjectPapers(
        received.materials, assistant.papers.of(code) if assistant.papers else ()
    )
    first = open_cases(project)
    numbers = frozenset(progress.case.case_no for progress in first)
    rest = [progress for progress in project.cases if progress.case.case_no not in numbers]
    return DeskProject(project, numbers, checklists(there, project, facts, papers, [*first, *rest]))

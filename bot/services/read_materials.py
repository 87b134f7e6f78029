"""The cases of an enterprise with what was received for them, from the platform or as last read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from bot.model.conversation import Enterprise
from bot.services.assistant import Assistant
from bot.services.in_time import InTime
from bot.services.last_reading import ReadMaterials, told_again
from bot.services.my_cases import Wanted, report_for
from bot.services.platform_port import Platform, PlatformUnavailable
from bot.services.project_facts import ProjectFacts, possible
from bot.services.read_cases import ProjectCases
from bot.services.report_progress import ProgressReport
from knowledge.loader import Catalogue


@dataclass(frozen=True)
class Looked:
    """The projects with what was received for them, by code; `told_again` says that it was not
    just read, and when it was."""

    report: ProgressReport
    received: Mapping[str, ReadMaterials]
    told_again: str | None

    @property
    def projects(self) -> list[ProjectCases]:
        return [p for p in self.report.projects if p.project.code in self.received]


def look(assistant: Assistant, platform: Platform, who: Enterprise, wanted: Wanted) -> Looked:
    """Blocks; PlatformUnavailable when nothing was read that may still be told."""
    platform = InTime(platform)
    report = report_for(assistant, platform, who, wanted, assistant.readings)
    if report.live:
        try:
            return Looked(report, _received(assistant, platform, who, report), None)
        except PlatformUnavailable:
            last = _remembered(assistant, who, report)
            if not last:
                raise
    else:
        last = _remembered(assistant, who, report)
        if not last:
            raise PlatformUnavailable("审批系统现在读不到，收到的材料也没有读过。", "请稍后再试。")
    times = [p.read_at for p in report.projects if p.project.code in last]
    return Looked(report, last, told_again([*times, *(read.at for read in last.values())]))


def facts_of(catalogue: Catalogue, project: ProjectCases, known: ProjectFacts) -> ProjectFacts:
    """What a conversation knows of this project, with what the platform has registered of it."""
    registered = possible(catalogue.vocabulary, project.project.facts)
    return known.about(project.project.code, registered)


def _received(
    assistant: Assistant, platform: Platform, who: Enterprise, report: ProgressReport
) -> dict[str, ReadMaterials]:
    whole = {project.code: project for project in report.visible}
    read = {
        each.project.code: ReadMaterials(
            report.read_at, tuple(platform.received_materials(whole[each.project.code]))
        )
        for each in report.projects
    }
    readings = assistant.readings
    last = readings.recall(who.id) if readings else None
    if readings is not None and last is not None:
        readings.remember(who.id, last.with_materials(read))
    return read


def _remembered(
    assistant: Assistant, who: Enterprise, report: ProgressReport
) -> dict[str, ReadMaterials]:
    last = assistant.readings.recall(who.id) if assistant.readings else None
    if last is None or not last.fresh(report.read_at):
        return {}
    asked = {each.project.code for each in report.projects}
    return {code: read for code, read in last.materials.items() if code in asked}

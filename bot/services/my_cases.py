"""An enterprise's own cases in chat: their status, for who may see them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from bot.model.case import Project
from bot.model.conversation import Enterprise
from bot.model.reply import TO_STEWARD, Reply
from bot.services.assistant import Assistant
from bot.services.in_time import InTime
from bot.services.last_reading import Readings
from bot.services.platform_port import Platform
from bot.services.read_cases import ProjectCases
from bot.services.report_progress import ProgressReport, render_progress, report_progress

PROJECT_CODE = re.compile(r"\d{4}-\d{6}-\d{2}-\d{2}-\d{6}(?:-\d{3,4})?")
STEP_BY_STEP = re.compile(r"一步步|每一步|逐步|详细|经过|环节|哪一步|步骤|全过程|step", re.I)
EVERY_PROJECT = re.compile(
    r"所有|全部|其他|其它|别的|另一个|另外|每个|各个|几个项目|\ball\b|\bother", re.I
)
SIGN_IN = (
    "查询办件要先确认您的企业身份。请在办事网站登录企业账号后打开这个对话，我就能看到本企业的办件；"
    "只凭项目代码不能查询。有项目管家给您的绑定码，请直接发到这里；"
    "没有的话，可以转人工请项目管家核实身份后发给您。"
)
NO_PLATFORM = "本站还没有接入审批系统，暂时查不到办件进度，请转人工由项目管家为您查询。"
# A question about cases leaves a question back unanswered.
ANOTHER_TOPIC: dict[str, object] = {"misses": None, "offer": None, "offer_aspect": None}


@dataclass(frozen=True)
class Wanted:
    """What somebody asks of their own cases."""

    text: str
    matter: str | None = None
    project: str | None = None  # remembered from earlier

    @property
    def project_code(self) -> str | None:
        """The project asked about; None for all of them."""
        found = PROJECT_CODE.search(self.text)
        if found:
            return found[0]
        return None if EVERY_PROJECT.search(self.text) else self.project


def tell_status(assistant: Assistant, who: Enterprise | None, wanted: Wanted) -> Reply:
    """The live status of the enterprise's cases. Blocks; PlatformUnavailable."""
    if who is None:
        return sign_in()
    if assistant.platform is None:
        return Reply(NO_PLATFORM, (TO_STEWARD,))
    platform = InTime(assistant.platform)
    report = report_for(assistant, platform, who, wanted, assistant.readings)
    text = render_progress(report, steps=bool(STEP_BY_STEP.search(wanted.text)))
    return Reply(
        text.replace("\n\n", "\n"),
        (TO_STEWARD,),
        remember_project(report.projects),
        {
            "read_at": min(
                (p.read_at for p in report.projects), default=report.read_at
            ).isoformat(),
            "projects": [p.project.code for p in report.projects],
        },
    )


def report_for(
    assistant: Assistant,
    platform: Platform,
    who: Enterprise,
    wanted: Wanted,
    readings: Readings | None = None,
) -> ProgressReport:
    """What was asked for; a project only remembered gives way when it has nothing of that."""
    code, names = wanted.project_code, assistant.name_to_matter
    report = report_progress(
        platform, who.id, assistant.now(), names, code, wanted.matter, readings
    )
    if report.projects or code is None or code != wanted.project:
        return report
    return report_progress(platform, who.id, assistant.now(), names, None, wanted.matter, readings)


def remember_project(projects: Sequence[ProjectCases]) -> dict[str, object]:
    if len(projects) != 1:
        return dict(ANOTHER_TOPIC)
    project: Project = projects[0].project
    return {**ANOTHER_TOPIC, "project": {"code": project.code, "name": project.name}}


def sign_in() -> Reply:
    return Reply(SIGN_IN, (TO_STEWARD,), dict(ANOTHER_TOPIC))

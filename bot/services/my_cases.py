"""An enterprise's own cases in chat: status and missing documents, for who may see them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from bot.model.case import CaseStatus, Project
from bot.model.conversation import Enterprise
from bot.model.reply import TO_STEWARD, Reply
from bot.model.times import CHINA
from bot.services.ask_facts import QUESTION, Asking, answers, noted, question, wanted_fact
from bot.services.assistant import Assistant
from bot.services.dates_in_words import moment
from bot.services.last_reading import Readings
from bot.services.list_missing import MatchName, MissingList, list_missing, render_missing
from bot.services.local_rules import place_of
from bot.services.platform_port import Platform
from bot.services.project_facts import SLOT, ProjectFacts, possible
from bot.services.read_cases import CaseProgress, ProjectCases
from bot.services.report_progress import ProgressReport, render_progress, report_progress
from knowledge.conditions import Need, judge_material, judge_materials
from knowledge.loader import Catalogue
from knowledge.next_fact import material_item
from knowledge.schema import Material
from knowledge.told_facts import Told

MISSING = "missing_documents"  # the intent
PROJECT_CODE = re.compile(r"\d{4}-\d{6}-\d{2}-\d{2}-\d{6}(?:-\d{3,4})?")
STEP_BY_STEP = re.compile(r"一步步|每一步|逐步|详细|经过|环节|哪一步|步骤|全过程|step", re.I)
EVERY_PROJECT = re.compile(
    r"所有|全部|其他|其它|别的|另一个|另外|每个|各个|几个项目|\ball\b|\bother", re.I
)
SIGN_IN = (
    "查询办件要先确认您的企业身份。请在办事网站登录企业账号后打开这个对话，我就能看到本企业的办件；"
    "只凭项目代码不能查询。登录有困难，可以转人工请项目管家核实身份后帮您查。"
)
NO_PLATFORM = "本站还没有接入审批系统，暂时查不到办件进度，请转人工由项目管家为您查询。"
# A question about cases leaves a question back unanswered.
ANOTHER_TOPIC: dict[str, object] = {"misses": None, "offer": None, "offer_aspect": None}
SHOWN_CASES = 4  # in one answer about missing documents
NOTHING_OPEN = "贵企业没有正在办理的办件，也没有被退回的办件，没有需要补的材料。"


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
        return _sign_in()
    if assistant.platform is None:
        return Reply(NO_PLATFORM, (TO_STEWARD,))
    report = _report(assistant, assistant.platform, who, wanted, assistant.readings)
    text = render_progress(report, steps=bool(STEP_BY_STEP.search(wanted.text)))
    return Reply(
        text.replace("\n\n", "\n"),
        (TO_STEWARD,),
        _remember(report.projects),
        {
            "read_at": min(
                (p.read_at for p in report.projects), default=report.read_at
            ).isoformat(),
            "projects": [p.project.code for p in report.projects],
        },
    )


def _read_at(report: ProgressReport) -> datetime:
    return min((project.read_at for project in report.projects), default=report.read_at)


def tell_missing(
    assistant: Assistant,
    who: Enterprise | None,
    wanted: Wanted,
    match_name: MatchName,
    known: ProjectFacts | None = None,
    told: Told | None = None,
) -> Reply:
    """What the enterprise's open cases still lack. Blocks; PlatformUnavailable.

    `known` is what the conversation knows of its project, `told` the fact that this message adds.
    """
    if who is None:
        return _sign_in()
    if assistant.platform is None:
        return Reply(NO_PLATFORM, (TO_STEWARD,))
    report = _report(assistant, assistant.platform, who, wanted)
    if not report.projects:
        return Reply(render_progress(report), (TO_STEWARD,))
    catalogue, platform = assistant.catalogue(), assistant.platform
    conversation = known or ProjectFacts()
    lists: list[MissingList] = []
    for each in report.projects:
        facts = _facts_of(catalogue, each, conversation).with_told(told)
        there = catalogue.at(place_of(catalogue, facts.known, None, assistant.place))
        lists += _lists(platform, there, each, facts, match_name, report.read_at)
    text = _missing_text(lists, report.read_at)
    if told is not None:
        text = f"{noted(catalogue.vocabulary, told)}\n{text}"
    reply = Reply(
        text,
        (TO_STEWARD,),
        _remember(report.projects),
        {"read_at": report.read_at.isoformat(), "cases": [f.progress.case.case_no for f in lists]},
    )
    if len(report.projects) > 1:  # a fact is of one project
        return reply
    facts = _facts_of(catalogue, report.projects[0], conversation).with_told(told)
    return _ask(there, lists, facts, Asking(MISSING, wanted.matter), reply)


def _facts_of(catalogue: Catalogue, project: ProjectCases, known: ProjectFacts) -> ProjectFacts:
    registered = possible(catalogue.vocabulary, project.project.facts)
    return known.about(project.project.code, registered)


def _ask(
    catalogue: Catalogue,
    lists: Sequence[MissingList],
    facts: ProjectFacts,
    asking: Asking,
    reply: Reply,
) -> Reply:
    """The reply with a question for the fact that decides most of what is open in it."""
    vocabulary = catalogue.vocabulary
    undecided = [m for found in lists[:SHOWN_CASES] for m in _undecided(catalogue, found)]
    items = [material_item(vocabulary, material) for material in undecided]
    fact = wanted_fact(vocabulary, items, facts)
    remember = {
        **reply.remember,
        SLOT: facts.as_slot(),
        QUESTION: asking.as_slot(fact.id if fact else None),
    }
    if fact is None:
        return replace(reply, remember=remember)
    verdicts = ((m.name, judge_material(vocabulary, m, facts.known)) for m in undecided)
    decides = dict.fromkeys(name for name, verdict in verdicts if fact.id in verdict.depends_on)
    return replace(
        reply,
        text=f"{reply.text}\n{question(fact, list(decides))}",
        buttons=(*answers(asking, fact), *reply.buttons),
        remember=remember,
    )


def _undecided(catalogue: Catalogue, found: MissingList) -> list[Material]:
    matter = catalogue.matters.get(found.progress.matter or "")
    names = {material.name for material in found.open}
    return [m for m in matter.materials if m.name in names] if matter else []


def _report(
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


def _missing_text(lists: Sequence[MissingList], now: datetime) -> str:
    if not lists:
        return NOTHING_OPEN
    parts = [render_missing(found) for found in lists[:SHOWN_CASES]]
    if len(lists) > SHOWN_CASES:
        more = len(lists) - SHOWN_CASES
        parts.append(f"另有{more}个办件未列出，请说明事项名称或项目代码再问我。")
    parts.append(f"以上是{moment(now)}从审批系统读到的情况；要件清单以事项目录为准。")
    return "\n".join(parts)


def _lists(
    platform: Platform,
    catalogue: Catalogue,
    project: ProjectCases,
    facts: ProjectFacts,
    match_name: MatchName,
    now: datetime,
) -> list[MissingList]:
    """The cases that wait for something from the enterprise first, then the others under way. What
    a case needs is what was required on the day of its acceptance."""
    received = platform.received_materials(project.project)
    open_cases = [case for case in project.cases if _may_lack(case)]
    open_cases.sort(key=lambda case: case.case.status not in OBJECTED)
    found = []
    for case in open_cases:
        day = (case.case.accepted_at or now).astimezone(CHINA).date()
        required = required_materials(catalogue, case.matter, facts.known, day)
        found.append(list_missing(case, required, received, match_name))
    return found


OBJECTED = frozenset(
    {
        CaseStatus.SUPPLEMENT_REQUESTED,
        CaseStatus.NOT_ACCEPTED,
        CaseStatus.ACCEPTANCE_REFUSED,
        CaseStatus.REFUSED,
    }
)


def _may_lack(case: CaseProgress) -> bool:
    status = case.case.status
    return status in OBJECTED or status is CaseStatus.PASSED_DEFERRED or not status.ended


@dataclass(frozen=True)
class Required:
    name: str
    reason: str
    sure: bool


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
        Required(m.name, v.said, v.need is Need.NEEDED)
        for m, v in judged
        if v.need is not Need.NOT_NEEDED and m.holds_on(day)
    ]


def _remember(projects: Sequence[ProjectCases]) -> dict[str, object]:
    if len(projects) != 1:
        return dict(ANOTHER_TOPIC)
    project: Project = projects[0].project
    return {**ANOTHER_TOPIC, "project": {"code": project.code, "name": project.name}}


def _sign_in() -> Reply:
    return Reply(SIGN_IN, (TO_STEWARD,), dict(ANOTHER_TOPIC))

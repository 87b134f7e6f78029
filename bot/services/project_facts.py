"""What a conversation knows of the project it is about: told by the person, or by the platform."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from bot.model.case import Project
from bot.model.conversation import Enterprise
from bot.services.platform_port import Platform
from knowledge.schema import ProjectFact
from knowledge.told_facts import UNKNOWN, Told, read_value

Vocabulary = Mapping[str, ProjectFact]
SLOT = "project_facts"


@dataclass(frozen=True)
class ProjectFacts:
    """`told` has UNKNOWN for what somebody said they do not know; `registered` fills the rest.

    `project` is the code of the project on the platform, "" when there was none to be found, None
    when nobody has looked.
    """

    told: Mapping[str, str] = field(default_factory=dict)
    registered: Mapping[str, str] = field(default_factory=dict)
    project: str | None = None

    @property
    def known(self) -> dict[str, str]:
        """The facts to judge by; what somebody says outweighs the platform."""
        said = {name: value for name, value in self.told.items() if value != UNKNOWN}
        return {**self.registered, **said}

    @property
    def from_platform(self) -> frozenset[str]:
        return frozenset(self.registered) - {n for n, v in self.told.items() if v != UNKNOWN}

    @property
    def not_known(self) -> frozenset[str]:
        return frozenset(self.told) - frozenset(self.known)

    def with_told(self, *told: Told | None) -> ProjectFacts:
        """The newest fact stands last."""
        facts = dict(self.told)
        for one in filter(None, told):
            facts.pop(one.fact, None)
            facts[one.fact] = one.value
        return replace(self, told=facts)

    def about(self, project: str, registered: Mapping[str, str]) -> ProjectFacts:
        """The same for a project of the platform; what was told of another one is forgotten."""
        told = self.told if self.project in (None, "", project) else {}
        return ProjectFacts(told, registered, project)

    def as_slot(self) -> dict[str, Any] | None:
        if not self.told and self.project is None:
            return None
        told, registered = dict(self.told), dict(self.registered)
        return {"told": told, "registered": registered, "project": self.project}


def remembered(vocabulary: Vocabulary, slot: Mapping[str, Any] | None) -> ProjectFacts:
    """What the slot holds, less what today's vocabulary no longer has."""
    if not slot:
        return ProjectFacts()
    return ProjectFacts(
        possible(vocabulary, slot["told"]),
        possible(vocabulary, slot["registered"]),
        slot["project"],
    )


def possible(vocabulary: Vocabulary, facts: Mapping[str, str]) -> dict[str, str]:
    """Those that the vocabulary has, with values that it allows."""
    return {name: value for name, value in facts.items() if is_possible(vocabulary, name, value)}


def is_possible(vocabulary: Vocabulary, name: str, value: str) -> bool:
    """Whether the vocabulary has the fact, and the fact can have the value."""
    if name not in vocabulary:
        return False
    return value == UNKNOWN or read_value(vocabulary[name], value) == value


def look_up(
    vocabulary: Vocabulary,
    platform: Platform | None,
    who: Enterprise | None,
    known: ProjectFacts,
    code: str | None,
) -> ProjectFacts:
    """Adds what the platform has registered of the project that is meant: the one with this code,
    else what the enterprise's projects have in common. Blocks, once per project;
    PlatformUnavailable.
    """
    if platform is None or who is None or (known.project is not None and not code):
        return known
    if code and code == known.project:
        return known
    projects = platform.projects_of(who.id)
    meant = [project for project in projects if project.code == code]
    if meant:
        return known.about(meant[0].code, possible(vocabulary, meant[0].facts))
    if known.project is not None:
        return known
    alone = projects[0].code if len(projects) == 1 else ""
    return known.about(alone, possible(vocabulary, common_facts(projects)))


def common_facts(projects: Sequence[Project]) -> dict[str, str]:
    """What all of the projects have in common, whichever of them is meant."""
    if not projects:
        return {}
    first, *others = projects
    return {
        name: value
        for name, value in first.facts.items()
        if all(other.facts.get(name) == value for other in others)
    }

"""All that a platform has, project by project, for the clean-up of the ledger."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from bot.model.case import Case, Project
from bot.model.ledger import FollowedProject
from bot.services.platform_port import Platform, PlatformMisdescribed

Progress = Callable[[int, int], None]  # (projects read, projects there are)
TOGETHER = 200  # projects


@dataclass(frozen=True)
class Registered:
    """A project in the platform's register. `developer` is a name or a credit code; stage, steward
    and next step are the words of whoever keeps the register, where anybody does."""

    code: str
    developer: str | None = None
    stage: str | None = None
    steward: str | None = None
    next_step: str | None = None


@runtime_checkable
class Register(Protocol):
    """A platform that can say which projects it has."""

    def register(self) -> Sequence[Registered]:
        """Every valid project once, by code. Blocks; PlatformUnavailable."""


@runtime_checkable
class ManyAtOnce(Protocol):
    """A platform that reads many projects in the time of a few."""

    def read(self, codes: Sequence[str]) -> list[FollowedProject]:
        """Those of the projects that are there, with all their cases. Blocks;
        PlatformUnavailable."""


@dataclass(frozen=True)
class WholeProject:
    registered: Registered
    project: Project
    cases: Sequence[Case]


class Kept(Protocol):
    """What was last seen of a platform that is followed (bot.services.followed_cases), with its
    register. Blocks; StoreUnavailable."""

    def register(self) -> Sequence[Registered]: ...

    def project(self, code: str) -> FollowedProject | None: ...


def read_kept(kept: Kept, told: Progress | None = None) -> Iterator[WholeProject]:
    """As read_whole, from what was last seen: the platform is not asked."""
    register = kept.register()
    for number, entry in enumerate(register, start=1):
        found = kept.project(entry.code)
        if found is not None:
            yield WholeProject(entry, found.project, found.cases)
        if told is not None:
            told(number, len(register))


def read_whole(platform: Platform, told: Progress | None = None) -> Iterator[WholeProject]:
    """Every project with its cases, one after another: no more is held than the register and
    TOGETHER projects.

    PlatformUnavailable, also in the middle; PlatformMisdescribed for a platform without a register.
    """
    if not isinstance(platform, Register):
        raise PlatformMisdescribed(
            "这个审批系统的接口没有列出全部项目的办法，不能做清理核查。",
            "请改用它的数据库，或在工作台的“台账”里看已经跟踪到的项目。",
        )
    register = platform.register()
    for start in range(0, len(register), TOGETHER):
        some = register[start : start + TOGETHER]
        if isinstance(platform, ManyAtOnce):
            yield from _together(platform, some)
        else:
            yield from _apart(platform, some)
        if told is not None:
            told(start + len(some), len(register))


def _together(platform: ManyAtOnce, entries: Sequence[Registered]) -> Iterator[WholeProject]:
    found = {each.project.code: each for each in platform.read([entry.code for entry in entries])}
    for entry in entries:
        if entry.code in found:  # else it went away meanwhile
            each = found[entry.code]
            yield WholeProject(entry, each.project, each.cases)


def _apart(platform: Platform, entries: Sequence[Registered]) -> Iterator[WholeProject]:
    for entry in entries:
        project = platform.project(entry.code)
        if project is not None:
            yield WholeProject(entry, project, platform.cases(project))

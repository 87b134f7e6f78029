"""Follow a platform that cannot list its projects: those of the enterprises that are known here."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence

from bot.model.case import Project
from bot.model.ledger import FollowedProject
from bot.services.platform_port import Platform


class EnterprisesSource:
    """Implements bot.services.follow_port.Source by what every platform can do: ask for the
    projects of an enterprise, and for the cases of a project. `enterprises` gives credit codes."""

    def __init__(
        self, platform: Platform, origin: str, enterprises: Callable[[], Collection[str]]
    ) -> None:
        self._platform = platform
        self._origin = origin
        self._enterprises = enterprises
        self._found: dict[str, tuple[Project, tuple[str, ...]]] = {}

    @property
    def origin(self) -> str:
        return self._origin

    def glance(self) -> None:
        return None

    def touched(self, before: str, now: str) -> None:
        return None

    def survey(self, codes: Collection[str] | None = None) -> dict[str, str | None]:
        """Asks for every enterprise's projects; which of them have changed only reading tells."""
        if codes is None:
            self._found = self._list()
        return {code: None for code in self._found if codes is None or code in codes}

    def read(self, codes: Sequence[str]) -> list[FollowedProject]:
        """A project that no known enterprise has any more is asked for by its code."""
        read = []
        for code in codes:
            project, developers = self._found.get(code, (None, ()))
            project = project or self._platform.project(code)
            if project is not None:
                cases = tuple(self._platform.cases(project))
                read.append(FollowedProject(project, developers, cases))
        return read

    def _list(self) -> dict[str, tuple[Project, tuple[str, ...]]]:
        found: dict[str, tuple[Project, tuple[str, ...]]] = {}
        for enterprise in sorted(self._enterprises()):
            for project in self._platform.projects_of(enterprise):
                before, developers = found.get(project.code, (project, ()))
                whole = max(before, project, key=lambda each: len(each.works))
                found[project.code] = (whole, (*developers, enterprise))
        return found

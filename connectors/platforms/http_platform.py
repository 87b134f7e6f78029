"""The platform of a city whose approval system has an API, as a YAML file describes it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import aiohttp

from bot.model.case import (
    Case,
    PlatformDescription,
    Project,
    ReceivedMaterial,
    normalise_project_code,
)
from bot.model.credit_code import is_credit_code, normalise_credit_code
from bot.model.ledger import FollowedProject
from bot.services.platform_port import PlatformMisdescribed, PlatformUnreadable
from bot.services.whole_platform import Registered
from connectors.platforms import values
from connectors.platforms.codes import load_codes
from connectors.platforms.descriptions import read_description
from connectors.platforms.http_client import ApiClient
from connectors.platforms.http_description import ApiDescription, Endpoint, ProjectEndpoint
from connectors.platforms.http_mapping import (
    case_of,
    code_of,
    developer_of,
    material_of,
    project_of,
)
from connectors.platforms.own_loop import OwnLoop

# Asked for when nothing but the connection matters; no project has it.
NO_PROJECT = "0000-000000-00-00-000000"
_AT_ONCE = 4  # projects, and of each the cases whose steps are asked for, at the same time


class HttpPlatform:
    """Implements bot.services.platform_port.Platform. Safe to use from several threads."""

    def __init__(self, description: ApiDescription) -> None:
        self._description = description
        self._endpoints = description.endpoints
        self._codes = load_codes(description.codes)
        self._client = ApiClient(description)
        self._loop = OwnLoop()

    @classmethod
    def from_file(cls, path: Path) -> HttpPlatform:
        """PlatformMisdescribed, naming file, line and key."""
        return cls(read_description(path, ApiDescription))

    @property
    def address(self) -> str:
        return str(self._description.base_url)

    def describe(self, now: datetime) -> PlatformDescription:
        return self._loop.run(self._describe(now))

    def project(self, code: str) -> Project | None:
        code = normalise_project_code(code)
        return self._loop.run(self._project(code)) if code else None

    def projects_of(self, credit_code: str) -> list[Project]:
        credit_code = normalise_credit_code(credit_code)
        return self._loop.run(self._projects_of(credit_code)) if credit_code else []

    def register(self) -> list[Registered]:
        """Implements bot.services.whole_platform.Register. PlatformMisdescribed where the
        description names no address that lists the projects."""
        return self._loop.run(self._register())

    def read(self, codes: Sequence[str]) -> list[FollowedProject]:
        """Implements bot.services.whole_platform.ManyAtOnce."""
        return self._loop.run(self._read(codes))

    def cases(self, project: Project) -> list[Case]:
        return self._loop.run(self._cases(project))

    def received_materials(self, project: Project) -> list[ReceivedMaterial]:
        return self._loop.run(self._materials(project))

    async def _describe(self, now: datetime) -> PlatformDescription:
        await self._project(NO_PROJECT)
        counted: dict[str, Any] = {}
        summary = self._endpoints.summary
        if summary is not None:
            async with self._client.session() as session:
                items = await self._client.items(session, summary, {})
            paths = {name: getattr(summary.fields, name) for name in summary.fields.__fields__}
            counted = {k: path.one(items[0]) for k, path in paths.items() if path and items}
        newest = values.moment(counted.pop("newest_event_at", None))
        names = ("projects", "works", "cases", "events")
        return PlatformDescription(
            kind="HTTP",
            address=self.address,
            tables=(),
            **{name: values.days(counted.get(name)) for name in names},
            newest_event_at=newest if newest and newest <= now else None,
            future_events=0,
            notes=tuple(self._notes()),
        )

    def _notes(self) -> Iterable[str]:
        yield f"{self._description.name}：接口有回答。"
        if self._endpoints.materials is None:
            yield "没有写材料的接口（endpoints.materials）：看不到已收材料。"
        if self._endpoints.summary is None:
            yield "没有写统计的接口（endpoints.summary）：不知道有多少项目和办件。"
        if self._endpoints.projects is None:
            yield "没有写列出全部项目的接口（endpoints.projects）：不能做清理核查。"

    async def _project(self, code: str) -> Project | None:
        endpoint = self._endpoints.project
        async with self._client.session() as session:
            items = await self._client.items(session, endpoint, {"code": code})
        for project in self._to_projects(endpoint, items):
            if project.code == code:
                return project
            works = tuple(work for work in project.works if work.code == code)
            if works:
                return replace(project, works=works)
        return None

    async def _projects_of(self, credit_code: str) -> list[Project]:
        endpoint = self._endpoints.projects_of
        async with self._client.session() as session:
            items = await self._client.items(session, endpoint, {"credit_code": credit_code})
        own = [item for item in items if developer_of(item, endpoint.fields) == credit_code]
        return self._to_projects(endpoint, own)

    async def _register(self) -> list[Registered]:
        endpoint = self._endpoints.projects
        if endpoint is None:
            raise PlatformMisdescribed(
                "接口的说明文件没有写列出全部项目的接口（endpoints.projects），不能做清理核查。",
                "请照 api.example.yml 补写，或在工作台的“台账”里看已经跟踪到的项目。",
            )
        async with self._client.session() as session:
            items = await self._client.items(session, endpoint, {})
        owners: dict[str, str] = {}
        for item in items:
            code = code_of(item, endpoint.fields)
            if code:
                owners[code] = developer_of(item, endpoint.fields)
        _require(endpoint, items, owners, "项目代码（fields.code）")
        # What is no credit code may be the number of a person's identity card.
        return [
            Registered(code, owner if is_credit_code(owner) else None)
            for code, owner in sorted(owners.items())
        ]

    async def _read(self, codes: Sequence[str]) -> list[FollowedProject]:
        turn = asyncio.Semaphore(_AT_ONCE)

        async def ask(code: str) -> FollowedProject | None:
            async with turn:
                project = await self._project(code)
                cases = await self._cases(project) if project else ()
            return FollowedProject(project, cases=tuple(cases)) if project else None

        found = await asyncio.gather(*map(ask, codes))
        return [each for each in found if each is not None]

    def _to_projects(self, endpoint: ProjectEndpoint, items: list[Any]) -> list[Project]:
        found = [project_of(item, endpoint.fields, self._codes) for item in items]
        projects = {project.code: project for project in found if project}
        _require(endpoint, items, projects, "项目代码（fields.code）")
        return [projects[code] for code in sorted(projects)]

    async def _cases(self, project: Project) -> list[Case]:
        endpoint = self._endpoints.cases
        async with self._client.session() as session:
            items = await self._items_of(session, endpoint, project)
            events = await self._events(session, items)
        found = [
            case_of(item, told, project, endpoint.fields, self._codes)
            for item, told in zip(items, events, strict=True)
        ]
        cases = {case.case_no: case for case in found if case}
        _require(endpoint, items, cases, "办件号（fields.case_no）")
        works = {work.code for work in project.works}
        own = (case for case in cases.values() if case.work_code in works)
        return sorted(own, key=lambda case: case.age)

    async def _events(self, session: aiohttp.ClientSession, items: list[Any]) -> list[list[Any]]:
        """The events of each item: from itself, or asked for one by one."""
        endpoint, fields = self._endpoints.steps, self._endpoints.cases.fields
        if endpoint is None:
            return [fields.steps.items.all(item) for item in items]
        turn = asyncio.Semaphore(_AT_ONCE)

        async def ask(item: Any) -> list[Any]:
            case_no = values.text(fields.case_no.one(item))
            if case_no is None:
                return []
            async with turn:
                return await self._client.items(session, endpoint, {"case_no": case_no})

        return list(await asyncio.gather(*map(ask, items)))

    async def _materials(self, project: Project) -> list[ReceivedMaterial]:
        endpoint = self._endpoints.materials
        if endpoint is None:
            return []
        async with self._client.session() as session:
            items = await self._items_of(session, endpoint, project)
        found = (material_of(item, endpoint.fields) for item in items)
        return list(dict.fromkeys(material for material in found if material))

    async def _items_of(
        self, session: aiohttp.ClientSession, endpoint: Endpoint, project: Project
    ) -> list[Any]:
        """Asked once for the project, or for each of its works where the endpoint names a work."""
        asks_works = "{work_code}" in f"{endpoint.path}{endpoint.query}{endpoint.body}"
        works = [work.code for work in project.works] if asks_works else [project.code]
        found: list[Any] = []
        for work in works:
            about = {"project_code": project.code, "work_code": work}
            found.extend(await self._client.items(session, endpoint, about))
        return found


def _require(endpoint: Endpoint, items: list[Any], found: object, what: str) -> None:
    if items and not found:
        raise PlatformUnreadable(
            f"审批系统接口 {endpoint.path} 的回答里没有{what}。", "请核对说明文件里的 JSONPath。"
        )

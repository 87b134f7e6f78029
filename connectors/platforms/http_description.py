"""What a YAML file says about a platform's API: addresses, identity, paging, where things stand.

Paths in answers are JSONPath, relative to the item that they are read from.
"""

from __future__ import annotations

from typing import Any, Literal

import jsonpath
from pydantic import AnyHttpUrl, BaseModel, Extra, Field, SecretStr, root_validator

from connectors.platforms.codes import CodeLists


class Path(str):
    """A JSONPath, compiled once."""

    @classmethod
    def __get_validators__(cls) -> Any:
        yield cls._compile

    @classmethod
    def _compile(cls, value: Any) -> Path:
        if not isinstance(value, str):
            raise ValueError("这里要写 JSONPath，例如 $.data.list")
        path = cls(value)
        try:
            path.compiled = jsonpath.compile(value)
        except jsonpath.JSONPathError as error:
            raise ValueError(f"“{value}”不是正确的 JSONPath") from error
        return path

    compiled: Any

    def all(self, document: Any) -> list[Any]:
        """Everything found; a list that is found as a whole counts as its items."""
        found = self.compiled.findall(document)
        if len(found) == 1 and isinstance(found[0], list):
            found = found[0]
        return [item for item in found if item is not None]

    def one(self, document: Any) -> Any:
        """The first thing found, None for nothing."""
        return next(iter(self.compiled.findall(document)), None)


class _Part(BaseModel):
    class Config:
        extra = Extra.forbid
        arbitrary_types_allowed = True


class HeaderAuth(_Part):
    kind: Literal["header"]
    header: str = "Authorization"
    value: SecretStr


class BasicAuth(_Part):
    kind: Literal["basic"]
    user: str
    password: SecretStr


class OAuth2(_Part):
    """Client credentials (RFC 6749, 4.4)."""

    kind: Literal["oauth2"]
    token_url: AnyHttpUrl
    client_id: str
    client_secret: SecretStr
    scope: str | None = None


class Limits(_Part):
    """Seconds, attempts and pages; nothing is waited for or read without end. `total` is for all
    attempts to get one answer."""

    connect: float = Field(2, gt=0, le=60)
    attempt: float = Field(4, gt=0, le=120)
    total: float = Field(6, gt=0, le=300)
    attempts: int = Field(3, ge=1, le=10)
    first_wait: float = Field(0.2, ge=0, le=60)
    longest_wait: float = Field(2, ge=0, le=60)
    pages: int = Field(100, ge=1, le=10000)


class Paging(_Part):
    """`page` and `offset` count; `cursor` repeats what the answer holds at `next`; `link` follows
    the address that it holds there."""

    kind: Literal["page", "offset", "cursor", "link"]
    parameter: str = "page"
    first: int = 1
    size_parameter: str | None = None
    size: int = Field(100, ge=1)
    next: Path | None = None

    @root_validator
    def _has_next(cls, values: dict[str, Any]) -> dict[str, Any]:
        if values.get("kind") in ("cursor", "link") and values.get("next") is None:
            raise ValueError("cursor 和 link 分页要写 next：下一页在回答里的位置")
        return values


class Endpoint(_Part):
    """One question to the API. `{code}`, `{credit_code}`, `{project_code}`, `{work_code}` and
    `{case_no}` stand for what is asked about. A status in `absent` means: there is none."""

    path: str
    method: Literal["GET", "POST"] = "GET"
    query: dict[str, str] = {}
    body: dict[str, Any] | None = None
    items: Path = Path._compile("$")
    paging: Paging | None = None
    absent: list[int] = [404]


class Works(_Part):
    items: Path
    code: Path
    name: Path | None = None
    region: Path | None = None


class ProjectFields(_Part):
    """`developer` is the credit code of the 建设单位: what is another's is dropped, whatever the
    API lets through. `facts`: columns of SPGL_XMJBXXB → where the API has the same."""

    code: Path
    developer: Path
    name: Path | None = None
    kind: Path | None = None
    kind_code: Path | None = None
    place: Path | None = None
    works: Works | None = None
    facts: dict[str, Path] = {}


class Steps(_Part):
    """`items` is of no use where the steps have an endpoint of their own."""

    items: Path = Path._compile("$.steps")
    at: Path
    code: Path
    office: Path | None = None
    opinion: Path | None = None
    serial: Path | None = None


class Procedures(_Part):
    items: Path
    name: Path | None = None
    code: Path | None = None
    started_at: Path | None = None
    limit_days: Path | None = None
    limit_kind: Path | None = None


class Documents(_Part):
    items: Path
    number: Path | None = None
    title: Path | None = None
    issued_on: Path | None = None
    valid_to: Path | None = None


class Solicitations(_Part):
    items: Path
    body: Path | None = None
    answered_at: Path | None = None
    opinion: Path | None = None


class CaseFields(_Part):
    case_no: Path
    work_code: Path | None = None
    region: Path | None = None
    matter_code: Path | None = None
    matter_name: Path | None = None
    department: Path | None = None
    limit_days: Path | None = None
    group_no: Path | None = None
    steps: Steps
    procedures: Procedures | None = None
    documents: Documents | None = None
    solicitations: Solicitations | None = None


class MaterialFields(_Part):
    name: Path
    case_no: Path | None = None


class SummaryFields(_Part):
    projects: Path | None = None
    works: Path | None = None
    cases: Path | None = None
    events: Path | None = None
    newest_event_at: Path | None = None


class Success(_Part):
    """For an API that says in its answer, not by its status, whether it understood."""

    path: Path
    values: list[str]
    message: Path | None = None


class ProjectEndpoint(Endpoint):
    fields: ProjectFields


class CaseEndpoint(Endpoint):
    fields: CaseFields


class MaterialEndpoint(Endpoint):
    fields: MaterialFields


class SummaryEndpoint(Endpoint):
    fields: SummaryFields


class Endpoints(_Part):
    """`projects`: all that there are, page by page. `steps`: where the steps of a case have an
    address of their own, with `{case_no}`."""

    project: ProjectEndpoint
    projects_of: ProjectEndpoint
    projects: ProjectEndpoint | None = None
    cases: CaseEndpoint
    steps: Endpoint | None = None
    materials: MaterialEndpoint | None = None
    summary: SummaryEndpoint | None = None


class ApiDescription(_Part):
    kind: Literal["http"]
    name: str = "审批系统接口"
    base_url: AnyHttpUrl
    headers: dict[str, str] = {}
    auth: HeaderAuth | BasicAuth | OAuth2 | None = Field(None, discriminator="kind")
    limits: Limits = Field(default_factory=lambda: Limits.parse_obj({}))
    success: Success | None = None
    endpoints: Endpoints
    codes: CodeLists = CodeLists()

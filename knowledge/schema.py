"""The schema of the catalogue: what a matter, a term, a source and a project fact look like.

Every fact names its source and says how sure it is. The field names are the YAML keys.
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Mapping
from datetime import date
from enum import Enum
from typing import Any, Literal, TypeVar

from pydantic import BaseModel, Extra, Field, PrivateAttr, root_validator, validator

Day = date  # a source has a field of that name
SLUG = re.compile(r"^[a-z0-9]+(-[a-z0-9]+)*$")

Stage = Literal["1", "2", "3", "4", "parallel", "utility", "service"]
AspectName = Literal[
    "overview",
    "materials",
    "conditions",
    "process",
    "time_limit",
    "fee",
    "basis",
    "department",
    "result",
    "prerequisites",
    "penalty",
]


class State(str, Enum):
    """How sure a fact is."""

    VERIFIED = "verified"  # read in the source named, at the place named
    EXAMPLE = "example"  # true of another place, which is named
    UNVERIFIED = "unverified"  # nobody has found its source yet


class Record(BaseModel):
    """Base of everything read from YAML: unknown keys are errors, values do not change."""

    class Config:
        extra = Extra.forbid
        frozen = True


class Sourced(Record):
    """What makes a statement a fact.

    `source` is `<source id>` or `<source id>#<place in it>` (an article, a row, a paragraph).
    `place` is where it holds when that is not the whole country; an example must name it.
    Dates are calendar days in China; an open end means "still".
    """

    source: str
    state: State
    place: str | None = None
    valid_from: date | None = None
    valid_to: date | None = None
    checked_on: date | None = None
    _since_source: date | None = PrivateAttr(None)

    @root_validator(skip_on_failure=True)
    def _example_names_its_place(cls, values: dict[str, Any]) -> dict[str, Any]:
        if values["state"] is State.EXAMPLE and not values["place"]:
            raise ValueError("an example must name its place: add `place:`")
        return values

    @property
    def source_id(self) -> str:
        return self.source.partition("#")[0]

    @property
    def locator(self) -> str:
        """The place inside the source, or an empty string."""
        return self.source.partition("#")[2]

    @property
    def since(self) -> date | None:
        """The first day on which it is known to hold, None when nothing says."""
        return self.valid_from or self._since_source

    def known_since(self: Statement, source: Source, checked_on: date) -> Statement:
        """The same, not known of any day before its source speaks or, if that is earlier, before
        it was checked. `checked_on` is for a fact that does not say when."""
        dated, speaks = self.copy(), source.speaks_since
        dated._since_source = min(speaks, self.checked_on or checked_on) if speaks else None
        return dated

    def holds_on(self, day: date) -> bool:
        return (self.since is None or self.since <= day) and (
            self.valid_to is None or day <= self.valid_to
        )


Statement = TypeVar("Statement", bound=Sourced)


class Fact(Sourced):
    """One statement, in our own words."""

    text: str = Field(min_length=2)


class Limit(Fact):
    """A time limit. `days` counts in `unit`; without `days` only the text speaks."""

    days: int | None = Field(default=None, ge=0, le=1000)
    unit: Literal["working_day", "calendar_day", "month"] | None = None

    @root_validator(skip_on_failure=True)
    def _days_have_a_unit(cls, values: dict[str, Any]) -> dict[str, Any]:
        if (values["days"] is None) != (values["unit"] is None):
            raise ValueError("`days` and `unit` go together")
        return values


Wanted = str | list[str]
# A condition as written: facts and what is wanted of them, and the words `any`, `all`, `not`.
When = dict[str, Any]
JOINING = ("any", "all")  # each takes a list of conditions
NEGATING = "not"  # takes one condition


def _as_condition(value: Any) -> When:
    """The condition with bare yes and no as words; ValueError for what is none.

    YAML reads a bare yes as true; conditions compare words.
    """
    if not isinstance(value, dict):
        raise ValueError("a condition is `fact: value` pairs")
    return {str(key): _wanted(str(key), wanted) for key, wanted in value.items()}


def _wanted(key: str, wanted: Any) -> Any:
    if key in JOINING:
        if not isinstance(wanted, list) or not wanted:
            raise ValueError(f"`{key}` takes a list of conditions, each after `- `")
        return [_as_condition(item) for item in wanted]
    if key == NEGATING:
        return _as_condition(wanted)
    if isinstance(wanted, list):
        return [_as_word(item) for item in wanted]
    return _as_word(wanted)


def _as_word(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, str | int | float):
        return str(value)
    raise ValueError("the value of a fact is a word or a number")


class Conditional(Record):
    """Something that only some projects need.

    `when` maps project facts (knowledge/facts.yml) to the wanted value, a list of allowed values,
    or a comparison such as ">=500" or ">=500, <5000"; all must hold. Beside facts it may have
    `any` (a list of conditions, one of which must hold), `all` and `not` (a condition that must
    not hold). Without `when` it always applies.
    """

    when: When = Field(default_factory=dict)

    @validator("when", pre=True)
    def _readable(cls, value: Any) -> When:
        return _as_condition(value)


class Applicability(Fact, Conditional):
    """A rule that says which projects need a matter, in words (`text`) and computed (`when`).

    `where` narrows the projects for which the rule speaks at all, such as those of one city.
    """

    where: When = Field(default_factory=dict)

    @validator("where", pre=True)
    def _readable_where(cls, value: Any) -> When:
        return _as_condition(value)


class Material(Sourced, Conditional):
    """One material (要件).

    `when_text` says a condition that the vocabulary cannot express; it is shown, never computed.
    """

    name: str = Field(min_length=2)
    when_text: str | None = None
    forms: list[Literal["original", "copy", "electronic"]] = Field(default_factory=list)
    copies: int | None = Field(default=None, ge=1)
    issuer: str | None = None
    shared_data: bool | None = None  # obtained by data sharing
    commitment: bool | None = None  # replaceable by 告知承诺
    deferrable: bool | None = None  # may follow later, 容缺
    note: str | None = None


class Service(Fact):
    """What an intermediary (中介) does for a matter, and its own matter when it has one."""

    matter: str | None = None


class Question(Record):
    """A question people ask, and the aspects it is about."""

    text: str = Field(min_length=2)
    aspect: AspectName
    aspect2: AspectName | None = None


class Matter(Record):
    """One approval matter (事项): everything an answer about it is rendered from."""

    id: str
    name: str
    aliases: list[str] = Field(default_factory=list)
    stage: Stage
    kind: Fact
    checked_on: date
    summary: Fact
    departments: list[Fact] = Field(min_items=1)
    applies_when: list[Applicability] = Field(default_factory=list)  # one that holds is enough
    conditions: list[Fact] = Field(default_factory=list)
    materials: list[Material] = Field(default_factory=list)
    process: list[Fact] = Field(default_factory=list)
    statutory_limits: list[Limit] = Field(default_factory=list)
    promised_limits: list[Limit] = Field(default_factory=list)
    fees: list[Fact] = Field(default_factory=list)
    basis: list[Fact] = Field(default_factory=list)
    results: list[Fact] = Field(default_factory=list)
    prerequisites: list[Fact] = Field(default_factory=list)
    services: list[Service] = Field(default_factory=list)
    penalties: list[Fact] = Field(default_factory=list)
    notes: list[Fact] = Field(default_factory=list)
    after: list[str] = Field(default_factory=list)  # matters that come before this one
    parallel: list[str] = Field(default_factory=list)  # matters it may run beside
    merges: list[str] = Field(default_factory=list)  # matters it is handled together with
    questions: list[Question] = Field(default_factory=list)
    near_misses: list[str] = Field(default_factory=list)

    @validator("id")
    def _is_a_slug(cls, value: str) -> str:
        if not SLUG.match(value):
            raise ValueError("an id is lower-case words joined by hyphens")
        return value

    @property
    def related(self) -> list[str]:
        return [*self.after, *self.parallel, *self.merges]

    def facts(self) -> list[Sourced]:
        """Every sourced statement of this matter, in reading order."""
        found: list[Sourced] = [self.kind, self.summary]
        for field in FACT_FIELDS:
            found.extend(getattr(self, field))
        return found

    def known_since(self, sources: Mapping[str, Source]) -> Matter:
        """The same matter, each fact not known of any day before its source speaks."""

        def dated(fact: Statement) -> Statement:
            return fact.known_since(sources[fact.source_id], self.checked_on)

        changed: dict[str, Any] = {"kind": dated(self.kind), "summary": dated(self.summary)}
        for field in FACT_FIELDS:
            changed[field] = [dated(fact) for fact in getattr(self, field)]
        return self.copy(update=changed)


FACT_FIELDS = (
    "departments",
    "applies_when",
    "conditions",
    "materials",
    "process",
    "statutory_limits",
    "promised_limits",
    "fees",
    "basis",
    "results",
    "prerequisites",
    "services",
    "penalties",
    "notes",
)


class Place(Record):
    """A place, perhaps with rules of its own (places/places.yml says what each key means)."""

    id: str
    name: str
    level: Literal["province", "city", "district"]
    parent: str | None = None
    city: str | None = None
    words: list[str] = Field(default_factory=list)
    targets: list[Limit] = Field(default_factory=list)  # for the whole way of a project


class OverlayFacts(Record):
    """What a place says about a matter, by the matter's own fields."""

    departments: list[Fact] = Field(default_factory=list)
    applies_when: list[Applicability] = Field(default_factory=list)
    conditions: list[Fact] = Field(default_factory=list)
    materials: list[Material] = Field(default_factory=list)
    process: list[Fact] = Field(default_factory=list)
    statutory_limits: list[Limit] = Field(default_factory=list)
    promised_limits: list[Limit] = Field(default_factory=list)
    fees: list[Fact] = Field(default_factory=list)
    basis: list[Fact] = Field(default_factory=list)
    results: list[Fact] = Field(default_factory=list)
    prerequisites: list[Fact] = Field(default_factory=list)
    services: list[Service] = Field(default_factory=list)
    penalties: list[Fact] = Field(default_factory=list)
    notes: list[Fact] = Field(default_factory=list)


class Overlay(Record):
    """The rules of one place for one matter, laid over those of the places around it.

    `add` puts facts before the wider ones of a field, `replace` puts them in their stead, `retire`
    lists wider facts that do not hold here: a material's name, else the whole text.
    """

    place: str
    matter: str
    add: OverlayFacts = OverlayFacts()
    replace: OverlayFacts = OverlayFacts()
    retire: dict[str, list[str]] = Field(default_factory=dict)

    @property
    def id(self) -> str:
        return f"{self.place}/{self.matter}"

    def facts(self) -> list[Sourced]:
        parts = (self.add, self.replace)
        return [fact for part in parts for name in part.__fields__ for fact in getattr(part, name)]


class Term(Record):
    """A term of the reform, explained (policy questions)."""

    id: str
    name: str
    aliases: list[str] = Field(default_factory=list)
    definition: Fact
    more: list[Fact] = Field(default_factory=list)
    matters: list[str] = Field(default_factory=list)
    questions: list[str] = Field(default_factory=list)


_PRINTED = re.compile(r"(\d{4})(?:-(\d\d)(?:-(\d\d))?)?")


class Source(Record):
    """A document that facts point into, and how much of it was read."""

    id: str
    title: str
    kind: Literal["law", "document", "page"] = "document"
    number: str | None = None
    date: str | None = None  # as printed: a day, a month or a year
    in_force: Day | None = None  # the day from which it holds, when that was read and is another
    recheck_days: int | None = Field(default=None, ge=1)  # instead of those of recheck.yml
    read: str
    place: str | None = None
    url: str | None = None
    articles: list[str] = Field(default_factory=list)

    @property
    def short_title(self) -> str:
        """The title without its explanation in brackets."""
        return self.title.partition("（")[0]

    @property
    def speaks_since(self) -> Day | None:
        """The first day for which it surely speaks, None when its date is not known.

        A law comes into force up to a year after its date; where nobody read when, a year passes.
        """
        if self.in_force is not None:
            return self.in_force
        found = _PRINTED.fullmatch(self.date or "")
        if found is None:
            return None
        year, month = int(found[1]) + (self.kind == "law"), int(found[2] or 12)
        last = monthrange(year, month)[1]
        return Day(year, month, min(int(found[3] or last), last))

    @validator("date", pre=True)
    def _as_printed(cls, value: Any) -> str | None:
        return None if value is None else str(value)


class ProjectFact(Record):
    """A word of the closed vocabulary of project facts.

    `name` is short, for lists; `if_yes` and `if_no` say a yes_no fact as a statement. `words` are
    what people type for a value beside its own name. What is not given is made from the question.
    """

    id: str
    question: str  # how the assistant asks for it
    kind: Literal["choice", "number", "yes_no"]
    name: str = ""
    unit: str | None = None
    choices: dict[str, str] = Field(default_factory=dict)  # value → what people read
    if_yes: str = ""
    if_no: str = ""
    words: dict[str, list[str]] = Field(default_factory=dict)

    @root_validator(pre=True)
    def _from_the_question(cls, values: dict[str, Any]) -> dict[str, Any]:
        asked = str(values.get("question", "")).rstrip("？")
        made = {
            "name": asked.partition("大约")[0],
            "if_yes": asked.replace("是否", "", 1),
            "if_no": asked.replace("是否", "不", 1),
        }
        return {**made, **values}

    @validator("id")
    def _is_no_joining_word(cls, value: str) -> str:
        if value in (*JOINING, NEGATING):
            raise ValueError("conditions use this word for themselves")
        return value

    @root_validator(skip_on_failure=True)
    def _fits_its_kind(cls, values: dict[str, Any]) -> dict[str, Any]:
        if (values["kind"] == "choice") != bool(values["choices"]):
            raise ValueError("`choices` are for a fact of kind choice, and it needs them")
        if (values["kind"] == "number") != bool(values["unit"]):
            raise ValueError("`unit` is for a fact of kind number, and it needs one")
        unknown = set(values["words"]) - set(values_of(values["kind"], values["choices"]))
        if unknown:
            raise ValueError(f"`words` for values it cannot have: {', '.join(sorted(unknown))}")
        return values

    @property
    def values(self) -> tuple[str, ...]:
        """What it may be; nothing for a number."""
        return values_of(self.kind, self.choices)


def values_of(kind: str, choices: dict[str, str]) -> tuple[str, ...]:
    return {"choice": tuple(choices), "yes_no": ("yes", "no")}.get(kind, ())


class PathStage(Record):
    """One stage of a path: matters in order, each perhaps only for some projects."""

    name: str
    matters: list[str | PathMatter]


class PathMatter(Conditional):
    matter: str
    note: str | None = None


class Path(Conditional):
    """The matters one kind of project needs, in order (办理路径)."""

    id: str
    name: str
    source: str
    state: State
    place: str | None = None
    stages: list[PathStage]


PathStage.update_forward_refs()


PARAGRAPH = r"^(印发通知|前言|[一二三四五六七八九十]+(\.\d+)?)$"


class DigestPoint(Record):
    """One thing that a paragraph says, in our own words; with its own paragraph when it differs."""

    text: str = Field(min_length=2)
    paragraph: str | None = Field(default=None, regex=PARAGRAPH)


class DigestSection(Record):
    """One passage of a document, found and explained like a term.

    `paragraph` is the part and the number in it, such as 二.3. `begins` and `ends` are the first
    and the last day of a stage, in China; `offices` are who acts.
    """

    id: str
    name: str
    part: Literal["document", "task", "stage", "safeguard"]
    aliases: list[str] = Field(default_factory=list)
    paragraph: str = Field(regex=PARAGRAPH)
    text: str = Field(min_length=2)
    begins: date | None = None
    ends: date | None = None
    offices: list[str] = Field(default_factory=list)
    points: list[DigestPoint] = Field(default_factory=list)
    matters: list[str] = Field(default_factory=list)
    questions: list[str] = Field(default_factory=list)

    @root_validator(skip_on_failure=True)
    def _a_stage_has_days(cls, values: dict[str, Any]) -> dict[str, Any]:
        begins, ends = values["begins"], values["ends"]
        if (values["part"] == "stage") != bool(begins and ends):
            raise ValueError("a stage, and only a stage, has `begins` and `ends`")
        if begins and ends and begins > ends:
            raise ValueError("`ends` comes before `begins`")
        return values


class Digest(Record):
    """A document that was read in full, section by section, in our own words."""

    id: str
    source: str
    place: str | None = None
    sections: list[DigestSection] = Field(min_items=1)

    def terms(self) -> list[Term]:
        """The sections as terms, each statement with its paragraph."""
        return [self._term(section) for section in self.sections]

    def _term(self, section: DigestSection) -> Term:
        more = [(section.paragraph, said) for said in _days_and_offices(section)]
        more += [(point.paragraph or section.paragraph, point.text) for point in section.points]
        return Term(
            id=section.id,
            name=section.name,
            aliases=section.aliases,
            definition=self._fact(section.paragraph, section.text),
            more=[self._fact(paragraph, said) for paragraph, said in more],
            matters=section.matters,
            questions=section.questions,
        )

    def _fact(self, paragraph: str, text: str) -> Fact:
        source = f"{self.source}#{paragraph}"
        return Fact(text=text, source=source, state=State.VERIFIED, place=self.place)


def _days_and_offices(section: DigestSection) -> list[str]:
    said = []
    if section.begins and section.ends:
        said.append(f"起止：{_in_words(section.begins)}至{_in_words(section.ends)}。")
    if section.offices:
        said.append(f"谁来做：{'、'.join(section.offices)}。")
    return said


def _in_words(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"

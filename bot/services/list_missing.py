"""What is still missing for a case: what the matter requires of this project − what was received −
what is obtained by data sharing − what was handed in for an earlier matter of the project."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from bot.model.case import SHANGHAI, CaseStatus, ReceivedMaterial, Step
from bot.model.handed_in import HandedIn
from bot.services.dates_in_words import moment
from bot.services.read_cases import CaseProgress
from knowledge.search.materials import find_mention, match_materials

# What the authority says about materials when it stops a case.
_OBJECTIONS = (
    CaseStatus.SUPPLEMENT_REQUESTED,
    CaseStatus.NOT_ACCEPTED,
    CaseStatus.ACCEPTANCE_REFUSED,
    CaseStatus.REFUSED,
)


class MaterialState(Enum):
    """How it stands with one required material. The values are stable words of the JSON."""

    MISSING = "missing"
    REJECTED = "rejected"  # received, but the authority objects to it
    OPEN = "open"  # not received, and whether it is needed depends on what is not known
    SHARED = "shared"  # obtained by data sharing
    EARLIER = "earlier"  # handed in for, or issued by, an earlier case of the project
    PAPER = "paper"  # a steward has seen it on paper
    RECEIVED = "received"  # the platform has it
    NOT_ASKED = "not_asked"  # the case passed without it; other materials may follow


_NOT_BEGUN = datetime(9999, 1, 1, tzinfo=SHANGHAI)
TO_HAND_IN = (MaterialState.REJECTED, MaterialState.MISSING)


@dataclass(frozen=True)
class Required:
    """A material that this project needs or may need (not `sure`) for the matter, and why.

    `note` says where the requirement comes from, `example` that this is another place.
    """

    name: str
    reason: str
    sure: bool = True
    issuer: str | None = None
    shared_data: bool = False
    commitment: bool = False
    deferrable: bool = False
    note: str = ""
    example: bool = False


@dataclass(frozen=True)
class Elsewhere:
    """A file of an earlier case of the same project, or what that case issued; `where` in words."""

    name: str
    where: str


@dataclass(frozen=True)
class ChecklistLine:
    """`found_as` is the name of the file that was taken for the material, `where` whose file it is
    or who has seen the paper; `wrong` what the authority says of it; `paper` the tick's id."""

    material: Required
    state: MaterialState
    found_as: str | None = None
    where: str | None = None
    wrong: str | None = None
    paper: int | None = None

    @property
    def name(self) -> str:
        return self.material.name


@dataclass(frozen=True)
class MissingList:
    """The state of a case's materials, each of them in one line in the catalogue's order; no lines:
    the catalogue lists none for it. `also_received` files are of no material of the list."""

    progress: CaseProgress
    lines: tuple[ChecklistLine, ...]
    also_received: tuple[str, ...]
    objection: Step | None

    def of(self, *states: MaterialState) -> tuple[ChecklistLine, ...]:
        return tuple(line for line in self.lines if line.state in states)

    @property
    def to_hand_in(self) -> tuple[ChecklistLine, ...]:
        """Those to do something about, what the authority objects to first."""
        found = (line for state in TO_HAND_IN for line in self.of(state))
        return tuple(sorted(found, key=lambda line: line.wrong is None))


def list_missing(
    progress: CaseProgress,
    required: Iterable[Required],
    received: Iterable[ReceivedMaterial],
    elsewhere: Iterable[Elsewhere] = (),
    papers: Iterable[HandedIn] = (),
) -> MissingList:
    """Each required material with how it stands.

    `received` and `papers` may be of the whole project; only what was filed for this case counts.
    One received file stands for one required material at most.
    """
    case_no, wanted = progress.case.case_no, list(required)
    names = list(dict.fromkeys(item.name for item in received if item.case_no == case_no))
    matched = match_materials([material.name for material in wanted], names)
    rest = [material.name for material in wanted if material.name not in matched]
    before = {item.name: item for item in elsewhere}
    reused = {name: before[as_] for name, as_ in match_materials(rest, list(before)).items()}
    ticked = {paper.material: paper for paper in papers if paper.case_no == case_no}
    objection = objection_to(progress)
    opinion = objection.opinion if objection is not None else None
    said = {m.name: find_mention(m.name, opinion) for m in wanted} if opinion else {}
    deferred = progress.case.status is CaseStatus.PASSED_DEFERRED and any(said.values())
    found = _Found(matched, reused, ticked, said, objection, deferred)
    return MissingList(
        progress=progress,
        lines=tuple(_line(material, found) for material in wanted),
        also_received=tuple(name for name in names if name not in set(matched.values())),
        objection=objection,
    )


def objection_to(progress: CaseProgress) -> Step | None:
    """The newest objection, unless the case went on to pass or the supplement was handed in; what
    may follow after a case has passed (容缺) is said with the passing."""
    case = progress.case
    if case.status is CaseStatus.PASSED_DEFERRED:
        return case.current
    if case.status.passed:
        return None
    step = case.latest(*_OBJECTIONS)
    answered = case.latest(CaseStatus.SUPPLEMENT_ENDED)
    if step is None or step.status is not CaseStatus.SUPPLEMENT_REQUESTED:
        return step
    return None if answered is not None and answered.order > step.order else step


def cases_before(progress: CaseProgress, others: Sequence[CaseProgress]) -> list[CaseProgress]:
    """The cases of the project that were received before this one."""
    at = _begun(progress)
    return [
        other
        for other in others
        if other.case.case_no != progress.case.case_no and _begun(other) < at
    ]


def _begun(progress: CaseProgress) -> datetime:
    return progress.case.steps[0].at if progress.case.steps else _NOT_BEGUN


@dataclass(frozen=True)
class _Found:
    matched: Mapping[str, str]
    reused: Mapping[str, Elsewhere]
    ticked: Mapping[str, HandedIn]
    said: Mapping[str, str | None]
    objection: Step | None
    deferred: bool  # the case has passed, and it was said what may follow


def _line(material: Required, found: _Found) -> ChecklistLine:
    name, step = material.name, found.objection
    file, earlier = found.matched.get(name), found.reused.get(name)
    paper = found.ticked.get(name)
    wrong = found.said.get(name)
    if paper is not None and step is not None and wrong and paper.at > step.at:
        wrong = None  # handed in on paper after the objection
    as_, where, tick = file, None, None
    if paper is not None:
        where, tick = f"{paper.by}{moment(paper.at)}登记收到纸质件", paper.id
    if wrong:
        rejected = file is not None or paper is not None
        state = MaterialState.REJECTED if rejected else MaterialState.MISSING
    elif file is not None:
        state = MaterialState.RECEIVED
    elif paper is not None:
        state = MaterialState.PAPER
    elif material.shared_data:
        state = MaterialState.SHARED
    elif earlier is not None:
        state, as_, where = MaterialState.EARLIER, earlier.name, earlier.where
    elif found.deferred:
        state = MaterialState.NOT_ASKED
    else:
        state = MaterialState.MISSING if material.sure else MaterialState.OPEN
    return ChecklistLine(material, state, as_, where, wrong, tick)

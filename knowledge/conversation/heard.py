"""What the resolver of context is given and what it gives back."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from knowledge.conversation.wording import LEAST, left_of
from knowledge.references import called_by
from knowledge.search.linker import Links
from knowledge.two_questions import TwoQuestions

ASK_MATTER, CLARIFY, POLICY, PLAN_PROJECT = "ask_matter", "clarify", "policy", "plan_project"
SMALL_TALK, STEWARD, OUT_OF_SCOPE = "small_talk", "steward", "out_of_scope"
OWN_CASE = ("case_status", "missing_documents")


@dataclass(frozen=True)
class Heard:
    """One message as the models hear it, without its context. `text` is in one spelling; `named`
    are the matters called by a name that only they have."""

    text: str
    acts: Mapping[str, float]
    aspects: Mapping[str, float]
    matters: Links
    terms: Links
    named: tuple[str, ...] = ()
    clearest: float | None = None  # the likeliest matter's share, when some were favoured since
    in_full: bool = False  # one matter is called by a long name that only it has
    said: str = ""  # the text as it was written
    # What a part of it asks for by itself, asked when it may be one of two questions.
    aspects_of_parts: Callable[[Sequence[str]], Sequence[Mapping[str, float]]] | None = None

    @cached_property
    def names_nothing(self) -> bool:
        """Whether it has no words that could name a matter: “那要多久”."""
        left = left_of(self.text)
        if not left:
            return not self.named or self.top < SURELY
        return len(left) < LEAST and self.top < HARDLY_ANY

    @property
    def top(self) -> float:
        """The likeliest matter's share, before any was favoured."""
        if self.clearest is not None:
            return self.clearest
        return max(self.matters.of.values(), default=0.0)

    @property
    def aspect(self) -> str:
        """The likeliest."""
        return max(sorted(self.aspects), key=lambda name: self.aspects[name])


@dataclass(frozen=True)
class Context:
    """What the conversation is about: the last answer, a question back that waits, and the past.

    `history` is (matter, aspect), oldest first. `own_case`: the last answer was about one's own
    cases.
    """

    matter: str | None = None
    aspect: str | None = None
    offer: tuple[str, ...] = ()
    offer_aspect: str | None = None
    history: tuple[tuple[str, str | None], ...] = ()
    own_case: bool = False


@dataclass(frozen=True)
class Outcome:
    """`offer` is filled when one asks back (act clarify). `matter` of a question about one's own
    case is one named in passing. `others` are asked about in the same breath as `matter`, and
    named after it."""

    act: str
    matter: str | None = None
    aspect: str | None = None
    aspect2: str | None = None
    offer: tuple[str, ...] = ()
    term: str | None = None
    confidence: float = 0.0
    others: tuple[str, ...] = ()


@dataclass(frozen=True)
class Weights:
    """How strongly the context speaks; `config.yml` says why each has its value."""

    asking: float  # under discussion: a message rather asks on than does something else
    same_matter: float  # the matter under discussion, for words that fit several
    offered: float  # the matters of a question back that waits
    earlier: float  # the matters discussed before it
    aspect: float  # below this an aspect is not said, and the last one holds
    aspect_of_answer: float  # the same for corrections and answers, which rarely say it again
    two_questions: TwoQuestions  # when a second aspect is asked
    answered: float  # share of one offered matter among the offered that makes it the answer
    named: float  # a matter with a name said outright that no other has
    service: float  # a service that an intermediary sells, beside the approvals


def _nothing_told(slugs: Sequence[str], text: str) -> Mapping[str, float]:
    return dict.fromkeys(slugs, 1.0)


@dataclass(frozen=True)
class Catalogue:
    """What the resolver may ask about the catalogue."""

    link: Callable[[str], Links]  # links of another text
    likeness: Callable[[str], Mapping[str, float]]  # how like a matter each other one is, 0…1
    mask: Callable[[str], str]  # the text without names of matters
    common_part: Callable[[tuple[str, ...]], str]  # what the names of some matters share
    matters_of_term: Callable[[str], tuple[str, ...]]  # what a term is the name of, too
    services: frozenset[str] = frozenset()  # matters that are an intermediary's service
    names: Callable[[str], Sequence[str]] = lambda slug: ()  # a matter's, in one spelling
    stage: Callable[[str], str | None] = lambda slug: None  # of a project, that a matter belongs to
    fits: Callable[[Sequence[str], str], Mapping[str, float]] = _nothing_told
    # how well each of some matters fits a situation that a text describes; 1: it does not say

    def described(self, slugs: Sequence[str], text: str) -> str | None:
        """The one of several matters that the situation described by a text decides for."""
        fits = self.fits(slugs, text)
        *_, next_best, best = sorted(fits.values())
        return max(fits, key=lambda slug: fits[slug]) if best >= TOLD * next_best else None


def shares(scores: Mapping[str, float], none: float = 0.0) -> Links:
    """Scores as probabilities."""
    total = sum(scores.values()) + none or 1.0
    return Links({matter: score / total for matter, score in scores.items()}, none / total)


def raised(links: Links, favour: Mapping[str, float]) -> dict[str, float]:
    """The probabilities, some of them multiplied."""
    return {matter: share * favour.get(matter, 1.0) for matter, share in links.of.items()}


def mentioned(links: Links) -> str | None:
    """The matter that is named in passing, when it is clear."""
    best = links.best(1)
    return best[0][0] if best and best[0][1] >= CLEAR else None


def called_among(text: str, slugs: Sequence[str], catalogue: Catalogue) -> str | None:
    """The only one of some matters whose names have what the text calls something by."""
    for part in called_by(text):
        owners = {slug for slug in slugs if any(part in name for name in catalogue.names(slug))}
        if owners:
            return owners.pop() if len(owners) == 1 else None
    return None


def ambiguous(heard: Heard) -> float:
    """Of a question about a matter: the probability that it fits several equally well."""
    several = heard.acts.get(CLARIFY, 0.0)
    share = several / max(several + heard.acts.get(ASK_MATTER, 0.0), 1e-9)
    return min(share, HARDLY_SEVERAL) if heard.in_full and share < SURELY_SEVERAL else share


TWIN = 0.7  # matters as alike as two kinds of one permit
TOLD = 3.0  # a situation fits one of several matters this much better than the next
SURELY = 0.75  # a matter with more is meant, though its name may be made of such words
HARDLY_ANY = 0.35  # the same for one character that may name something: “水呢”
CLEAR = 0.5  # a matter with less is not named clearly
# Of 630 held-out questions with a name of five characters six fitted several matters, of those
# with a shorter one as many as one in thirty: “水保”, “审图”.
LONG_NAME = 5
HARDLY_SEVERAL = 0.01
SURELY_SEVERAL = 0.9  # but some long names say a kind: “规划许可证”
HARDLY = 0.05  # an unrelated matter hardly ever has as much

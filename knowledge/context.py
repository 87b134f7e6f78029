"""What a message means where it is said: ellipsis, corrections, answers, returns.

Pure: probabilities in, one outcome out. Who computes the probabilities is somebody else's business.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from knowledge.attempts import is_attempt
from knowledge.references import (
    Ordinal,
    denied_part,
    denies_all,
    is_correction,
    is_return,
    names_anew,
    ordinal_of,
    points_elsewhere,
    points_here,
    says_the_same,
    without_denials,
)
from knowledge.search.decide import Decision, Thresholds, decide
from knowledge.search.linker import Links
from knowledge.second_question import in_order, second_asked

ASK_MATTER, CLARIFY, POLICY = "ask_matter", "clarify", "policy"
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


@dataclass(frozen=True)
class Context:
    """What the conversation is about: the last answer, a question back that waits, and the past.

    `history` is (matter, aspect), oldest first.
    """

    matter: str | None = None
    aspect: str | None = None
    offer: tuple[str, ...] = ()
    offer_aspect: str | None = None
    history: tuple[tuple[str, str | None], ...] = ()


@dataclass(frozen=True)
class Outcome:
    """`offer` is filled when one asks back (act clarify). `mentioned` is a matter named in passing,
    as in a question about one's own case."""

    act: str
    matter: str | None = None
    aspect: str | None = None
    aspect2: str | None = None
    offer: tuple[str, ...] = ()
    term: str | None = None
    confidence: float = 0.0


@dataclass(frozen=True)
class Weights:
    """How strongly the context speaks; `config.yml` says why each has its value."""

    asking: float  # under discussion: a message rather asks on than does something else
    same_matter: float  # the matter under discussion, for words that fit several
    offered: float  # the matters of a question back that waits
    earlier: float  # the matters discussed before it
    aspect: float  # below this an aspect is not said, and the last one holds
    aspect_of_answer: float  # the same for corrections and answers, which rarely say it again
    second: float  # from this on a second aspect is asked
    answered: float  # share of one offered matter among the offered that makes it the answer
    named: float  # a matter with a name said outright that no other has
    service: float  # a service that an intermediary sells, beside the approvals


@dataclass(frozen=True)
class Catalogue:
    """What the resolver may ask about the catalogue."""

    link: Callable[[str], Links]  # links of another text
    likeness: Callable[[str], Mapping[str, float]]  # how like a matter each other one is, 0…1
    mask: Callable[[str], str]  # the text without names of matters
    common_part: Callable[[tuple[str, ...]], str]  # what the names of some matters share
    matters_of_term: Callable[[str], tuple[str, ...]]
    services: frozenset[str] = frozenset()  # matters that are an intermediary's service


class Resolver:
    """Decides what a message means in its conversation."""

    def __init__(self, limits: Thresholds, weights: Weights, catalogue: Catalogue) -> None:
        self._limits = limits
        self._weights = weights
        self._catalogue = catalogue

    def resolve(self, heard: Heard, context: Context) -> Outcome:
        if not any(character.isalnum() for character in heard.text):
            return Outcome("out_of_scope", confidence=1.0)
        if is_attempt(heard.text):
            return Outcome("out_of_scope", confidence=1.0)
        heard = self._favour(heard)
        if context.offer:
            answer = self._answer_to_offer(heard, context)
            if answer:
                return answer
        act, share = self._act(heard, context)
        if act == ASK_MATTER:
            return self._question(heard, context, share)
        if act == POLICY:
            return self._policy(heard, share)
        mentioned = _mentioned(heard.matters) if act in OWN_CASE else None
        return Outcome(act, matter=mentioned, confidence=share)

    def before_deciding(self, heard: Heard) -> tuple[Links, float]:
        """Without a conversation: what the decision about the matter is made from, the matters'
        probabilities and the probability that several fit equally well."""
        return self._favour(heard).matters, _ambiguous(heard)

    def _favour(self, heard: Heard) -> Heard:
        return replace(heard, matters=self._favoured(heard.matters, heard.named))

    def _favoured(self, links: Links, named: tuple[str, ...] = ()) -> Links:
        """What is called by its own name is likelier, an intermediary's service less likely than
        the approval that needs it."""
        favour = dict.fromkeys(self._catalogue.services, self._weights.service)
        favour |= dict.fromkeys(named, self._weights.named)
        raised = {matter: share * favour.get(matter, 1.0) for matter, share in links.of.items()}
        return _shares(raised, links.none)

    def _link(self, text: str) -> Links:
        return self._favoured(self._catalogue.link(text))

    # what is done

    def _act(self, heard: Heard, context: Context) -> tuple[str, float]:
        shares = {act: share for act, share in heard.acts.items() if act != CLARIFY}
        shares[ASK_MATTER] = shares.get(ASK_MATTER, 0.0) + heard.acts.get(CLARIFY, 0.0)
        if context.matter:
            shares[ASK_MATTER] *= self._weights.asking
        total = sum(shares.values()) or 1.0
        act = max(sorted(shares), key=lambda name: shares[name])
        return act, shares[act] / total

    def _policy(self, heard: Heard, share: float) -> Outcome:
        best = heard.terms.best(1)
        term = best[0][0] if best else None
        related = self._catalogue.matters_of_term(term) if term else ()
        matter = _mentioned(heard.matters)
        return Outcome(
            POLICY, matter=matter if matter in related else None, term=term, confidence=share
        )

    # a question about a matter

    def _question(self, heard: Heard, context: Context, share: float) -> Outcome:
        decision = self._which_matter(heard, context)
        aspect, second = self._aspects(heard, context)
        if decision.offer:
            return Outcome(
                CLARIFY, aspect=aspect, offer=decision.offer, confidence=decision.confidence * share
            )
        return Outcome(
            ASK_MATTER, decision.matter, aspect, second, confidence=decision.confidence * share
        )

    def _which_matter(self, heard: Heard, context: Context) -> Decision:
        if context.matter and is_correction(heard.text):
            return self._corrected(heard, context.matter)
        if context.history and is_return(heard.text):
            return self._earlier(heard, context)
        if not context.matter:
            return decide(heard.matters, self._limits, _ambiguous(heard))
        links = self._in_context(heard, context)
        best, share = links.best(1)[0]
        if best == context.matter and share >= self._limits.known:
            return Decision(best, (), share)
        return decide(links, self._limits, _ambiguous(heard))

    def _in_context(self, heard: Heard, context: Context) -> Links:
        """The matter under discussion and those before it are likelier than others; and it takes
        what belief no matter has won: a message that names none is about it."""
        assert context.matter is not None
        weights = self._weights
        elsewhere = weights.offered if points_elsewhere(heard.text) else weights.earlier
        favour = {matter: elsewhere for matter, _ in context.history}
        pointed = points_here(heard.text)
        favour[context.matter] = weights.same_matter * (weights.same_matter if pointed else 1.0)
        links = heard.matters
        raised = {m: share * favour.get(m, 1.0) for m, share in links.of.items()}
        top = links.best(1)[0][1]
        if top < CLAIMED and elsewhere != weights.offered:
            unclaimed = 1 - sum(share for _, share in links.best(RIVALS))
            raised[context.matter] = raised.get(context.matter, 0.0) + unclaimed
            return _shares(raised, 0.0)
        return _shares(raised, links.none)

    def _earlier(self, heard: Heard, context: Context) -> Decision:
        """Back to a matter of before: the one named, else the first or the last one."""
        past = [matter for matter, _ in context.history]
        favour = dict.fromkeys(past, self._weights.offered)
        named = _shares({m: p * favour.get(m, 1.0) for m, p in heard.matters.of.items()}, 0.0)
        best, share = named.best(1)[0]
        claimed = sum(heard.matters.of.get(matter, 0.0) for matter in past)
        if (best in past and claimed >= NAMED) or heard.matters.of[best] >= 0.5:
            return Decision(best, (), share)
        ordinal = ordinal_of(heard.text)
        first = ordinal is not None and ordinal.place == 0
        return Decision(past[0] if first else context.matter or past[-1], (), 0.6)

    def _corrected(self, heard: Heard, wrong: str) -> Decision:
        """Another matter than the one answered: what the rest of the message names, near to it."""
        rest = without_denials(heard.text)
        links = heard.matters if rest == heard.text else self._link(rest)
        if max(links.of.values(), default=0.0) < NAMED:
            return Decision(wrong, (), 0.5)
        near = self._catalogue.likeness(wrong)
        twins = tuple(sorted(m for m, like in near.items() if like >= TWIN and m != wrong))
        if twins and not names_anew(heard.text):
            framed = self._link(self._catalogue.common_part((wrong, *twins)) + rest)
            raised = {m: framed.of.get(m, 0.0) for m in twins}
        else:
            raised = {**links.of, wrong: 0.0}
        return decide(_shares(raised, 0.0), self._limits)

    def _aspects(self, heard: Heard, context: Context) -> tuple[str | None, str | None]:
        ranked = sorted(heard.aspects.items(), key=lambda item: (-item[1], item[0]))
        (first, share), (second, next_share) = ranked[0], ranked[1]
        last = context.offer_aspect if context.offer else context.aspect
        if last and share < self._needed(heard, context):
            return last, None
        also = (
            second
            if next_share >= self._weights.second
            else second_asked(heard.text, first, heard.aspects)
        )
        return in_order(heard.text, first, also) if also else (first, None)

    def _needed(self, heard: Heard, context: Context) -> float:
        """How sure one must be that a message says what it asks, or else the last aspect holds."""
        if says_the_same(heard.text) or is_bare(self._catalogue.mask(heard.text)):
            return 1.1
        if context.offer or is_correction(heard.text):
            explains = max(heard.aspects, key=lambda name: heard.aspects[name]) == "overview"
            return 1.1 if explains else self._weights.aspect_of_answer
        return self._weights.aspect

    # the answer to a question back

    def _answer_to_offer(self, heard: Heard, context: Context) -> Outcome | None:
        """The outcome when the message answers the question back, else None."""
        if denies_all(heard.text):
            return Outcome(ASK_MATTER, None, context.offer_aspect, confidence=1.0)
        ordinal = ordinal_of(heard.text)
        if ordinal is not None and ordinal.alone:
            chosen = _at(context.offer, ordinal)
            if chosen:
                return self._chosen(heard, context, chosen, 1.0)
        inside, together, outside = self._among_offered(heard, context)
        act, share = self._act(heard, replace(context, matter=context.offer[0]))
        if act != ASK_MATTER and share >= (0.75 if act in WEAK_ACTS else 0.5) > together:
            return None
        if outside > max(0.5, self._weights.offered * together):
            return None
        matter = max(sorted(inside), key=lambda slug: inside[slug])
        if inside[matter] >= self._weights.answered:
            return self._chosen(heard, context, matter, inside[matter])
        aspect, _ = self._aspects(heard, context)
        return Outcome(CLARIFY, aspect=aspect, offer=context.offer, confidence=inside[matter])

    def _among_offered(
        self, heard: Heard, context: Context
    ) -> tuple[dict[str, float], float, float]:
        """Each offered matter's share among the offered; what they had together among all; the
        most that another matter has.

        The answer leaves out what the question said, so the offered names' common part goes with
        it. What is denied (“不是地的”) counts against.
        """
        said, denied = without_denials(heard.text), denied_part(heard.text)
        links = heard.matters if said == heard.text else self._link(said)
        shared = self._catalogue.common_part(context.offer)
        framed = self._link(shared + said) if shared else links
        against = self._link(shared + denied) if denied else None
        together = sum(links.of.get(slug, 0.0) for slug in context.offer)
        inside = {}
        for slug in context.offer:
            share = framed.of.get(slug, 0.0) + 1e-6
            if together >= NAMED * 2:
                share = (links.of.get(slug, 0.0) * share) ** 0.5 + 1e-6
            inside[slug] = share / ((against.of.get(slug, 0.0) + DENIAL) if against else 1.0)
        total = sum(inside.values())
        outside = max((p for m, p in links.of.items() if m not in context.offer), default=0.0)
        return {slug: share / total for slug, share in inside.items()}, together, outside

    def _chosen(self, heard: Heard, context: Context, matter: str, share: float) -> Outcome:
        aspect, second = self._aspects(heard, context)
        return Outcome(ASK_MATTER, matter, aspect, second, confidence=share)


RIVALS = 4  # matters that a message may reasonably be between
CLAIMED = 0.5  # a matter with less is not named clearly enough to change the subject
TWIN = 0.7  # matters as alike as two kinds of one permit
NAMED = 0.05  # an unrelated matter hardly ever has as much
DENIAL = 0.05  # keeps a denial from deciding alone
# what describes a situation is often taken for these when it answers a question back
WEAK_ACTS = ("plan_project", *OWN_CASE, POLICY, "out_of_scope")


def is_bare(masked: str) -> bool:
    """Whether nothing is left of a message but the matter and particles: “环评呢”."""
    return len(_PARTICLES.sub("", masked)) < 2


_PARTICLES = re.compile(
    r"某|那么|那个|这个|那边|这边|那头|那|这|呢|吗|呀|啊|哈|吧|的|了|是|我|要|想|问|说|还有|换成|"
    r"一样|问题|同样|如果|对了|不对|不是|what|about|and|the|for|how|[\s,。.?!、:;]"
)


def _ambiguous(heard: Heard) -> float:
    """Of a question about a matter: the probability that it fits several equally well. A name
    that only one matter has leaves no choice, however short the question."""
    if len(heard.named) == 1:
        return 0.0
    several = heard.acts.get(CLARIFY, 0.0)
    return several / max(several + heard.acts.get(ASK_MATTER, 0.0), 1e-9)


def _mentioned(links: Links) -> str | None:
    """The matter that is named in passing, when it is clear."""
    best = links.best(1)
    return best[0][0] if best and best[0][1] >= 0.5 else None


def _shares(scores: Mapping[str, float], none: float) -> Links:
    """Scores as probabilities."""
    total = sum(scores.values()) + none or 1.0
    return Links({matter: score / total for matter, score in scores.items()}, none / total)


def _at(offer: tuple[str, ...], ordinal: Ordinal) -> str | None:
    place = ordinal.place if ordinal.place >= 0 else len(offer) + ordinal.place
    return offer[place] if 0 <= place < len(offer) else None

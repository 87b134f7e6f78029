"""What a message means where it is said: ellipsis, corrections, answers, returns.

Pure: probabilities in, one outcome out. Who computes the probabilities is somebody else's business.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from knowledge.references import (
    Ordinal,
    denies_all,
    is_correction,
    is_return,
    names_nothing_new,
    ordinal_of,
    without_denials,
)
from knowledge.search.decide import Decision, Thresholds, decide
from knowledge.search.linker import Links

ASK_MATTER, CLARIFY, POLICY = "ask_matter", "clarify", "policy"
OWN_CASE = ("case_status", "missing_documents")


@dataclass(frozen=True)
class Heard:
    """One message as the models hear it, without its context. `text` is in one spelling."""

    text: str
    acts: Mapping[str, float]
    aspects: Mapping[str, float]
    matters: Links
    terms: Links


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
    aspect: float  # below this an aspect is not said, and the last one holds
    second: float  # from this on a second aspect is asked
    answered: float  # share of one offered matter among the offered that makes it the answer


@dataclass(frozen=True)
class Catalogue:
    """What the resolver may ask about the catalogue."""

    link: Callable[[str], Links]  # links of another text
    likeness: Callable[[str], Mapping[str, float]]  # how like a matter each other one is, 0…1
    mask: Callable[[str], str]  # the text without names of matters
    matters_of_term: Callable[[str], tuple[str, ...]]


class Resolver:
    """Decides what a message means in its conversation."""

    def __init__(self, limits: Thresholds, weights: Weights, catalogue: Catalogue) -> None:
        self._limits = limits
        self._weights = weights
        self._catalogue = catalogue

    def resolve(self, heard: Heard, context: Context) -> Outcome:
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
        if is_return(heard.text) and context.history:
            return self._earlier(heard, context)
        if context.matter and is_correction(heard.text):
            return self._corrected(heard, context.matter)
        links = heard.matters
        if context.matter:
            if links.none >= 0.5 or names_nothing_new(self._catalogue.mask(heard.text), heard.text):
                return Decision(context.matter, (), 1 - _top(links))
            links = _weighted(links, {context.matter: self._weights.same_matter})
        return decide(links, self._limits, _ambiguous(heard))

    def _earlier(self, heard: Heard, context: Context) -> Decision:
        """Back to a matter of before: the one named, else the first or the one before this."""
        past = [matter for matter, _ in context.history]
        if heard.matters.none < 0.5:
            named = _weighted(heard.matters, dict.fromkeys(past, self._weights.offered))
            best, share = named.best(1)[0]
            if best in past or share >= self._limits.known:
                return Decision(best, (), share)
        ordinal = ordinal_of(heard.text)
        if ordinal is not None and ordinal.place == 0:
            return Decision(past[0], (), 0.8)
        return Decision(context.matter or past[-1], (), 0.6)

    def _corrected(self, heard: Heard, wrong: str) -> Decision:
        """Another matter than the one answered: what the rest of the message names, near to it."""
        rest = without_denials(heard.text)
        links = heard.matters if rest == heard.text else self._catalogue.link(rest)
        if links.none >= 0.9:
            return Decision(wrong, (), 0.5)
        likeness = self._catalogue.likeness(wrong)
        favour = {matter: 0.02 + near**2 for matter, near in likeness.items()}
        return decide(_weighted(links, {**favour, wrong: 0.0}), self._limits)

    def _aspects(self, heard: Heard, context: Context) -> tuple[str | None, str | None]:
        ranked = sorted(heard.aspects.items(), key=lambda item: (-item[1], item[0]))
        (first, share), (second, next_share) = ranked[0], ranked[1]
        last = context.offer_aspect if context.offer else context.aspect
        bare = is_bare(self._catalogue.mask(heard.text))
        if last and (bare or share < self._weights.aspect):
            return last, None
        return first, second if next_share >= self._weights.second else None

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
        act, share = self._act(heard, replace(context, matter=context.offer[0]))
        if act not in (ASK_MATTER, *WEAK_ACTS) and share >= 0.5:
            return None
        text = without_denials(heard.text)
        links = heard.matters if text == heard.text else self._catalogue.link(text)
        outside = max((p for m, p in links.of.items() if m not in context.offer), default=0.0)
        inside = {matter: links.of.get(matter, 0.0) for matter in context.offer}
        together = sum(inside.values())
        if outside > self._weights.offered * max(together, 1e-6):
            return None
        matter = max(sorted(inside), key=lambda slug: inside[slug])
        likely = inside[matter] / max(together, 1e-9)
        if likely >= self._weights.answered:
            return self._chosen(heard, context, matter, likely)
        return Outcome(CLARIFY, aspect=context.offer_aspect, offer=context.offer, confidence=likely)

    def _chosen(self, heard: Heard, context: Context, matter: str, share: float) -> Outcome:
        aspect, second = context.offer_aspect, None
        if aspect is None:
            aspect, second = self._aspects(heard, context)
        return Outcome(ASK_MATTER, matter, aspect, second, confidence=share)


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
    """Of a question about a matter: the probability that it fits several equally well."""
    several = heard.acts.get(CLARIFY, 0.0)
    return several / max(several + heard.acts.get(ASK_MATTER, 0.0), 1e-9)


def _top(links: Links) -> float:
    return max(links.of.values(), default=0.0)


def _mentioned(links: Links) -> str | None:
    """The matter that is named in passing, when it is clear."""
    best = links.best(1)
    return best[0][0] if best and best[0][1] >= 0.5 else None


def _weighted(links: Links, favour: Mapping[str, float]) -> Links:
    """The same links with some matters favoured, as probabilities again."""
    raised = {matter: share * favour.get(matter, 1.0) for matter, share in links.of.items()}
    total = sum(raised.values()) + links.none or 1.0
    return Links({m: share / total for m, share in raised.items()}, links.none / total)


def _at(offer: tuple[str, ...], ordinal: Ordinal) -> str | None:
    place = ordinal.place if ordinal.place >= 0 else len(offer) + ordinal.place
    return offer[place] if 0 <= place < len(offer) else None

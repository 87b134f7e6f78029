"""Reading the answer to a question back: “第二个”, “用地那个”, “都不是”, “楼已经盖完了”."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from knowledge.conversation.acts import SHORT, act_of
from knowledge.conversation.aspects import aspects_of
from knowledge.conversation.heard import (
    ASK_MATTER,
    CLARIFY,
    CLEAR,
    HARDLY,
    LONG_NAME,
    OUT_OF_SCOPE,
    OWN_CASE,
    PLAN_PROJECT,
    POLICY,
    SURELY,
    TOLD,
    Catalogue,
    Context,
    Heard,
    Outcome,
    Weights,
    called_among,
)
from knowledge.conversation.wording import is_own_case, is_unsure, left_of
from knowledge.references import called_by, denied_part, ordinal_of, place_of, without_denials
from knowledge.search.linker import Links

# What describes a situation is often taken for these when it answers a question back.
WEAK_ACTS = (PLAN_PROJECT, *OWN_CASE, POLICY, OUT_OF_SCOPE)
DENIAL = 0.05  # keeps a denial from deciding alone


@dataclass(frozen=True)
class _Among:
    """`inside`: each offered matter's share among the offered; `together`: what they have among
    all matters; `outside`: the most that another one has; `described`: whether a description fits
    one of them, `told`: whether it decides; `beside`: a matter of their kind that was not offered
    but is described."""

    inside: dict[str, float]
    together: float
    outside: float
    told: bool
    described: bool
    beside: str | None

    @property
    def best(self) -> str:
        return max(sorted(self.inside), key=lambda slug: self.inside[slug])


class AnswerReader:
    """Decides whether a message answers the question back that waits, and how."""

    def __init__(self, weights: Weights, catalogue: Catalogue) -> None:
        self._weights = weights
        self._catalogue = catalogue

    def read(self, heard: Heard, context: Context) -> Outcome | None:
        """The outcome when the message answers the question back, else None."""
        if is_unsure(heard.text):
            return Outcome(
                CLARIFY, aspect=context.offer_aspect, offer=context.offer, confidence=1.0
            )
        ordinal = ordinal_of(heard.text)
        if ordinal is not None and (ordinal.alone or heard.names_nothing):
            chosen = place_of(context.offer, ordinal)
            if chosen:
                return self._chosen(heard, context, chosen, 1.0)
        among = self._among_offered(heard, context)
        called = self._called(heard, context, among)
        if called:
            return self._chosen(heard, context, called, CLEAR)
        if self._is_something_else(heard, context, among):
            return None
        if heard.names_nothing or self._says_only_what_all_are(heard, context):
            return self._again(heard, context, among)
        if among.beside and not among.told:
            return self._chosen(heard, context, among.beside, CLEAR)
        if among.outside > max(CLEAR, self._weights.offered * among.together) and not among.told:
            return None
        if among.inside[among.best] >= self._weights.answered:
            return self._chosen(heard, context, among.best, among.inside[among.best])
        return self._again(heard, context, among)

    def _called(self, heard: Heard, context: Context, among: _Among) -> str | None:
        """The only one of the offered that has what it is called by in a name: “用地那个”."""
        if among.outside >= CLEAR:
            return None
        return called_among(heard.text, context.offer, self._catalogue)

    def _says_only_what_all_are(self, heard: Heard, context: Context) -> bool:
        """Whether it only says again what the names of all offered matters share."""
        left = left_of(heard.text)
        return bool(left) and left in self._catalogue.common_part(context.offer)

    def _is_something_else(self, heard: Heard, context: Context, among: _Among) -> bool:
        act, share = act_of(heard, context, self._weights)
        if among.told:
            return False
        if act == ASK_MATTER:
            return among.outside >= SURELY and self._names_another_outright(heard, context)
        if len(heard.text) <= SHORT and called_by(heard.text):
            return False
        if among.described and act in (PLAN_PROJECT, OUT_OF_SCOPE):
            return False
        if act in OWN_CASE and is_own_case(heard.text):
            return True
        return share >= (0.75 if act in WEAK_ACTS else CLEAR) > among.together

    def _names_another_outright(self, heard: Heard, context: Context) -> bool:
        """“五方验完几天内得去竣工备案” while one of three air-defence matters is to be chosen."""
        best = heard.matters.best(1)[0][0]
        names = self._catalogue.names(best)
        return best not in context.offer and any(
            len(name) >= LONG_NAME - 1 and name in heard.text for name in names
        )

    def _among_offered(self, heard: Heard, context: Context) -> _Among:
        """The answer leaves out what the question said, so the offered names' common part goes
        with it. What is denied (“不是地的”) counts against."""
        said, denied = without_denials(heard.text), denied_part(heard.text)
        links = heard.matters if said == heard.text else self._catalogue.link(said)
        shared = self._catalogue.common_part(context.offer)
        framed = self._catalogue.link(shared + said) if shared else links
        against = self._catalogue.link(shared + denied) if denied else None
        fits = self._catalogue.fits(context.offer, heard.text)
        together = sum(links.of.get(slug, 0.0) for slug in context.offer)
        scores = {
            slug: _score(slug, links, framed, against, together) * fits[slug]
            for slug in context.offer
        }
        total = sum(scores.values())
        outside = max((p for m, p in links.of.items() if m not in context.offer), default=0.0)
        ranked = sorted(fits.values())
        told = len(ranked) > 1 and ranked[-1] >= TOLD * ranked[-2]
        beside = _clear_outside(context.offer, links, framed) if shared else None
        inside = {slug: score / total for slug, score in scores.items()}
        return _Among(inside, together, outside, told, ranked[-1] > 1.0, beside)

    def _chosen(self, heard: Heard, context: Context, matter: str, share: float) -> Outcome:
        aspect, second = aspects_of(heard, context, self._weights, self._catalogue.mask)
        return Outcome(ASK_MATTER, matter, aspect, second, confidence=share)

    def _again(self, heard: Heard, context: Context, among: _Among) -> Outcome:
        aspect, _ = aspects_of(heard, context, self._weights, self._catalogue.mask)
        confidence = among.inside[among.best]
        return Outcome(CLARIFY, aspect=aspect, offer=context.offer, confidence=confidence)


def _clear_outside(offer: Sequence[str], links: Links, framed: Links) -> str | None:
    """The matter not offered that the answer names, both alone and with what the offered share."""
    ((matter, share),) = framed.best(1)
    if matter in offer or share < CLEAR or links.best(1)[0][0] != matter:
        return None
    return matter


def _score(slug: str, links: Links, framed: Links, against: Links | None, together: float) -> float:
    share = framed.of.get(slug, 0.0) + 1e-6
    if together >= HARDLY * 2:
        share = (links.of.get(slug, 0.0) * share) ** 0.5 + 1e-6
    return share / ((against.of.get(slug, 0.0) + DENIAL) if against else 1.0)

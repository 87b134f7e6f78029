"""What a message means where it is said: ellipsis, corrections, answers, returns.

Pure: probabilities in, one outcome out. Who computes the probabilities is somebody else's business.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from knowledge.attempts import is_attempt
from knowledge.conversation.acts import act_of
from knowledge.conversation.answers import AnswerReader
from knowledge.conversation.aspects import aspects_of, last_aspect
from knowledge.conversation.heard import (
    ASK_MATTER,
    CLARIFY,
    CLEAR,
    HARDLY,
    HARDLY_ANY,
    LONG_NAME,
    OUT_OF_SCOPE,
    OWN_CASE,
    POLICY,
    SMALL_TALK,
    Catalogue,
    Context,
    Heard,
    Outcome,
    Weights,
    ambiguous,
    mentioned,
    raised,
    shares,
)
from knowledge.conversation.matters import MatterFinder
from knowledge.conversation.together import halves_compared, named_together
from knowledge.conversation.wording import (
    asks_for_more,
    asks_for_service,
    left_of,
    means_both,
    takes_back_human,
    without_taking_back,
)
from knowledge.references import after_denying_all, denies_all, is_correction
from knowledge.search.decide import Decision, Thresholds
from knowledge.search.linker import Links
from knowledge.second_question import cued_aspects

FEE = "fee"


class Resolver:
    """Decides what a message means in its conversation."""

    def __init__(self, limits: Thresholds, weights: Weights, catalogue: Catalogue) -> None:
        self._weights = weights
        self._catalogue = catalogue
        self._matters = MatterFinder(limits, weights, replace(catalogue, link=self._link))
        self._answers = AnswerReader(weights, replace(catalogue, link=self._link))

    def resolve(self, heard: Heard, context: Context) -> Outcome:
        if not any(character.isalnum() for character in heard.text) or is_attempt(heard.text):
            return Outcome(OUT_OF_SCOPE, confidence=1.0)
        plain, heard = self._favour(replace(heard, named=())), self._favour(heard)
        if takes_back_human(heard.text):
            rest = self._what_is_left(heard, without_taking_back(heard.text))
            if not self._asks(rest, context):
                return Outcome(SMALL_TALK, confidence=1.0)
            plain = heard = rest
        if context.offer and denies_all(heard.text):
            return self._none_of_them(heard, context)
        if context.offer:
            answer = self._answers.read(plain, context)
            if answer:
                return answer
        elif context.matter and asks_for_more(heard.text):
            return Outcome(ASK_MATTER, context.matter, last_aspect(context), confidence=1.0)
        act, share = act_of(heard, context, self._weights)
        if act == ASK_MATTER:
            return self._question(heard, context, share)
        if act == POLICY:
            return self._policy(heard, share)
        return Outcome(
            act, matter=mentioned(heard.matters) if act in OWN_CASE else None, confidence=share
        )

    def _what_is_left(self, heard: Heard, rest: str) -> Heard:
        """A part of the message, as a question about a matter."""
        cued = cued_aspects(rest)
        said = {aspect: float(aspect in cued) for aspect in {*heard.aspects, *cued}}
        aspects = said if cued else heard.aspects
        heard = replace(heard, text=rest, acts={ASK_MATTER: 1.0}, aspects=aspects)
        if heard.names_nothing or not left_of(rest):
            return heard
        links = self._link(rest)
        return replace(heard, matters=links, clearest=max(links.of.values(), default=0.0))

    def _asks(self, heard: Heard, context: Context) -> bool:
        if cued_aspects(heard.text):
            return bool(context.matter) or not heard.names_nothing
        return not heard.names_nothing and heard.top >= CLEAR

    def _none_of_them(self, heard: Heard, context: Context) -> Outcome:
        """None of the offered is meant: another one that is said instead, or nobody knows."""
        rest = self._what_is_left(heard, after_denying_all(heard.text))
        asked = replace(context, matter=None, offer=(), aspect=context.offer_aspect)
        others = {m: 0.0 if m in context.offer else share for m, share in rest.matters.of.items()}
        links = Links(others, rest.matters.none)
        if rest.names_nothing or max(others.values(), default=0.0) < HARDLY_ANY:
            return Outcome(ASK_MATTER, None, context.offer_aspect, confidence=1.0)
        return self._question(replace(rest, matters=links), asked, 1.0)

    def before_deciding(self, heard: Heard) -> tuple[Links, float]:
        """Without a conversation: what the decision about the matter is made from, the matters'
        probabilities and the probability that several fit equally well."""
        favoured = self._favour(heard)
        return favoured.matters, ambiguous(favoured)

    def _favour(self, heard: Heard) -> Heard:
        top = max(heard.matters.of.values(), default=0.0)
        favoured = self._favoured(heard.matters, heard.named)
        in_full = self._called_in_full(heard)
        return replace(heard, matters=favoured, clearest=top, in_full=in_full)

    def _called_in_full(self, heard: Heard) -> bool:
        names = self._catalogue.names(heard.named[0]) if len(heard.named) == 1 else ()
        return any(len(name) >= LONG_NAME and name in heard.text for name in names)

    def _favoured(self, links: Links, named: tuple[str, ...] = ()) -> Links:
        """What is called by its own name is likelier, an intermediary's service less likely than
        the approval that needs it."""
        favour = dict.fromkeys(self._catalogue.services, self._weights.service)
        favour |= dict.fromkeys(named, self._weights.named)
        return shares(raised(links, favour), links.none)

    def _link(self, text: str) -> Links:
        return self._favoured(self._catalogue.link(text))

    def _policy(self, heard: Heard, share: float) -> Outcome:
        best = heard.terms.best(1)
        term = best[0][0] if best else None
        own = self._catalogue.matters_of_term(term) if term else ()
        matter = mentioned(heard.matters)
        return Outcome(
            POLICY, matter=matter if matter in own else None, term=term, confidence=share
        )

    def _question(self, heard: Heard, context: Context, share: float) -> Outcome:
        aspect, second = aspects_of(heard, context, self._weights, self._catalogue.mask)
        decision = self._of_approval(self._matters.find(heard, context), heard, aspect)
        together = self._together(heard, context, decision)
        matter, others = (together[0], together[1:]) if together else (decision.matter, ())
        confidence = decision.confidence * share
        if decision.offer and not together:
            return Outcome(CLARIFY, aspect=aspect, offer=decision.offer, confidence=confidence)
        return Outcome(ASK_MATTER, matter, aspect, second, confidence=confidence, others=others)

    def _of_approval(self, decision: Decision, heard: Heard, aspect: str | None) -> Decision:
        """“环评怎么办” is about the approval, unless the words, or the price asked for, rather fit
        the service that it needs."""
        approvals = [slug for slug in decision.offer if slug not in self._catalogue.services]
        if len(approvals) != 1 or aspect == FEE or asks_for_service(heard.text):
            return decision
        return Decision(approvals[0], (), 1 - decision.confidence)

    def _together(self, heard: Heard, context: Context, decision: Decision) -> tuple[str, ...]:
        """The matters of “施工许可证和环评都要什么材料” or “这俩哪个快”, first of all the one to
        answer about; empty when one is asked about."""
        if is_correction(heard.text):
            return ()
        before = [matter for matter, _ in context.history[-2:] if matter != context.matter]
        if decision.matter == context.matter and before and self._means_both(heard):
            return (decision.matter, before[-1]) if decision.matter else ()
        run = named_together(heard.text, heard.named, lambda slug: self._said_of(slug, heard))
        meant = {decision.matter} if decision.matter else set(decision.offer)
        return run if meant <= set(run) else self._compared(heard, meant)

    def _compared(self, heard: Heard, meant: set[str]) -> tuple[str, ...]:
        """The two matters of “临时用地和临时规划哪个先办”, when each half says one clearly."""
        clear = [
            matter
            for half in halves_compared(heard.text)
            for matter, share in self._link(half).best(1)
            if share >= CLEAR
        ]
        return tuple(clear) if len(set(clear)) == 2 and meant & set(clear) else ()

    def _said_of(self, slug: str, heard: Heard) -> Sequence[str]:
        """The names of a matter that tell of it; of one that is hardly meant the longer ones."""
        names = self._catalogue.names(slug)
        likely = heard.matters.of.get(slug, 0.0) >= HARDLY
        return names if likely else [name for name in names if len(name) >= LONG_NAME]

    def _means_both(self, heard: Heard) -> bool:
        return heard.names_nothing and means_both(heard.text)

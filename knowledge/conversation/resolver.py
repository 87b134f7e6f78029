"""What a message means where it is said: ellipsis, corrections, answers, returns.

Pure: probabilities in, one outcome out. Who computes the probabilities is somebody else's business.
"""

from __future__ import annotations

from dataclasses import replace

from knowledge.attempts import is_attempt
from knowledge.conversation.acts import act_of
from knowledge.conversation.answers import AnswerReader
from knowledge.conversation.aspects import aspects_of, last_aspect
from knowledge.conversation.heard import (
    ASK_MATTER,
    CLARIFY,
    HARDLY,
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
from knowledge.conversation.wording import (
    asks_for_more,
    asks_on,
    joins_names,
    takes_back_human,
    without_taking_back,
)
from knowledge.references import is_correction
from knowledge.search.decide import Thresholds
from knowledge.search.linker import Links

PREREQUISITES = "prerequisites"


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
            if not asks_on(without_taking_back(heard.text)) or not context.matter:
                return Outcome(SMALL_TALK, confidence=1.0)
            heard = replace(heard, acts={ASK_MATTER: 1.0})
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
        related = self._catalogue.matters_of_term(term) if term else ()
        matter = mentioned(heard.matters)
        return Outcome(
            POLICY, matter=matter if matter in related else None, term=term, confidence=share
        )

    def _question(self, heard: Heard, context: Context, share: float) -> Outcome:
        decision = self._matters.find(heard, context)
        aspect, second = aspects_of(heard, context, self._weights, self._catalogue.mask)
        confidence = decision.confidence * share
        if decision.offer:
            return Outcome(CLARIFY, aspect=aspect, offer=decision.offer, confidence=confidence)
        others = self._in_the_same_breath(heard, decision.matter, aspect)
        return Outcome(
            ASK_MATTER, decision.matter, aspect, second, confidence=confidence, others=others
        )

    def _in_the_same_breath(
        self, heard: Heard, matter: str | None, aspect: str | None
    ) -> tuple[str, ...]:
        """The other matters of “施工许可证和环评都要什么材料”; none where one is only compared
        with another."""
        if matter not in heard.named or aspect == PREREQUISITES or is_correction(heard.text):
            return ()
        masked = self._catalogue.mask(heard.text)
        if not joins_names(masked):
            return ()
        likely = [slug for slug in heard.named if heard.matters.of.get(slug, 0.0) >= HARDLY]
        return tuple(slug for slug in likely if slug != matter)

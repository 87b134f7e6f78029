"""Which matter is meant by who corrects the answer: “不对，我问的是变更”, “是仓库，不是车间”."""

from __future__ import annotations

from collections.abc import Iterable

from knowledge.conversation.heard import (
    CLEAR,
    HARDLY,
    SURELY,
    TWIN,
    Catalogue,
    Context,
    Heard,
    shares,
)
from knowledge.conversation.wording import LEAST, left_of
from knowledge.references import denied_part, names_anew, without_denials
from knowledge.search.decide import Decision, Thresholds, decide

AFAR = 0.2  # keeps a correction from meaning only what is like the matter before
SERVICE = 0.4  # for a service in the place of an approval


class Corrections:
    """Decides about the matter of a message that corrects the answer before."""

    def __init__(self, limits: Thresholds, catalogue: Catalogue) -> None:
        self._limits = limits
        self._catalogue = catalogue

    def decide(self, heard: Heard, context: Context) -> Decision:
        """Another matter than the one answered: what the rest of the message names, near to it."""
        wrong = context.matter
        assert wrong is not None
        if self._denies_an_aspect(heard, wrong):
            return Decision(wrong, (), CLEAR)
        past = {matter for matter, _ in context.history} - {wrong}
        ((best, share),) = self._catalogue.link(without_denials(heard.text)).best(1)
        if best in past and share >= SURELY:
            return Decision(best, (), share)
        near = {m: like for m, like in self._catalogue.likeness(wrong).items() if m != wrong}
        twins = tuple(sorted(m for m, like in near.items() if like >= TWIN))
        other = self._without_what_is_denied(wrong, near, denied_part(heard.text))
        other = other or self._with_what_is_added(wrong, near, without_denials(heard.text))
        if other:
            return Decision(other, (), 0.8)
        rest = without_denials(heard.text)
        links = heard.matters if rest == heard.text else self._catalogue.link(rest)
        top = max(links.of.values(), default=0.0)
        if top < HARDLY:
            return Decision(wrong, (), 0.5)
        fits = self._catalogue.fits((wrong, *twins), rest)
        described = any(fits[twin] > fits[wrong] for twin in twins)
        known = (*heard.named, *(matter for matter, _ in context.history))
        clear = top >= CLEAR and links.best(1)[0][0] in known
        if twins and not names_anew(heard.text) and (described or not clear):
            framed = self._catalogue.link(self._catalogue.common_part((wrong, *twins)) + rest)
            scores = {m: framed.of.get(m, 0.0) * fits[m] for m in twins}
        else:
            nearly = {m: 1.0 if clear else AFAR + like for m, like in near.items()}
            scores = {
                m: p * self._approval(m, wrong) * nearly.get(m, AFAR)
                for m, p in links.of.items()
                if m != wrong
            }
        decision = decide(shares(scores), self._limits)
        offered_twins = [twin for twin in twins if twin in decision.offer]
        return Decision(offered_twins[0], (), CLEAR) if len(offered_twins) == 1 else decision

    def _denies_an_aspect(self, heard: Heard, matter: str) -> bool:
        """“我说的不是价钱，是监理必须请吗” goes on about the same matter."""
        denied = denied_part(heard.text)
        if not denied or left_of(denied):
            return False
        ((best, share),) = self._catalogue.link(without_denials(heard.text)).best(1)
        return best == matter or share < CLEAR

    def _approval(self, matter: str, wrong: str) -> float:
        """Who asked about an approval hardly meant an intermediary's service."""
        services = self._catalogue.services
        return SERVICE if matter in services and wrong not in services else 1.0

    def _without_what_is_denied(self, wrong: str, near: Iterable[str], denied: str) -> str | None:
        """The matter that is called as the wrong one without the denied word: “不是变更”."""
        if not denied:
            return None
        names = {n.replace(denied, "") for n in self._catalogue.names(wrong) if denied in n}
        found = [matter for matter in near if names & set(self._catalogue.names(matter))]
        return found[0] if len(found) == 1 else None

    def _with_what_is_added(self, wrong: str, near: Iterable[str], rest: str) -> str | None:
        """The matter that is called as the wrong one with what is said now: “我问的是变更”."""
        added = left_of(rest)
        own = [name for name in self._catalogue.names(wrong) if len(name) > LEAST]
        if len(added) < LEAST or any(added in name for name in own):
            return None
        found = [
            matter
            for matter in near
            if any(
                added in name and any(part in name for part in own)
                for name in self._catalogue.names(matter)
            )
        ]
        return found[0] if len(found) == 1 else None

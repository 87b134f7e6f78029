"""Which matter a question is about: the one it names, or one that was discussed."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from knowledge.conversation.aspects import asks_only_at_the_end, is_statement
from knowledge.conversation.corrections import Corrections
from knowledge.conversation.heard import (
    CLEAR,
    HARDLY,
    HARDLY_ANY,
    SURELY,
    TWIN,
    Catalogue,
    Context,
    Heard,
    Weights,
    ambiguous,
    called_among,
    raised,
    shares,
)
from knowledge.conversation.wording import LEAST, asks_for_work, left_of, question_of_story
from knowledge.references import (
    asks_the_same,
    asks_what_is_in,
    calls_again,
    denied_part,
    is_correction,
    is_one_of_two,
    is_previous,
    is_return,
    ordinal_of,
    place_of,
    points_elsewhere,
    points_here,
    points_within,
    says_the_same,
    says_which,
    without_denials,
    without_return,
)
from knowledge.search.decide import Decision, Thresholds, decide, to_offer
from knowledge.search.linker import Links
from knowledge.second_question import CLAUSES

RIVALS = 4  # matters that a message may reasonably be between
POINTED = 0.8  # what points at the matter under discussion must name another more clearly than this
ITS_OWN = 0.55  # an approval and the service that prepares its papers
FAR = 0.2  # a matter unlike the one under discussion may be meant, too
NAMED = 0.3  # a matter called by its name and still less likely was hardly meant
PERHAPS = 0.3  # a name that several matters have may have one of them for its usual meaning
_COMPARED = re.compile(
    r"^(?:那|那么|但是|可是|，|,)*(?:它|这个|这事|该事项)[\u4e00-\u9fff]{0,2}?"
    r"(?:跟|和|与|同|比|要在|得在|是在|在|是不是)"
)


_PART = re.compile(r"(?=([\u4e00-\u9fff]{2}))|([a-z]{4,}|[\u30a0-\u30ff]{2,}|[\uac00-\ud7a3]{2,})")


def _parts(name: str) -> Iterator[str]:
    """Each two characters of a name, or its words."""
    return (found[1] or found[2] for found in _PART.finditer(name))


def _more_of(name: str, own: Iterable[str]) -> list[str]:
    """What a name has beside one of others that it begins or ends with."""
    parts = [part for part in own if len(part) > LEAST and part != name]
    begins = [name.removeprefix(part) for part in parts if name.startswith(part)]
    return begins + [name.removesuffix(part) for part in parts if name.endswith(part)]


def _asks_of_another(heard: Heard) -> bool:
    """Whether a message that names one asks the same of it, or of a part: “燃气那块呢”."""
    others = (asks_the_same, says_the_same, points_within, says_which)
    return any(other(heard.text) for other in others) and heard.top >= HARDLY_ANY


class MatterFinder:
    """Decides about the matter of a question."""

    def __init__(self, limits: Thresholds, weights: Weights, catalogue: Catalogue) -> None:
        self._limits = limits
        self._weights = weights
        self._catalogue = catalogue
        self._corrections = Corrections(limits, catalogue)

    def find(self, heard: Heard, context: Context) -> Decision:
        """Of a long story that leaves it open, what it comes to in the end decides."""
        decision = self._find(heard, context)
        question = question_of_story(heard.text)
        if decision.matter or not question:
            return decision
        links = self._catalogue.link(question)
        of_end = decide(links, self._limits)
        return of_end if of_end.matter else decision

    def _find(self, heard: Heard, context: Context) -> Decision:
        if context.matter and is_correction(heard.text):
            return self._corrections.decide(heard, context)
        again = self._discussed_before(heard, context)
        if again:
            return Decision(again, (), 0.8)
        if context.history and is_return(heard.text):
            return self._earlier(heard, context)
        called = self._called_before(heard, context)
        if called:
            return Decision(called, (), 0.8)
        if not context.matter:
            return self._without_matter(heard, context)
        service = self._its_service(heard, context.matter)
        if service:
            return Decision(service, (), CLEAR)
        asks_on = heard.names_nothing or self._says_only_its_kind(heard, context.matter)
        stays = asks_on or _COMPARED.search(heard.text) or asks_what_is_in(heard.text)
        if stays and not points_elsewhere(heard.text):
            return Decision(context.matter, (), 1.0)
        if is_statement(heard.text) and denied_part(heard.text):
            return self._told_apart(heard, context.matter)
        sibling = self._sibling(heard, context.matter)
        if sibling:
            return Decision(sibling, (), CLEAR)
        links = self._in_context(heard, context)
        best, share = links.best(1)[0]
        if best == context.matter and share >= self._limits.known:
            return Decision(best, (), share)
        several = 0.0 if _asks_of_another(heard) and share >= SURELY else ambiguous(heard)
        decision = self._as_described(heard, self._decided(heard, links, several))
        beside = self._of_its_stage(decision.offer, context.matter)
        if beside and _asks_of_another(heard):
            return Decision(beside, (), CLEAR)
        near = context.matter in to_offer(links.best(RIVALS), self._limits)
        spoken_of = (
            near and self._names_no_other(heard) and not self._tells_another(heard, decision)
        )
        if spoken_of or (decision.offer and self._is_part_of_its_name(heard, context.matter)):
            return Decision(context.matter, (), links.of[context.matter])
        return decision

    def _called_before(self, heard: Heard, context: Context) -> str | None:
        """“变更这事归谁管”: one discussed before the last has this word in its name, and nothing
        else is said clearly."""
        past = [matter for matter, _ in context.history]
        if heard.named or heard.top >= SURELY or asks_the_same(heard.text):
            return None
        called = self._called_of_past(heard, past)
        return called if called != context.matter else None

    def _its_service(self, heard: Heard, matter: str) -> str | None:
        """The intermediary's service that an approval needs: “报告找谁编” after the approval. One
        that another approval needs is meant only if something of its name is said."""
        services = self._catalogue.services
        if matter in services or heard.named or not asks_for_work(heard.text):
            return None
        likeness = self._catalogue.likeness(matter)
        near = [slug for slug in services if likeness.get(slug, 0.0) >= ITS_OWN]
        own = max(sorted(near), key=lambda slug: likeness[slug], default=None)
        best = heard.matters.best(1)[0][0]
        if own is None or heard.top < SURELY:
            return own
        return own if best in services and not self._has_its_own_words(best, heard.text) else None

    def _has_its_own_words(self, service: str, text: str) -> bool:
        """Whether a text has something of the names of a service that no other's names have."""
        others = self._catalogue.services - {service}
        shared = {part for slug in others for part in self._parts_of(slug)}
        return any(part in text for part in self._parts_of(service) if part not in shared)

    def _parts_of(self, slug: str) -> Iterator[str]:
        return (part for name in self._catalogue.names(slug) for part in _parts(name))

    def _sibling(self, heard: Heard, matter: str) -> str | None:
        """The one like it whose name has a word more that is said: “走备案” of an acceptance; or
        that is named so beside it: “那验收呢” of a review."""
        if heard.named or heard.top >= CLEAR:
            return None
        own = self._catalogue.names(matter)
        near = self._catalogue.likeness(matter)
        if asks_the_same(heard.text):
            return self._called_beside(left_of(heard.text), matter, near)
        found = [
            slug
            for slug, like in near.items()
            if slug != matter
            and like >= TWIN
            and any(
                len(more) >= LEAST and more in heard.text and not any(more in n for n in own)
                for name in self._catalogue.names(slug)
                for more in _more_of(name, own)
            )
        ]
        return found[0] if len(found) == 1 else None

    def _called_beside(self, word: str, matter: str, near: Mapping[str, float]) -> str | None:
        """The only one of those near a matter whose name ends with a word."""
        found = [
            slug
            for slug, like in near.items()
            if slug != matter
            and like >= ITS_OWN
            and len(word) >= LEAST
            and any(name.endswith(word) for name in self._catalogue.names(slug))
        ]
        return found[0] if len(found) == 1 else None

    def _of_its_stage(self, offer: Iterable[str], matter: str) -> str | None:
        """Of several the only one of a matter's stage: “节能的呢” of a joint acceptance."""
        stage = self._catalogue.stage(matter)
        found = [slug for slug in offer if self._catalogue.stage(slug) == stage]
        return found[0] if len(found) == 1 else None

    def _tells_another(self, heard: Heard, decision: Decision) -> bool:
        """Whether another matter is meant, though it is not called by its name."""
        return decision.matter is not None and (heard.top >= SURELY or not is_statement(heard.text))

    def _names_no_other(self, heard: Heard) -> bool:
        tells = is_statement(heard.text) or asks_only_at_the_end(heard.text)
        return not heard.named and (heard.top < CLEAR or tells)

    def _discussed_before(self, heard: Heard, context: Context) -> str | None:
        """“前者” of the two spoken of last, or one of all that is called by a part of its name:
        “刚才用地那个”."""
        past = [matter for matter, _ in context.history]
        best, share = heard.matters.best(1)[0]
        if best not in past and share >= CLEAR:
            return None
        ordinal = ordinal_of(heard.text)
        if ordinal and is_one_of_two(heard.text) and heard.names_nothing and len(past) > 1:
            return place_of(past[-2:], ordinal)
        return called_among(heard.text, past, self._catalogue)

    def _told_apart(self, heard: Heard, matter: str) -> Decision:
        """“是城里的路,不是公路”: mostly tells more of what is under discussion."""
        best, share = self._catalogue.link(without_denials(heard.text)).best(1)[0]
        return Decision(best if share >= CLEAR else matter, (), max(share, CLEAR))

    def _says_only_its_kind(self, heard: Heard, matter: str) -> bool:
        """“那审查要几天” of an energy-saving review: all that it names is a part of that name."""
        if heard.named or asks_the_same(heard.text) or heard.top >= SURELY:
            return False
        return self._is_part_of_its_name(heard, matter)

    def _is_part_of_its_name(self, heard: Heard, matter: str) -> bool:
        left = left_of(heard.text)
        return len(left) >= LEAST and any(left in name for name in self._catalogue.names(matter))

    def _without_matter(self, heard: Heard, context: Context) -> Decision:
        """Nothing is under discussion; the steps of a project may have been laid out."""
        ordinal = ordinal_of(heard.text)
        if ordinal is not None and heard.names_nothing:
            past = [matter for matter, _ in context.history]
            place = place_of(past, ordinal)
            return Decision(place, (), 1.0 if place else 0.0)
        past = [matter for matter, _ in context.history]
        pointed = bool(past) and (ordinal is not None or calls_again(heard.text))
        weight = self._weights.offered if pointed else self._weights.earlier
        links = shares(raised(heard.matters, dict.fromkeys(past, weight)), heard.matters.none)
        return self._decided(heard, links, 0.0 if pointed else ambiguous(heard))

    def _decided(self, heard: Heard, links: Links, several: float) -> Decision:
        """`several`: the probability that the words fit several matters. All those are offered of
        which nothing is said but the name that they share: “规划许可证怎么办”."""
        left = left_of(heard.text)
        if several >= PERHAPS and len(left) >= LEAST:
            called = [m for m, _ in links.best(RIVALS) if self._is_called(m, left)]
            if len(called) > 1 and called[0] == links.best(1)[0][0]:
                return Decision(None, tuple(called), several)
        return decide(links, self._limits, several)

    def _as_described(self, heard: Heard, decision: Decision) -> Decision:
        """The one of several that fits the situation told beside the question: “摘完牌那个用地规划
        证几天下”."""
        offer = decision.offer
        told = self._catalogue.described(offer, heard.text) if offer else None
        return Decision(told, (), CLEAR) if told else decision

    def _is_called(self, matter: str, left: str) -> bool:
        names = self._catalogue.names(matter)
        return any(left_of(name) == left for name in names if left in name)

    def _in_context(self, heard: Heard, context: Context) -> Links:
        """The matter under discussion and those before it are likelier than others; and it takes
        what belief no matter has won: a message that names none is about it."""
        assert context.matter is not None
        weights = self._weights
        elsewhere = weights.offered if points_elsewhere(heard.text) else weights.earlier
        if calls_again(heard.text):
            elsewhere = weights.offered
        favour = {matter: elsewhere for matter, _ in context.history}
        if _asks_of_another(heard):
            return self._beside(heard, context.matter, favour)
        pointed = points_here(heard.text)
        favour[context.matter] = weights.same_matter * (weights.same_matter if pointed else 1.0)
        links = heard.matters
        scores = raised(links, favour)
        top = heard.top if pointed else links.best(1)[0][1]
        claimed_before = max((links.of.get(m, 0.0) for m in favour), default=0.0)
        if points_elsewhere(heard.text) and claimed_before >= HARDLY:
            return shares(scores)
        named = bool(heard.named) and heard.top >= NAMED
        if top < (POINTED if pointed else CLEAR) and (pointed or not named):
            unclaimed = 1 - (top if pointed else sum(share for _, share in links.best(RIVALS)))
            scores[context.matter] = scores.get(context.matter, 0.0) + unclaimed * (
                weights.same_matter if pointed else 1.0
            )
            return shares(scores)
        return shares(scores, links.none)

    def _beside(self, heard: Heard, matter: str, favour: Mapping[str, float]) -> Links:
        """Another matter than the one under discussion, rather one that is like it: “用气呢”."""
        near = self._catalogue.likeness(matter)
        scores = raised(heard.matters, {**favour, matter: 1.0})
        return shares({m: s * (FAR + near.get(m, 0.0)) ** 2 for m, s in scores.items()})

    def _earlier(self, heard: Heard, context: Context) -> Decision:
        """Back to a matter of before: the one named, else the first, the previous or the last."""
        past = [matter for matter, _ in context.history]
        called = self._called_of_past(heard, past)
        if called:
            return Decision(called, (), 0.8)
        favour = dict.fromkeys(past, self._weights.offered)
        named = shares(raised(heard.matters, favour))
        best, share = named.best(1)[0]
        claimed = sum(heard.matters.of.get(matter, 0.0) for matter in past)
        names = not heard.names_nothing and (
            heard.top >= CLEAR or len(left_of(without_return(heard.text))) >= LEAST
        )
        if names and ((best in past and claimed >= HARDLY) or heard.matters.of[best] >= CLEAR):
            return Decision(best, (), share)
        others = [matter for matter in past if matter != context.matter]
        if is_previous(heard.text) and others:
            return Decision(others[-1], (), 0.6)
        ordinal = ordinal_of(heard.text)
        if ordinal is None or ordinal.place:
            return Decision(context.matter or past[-1], (), 0.6)
        asked = [matter for matter, aspect in context.history if aspect]  # not the steps of a plan
        return Decision((asked or past)[0], (), 0.6)

    def _called_of_past(self, heard: Heard, past: list[str]) -> str | None:
        """“最开始的备案”: the only one discussed before whose name has what a clause names, though
        that may be the name of another matter."""
        if set(heard.named) - set(past):
            return None
        for clause in CLAUSES.split(heard.text):
            left = left_of(without_return(clause))
            names = {slug: self._catalogue.names(slug) for slug in past}
            owners = [slug for slug in names if any(left in name for name in names[slug])]
            if len(left) >= LEAST and len(owners) == 1:
                return owners[0]
        return None

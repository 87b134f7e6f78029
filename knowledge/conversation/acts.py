"""What somebody wants: the classifier's word, in the light of the conversation."""

from __future__ import annotations

from collections.abc import Mapping

from knowledge.conversation.heard import (
    ASK_MATTER,
    CLARIFY,
    CLEAR,
    HARDLY_ANY,
    OWN_CASE,
    PLAN_PROJECT,
    STEWARD,
    Context,
    Heard,
    Weights,
)
from knowledge.conversation.wording import asks_in_general, asks_on, is_own_case
from knowledge.references import asks_the_same, is_correction, is_return, points_here
from knowledge.second_question import cued_aspects

STATUS, MISSING = OWN_CASE
ASKS_ON = 6.0  # more than `asking`: a question that names no matter, of one under discussion
SIGNED = 0.8  # with more, another act is not doubted for a correction


def act_of(heard: Heard, context: Context, weights: Weights) -> tuple[str, float]:
    """The act and its probability."""
    shares = {act: share for act, share in heard.acts.items() if act != CLARIFY}
    shares[ASK_MATTER] = shares.get(ASK_MATTER, 0.0) + heard.acts.get(CLARIFY, 0.0)
    if context.matter or context.offer:
        shares[ASK_MATTER] *= _leaning(heard, context, weights)
    if corrects(heard, context) and max(shares.values()) < SIGNED:
        shares = {**shares, ASK_MATTER: 1.0}
    if _asks_what_follows(heard, context):
        shares[ASK_MATTER] += shares.pop(PLAN_PROJECT, 0.0)
    if context.own_case and heard.names_nothing and _asks_for_time(heard):
        shares[STATUS] = shares.get(STATUS, 0.0) + shares.pop(ASK_MATTER)
    if _when_it_is_done(heard, shares):
        shares[STATUS] += shares.pop(MISSING)
    total = sum(shares.values()) or 1.0
    act = max(sorted(shares), key=lambda name: shares[name])
    return act, shares[act] / total


def _when_it_is_done(heard: Heard, shares: Mapping[str, float]) -> bool:
    """Of an own case the two acts are near; who asks for the time does not ask what is missing."""
    if STATUS not in shares or shares.get(MISSING, 0.0) >= SIGNED:
        return False
    return _asks_for_time(heard) and is_own_case(heard.text)


def _asks_for_time(heard: Heard) -> bool:
    return "time_limit" in cued_aspects(heard.text) and not asks_in_general(heard.text)


def corrects(heard: Heard, context: Context) -> bool:
    """Whether a message puts another matter in the place of the one answered."""
    if not context.matter or not is_correction(heard.text):
        return False
    return max(heard.matters.of.values(), default=0.0) >= CLEAR


def _leaning(heard: Heard, context: Context, weights: Weights) -> float:
    """How much likelier a question about the matter is than it would be out of the blue."""
    if is_own_case(heard.text) or (context.own_case and heard.names_nothing):
        return 1.0
    if asks_on(heard.text) and heard.acts.get(STEWARD, 0.0) < CLEAR:
        return weights.asking * ASKS_ON
    if asks_the_same(heard.text) and (heard.top >= HARDLY_ANY or is_return(heard.text)):
        return weights.asking * ASKS_ON
    if cued_aspects(heard.text) or points_here(heard.text):
        return weights.asking
    if heard.names_nothing and heard.aspects[heard.aspect] >= weights.aspect_of_answer:
        return weights.asking
    discussed = {context.matter, *context.offer, *(matter for matter, _ in context.history)}
    share = sum(heard.matters.of.get(matter, 0.0) for matter in discussed if matter)
    return 1.0 + (weights.asking - 1.0) * share


def _asks_what_follows(heard: Heard, context: Context) -> bool:
    """“办完它下一步干啥” is about the matter that it points at, not about a whole project."""
    return bool(context.matter) and points_here(heard.text) and heard.names_nothing

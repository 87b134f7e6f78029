"""What somebody wants: the classifier's word, in the light of the conversation."""

from __future__ import annotations

import re
from collections.abc import Mapping

from knowledge.conversation.aspects import is_statement
from knowledge.conversation.heard import (
    ASK_MATTER,
    CLARIFY,
    CLEAR,
    HARDLY_ANY,
    OUT_OF_SCOPE,
    OWN_CASE,
    PLAN_PROJECT,
    POLICY,
    SMALL_TALK,
    STEWARD,
    SURELY,
    Context,
    Heard,
    Weights,
)
from knowledge.conversation.wording import (
    asks_for_meaning,
    asks_for_money_back,
    asks_in_general,
    asks_on,
    has_supplied,
    is_own_case,
    means_whole_way,
    tells_of_the_project,
)
from knowledge.references import (
    asks_the_same,
    called_by,
    follows_on,
    is_correction,
    is_previous,
    is_return,
    ordinal_of,
    points_here,
    says_the_same,
)
from knowledge.second_question import CLAUSES, cued_aspects

STATUS, MISSING = OWN_CASE
_MAY = re.compile(
    r"(?:能|可以|可不可以|是不是|允许|行)[^,，。]{0,8}?(?:用|走|按|搞|适用|实行|采用)"
)
OF_A_CASE = frozenset(("time_limit", "materials", "result"))  # what is asked of one's own case, too
SHORT = 6  # characters of what only says which one is meant: “用地的那个”
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
    if _only_calls_one(heard, context) or _only_tells(heard, context):
        shares[ASK_MATTER] += shares.pop(SMALL_TALK, 0.0) + shares.pop(OUT_OF_SCOPE, 0.0)
    if _only_tells(heard, context):
        shares[ASK_MATTER] += shares.pop(PLAN_PROJECT, 0.0) + shares.pop(STATUS, 0.0)
    if _asks_of_another_at_the_end(heard) or _tells_what_is_to_be_done(heard):
        shares[ASK_MATTER] += shares.pop(MISSING, 0.0) + shares.pop(STATUS, 0.0)
    if _asks_for_money_back(heard, context):
        shares[ASK_MATTER] += shares.pop(MISSING, 0.0) + shares.pop(STATUS, 0.0)
    if _asks_about_one_with(heard, shares):
        shares[ASK_MATTER] += shares.pop(POLICY)
    if _asks_what_follows(heard, context):
        shares[ASK_MATTER] += shares.pop(PLAN_PROJECT, 0.0)
    if _points_at_a_step(heard, context):
        shares[ASK_MATTER] += shares.pop(PLAN_PROJECT, 0.0) + shares.pop(POLICY, 0.0)
    if _asks_of_the_whole_way(heard, context):
        shares[PLAN_PROJECT] = shares.get(PLAN_PROJECT, 0.0) + shares.pop(ASK_MATTER)
    elif context.own_case and heard.names_nothing and _asks_for_time(heard):
        shares[STATUS] = shares.get(STATUS, 0.0) + shares.pop(ASK_MATTER)
    if _when_it_is_done(heard, shares):
        shares[STATUS] += shares.pop(MISSING)
    total = sum(shares.values()) or 1.0
    act = max(sorted(shares), key=lambda name: shares[name])
    return act, shares[act] / total


def _only_calls_one(heard: Heard, context: Context) -> bool:
    """“用气呢”, “电的”, “前一个呢”: out of the blue they would be small talk."""
    if len(context.history) > 1 and is_previous(heard.text) and heard.names_nothing:
        return True
    if not (context.matter or context.offer) or heard.top < CLEAR:
        return False
    if asks_the_same(heard.text) or says_the_same(heard.text):
        return True
    return len(heard.text) <= SHORT and bool(called_by(heard.text))


def _only_tells(heard: Heard, context: Context) -> bool:
    """“我们是个300车位的商场”: what was asked before is asked again of such a project."""
    return bool(context.matter) and is_statement(heard.text) and tells_of_the_project(heard.text)


def _asks_of_another_at_the_end(heard: Heard) -> bool:
    """“那我补。放线验线找谁” ends with a question that is not about a case."""
    *before, last = [part for part in CLAUSES.split(heard.text) if part] or [""]
    if not before or not heard.named or heard.top < SURELY or is_own_case(last):
        return False
    return bool(cued_aspects(last) - OF_A_CASE)


def _tells_what_is_to_be_done(heard: Heard) -> bool:
    """“我那旧厂房都得扒了” tells of no case that was handed in."""
    return heard.top >= SURELY and is_statement(heard.text) and not is_own_case(heard.text)


def _asks_for_money_back(heard: Heard, context: Context) -> bool:
    """“保证金啥时候退”: money that was paid, no case that was sent back."""
    if is_own_case(heard.text) or not asks_for_money_back(heard.text):
        return False
    return not heard.names_nothing or bool(context.matter and not context.own_case)


def _asks_about_one_with(heard: Heard, shares: Mapping[str, float]) -> bool:
    """“施工许可能用告知承诺吗” asks about the permit, not for the meaning of a term."""
    if not heard.named or heard.top < CLEAR or POLICY not in shares:
        return False
    return bool(_MAY.search(heard.text)) and not asks_for_meaning(heard.text)


def _when_it_is_done(heard: Heard, shares: Mapping[str, float]) -> bool:
    """Of an own case the two acts are near; who asks for the time does not ask what is missing."""
    if STATUS not in shares:
        return False
    if shares.get(MISSING, 0.0) >= SIGNED and not has_supplied(heard.text):
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
    if context.matter and tells_of_the_project(heard.text):
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
    told = points_here(heard.text) or follows_on(heard.text)
    return bool(context.matter) and told and heard.names_nothing


def _points_at_a_step(heard: Heard, context: Context) -> bool:
    """“头一个要办的是啥” when the steps of a project have been laid out."""
    if context.matter or not context.history or not heard.names_nothing:
        return False
    return ordinal_of(heard.text) is not None


def _asks_of_the_whole_way(heard: Heard, context: Context) -> bool:
    """“总共得多久” when no matter has been spoken of."""
    if context.matter or context.offer or not heard.names_nothing:
        return False
    return means_whole_way(heard.text) and "time_limit" in cued_aspects(heard.text)

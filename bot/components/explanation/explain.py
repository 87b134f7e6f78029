"""One message, understood and explained."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from bot.components.act_aspect_classifier import ActAspectClassifier
from bot.components.catalogue_linker import CatalogueLinker
from bot.components.character_ngrams import CharacterNgrams
from bot.components.context_resolver import ContextResolver
from bot.components.explanation.candidates import Candidate, Costs, candidates, costs
from bot.components.explanation.regression import Choice, explain_choice
from bot.components.message_features import READ, is_text
from bot.components.understanding import Pipeline, understood
from bot.model.understanding import Understood


@dataclass(frozen=True)
class Explanation:
    """`read` is the message in one spelling, as everything after it sees it."""

    read: str
    found: Understood
    act: Choice
    aspect: Choice
    candidates: Sequence[Candidate]
    costs: Costs

    def as_json(self) -> dict[str, Any]:
        return {**asdict(self), "decision": self.costs.outcome}


class NotLanguage(ValueError):
    """There is nothing in the message to understand."""


def explain(pipeline: Pipeline, text: str) -> Explanation:
    """Without a conversation. Raises NotLanguage."""
    message = pipeline.messages([text])[0]
    if not is_text(message):
        raise NotLanguage(text)
    act, aspect, given = pipeline.component(ActAspectClassifier).inputs(message)
    ngrams = pipeline.component(CharacterNgrams)
    links, ambiguous, limits = pipeline.component(ContextResolver).before_deciding(message)
    return Explanation(
        message.get(READ),
        understood(text, message),
        explain_choice(act, given, ngrams),
        explain_choice(aspect, given, ngrams),
        candidates(*pipeline.component(CatalogueLinker).scored(message), links),
        costs(links, ambiguous, limits),
    )

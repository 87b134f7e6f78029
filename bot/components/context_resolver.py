"""Puts on the message what it means in its conversation: act, matter, aspect, question back."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.shared.nlu.constants import ENTITIES, INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message

from bot.components.act_aspect_classifier import ACTS, ASK, ASPECTS, ASPECTS_OF_PARTS
from bot.components.catalogue_linker import LINKS, NAMED, RELINK, TERM_LINKS
from bot.components.message_features import READ, is_text
from bot.components.searchable import searchable
from knowledge.conversation.described import fits
from knowledge.conversation.heard import (
    CLARIFY,
    OWN_CASE,
    Catalogue,
    Context,
    Heard,
    Outcome,
    Weights,
)
from knowledge.conversation.resolver import Resolver
from knowledge.loader import Catalogue as Knowledge
from knowledge.schema import Matter
from knowledge.search.decide import Sureness, Thresholds
from knowledge.search.linker import Links
from knowledge.search.names import common_part, name_parts
from knowledge.two_questions import TwoQuestions

UNDERSTANDING = "understanding"
RANKED = 5
NEVER_TWO = {"from": 1.0, "one": {"base": 0.0}, "several": {"base": 0.0}}
MATTERS_CALLED = 4_096  # whose names are remembered in one spelling


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=False)
class ContextResolver(GraphComponent):  # type: ignore[misc]
    """The last word on a message. Its thresholds and weights are in config.yml, with reasons."""

    def __init__(self, config: dict[str, Any]) -> None:
        self._limits = limits_of(config)
        self._weights = Weights(
            asking=config["asking"],
            same_matter=config["same_matter"],
            earlier=config["earlier"],
            offered=config["offered"],
            aspect=config["aspect"],
            aspect_of_answer=config["aspect_of_answer"],
            two_questions=two_questions_of(config),
            answered=config["answered"],
            named=config["named"],
            service=config["service"],
        )

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> ContextResolver:
        return cls(config)

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        return {
            "wrong_costs": 5.0,
            "missed": 0.2,
            "known": 0.3,
            "offered_share": 0.15,
            "sureness": {"base": -2.3, "best": 0.1, "ambiguous": -0.5, "next_best": -0.4},
            "asking": 3.0,
            "same_matter": 3.0,
            "earlier": 2.0,
            "offered": 20.0,
            "aspect": 0.4,
            "aspect_of_answer": 0.9,
            "two_questions": NEVER_TWO,
            "answered": 0.55,
            "named": 4.0,
            "service": 0.5,
        }

    def process(
        self, messages: list[Message], tracker: DialogueStateTracker | None = None
    ) -> list[Message]:
        context = context_of(tracker)
        for message in filter(is_text, messages):
            heard = heard_of(message)
            put(message, self._resolver(message).resolve(heard, context), heard)
        return messages

    def _resolver(self, message: Message) -> Resolver:
        return Resolver(self._limits, self._weights, self._catalogue(message))

    def before_deciding(self, message: Message) -> tuple[Links, float, Thresholds]:
        """What the decision about the matter is made from, for explaining: every matter's
        probability, the probability that several fit equally well, and the thresholds."""
        links, ambiguous = self._resolver(message).before_deciding(heard_of(message))
        return links, ambiguous, self._limits

    def _catalogue(self, message: Message) -> Catalogue:
        current = searchable()
        return Catalogue(
            link=message.get(RELINK),
            likeness=current.matters.likeness,
            mask=current.matters.names.mask,
            common_part=lambda slugs: common_part([current.catalogue.name(s) for s in slugs]),
            matters_of_term=lambda term: _own_matters(current.catalogue, term),
            services=current.services,
            names=lambda slug: _called(current.catalogue.matters[slug]),
            stage=lambda slug: current.catalogue.matters[slug].stage,
            fits=lambda slugs, text: fits(current.catalogue, slugs, text),
        )


def _own_matters(catalogue: Knowledge, term: str) -> tuple[str, ...]:
    """Matters that a term is the name of, as “联合验收” is; most terms only bear on theirs."""
    found = catalogue.terms[term]
    return tuple(slug for slug in found.matters if found.name in catalogue.name(slug))


def _called(matter: Matter) -> tuple[str, ...]:
    return _parts((matter.name, *matter.aliases))


@lru_cache(maxsize=MATTERS_CALLED)  # a correction is held against the names of every matter near by
def _parts(names: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(name_parts(names))


def limits_of(config: Mapping[str, Any]) -> Thresholds:
    return Thresholds(
        config["wrong_costs"],
        config["missed"],
        config["known"],
        config["offered_share"],
        Sureness(**config["sureness"]),
    )


def two_questions_of(config: Mapping[str, Any]) -> TwoQuestions:
    given = config["two_questions"]
    return TwoQuestions(given["one"], given["several"], given["from"])


def heard_of(message: Message) -> Heard:
    """What the components before left on a message."""
    return Heard(
        message.get(READ),
        message.get(ACTS),
        message.get(ASPECTS),
        message.get(LINKS),
        message.get(TERM_LINKS),
        message.get(NAMED),
        said=message.get(TEXT),
        aspects_of_parts=message.get(ASPECTS_OF_PARTS),
    )


def context_of(tracker: DialogueStateTracker | None) -> Context:
    """What the tracker's slots say; an empty context without a tracker."""
    if tracker is None:
        return Context()
    slots: Mapping[str, Any] = tracker.current_slot_values()
    history = slots.get("history") or []
    return Context(
        matter=slots.get("matter"),
        aspect=slots.get("aspect"),
        offer=tuple(slots.get("offer") or ()),
        offer_aspect=slots.get("offer_aspect"),
        history=tuple((item["matter"], item.get("aspect")) for item in history),
        own_case=slots.get("offer_aspect") in OWN_CASE,
    )


def put(message: Message, outcome: Outcome, heard: Heard) -> None:
    """Write the outcome where Rasa and the actions look for it."""
    asked = outcome.aspect is not None and outcome.act in ("ask_matter", CLARIFY)
    intent = f"{ASK}{outcome.aspect}" if asked else outcome.act
    message.set(INTENT, {"name": intent, "confidence": outcome.confidence}, add_to_output=True)
    value: dict[str, Any] = {**vars(outcome), "offer": list(outcome.offer)}
    value["others"] = list(outcome.others)
    value["ranking"] = [[slug, round(share, 4)] for slug, share in heard.matters.best(RANKED)]
    message.set(UNDERSTANDING, value, add_to_output=True)
    named = {"matter": outcome.matter, "term": outcome.term, UNDERSTANDING: value}
    entities = [
        {
            "entity": name,
            "value": said,
            "start": 0,
            "end": len(message.get(TEXT)),
            "confidence_entity": outcome.confidence,
            "extractor": "ContextResolver",
        }
        for name, said in named.items()
        if said
    ]
    message.set(ENTITIES, [*message.get(ENTITIES, []), *entities], add_to_output=True)

"""Reading what the pipeline understood from Rasa's latest message."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Tracker

from bot.model.understanding import Act, Aspect, Understanding

ASK = "ask_"
UNDERSTANDING = "understanding"  # the entity that carries it


def understood(tracker: Tracker) -> Understanding:
    """The understanding that the context resolver left; for a pressed button, what it says."""
    message = tracker.latest_message
    found = {entity["entity"]: entity["value"] for entity in message.get("entities", [])}
    text = (message.get("metadata") or {}).get("said") or message.get("text") or ""
    if UNDERSTANDING in found:
        return _from_resolver(text, found[UNDERSTANDING])
    intent = message["intent"]["name"] or Act.OUT_OF_SCOPE.value
    aspect = Aspect(intent.removeprefix(ASK)) if intent.startswith(ASK) else None
    return Understanding(
        act=Act.ASK_MATTER if aspect else Act(intent),
        text=text,
        matter=found.get("matter"),
        aspect=aspect,
        term=found.get("term"),
        confidence=1.0,
    )


def _from_resolver(text: str, value: dict[str, Any]) -> Understanding:
    return Understanding(
        act=Act(value["act"]),
        text=text,
        matter=value.get("matter"),
        aspect=Aspect(value["aspect"]) if value.get("aspect") else None,
        aspect2=Aspect(value["aspect2"]) if value.get("aspect2") else None,
        offer=tuple(value.get("offer") or ()),
        term=value.get("term"),
        confidence=float(value.get("confidence") or 0.0),
        others=tuple(value.get("others") or ()),
    )


def entity(tracker: Tracker, name: str) -> str | None:
    """The value of an entity that a button carries."""
    return next(iter(entities(tracker, name)), None)


def entities(tracker: Tracker, name: str) -> list[str]:
    """The values of all entities of a name, in order."""
    found = tracker.latest_message.get("entities", [])
    return [str(one["value"]) for one in found if one["entity"] == name]

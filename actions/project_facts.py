"""What the conversation knows of the project: the slot, what this message tells, the platform."""

from __future__ import annotations

import asyncio
import logging

from rasa_sdk import Tracker

from actions.base import enterprise_of
from actions.understanding import UNDERSTANDING, entities, entity
from bot.services.ask_facts import told_by
from bot.services.assistant import Assistant
from bot.services.platform_port import PlatformUnavailable
from bot.services.project_facts import SLOT, ProjectFacts, look_up, remembered
from knowledge.told_facts import Told

log = logging.getLogger(__name__)
PLATFORM_SECONDS = 3.0  # an answer from the catalogue does not wait longer for what only adds to it


def remembered_facts(assistant: Assistant, tracker: Tracker) -> ProjectFacts:
    return remembered(assistant.catalogue().vocabulary, tracker.get_slot(SLOT))


def told_facts(assistant: Assistant, tracker: Tracker) -> tuple[Told, ...]:
    """The facts that the button or the typed answer carries."""
    vocabulary = assistant.catalogue().vocabulary
    names, values = entities(tracker, "fact"), entities(tracker, "value")
    found = (told_by(vocabulary, name, value) for name, value in zip(names, values, strict=False))
    return tuple(filter(None, found))


def in_passing(tracker: Tracker) -> bool:
    """Whether the facts were told beside a question that stands on its own."""
    return entity(tracker, UNDERSTANDING) is not None


async def known_facts(assistant: Assistant, tracker: Tracker) -> ProjectFacts:
    """What was told, and what the platform has registered of the enterprise's project.

    A platform that is away only means that less is known.
    """
    known = remembered_facts(assistant, tracker)
    who, code = enterprise_of(tracker), (tracker.get_slot("project") or {}).get("code")
    vocabulary, platform = assistant.catalogue().vocabulary, assistant.platform
    if platform is None or who is None:
        return known
    try:
        looking = asyncio.to_thread(look_up, vocabulary, platform, who, known, code)
        return await asyncio.wait_for(looking, PLATFORM_SECONDS)
    except (PlatformUnavailable, asyncio.TimeoutError) as error:
        log.warning("project facts not read: %s", error or "time limit")
        return known

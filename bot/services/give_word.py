"""Saying words to enterprises: each once, in one transaction with the log (rules 3 and 5 of
bot/decisions/0003).

What to say is decided while the conversation is held, so that a steward who takes it over is
either seen, or waits until the word is out. While a steward has the conversation the bot says
nothing: the steward reads a note, and the enterprise hears the word when it is handed back.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from bot.model.conversation import Change, Conversation, Draft, Owner
from bot.model.credit_code import normalise_credit_code
from bot.model.word import Word
from bot.services.ports import Announcer
from bot.services.say_words import in_order, message, note


@dataclass(frozen=True)
class Untold:
    """The words that wait for one conversation. `noted` are the keys of those that a steward has
    been shown; `wanted` whether the conversation is to be told at all."""

    words: tuple[Word, ...]
    noted: frozenset[str]
    wanted: bool


@dataclass(frozen=True)
class Telling:
    """What is done about them: `draft` goes into the log, by which `said` are told or `noted`
    shown to the steward; `dropped` are never told."""

    draft: Draft | None = None
    said: tuple[Word, ...] = ()
    noted: tuple[Word, ...] = ()
    dropped: tuple[Word, ...] = ()


Decide = Callable[[Conversation, Untold], Telling]


class Tellings(Protocol):
    """The words on their way to conversations. Raises StoreUnavailable."""

    async def expecting(self, quiet: bool) -> Sequence[str]:
        """Conversations with a word that can be told, unless it is `quiet`, or noted now."""

    async def tell(self, conversation: str, decide: Decide) -> Change | None:
        """Holds the conversation, asks what to do, and does it in the same transaction; None
        where the log stayed as it was."""


def decide(head: Conversation, untold: Untold, quiet: bool) -> Telling:
    """What to do about the words that wait for a conversation; `quiet`: not now to an enterprise.

    A word is dropped for a conversation that wants none, or is another enterprise's by now.
    """
    meant = [word for word in untold.words if untold.wanted and _is_of(head, word)]
    dropped = tuple(word for word in untold.words if word not in meant)
    if head.owner is Owner.STEWARD:
        fresh = in_order(word for word in meant if word.key not in untold.noted)
        return Telling(note(fresh) if fresh else None, noted=tuple(fresh), dropped=dropped)
    if quiet or not meant:
        return Telling(dropped=dropped)
    ordered = in_order(meant)
    return Telling(message(ordered), said=tuple(ordered), dropped=dropped)


async def tell_all(tellings: Tellings, announcer: Announcer, quiet: bool) -> int:
    """Says what waits to be said; returns how many conversations heard of something."""
    heard = 0
    for conversation in await tellings.expecting(quiet):
        change = await tellings.tell(conversation, lambda head, untold: decide(head, untold, quiet))
        if change is not None:
            heard += 1
            announcer.announce(conversation, change)
    return heard


def _is_of(head: Conversation, word: Word) -> bool:
    who = head.enterprise
    return who is not None and normalise_credit_code(who.id) in word.enterprises

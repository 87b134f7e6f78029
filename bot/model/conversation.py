"""A conversation and the entries of its log (bot/decisions/0003)."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from typing import Any

from bot.model.receipt import Receipt


class Owner(str, Enum):
    """Who may speak to the enterprise."""

    BOT = "bot"
    WAITING = "waiting"  # for a steward; the bot still answers catalogue questions
    STEWARD = "steward"
    CLOSED = "closed"


class EntryKind(str, Enum):
    USER = "user"
    BOT = "bot"
    STEWARD = "steward"
    NOTE = "note"  # between stewards; never shown to the enterprise
    OWNER = "owner"  # a change of owner
    RATING = "rating"


SPOKEN_TO_ENTERPRISE = frozenset({EntryKind.BOT, EntryKind.STEWARD, EntryKind.OWNER})


@dataclass(frozen=True)
class Button:
    """A choice. `payload` is what pressing it means to the dialogue."""

    title: str
    payload: str


@dataclass(frozen=True)
class Draft:
    """An entry that has no number yet."""

    kind: EntryKind
    text: str
    author: str | None = None
    buttons: tuple[Button, ...] = ()
    payload: str | None = None  # of the button pressed (kind user)
    owner: Owner | None = None  # the new owner (kind owner)
    facts: dict[str, Any] = field(default_factory=dict)
    receipt: Receipt | None = None  # of an answer; stored with it


@dataclass(frozen=True)
class Entry:
    """One line of a conversation's log; `no` counts from 1 without gaps. `at` is aware."""

    conversation: str
    no: int
    at: datetime
    kind: EntryKind
    text: str
    author: str | None = None
    buttons: tuple[Button, ...] = ()
    payload: str | None = None
    owner: Owner | None = None
    facts: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Enterprise:
    """A verified enterprise. `id` is its unified social credit code (18 characters)."""

    id: str
    name: str


@dataclass(frozen=True)
class Steward:
    id: int
    name: str


@dataclass
class Conversation:
    """The head of a log. `epoch` counts the changes of owner and of who is known to be asking:
    nothing computed under an older one is said. `handled_no` is the last entry
    from outside that has been dealt with; `state` is the dialogue's bounded snapshot."""

    id: str
    channel: str
    peer: str
    owner: Owner
    epoch: int
    last_no: int
    handled_no: int
    state: dict[str, Any]
    updated_at: datetime
    enterprise: Enterprise | None = None
    steward: Steward | None = None
    waiting_since: datetime | None = None
    answer_by: datetime | None = None
    escalated: bool = False


@dataclass(frozen=True)
class Change:
    """What one transaction did to a conversation: the head as it left it and the entries it
    appended, in order. `answered` is the message that it dealt with, if that was what it did."""

    head: Conversation
    entries: tuple[Entry, ...]
    answered: int | None = None


@dataclass(frozen=True)
class Inbound:
    """A message as a channel hands it on. (`channel`, `external_id`) names it for ever; None is for
    a client that gives its messages no ids: what it sends twice are two messages.

    `question` is what the bot hears where `text` shows more than the person's own words;
    `answer` is what the channel already knows must be said, such as that a photo was not taken
    in: without a question it is the whole answer, with one it comes first.
    """

    channel: str
    peer: str
    external_id: str | None
    text: str
    payload: str | None = None
    enterprise: Enterprise | None = None
    conversation: str | None = None  # when the channel already knows it
    question: str | None = None
    answer: str | None = None
    proven: bool = True  # whether the channel knows that a peer is always the same person


@dataclass(frozen=True)
class Received:
    """What became of an inbound message."""

    conversation: str
    no: int
    duplicate: bool

"""What the services need of the outside, as Protocols (bot/decisions/0007)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol, TypeVar

from bot.model.conversation import Button, Change, Conversation, Draft, Enterprise, Entry, Owner
from bot.services.binding_port import Bindings

Result = TypeVar("Result")


@dataclass(frozen=True)
class Delivery:
    """One entry on its way to a messaging app."""

    id: int
    conversation: str
    channel: str
    peer: str
    entry: Entry
    attempts: int  # this one counts
    parts_sent: int = 0  # of an entry that goes out as several messages


class Log(Protocol):
    """The conversation log inside one transaction. Nothing is visible to others until it ends."""

    @property
    def bindings(self) -> Bindings:
        """Who may see what, in the same transaction."""

    def find(self, conversation: str) -> Conversation | None: ...

    def lock(self, conversation: str) -> Conversation:
        """The conversation, held against every other writer until the transaction ends.
        Raises UnknownConversation."""

    def find_by_peer(self, channel: str, peer: str) -> Conversation | None: ...

    def lock_by_peer(self, channel: str, peer: str) -> Conversation | None:
        """Like `lock`, if there is one."""

    def open(self, channel: str, peer: str, enterprise: Enterprise | None) -> Conversation:
        """A new conversation, or the one that another process has just opened, held."""

    def received(self, channel: str, external_id: str) -> tuple[str, int] | None:
        """(conversation, no) of a message that came before."""

    def append(
        self, conversation: Conversation, draft: Draft, external_id: str | None = None
    ) -> Entry:
        """Gives the entry the next number; entries spoken to the enterprise enter the outbox
        when the channel is one that is delivered to."""

    @property
    def appended(self) -> Sequence[Entry]:
        """What this transaction appended so far, in order."""

    def save(self, conversation: Conversation) -> None: ...

    def entries(
        self, conversation: str, after: int, limit: int, notes: bool
    ) -> Sequence[Entry]: ...

    def entry(self, conversation: str, no: int) -> Entry | None: ...

    def next_unhandled(self, conversation: Conversation) -> Entry | None: ...

    def unhandled(self, limit: int) -> Sequence[str]:
        """Conversations with an entry from outside that nobody has dealt with."""

    def waiting(self) -> Sequence[Conversation]:
        """Those that wait for a steward, longest first."""

    def conversations(self, owners: Sequence[Owner], limit: int) -> Sequence[Conversation]:
        """The latest first."""

    def offered(self, conversation: str, payload: str) -> Button | None:
        """The button with this payload, if the bot ever offered it here."""

    def queue_position(self, conversation: Conversation) -> int:
        """1 for the first in the queue."""


class Store(Protocol):
    async def transact(self, work: Callable[[Log], Result]) -> Result:
        """Runs `work` in one transaction, off the event loop. Raises StoreUnavailable."""

    async def read(self, work: Callable[[Log], Result]) -> Result: ...


class Outbox(Protocol):
    async def due(self, channels: Sequence[str], limit: int) -> Sequence[Delivery]:
        """Claims the next deliveries, at most the oldest unfinished one per conversation."""

    async def progressed(self, delivery: Delivery, parts_sent: int) -> None:
        """Remembers how much of an entry is out, and keeps the claim."""

    async def sent(self, delivery: Delivery, remote_id: str | None) -> None: ...

    async def failed(self, delivery: Delivery, error: str, again_at: datetime | None) -> None:
        """`again_at` None: given up until somebody asks to resend."""


@dataclass(frozen=True)
class TurnResult:
    """What a turn of the dialogue wants: replies, the new state, perhaps a human.

    `understood` is kept in the log with the first thing said, for the desk and for evaluation.
    """

    replies: tuple[Draft, ...]
    state: dict[str, Any]
    hand_over: str | None = None  # why a human is needed
    understood: dict[str, Any] = field(default_factory=dict)


class Dialogue(Protocol):
    async def turn(self, conversation: Conversation, message: Entry) -> TurnResult: ...


class Announcer(Protocol):
    """Tells whoever listens in this process that a conversation has changed, and how if known."""

    def announce(self, conversation: str, change: Change | None = None) -> None: ...


class Arrivals(Announcer, Protocol):
    """Is also told of messages before they are in the log."""

    def arriving(self, text: str) -> None:
        """What understanding this text takes may be begun; it may yet be refused."""


class StoreUnavailable(Exception):
    """The database did not answer; nothing was stored."""


class UnknownConversation(LookupError):
    pass


class Refused(Exception):
    """A wish that the conversation's state does not allow; the text is for the person."""

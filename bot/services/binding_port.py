"""Where grants, one-time codes and used identity tokens are kept (bot/decisions/0015)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from bot.model.conversation import Enterprise
from bot.model.grant import Grant, TrailEntry


class Bindings(Protocol):
    """Inside one transaction, like the log beside it. Times are aware; codes come as digests."""

    def issue(
        self,
        enterprise: Enterprise,
        person: str,
        by: str,
        digest: str,
        now: datetime,
        ends: datetime,
    ) -> Grant:
        """A grant that waits for its code to be used before `ends`."""

    def use(self, digest: str, conversation: str, now: datetime) -> Grant | None:
        """Uses a code up, once whoever else tries at the same moment; None where no code with this
        digest waits."""

    def of_code(self, digest: str) -> Grant | None:
        """Whose code it is or was."""

    def active_in(self, conversation: str) -> Grant | None:
        """The grant by code that holds in a conversation."""

    def vouched(
        self, site: str, person: str, enterprise: Enterprise, now: datetime
    ) -> tuple[Grant, bool]:
        """The grant of a person whom a host site vouches for, and whether it is new."""

    def met_in(self, grant: int, conversation: str) -> None:
        """Remembers the conversation that a grant is used in."""

    def find(self, grant: int) -> Grant | None: ...

    def of_enterprise(self, enterprise: str | None, limit: int) -> Sequence[Grant]:
        """The newest first; of all enterprises for None."""

    def end(self, grant: int, by: str | None, now: datetime) -> bool:
        """Ends a grant, `by` None: by the person; False where it had ended before."""

    def restore(self, grant: int) -> bool:
        """Lets a grant that rests on a site's word hold again; False where there is nothing to
        restore."""

    def shut_out(self, conversation: str) -> None:
        """Ends the sessions of a conversation and withholds what was not delivered yet."""

    def first_use(self, token: str, browser: str, now: datetime, ends: datetime) -> bool:
        """Whether an identity token (its digest) is used for the first time, or by the browser that
        used it first; it is remembered until `ends`."""

    def record(self, line: TrailEntry) -> None: ...

    def trail(self, enterprise: str | None, limit: int) -> Sequence[TrailEntry]:
        """The newest first; of all enterprises, and what concerns none, for None."""

    def failures(self, since: datetime, conversation: str | None = None) -> int:
        """How many codes were wrong since then, in a conversation or anywhere."""


class RegisteredContacts(Protocol):
    """Reaches the contact that an enterprise has registered with the authority. What to reach them
    with, a city must provide: the telephone columns of its exchange tables are never read."""

    async def send(self, enterprise: Enterprise, text: str) -> str | None:
        """Where the text went, masked; None where no contact is registered."""

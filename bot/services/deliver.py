"""Delivering what was said to the messaging apps (bot/decisions/0003, rule 5).

The outbox is durable and hands out at most the oldest unfinished entry of a conversation, so
order and retries survive a restart. An app that does not answer in time may still have shown
the message: it is then sent again, because a line twice is better than a line lost.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import Any, Protocol

from bot.model.conversation import Change, Entry
from bot.services.ports import Announcer, Delivery, Outbox, StoreUnavailable

log = logging.getLogger(__name__)
SIDE_BY_SIDE = 20  # deliveries under way at once, of as many conversations


class NotDelivered(Exception):
    """The app did not take a message; the text tells a steward why.

    `again` is when the app wants to be asked again, `permanent` that asking again is useless.
    """

    def __init__(self, why: str, again: timedelta | None = None, permanent: bool = False) -> None:
        super().__init__(why)
        self.again = again
        self.permanent = permanent


class Sender(Protocol):
    """A channel's way out."""

    def render(self, entry: Entry) -> Sequence[Any]:
        """The entry as one or more messages of this channel, in order."""

    async def send(self, peer: str, part: Any) -> str | None:
        """Sends one of them; returns the app's own id of it. Raises NotDelivered."""


@dataclass(frozen=True)
class Patience:
    """How long to wait for what. `send` stays below the time the outbox keeps a claim."""

    send: timedelta = timedelta(seconds=20)
    first: timedelta = timedelta(seconds=2)
    longest: timedelta = timedelta(minutes=10)
    attempts: int = 12  # with the pauses above, about forty minutes
    look: timedelta = timedelta(seconds=2)  # for what other processes put into the outbox

    def after(self, attempts: int) -> timedelta:
        """The pause after that many failed attempts."""
        doubled: timedelta = self.first * 2 ** (attempts - 1)
        return min(doubled, self.longest)


PATIENCE = Patience()


class DeliveryLoop:
    """Delivers for the channels of `senders` from `start` until `close`."""

    def __init__(
        self,
        outbox: Outbox,
        announcer: Announcer,
        senders: Mapping[str, Sender],
        patience: Patience = PATIENCE,
    ) -> None:
        self._outbox = outbox
        self._announcer = announcer
        self._senders = senders
        self._patience = patience
        self._woken = asyncio.Event()
        self._closing = asyncio.Event()
        self._under_way: dict[int, asyncio.Task[None]] = {}
        self._looking: asyncio.Task[None] | None = None

    def start(self) -> None:
        self._looking = asyncio.create_task(self._look())

    def wake(self, conversation: str, change: Change | None = None) -> None:
        """Something was said: looks into the outbox now."""
        self._woken.set()

    async def close(self) -> None:
        """Takes up nothing new and lets the deliveries under way finish."""
        self._closing.set()
        self._woken.set()
        if self._looking:
            await self._looking
        await asyncio.gather(*self._under_way.values())

    async def _look(self) -> None:
        while not self._closing.is_set():
            self._woken.clear()
            await self._take_up()
            with suppress(asyncio.TimeoutError):
                await asyncio.wait_for(self._woken.wait(), self._patience.look.total_seconds())

    async def _take_up(self) -> None:
        room = SIDE_BY_SIDE - len(self._under_way)
        if room <= 0:
            return  # the next one that finishes wakes the loop
        try:
            due = await self._outbox.due(tuple(self._senders), room)
        except StoreUnavailable:
            log.warning("database away; deliveries wait")
            return
        except Exception:  # nothing would be delivered any more if the loop ended
            log.exception("looking into the outbox failed")
            return
        for delivery in due:
            if delivery.id not in self._under_way:  # sent, but the database was away to hear it
                self._under_way[delivery.id] = asyncio.create_task(self._run(delivery))

    async def _run(self, delivery: Delivery) -> None:
        try:
            await self._deliver(delivery)
        except Exception:
            log.exception("delivery %d stopped; its claim will lapse", delivery.id)
        finally:
            del self._under_way[delivery.id]
            self._woken.set()

    async def _deliver(self, delivery: Delivery) -> None:
        try:
            remote_id = await self._send(delivery)
        except NotDelivered as failure:
            await self._put_off(delivery, failure)
        else:
            await self._mark(lambda: self._outbox.sent(delivery, remote_id))
        self._announcer.announce(delivery.conversation)

    async def _send(self, delivery: Delivery) -> str | None:
        """Sends the parts that are not out yet. Raises NotDelivered, whatever went wrong."""
        sender = self._senders[delivery.channel]
        remote_id = None
        try:
            parts = sender.render(delivery.entry)
            for number, part in enumerate(parts[delivery.parts_sent :], delivery.parts_sent + 1):
                limit = self._patience.send.total_seconds()
                remote_id = await asyncio.wait_for(sender.send(delivery.peer, part), limit)
                if number < len(parts):
                    await self._mark(lambda out=number: self._outbox.progressed(delivery, out))  # type: ignore[misc]
        except NotDelivered:
            raise
        except asyncio.TimeoutError as error:
            raise NotDelivered("对方平台没有在时限内应答。") from error
        except Exception as error:
            log.exception("sender of %s failed on delivery %d", delivery.channel, delivery.id)
            raise NotDelivered("发送时出现内部错误，已记录。") from error
        return remote_id

    async def _put_off(self, delivery: Delivery, failure: NotDelivered) -> None:
        given_up = failure.permanent or delivery.attempts >= self._patience.attempts
        pause = failure.again or self._patience.after(delivery.attempts)
        again_at = None if given_up else datetime.now(timezone.utc) + pause
        log.warning(
            "delivery %d to %s, attempt %d: %s (%s)",
            delivery.id,
            delivery.channel,
            delivery.attempts,
            failure,
            "given up" if given_up else f"again in {pause}",
        )
        await self._mark(lambda: self._outbox.failed(delivery, str(failure), again_at))

    async def _mark(self, marking: Callable[[], Awaitable[None]]) -> None:
        """Writes down what happened, as soon as the database is there."""
        while True:
            try:
                await marking()
                return
            except StoreUnavailable:
                if self._closing.is_set():
                    log.error("database away at the end: a delivery may be repeated")
                    return
                log.warning("database away; what was delivered is written down later")
            with suppress(asyncio.TimeoutError):
                await asyncio.wait_for(self._closing.wait(), self._patience.look.total_seconds())

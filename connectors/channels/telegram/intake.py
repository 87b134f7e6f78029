"""Taking updates in, whichever way they came."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Coroutine
from dataclasses import replace

import telegram
from telegram import Update
from telegram.error import TelegramError

from bot.model.conversation import Button, EntryKind, Inbound
from bot.services.ports import Arrivals, Log, Refused, Store
from bot.services.receive_message import receive_message
from connectors.channels.telegram.parse import CHANNEL, Bot, Press, parse

log = logging.getLogger(__name__)
GONE = "这个选项已失效，请直接输入您的问题。"
NOT_TAKEN_IN = "［没有收下的消息］"


class Intake:
    """`username` is set once Telegram has told it."""

    def __init__(self, store: Store, announcer: Arrivals, bot: telegram.Bot) -> None:
        self._store = store
        self._announcer = announcer
        self._bot = bot
        self._id = int(bot.token.partition(":")[0])
        self._answering: set[asyncio.Task[None]] = set()
        self.username: str | None = None

    def read(self, content: dict[str, object]) -> Inbound | Press | None:
        """What a webhook's JSON means. Raises parse.MALFORMED."""
        update = Update.de_json(content, self._bot)
        return self.understand(update)

    def understand(self, update: Update) -> Inbound | Press | None:
        return parse(update, Bot(self._id, self.username))

    async def take(self, wish: Inbound | Press | None) -> None:
        """Returns once it is durable. Raises StoreUnavailable."""
        if isinstance(wish, Press):
            self._later(self._answer(wish.callback_id, await self._pressed(wish)))
        elif wish is not None:
            await self._said(wish)

    async def close(self) -> None:
        await asyncio.gather(*self._answering)

    async def _said(self, inbound: Inbound) -> None:
        try:
            await receive_message(self._store, self._announcer, inbound)
        except Refused as refused:  # the refusal is said on the same road, once and in order
            stated = replace(inbound, text=NOT_TAKEN_IN, question=None, answer=str(refused))
            await receive_message(self._store, self._announcer, stated)

    async def _pressed(self, press: Press) -> str | None:
        """What to tell the person at once; None when the press became a message."""
        button = await self._store.read(lambda log_: _button(log_, press))
        if button is None or press.peer is None:
            return GONE
        inbound = Inbound(CHANNEL, press.peer, press.external_id, button.title, button.payload)
        try:
            await receive_message(self._store, self._announcer, inbound)
        except Refused as refused:
            return str(refused)
        return None

    async def _answer(self, callback_id: str, text: str | None) -> None:
        """Stops the button's spinner; late or lost, nothing depends on it."""
        try:
            await self._bot.answer_callback_query(callback_id, text, show_alert=bool(text))
        except TelegramError as error:
            log.info("a button press was not answered: %s", error)

    def _later(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.create_task(work)
        self._answering.add(task)
        task.add_done_callback(self._answering.discard)


def _button(log_: Log, press: Press) -> Button | None:
    head = log_.find_by_peer(CHANNEL, press.peer) if press.peer else None
    entry = log_.entry(head.id, press.entry_no) if head else None
    if entry is None or entry.kind is not EntryKind.BOT or press.index >= len(entry.buttons):
        return None
    return entry.buttons[press.index]

"""Telegram: updates in by webhook (or polling, for development), entries out by the outbox."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import suppress

from aiohttp import web

from bot.app.parts import Parts
from bot.documents.printing import Printer
from bot.services.deliver import PATIENCE, DeliveryLoop, Patience
from bot.settings import PREFIX, SettingsWrong
from bot.storage.receipts import Receipts
from connectors.channels.telegram.client import introduce, make_bot
from connectors.channels.telegram.intake import Intake
from connectors.channels.telegram.notices import NoticeFiles
from connectors.channels.telegram.parse import CHANNEL
from connectors.channels.telegram.polling import poll
from connectors.channels.telegram.routes import add_webhook
from connectors.channels.telegram.sender import TelegramSender

TOKEN = re.compile(r"\d+:[\w-]+")  # the bot's id, a colon, the secret


def plug(app: web.Application, parts: Parts, patience: Patience = PATIENCE) -> None:
    """Does nothing without a token. Raises SettingsWrong on a token that cannot be one, and when
    the webhook has no secret."""
    settings = parts.settings
    if settings.telegram_token is None:
        return
    token = settings.telegram_token.get_secret_value()
    if not TOKEN.fullmatch(token):
        raise SettingsWrong(f"{PREFIX}TELEGRAM_TOKEN: wrong; expected: the token BotFather gave")
    bot = make_bot(token, settings.telegram_api)
    intake = Intake(parts.database, parts.hub, bot)
    printer = Printer()
    files = NoticeFiles(Receipts(parts.database), printer, settings.public_url)
    sender = TelegramSender(bot, files.read, settings.public_url)
    deliveries = DeliveryLoop(parts.outbox, parts.hub, {CHANNEL: sender}, patience)
    parts.hub.observe(deliveries.wake)
    polling = settings.telegram_mode == "polling"
    secret = settings.telegram_secret.get_secret_value() if settings.telegram_secret else None
    if not polling:
        if not secret:
            raise SettingsWrong(
                f"{PREFIX}TELEGRAM_SECRET: missing; expected: the secret token of the webhook, "
                "1 to 256 letters, digits, _ and -"
            )
        add_webhook(app, intake, secret)

    async def running(app: web.Application) -> AsyncIterator[None]:
        deliveries.start()
        address = None if polling else settings.public_url
        tasks = [asyncio.create_task(introduce(bot, intake, address, secret))]
        if polling:
            pause = patience.first.total_seconds()
            tasks.append(asyncio.create_task(poll(bot, intake, pause)))
        yield
        for task in tasks:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
        await deliveries.close()
        await intake.close()
        await bot.shutdown()
        printer.close()

    app.cleanup_ctx.append(running)

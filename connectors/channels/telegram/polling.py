"""Asking Telegram for updates, for development without a public address."""

from __future__ import annotations

import asyncio
import logging

from telegram import Bot, Update
from telegram.error import TelegramError

from bot.services.ports import StoreUnavailable
from connectors.channels.telegram.client import UPDATES
from connectors.channels.telegram.intake import Intake

log = logging.getLogger(__name__)
HOLD_SECONDS = 25  # how long Telegram keeps a question open when there is nothing new


async def poll(bot: Bot, intake: Intake, pause: float) -> None:
    """Takes updates in until it is cancelled, with a `pause` in seconds after each failure.
    An update is acknowledged once it is durable: by asking for those after it."""
    webhook, after = True, 0
    while True:
        try:
            if webhook:  # Telegram gives updates to one or the other
                await bot.delete_webhook()
                webhook = False
            updates = await bot.get_updates(after, timeout=HOLD_SECONDS, allowed_updates=UPDATES)
            for update in updates:
                await _take(intake, update)
                after = update.update_id + 1
        except TelegramError as error:
            log.warning("polling Telegram failed: %s", error)
            await asyncio.sleep(pause)
        except StoreUnavailable:
            log.warning("database away; updates wait at Telegram")
            await asyncio.sleep(pause)


async def _take(intake: Intake, update: Update) -> None:
    try:
        await intake.take(intake.understand(update))
    except StoreUnavailable:
        raise
    except Exception:
        log.exception("update %s was passed over", update.update_id)

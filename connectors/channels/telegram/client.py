"""The Bot API's client: time limits, and a token that stays out of the logs."""

from __future__ import annotations

import logging

from telegram import Bot
from telegram.error import InvalidToken, TelegramError
from telegram.request import HTTPXRequest
from tenacity import RetryCallState, retry, retry_if_exception, wait_exponential

from bot.services.deliver import SIDE_BY_SIDE
from connectors.channels.telegram.intake import Intake
from connectors.channels.telegram.routes import PATH

log = logging.getLogger(__name__)
ANSWER_SECONDS = 10.0
CONNECT_SECONDS = 5.0
UPDATES = ("message", "edited_message", "callback_query")  # what Telegram is asked for
TALKATIVE = ("telegram", "httpx", "httpcore")  # each logs addresses, and those hold the token


def make_bot(token: str, api: str) -> Bot:
    """A client of the Bot API at `api`; nothing is sent yet."""
    for name in TALKATIVE:
        logging.getLogger(name).setLevel(logging.WARNING)
    return Bot(
        token,
        base_url=f"{api.rstrip('/')}/bot",
        request=_request(2 * SIDE_BY_SIDE),
        get_updates_request=_request(1),
    )


def _request(connections: int) -> HTTPXRequest:
    return HTTPXRequest(
        connection_pool_size=connections,
        connect_timeout=CONNECT_SECONDS,
        read_timeout=ANSWER_SECONDS,
        write_timeout=ANSWER_SECONDS,
        pool_timeout=ANSWER_SECONDS,
    )


def _passes(error: BaseException) -> bool:
    return isinstance(error, TelegramError) and not isinstance(error, InvalidToken)


def _say(state: RetryCallState) -> None:
    error = state.outcome.exception() if state.outcome else None
    log.warning("Telegram cannot be reached, tried again later: %s", error)


async def introduce(bot: Bot, intake: Intake, address: str | None, secret: str | None) -> None:
    """Learns the bot's own name and registers the webhook at `address` when there is one;
    goes on trying while Telegram cannot be reached."""
    try:
        await _introduce(bot, intake, address, secret)
    except InvalidToken:
        log.error("BANGBAN_TELEGRAM_TOKEN: Telegram does not know this token")


@retry(retry=retry_if_exception(_passes), wait=wait_exponential(max=300), before_sleep=_say)
async def _introduce(bot: Bot, intake: Intake, address: str | None, secret: str | None) -> None:
    await bot.initialize()
    intake.username = bot.username
    if address:
        url = address.rstrip("/") + PATH
        await bot.set_webhook(url, allowed_updates=UPDATES, secret_token=secret)
        log.info("webhook registered: %s", url)

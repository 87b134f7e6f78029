"""Sending one message, and what Telegram's refusals mean for the outbox."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from telegram import Bot, LinkPreviewOptions
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Forbidden,
    InvalidToken,
    RetryAfter,
    TelegramError,
    TimedOut,
)

from bot.model.conversation import Entry
from bot.services.deliver import NotDelivered
from connectors.channels.telegram.render import Part, parts

NO_PREVIEW = LinkPreviewOptions(is_disabled=True)


class TelegramSender:
    def __init__(self, bot: Bot) -> None:
        self._bot = bot

    def render(self, entry: Entry) -> Sequence[Part]:
        return parts(entry)

    async def send(self, peer: str, part: Part) -> str | None:
        """Sends plain text; returns Telegram's message id. Raises NotDelivered."""
        try:
            message = await self._bot.send_message(
                int(peer),
                part.text,
                reply_markup=part.keyboard,
                link_preview_options=NO_PREVIEW,
            )
        except TelegramError as error:
            raise refusal(error) from error
        return str(message.message_id)


def refusal(error: TelegramError) -> NotDelivered:
    """The library's error in words for the desk; its own words may hold the token."""
    if isinstance(error, RetryAfter):
        wait = error.retry_after
        again = wait if isinstance(wait, timedelta) else timedelta(seconds=wait)
        return NotDelivered("Telegram 要求放慢发送，稍后自动重发。", again=again)
    if isinstance(error, Forbidden):
        return NotDelivered("对方已停用或删除机器人，消息送不到。", permanent=True)
    if isinstance(error, (BadRequest, ChatMigrated)):
        return NotDelivered(f"Telegram 拒绝了这条消息：{error.message}", permanent=True)
    if isinstance(error, InvalidToken):
        return NotDelivered("Telegram 不接受机器人的令牌，请联系系统管理员。")
    if isinstance(error, TimedOut):
        return NotDelivered("Telegram 没有在时限内应答，稍后自动重发。")
    return NotDelivered("Telegram 暂时连接不上或出错，稍后自动重发。")

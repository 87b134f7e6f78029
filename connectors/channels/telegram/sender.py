"""Sending one message, and what Telegram's refusals mean for the outbox."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta

from telegram import Bot, LinkPreviewOptions, Message
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Forbidden,
    InvalidToken,
    RetryAfter,
    TelegramError,
    TimedOut,
)

from bot.documents.printing import PrintingTooLong
from bot.model.conversation import Entry
from bot.services.deliver import NotDelivered
from connectors.channels.telegram.render import Attachment, Part, messages

NO_PREVIEW = LinkPreviewOptions(is_disabled=True)


Read = Callable[[str], Awaitable[tuple[str, bytes]]]  # code of a receipt → name and content


class TelegramSender:
    """`read` makes the file of the notice that was given under a receipt."""

    def __init__(self, bot: Bot, read: Read, public_url: str | None = None) -> None:
        self._bot = bot
        self._read = read
        self._public_url = public_url

    def render(self, entry: Entry) -> Sequence[Part | Attachment]:
        return messages(entry, self._public_url)

    async def send(self, peer: str, part: Part | Attachment) -> str | None:
        """Sends plain text or a file; returns Telegram's message id. Raises NotDelivered."""
        try:
            if isinstance(part, Attachment):
                message = await self._send_file(int(peer), part)
            else:
                message = await self._bot.send_message(
                    int(peer),
                    part.text,
                    reply_markup=part.keyboard,
                    link_preview_options=NO_PREVIEW,
                )
        except TelegramError as error:
            raise refusal(error) from error
        return str(message.message_id)

    async def _send_file(self, peer: int, part: Attachment) -> Message:
        try:
            name, content = await self._read(part.receipt)
        except PrintingTooLong as error:
            raise NotDelivered("告知书文件没能及时生成，稍后自动重发。") from error
        return await self._bot.send_document(peer, content, filename=name)


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

"""Entry → the messages Telegram can show: plain text of at most 4096 characters, buttons below."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from telegram import InlineKeyboardButton, InlineKeyboardMarkup
from telegram.constants import MessageLimit

from bot.model.conversation import Entry, EntryKind

LIMIT = int(MessageLimit.MAX_TEXT_LENGTH)
SENTENCE_ENDS = "。！？；"


@dataclass(frozen=True)
class Part:
    text: str
    keyboard: InlineKeyboardMarkup | None = None


@dataclass(frozen=True)
class Attachment:
    """The notice that was given under a receipt, as a file."""

    receipt: str


def messages(entry: Entry, public_url: str | None) -> list[Part | Attachment]:
    """Everything an entry is shown as: its texts, then the notice that it hands over."""
    code = entry.facts.get("receipt")
    if code and public_url:
        entry = replace(entry, text=f"{entry.text}\n{public_url.rstrip('/')}/receipts/{code}")
    checklist = entry.facts.get("checklist")
    if checklist and public_url:
        page = f"{public_url.rstrip('/')}{checklist['page']}"
        entry = replace(entry, text=f"{entry.text}\n材料核对清单（查看、打印，7天内有效）：{page}")
    return [*parts(entry), *([Attachment(code)] if code and "notice" in entry.facts else [])]


def parts(entry: Entry) -> list[Part]:
    """The entry as messages in order; the buttons stand under the last."""
    text = entry.text
    if entry.kind is EntryKind.STEWARD:
        text = f"【项目管家 {entry.author}】\n{text}" if entry.author else f"【项目管家】\n{text}"
    *first, last = split(text, LIMIT)
    return [*(Part(piece) for piece in first), Part(last, _keyboard(entry))]


def _keyboard(entry: Entry) -> InlineKeyboardMarkup | None:
    """Each button names its place in the log: a payload may be longer than the 64 bytes that
    Telegram carries, and what comes back is not to be trusted anyway."""
    if not entry.buttons:
        return None
    rows = [
        [InlineKeyboardButton(button.title, callback_data=f"b:{entry.no}:{index}")]
        for index, button in enumerate(entry.buttons)
    ]
    return InlineKeyboardMarkup(rows)


def split(text: str, limit: int) -> list[str]:
    """Pieces of at most `limit` UTF-16 units (as Telegram counts), at line ends where possible,
    else at the end of a sentence, else anywhere."""
    pieces: list[str] = []
    held = ""
    for line in _short_lines(text, limit):
        if held and units(held) + units(line) > limit:
            pieces.append(held)
            held = ""
        held += line
    pieces.append(held)
    return [piece.strip("\n") for piece in pieces if piece.strip()] or [text]


def units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


def _short_lines(text: str, limit: int) -> Iterator[str]:
    for line in text.splitlines(keepends=True):
        while units(line) > limit:
            cut = _cut(line, limit)
            yield line[:cut]
            line = line[cut:]
        yield line


def _cut(line: str, limit: int) -> int:
    end = len(line.encode("utf-16-le")[: 2 * limit].decode("utf-16-le", "ignore"))
    sentence = max(line.rfind(mark, 0, end) for mark in SENTENCE_ENDS) + 1
    return sentence if sentence > end // 2 else end

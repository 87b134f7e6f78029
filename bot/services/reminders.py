"""Whether an enterprise wants to be told of its cases unasked: said in chat, or set at the desk.

The wish is in the facts of the entry that grants it, and is stored with it.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import replace

from bot.model.conversation import Button, Conversation, Draft, Entry, EntryKind, Steward
from bot.services.ports import TurnResult

REMINDERS = "reminders"  # in the facts of an entry: True or False from here on
STOP = Button("不再提醒", "/reminders_off")
RESUME = Button("恢复提醒", "/reminders_on")
HOW_TO_STOP = "不想再收到这类提醒，请点“不再提醒”或回复“不要再提醒我”。"

STOPPED = (
    "好的，不再主动提醒您办件的进展。您随时可以问我办件进度；想重新收到提醒，请回复“恢复提醒”。"
)
RESUMED = "好的，已恢复提醒。您的办件有新进展时，我会在这里告诉您。"
NOBODY = (
    "提醒只发给身份已核实的企业，这个对话还没有核实身份，现在不会收到提醒。"
    "请在办事网站登录企业账号后打开这个对话。"
)

# Only a whole message is a wish: “别再提醒我了，我想问……” has a question that must be answered.
_ME = r"(?:我们?|給我們?|给我们?)?"
_END = r"(?:了|吧|啦|了吧|一下|功能|服务|服務|消息|信息|谢谢|謝謝|thanks)*"
_WHAT = r"(?:提醒|推送|通知|发(?:消息|提醒|通知)|發(?:消息|提醒|通知)|打扰|打擾)"
_STOP = re.compile(
    rf"(?:请|請|麻烦|麻煩|你们?|您)*(?:不要|不用|不必|不需要|不想|无需|無需|别|別|停止|取消|关闭|關閉|关掉|關掉)"
    rf"(?:再|主动|主動|继续|繼續|收到|向|对|對){{0,2}}{_ME}(?:再)?{_WHAT}{_ME}{_END}"
    r"|退订|退訂|td|(?:please)?(?:stop|donot|don't|dont)(?:remind|notify|notifying|reminding)(?:me)?"
    r"(?:anymore)?|unsubscribe|stop(?:the)?(?:reminders|notifications)"
)
_RESUME = re.compile(
    rf"(?:请|請|麻烦|麻煩)*(?:恢复|恢復|打开|打開|开启|開啟|重新|继续|繼續|重新打开|重新开启|订阅|訂閱)"
    rf"{_ME}(?:收到|接收|主动|主動)?{_ME}{_WHAT}{_ME}{_END}"
    r"|(?:please)?(?:resume|restart|start)(?:the)?(?:reminders|notifications|reminding)(?:me)?"
)


def wish(text: str, payload: str | None = None) -> bool | None:
    """Whether a message wants reminders (True), no more of them (False), or something else."""
    if payload is not None:
        return {STOP.payload: False, RESUME.payload: True}.get(payload)
    said = "".join(
        sign
        for sign in unicodedata.normalize("NFKC", text).lower()
        if sign.isalnum() or sign == "'"
    )
    if _STOP.fullmatch(said):
        return False
    return True if _RESUME.fullmatch(said) else None


def grant(head: Conversation, message: Entry) -> TurnResult | None:
    """The turn of a message that says whether to be reminded; None for any other message."""
    wanted = wish(message.text, message.payload)
    if wanted is None:
        return None
    if head.enterprise is None:
        draft = Draft(EntryKind.BOT, NOBODY)
    elif wanted:
        draft = Draft(EntryKind.BOT, RESUMED, buttons=(STOP,))
    else:
        draft = Draft(EntryKind.BOT, STOPPED, buttons=(RESUME,))
    draft = replace(draft, facts={REMINDERS: wanted})
    return TurnResult((draft,), head.state)


def set_at_desk(wanted: bool, steward: Steward) -> Draft:
    """The note of a steward who set it."""
    done = "恢复了" if wanted else "关闭了"
    said = f"{steward.name}{done}本会话的办件提醒。"
    return Draft(EntryKind.NOTE, said, author=steward.name, facts={REMINDERS: wanted})

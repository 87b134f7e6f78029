"""The webhook. Telegram sends an update again until it is answered with 200."""

from __future__ import annotations

import hmac
import json

from aiohttp import web

from bot.app.problems import Handler, refuse
from connectors.channels.telegram.intake import Intake
from connectors.channels.telegram.parse import MALFORMED

PATH = "/channels/telegram/webhook"
SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"


def add_webhook(app: web.Application, intake: Intake, secret: str) -> None:
    app.router.add_post(PATH, _webhook(intake, secret.encode()))


def _webhook(intake: Intake, secret: bytes) -> Handler:
    async def webhook(request: web.Request) -> web.Response:
        """Takes one update of Telegram in; 200 when it is durable, before it is answered."""
        given = request.headers.get(SECRET_HEADER, "").encode("utf-8", "surrogateescape")
        if not hmac.compare_digest(given, secret):
            raise refuse(401, f"请求头 {SECRET_HEADER} 缺少或不正确。")
        content = await _json(request)
        try:
            wish = intake.read(content)
        except MALFORMED as error:
            raise refuse(422, "内容不是 Telegram 的更新（Update）。") from error
        await intake.take(wish)
        return web.Response()

    return webhook


async def _json(request: web.Request) -> dict[str, object]:
    try:
        content = json.loads(await request.read())
    except (ValueError, RecursionError) as error:
        raise refuse(400, "请求内容不是有效的JSON。") from error
    if not isinstance(content, dict) or "update_id" not in content:
        raise refuse(422, "内容不是 Telegram 的更新（Update）。")
    return content

"""Errors over HTTP: always application/problem+json (RFC 9457), never a stack trace."""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Awaitable, Callable
from typing import TypeVar

from aiohttp import web
from pydantic import BaseModel, ConstrainedInt, ConstrainedStr, ValidationError

from bot.services.grant_access import NothingToChange, UnknownGrant
from bot.services.hand_over import ChangedMeanwhile, NotYours, TakenByAnother
from bot.services.ports import Refused, StoreUnavailable, UnknownConversation
from bot.services.receive_message import NothingSaid, TextTooLong

log = logging.getLogger(__name__)
JSON = "application/json"
JSON_HEADERS = {"Content-Type": f"{JSON}; charset=utf-8"}
KEY = re.compile(r"[!-~]{8,100}")
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
Body = TypeVar("Body", bound=BaseModel)


class Words(ConstrainedStr):
    """A text that a database can hold: PostgreSQL knows no NUL, UTF-8 no half of a pair.

    Subclasses set `max_length`: pydantic drops the pattern where a `Field` sets it."""

    strict = True
    min_length = 1
    regex = re.compile(r"^[^\x00\ud800-\udfff]*$")


class Whole(ConstrainedInt):
    """A number that fits into the database; JSON's true, "5" and 4.5 are none."""

    strict = True
    ge = 0
    le = 2**31 - 1


TITLES = {
    400: "请求格式有误",
    401: "需要登录",
    403: "没有权限",
    404: "找不到",
    405: "不支持这种请求方法",
    409: "状态冲突",
    413: "内容过大",
    415: "不支持的内容类型",
    422: "内容不符合要求",
    429: "请求过于频繁",
    500: "服务出错",
    503: "服务暂时不可用",
}
STATUS_OF: dict[type[Exception], int] = {
    UnknownGrant: 404,
    NothingToChange: 409,
    TakenByAnother: 409,
    ChangedMeanwhile: 409,
    NotYours: 409,
    NothingSaid: 422,
    TextTooLong: 413,
    Refused: 422,
}


def problem(status: int, detail: str, **headers: str) -> web.Response:
    body = {
        "type": "about:blank",
        "title": TITLES.get(status, "请求失败"),
        "status": status,
        "detail": detail,
    }
    return web.Response(
        status=status,
        body=json.dumps(body, ensure_ascii=False).encode(),
        content_type="application/problem+json",
        headers=headers,
    )


class Answered(Exception):
    """Carries a ready response out of a handler."""

    def __init__(self, response: web.Response) -> None:
        super().__init__(response.status)
        self.response = response


def refuse(status: int, detail: str) -> Answered:
    """Raise this to answer with a problem."""
    return Answered(problem(status, detail))


@web.middleware
async def problems(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Turns every failure into a problem document."""
    try:
        return await handler(request)
    except Answered as answered:
        return answered.response
    except Refused as refused:
        kind = next(kind for kind in STATUS_OF if isinstance(refused, kind))
        return problem(STATUS_OF[kind], str(refused))
    except UnknownConversation:
        return problem(404, "没有这个会话，请刷新页面重新开始。")
    except StoreUnavailable:
        log.warning("refused %s %s: database away", request.method, request.path)
        return problem(503, "服务暂时不可用，消息没有收下，请稍后重发。", **{"Retry-After": "5"})
    except web.HTTPException as error:
        if error.status < 400:
            raise
        return problem(error.status, _detail(error, request))
    except ConnectionResetError:
        raise  # the client went away; nobody reads an answer
    except Exception:
        log.exception("%s %s failed", request.method, request.path)
        return problem(500, "服务出错，已记录。请稍后重试，或联系项目管家。")


def _detail(error: web.HTTPException, request: web.Request) -> str:
    details = {
        404: f"没有这个地址：{request.path}",
        405: f"{request.path} 不支持 {request.method}",
        413: "内容过大，请缩短后重发。",
    }
    return details.get(error.status, "请求无法处理。")


def json_answer(content: object) -> web.Response:
    """What `web.json_response` makes, without its looking through the headers."""
    return web.Response(body=json.dumps(content).encode(), headers=JSON_HEADERS)


async def read_body(request: web.Request, kind: type[Body]) -> Body:
    """The JSON body as `kind`; refuses with 400, 415 or 422 saying what is wrong."""
    try:
        if request.headers.get("Content-Type") == JSON:  # spares parsing it as an e-mail's header
            content = json.loads((await request.read()).decode())
        elif request.content_type == JSON:
            content = json.loads(await request.text())
        else:
            raise refuse(415, "请求内容应为 application/json。")
    except (ValueError, LookupError) as error:  # not JSON; a charset that does not exist
        raise refuse(400, f"请求内容不是有效的JSON：{error}") from error
    except RecursionError as error:
        raise refuse(400, "请求内容嵌套过深。") from error
    try:
        return kind.parse_obj(content)
    except ValidationError as error:
        faults = "；".join(
            f"{'.'.join(str(key) for key in fault['loc'])}：{fault['msg']}"
            for fault in error.errors()
        )
        raise refuse(422, f"请求内容不符合要求：{faults}") from error


def key_of(request: web.Request) -> str:
    """The Idempotency-Key; refuses with 400 when it is missing or no key."""
    key = request.headers.get("Idempotency-Key", "")
    if not KEY.fullmatch(key):
        raise refuse(400, "缺少请求头 Idempotency-Key（8到100个ASCII字符，每条消息不同）。")
    return key


def after_of(request: web.Request) -> int:
    """The cursor `?after=N`, 0 when absent."""
    try:
        after = int(request.query.get("after", "0"))
    except ValueError as error:
        raise refuse(422, "after 应为不小于0的整数。") from error
    if not 0 <= after < 2**31:
        raise refuse(422, "after 应为不小于0的整数。")
    return after

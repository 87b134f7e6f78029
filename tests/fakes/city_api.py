"""A city's approval system with an API, as connectors/platforms/api.example.yml describes it.

It serves the sample database by SQL of its own, on a thread, and can be told to misbehave.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread
from typing import Any

from aiohttp import web

KEY = "key-of-the-fake"
Row = dict[str, Any]
Misbehaviour = Callable[[web.Request], "web.StreamResponse | None"]


class CityApi:
    """`misbehave` is asked before each answer and may give another; `requests` are those seen."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self.misbehave: Misbehaviour = lambda request: None
        self.requests: list[web.Request] = []
        self.address = ""

    def app(self) -> web.Application:
        app = web.Application(middlewares=[self._watch])
        app.router.add_get("/projects/{code}", self._project)
        app.router.add_get("/projects", self._projects)
        app.router.add_get("/projects/{code}/cases", self._cases)
        app.router.add_get("/projects/{code}/materials", self._materials)
        app.router.add_get("/summary", self._summary)
        return app

    @web.middleware
    async def _watch(self, request: web.Request, handler: Any) -> web.StreamResponse:
        self.requests.append(request)
        instead = self.misbehave(request)
        if instead is not None:
            return instead
        if request.headers.get("X-Api-Key") != KEY:
            return web.json_response({"code": 1, "message": "key"}, status=401)
        answer: web.StreamResponse = await handler(request)
        return answer

    async def _project(self, request: web.Request) -> web.Response:
        code = request.match_info["code"]
        codes = self._rows("SELECT XMDM FROM SPGL_XMJBXXB WHERE XMDM=? OR GCDM=?", code, code)
        if not codes:
            return web.json_response({"code": 0, "data": None}, status=404)
        return _answer(self._whole_project(codes[0]["XMDM"]))

    async def _projects(self, request: web.Request) -> web.Response:
        owner = request.query.get("creditCode")
        own = "" if owner is None else "AND DWTYSHXYDM=?"
        found = self._rows(
            f"SELECT DISTINCT XMDM FROM SPGL_XMDWXXB WHERE DWLX=1 {own} ORDER BY XMDM",
            *([] if owner is None else [owner]),
        )
        size = int(request.query["pageSize"])
        begin = (int(request.query["pageNo"]) - 1) * size
        page = [self._whole_project(row["XMDM"]) for row in found[begin : begin + size]]
        return _answer({"list": page, "total": len(found)})

    async def _cases(self, request: web.Request) -> web.Response:
        rows = self._rows(
            "SELECT * FROM SPGL_XMSPSXBLXXB WHERE GCDM LIKE ? AND SPSXSLBM > ? ORDER BY SPSXSLBM",
            request.match_info["code"] + "%",
            request.query.get("after", ""),
        )
        size = int(request.query["limit"])
        page = [self._case(row) for row in rows[:size]]
        return _answer({"list": page, "next": page[-1]["slbm"] if len(rows) > size else None})

    async def _materials(self, request: web.Request) -> web.Response:
        rows = self._rows(
            "SELECT FJMC, SPSXSLBM FROM SPGL_XMQTFJXXB WHERE GCDM LIKE ?",
            request.match_info["code"] + "%",
        )
        return _answer([{"clmc": row["FJMC"], "slbm": row["SPSXSLBM"]} for row in rows])

    async def _summary(self, request: web.Request) -> web.Response:
        counted = """SELECT (SELECT count(DISTINCT XMDM) FROM SPGL_XMJBXXB) AS projects,
            (SELECT count(*) FROM SPGL_XMJBXXB) AS works,
            (SELECT count(*) FROM SPGL_XMSPSXBLXXB) AS cases,
            (SELECT count(*) FROM SPGL_XMSPSXBLXXXXB) AS events,
            (SELECT max(BLSJ) FROM SPGL_XMSPSXBLXXXXB) AS newest"""
        return _answer(self._rows(counted)[0])

    def _whole_project(self, code: str) -> Row:
        works = [_lower(row) for row in self._rows("SELECT * FROM SPGL_XMJBXXB WHERE XMDM=?", code)]
        main = next(work for work in works if work["gcdm"] == code)
        unit = self._rows(
            "SELECT DWTYSHXYDM FROM SPGL_XMDWXXB WHERE GCDM=? AND DWLX=1", main["gcdm"]
        )
        return {**main, "jsdwdm": unit[0]["DWTYSHXYDM"], "works": works}

    def _case(self, row: Row) -> Row:
        number = row["SPSXSLBM"]

        def of(base: str) -> list[Row]:
            rows = self._rows(f"SELECT * FROM SPGL_{base} WHERE SPSXSLBM=?", number)
            return list(map(_lower, rows))

        names = "SELECT SPSXMC FROM SPGL_DFXMSPLCJDSXXXB WHERE SPSXBM=?"
        return {
            "slbm": number,
            "gcdm": row["GCDM"],
            "xzqhdm": row["XZQHDM"],
            "sxbm": row["SPSXBM"],
            "sxmc": self._rows(names, row["SPSXBM"])[0]["SPSXMC"],
            "bmmc": row["SPBMMC"],
            "sxblsx": row["SXBLSX"],
            "blslbm": row["BLSPSLBM"],
            "steps": of("XMSPSXBLXXXXB"),
            "tbcx": [
                _renamed(
                    each, mc="tbcxmc", lx="tbcx", kssj="tbcxkssj", sx="tbcxsx", sxlx="tbcxsxlx"
                )
                for each in of("XMSPSXBLTBCXXXB")
            ],
            "pfwj": [
                _renamed(each, wh="pfwh", bt="pfwjbt", rq="pfrq", yxqx="pfwjyxqx")
                for each in of("XMSPSXPFWJXXB")
            ],
            "zqyj": [
                _renamed(each, dwmc="bldwmc", fksj="fksj", fkyj="fkyj")
                for each in of("XMSPSXZQYJXXB")
            ],
        }

    def _rows(self, query: str, *values: Any) -> list[Row]:
        with sqlite3.connect(self._file) as connection:
            connection.row_factory = sqlite3.Row
            return [dict(row) for row in connection.execute(query, values)]


def _answer(data: Any) -> web.Response:
    return web.json_response({"code": 0, "message": "", "data": data})


def _lower(row: Row) -> Row:
    return {name.lower(): value for name, value in row.items()}


def _renamed(row: Row, **names: str) -> Row:
    return {ours: row[theirs] for ours, theirs in names.items()}


@contextmanager
def city_api(file: Path) -> Iterator[CityApi]:
    """A running API on a port of this machine, over the sample database of `file` (V2)."""
    api = CityApi(file)
    loop = asyncio.new_event_loop()
    runner = web.AppRunner(api.app(), shutdown_timeout=0.1)
    thread = Thread(target=loop.run_forever, daemon=True)
    thread.start()

    async def start() -> None:
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        api.address = f"http://127.0.0.1:{runner.addresses[0][1]}"

    asyncio.run_coroutine_threadsafe(start(), loop).result(10)
    yield api
    asyncio.run_coroutine_threadsafe(runner.cleanup(), loop).result(10)
    loop.call_soon_threadsafe(loop.stop)
    thread.join(10)
    loop.close()

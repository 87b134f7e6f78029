"""The heavy part of understanding, done for all messages that wait for it at the same moment."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import Executor

Prepare = Callable[[Sequence[str]], object]


class Ahead:
    """Together several texts cost less than one after another. On the loop of whoever awaits it."""

    def __init__(self, prepare: Prepare, pool: Executor | None = None) -> None:
        """`pool`: where to prepare; None: on the loop itself, which a process that has nothing
        else to do may as well."""
        self._prepare = prepare
        self._pool = pool
        self._waiting: list[tuple[str, asyncio.Future[None]]] = []

    async def __call__(self, text: str) -> None:
        """Returns when the text is prepared; raises what preparing raised."""
        loop = asyncio.get_running_loop()
        if not self._waiting:
            loop.call_soon(self._begin)  # after the other messages that have arrived
        prepared = loop.create_future()
        self._waiting.append((text, prepared))
        await prepared

    def _begin(self) -> None:
        some, self._waiting = self._waiting, []
        texts = [text for text, _ in some]
        if self._pool is None:
            done: asyncio.Future[object] = asyncio.get_running_loop().create_future()
            try:
                done.set_result(self._prepare(texts))
            except Exception as error:
                done.set_exception(error)
        else:
            done = asyncio.get_running_loop().run_in_executor(self._pool, self._prepare, texts)
        done.add_done_callback(lambda done: _tell(done, [prepared for _, prepared in some]))


def _tell(done: asyncio.Future[object], waiting: Sequence[asyncio.Future[None]]) -> None:
    error = done.exception()
    for prepared in waiting:
        if prepared.done():  # its turn was given up
            continue
        if error is None:
            prepared.set_result(None)
        else:
            prepared.set_exception(error)

"""Threads for blocking work, which take up together what waits together."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from typing import Any


@dataclass(eq=False)
class Job:
    """A piece of work and what became of it."""

    work: Callable[[Any], Any]
    done: asyncio.Future[Any]
    result: Any = None
    error: BaseException | None = None


class Threads:
    """Has `carry_out` do the jobs, up to `most` at a time, on `count` threads.

    `carry_out` fills in each job's result or error; what it raises is the error of them all. The
    event loop is woken once for all of them.
    """

    def __init__(
        self, name: str, count: int, most: int, carry_out: Callable[[Sequence[Job]], None]
    ) -> None:
        self._pool = ThreadPoolExecutor(count, name)
        self._most = most
        self._carry_out = carry_out
        self._waiting: deque[Job] = deque()

    async def run(self, work: Callable[[Any], Any]) -> Any:
        """What `work` returns or raises on a thread."""
        loop = asyncio.get_running_loop()
        job = Job(work, loop.create_future())
        self._waiting.append(job)
        self._pool.submit(self._take_up, loop)
        return await job.done

    def close(self) -> None:
        """Returns when everything that waits is done."""
        self._pool.shutdown(wait=True)

    def _take_up(self, loop: asyncio.AbstractEventLoop) -> None:
        jobs = self._next()
        if not jobs:
            return  # done together with an earlier one
        try:
            self._carry_out(jobs)
        except BaseException as error:
            for job in jobs:
                job.error = error
        with suppress(RuntimeError):  # the loop has ended: nobody waits
            loop.call_soon_threadsafe(_tell, jobs)

    def _next(self) -> list[Job]:
        jobs: list[Job] = []
        with suppress(IndexError):
            while len(jobs) < self._most:
                job = self._waiting.popleft()
                if not job.done.cancelled():
                    jobs.append(job)
        return jobs


def _tell(jobs: Sequence[Job]) -> None:
    for job in jobs:
        if job.done.done():
            continue  # cancelled meanwhile
        if job.error is None:
            job.done.set_result(job.result)
        else:
            job.done.set_exception(job.error)

"""Sending messages over Rasa's REST channel with a number of them in flight, and timing them."""

from __future__ import annotations

import asyncio
import statistics
import time
from collections.abc import Sequence
from dataclasses import dataclass

import aiohttp

from tests.bench.messages import Talk

ANSWER_SECONDS = 60


@dataclass(frozen=True)
class Timing:
    """Messages per second over the whole level; percentiles of one message, in milliseconds."""

    messages: int
    per_second: float
    p50: float
    p95: float


async def run(address: str, talks: Sequence[Talk], in_flight: int, prefix: str) -> Timing:
    """Keeps `in_flight` conversations going; within one, a message waits for its answer."""
    queue = asyncio.Queue[Talk]()
    for talk in talks:
        queue.put_nowait(talk)
    times: list[float] = []
    timeout = aiohttp.ClientTimeout(total=ANSWER_SECONDS)
    async with aiohttp.ClientSession(timeout=timeout) as session:

        async def work() -> None:
            while not queue.empty():
                talk = queue.get_nowait()
                for text in talk.texts:
                    times.append(await say(session, address, f"{prefix}-{talk.sender}", text))

        begun = time.perf_counter()
        await asyncio.gather(*(work() for _ in range(in_flight)))
        seconds = time.perf_counter() - begun
    times.sort()
    p95 = times[int(len(times) * 0.95) - 1] * 1000
    return Timing(len(times), len(times) / seconds, statistics.median(times) * 1000, p95)


async def say(session: aiohttp.ClientSession, address: str, sender: str, text: str) -> float:
    """Seconds until the answer; a message without an answer is an error of the run."""
    begun = time.perf_counter()
    url = f"{address}/webhooks/rest/webhook"
    async with session.post(url, json={"sender": sender, "message": text}) as response:
        replies = await response.json()
        if response.status != 200 or not isinstance(replies, list):
            raise RuntimeError(f"{address} answered {response.status}: {replies}")
    return time.perf_counter() - begun


async def growth(address: str, marks: Sequence[int], around: int) -> dict[int, float]:
    """One conversation up to the last mark; the median milliseconds of the `around` messages
    before each mark. No text comes twice."""
    times: list[float] = []
    timeout = aiohttp.ClientTimeout(total=ANSWER_SECONDS)
    async with aiohttp.ClientSession(timeout=timeout) as session:
        for number in range(max(marks) + around):
            text = f"第{number}次问：施工许可证要什么材料"
            times.append(await say(session, address, "growing", text) * 1000)
    return {mark: statistics.median(times[mark : mark + around]) for mark in marks}

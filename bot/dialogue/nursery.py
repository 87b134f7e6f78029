"""The process that holds the loaded model and forks turn workers from it.

A fork of a process with threads is a gamble, and the server has threads; so one process loads the
model, stays without threads, and does nothing but fork. Workers share its memory until they write.
Whoever holds the other end of the control socket asks with one byte:

  ASK_WORKER    with a socket beside it: fork a worker that serves turns on it; answered READY
  ASK_REFRESH   look for a changed catalogue; answered CHANGED or SAME

Everything ends when the other ends of the sockets are closed, however that happens.
"""

from __future__ import annotations

import asyncio
import gc
import os
import signal
import socket
import sys
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import uvloop

from bot.dialogue.wire import receive, send

ASK_WORKER, ASK_REFRESH = b"w", b"r"
READY, CHANGED, SAME = b"+", b"c", b"s"
SETTLED = -1  # a worker's first answer, which has no question
EXPECTED = -2  # in place of a turn's number: what is to be prepared, without an answer


@dataclass(frozen=True)
class Loaded:
    """What the nursery holds: the turns, a function that looks for a changed catalogue, and what
    each new worker does first. A page that a process writes to becomes its own, and Python writes
    to whatever it looks at: what is rehearsed is copied then, and not under the first messages,
    which took a third longer for it."""

    turns: Any
    refresh: Callable[[], bool]
    settle: Callable[[], Awaitable[None]]


Load = Callable[[], Loaded]


def tend(control: socket.socket, load: Load) -> None:
    """The whole life of the nursery; what `load` raises ends it, and so is told."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the server ends first, and its sockets with it
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # no zombies
    loaded = load()
    gc.collect()
    gc.freeze()  # collecting would write to every page and so unshare it
    gc.set_threshold(100_000, 20, 20)
    control.sendall(READY)
    while True:
        asked, given, _, _ = socket.recv_fds(control, 1, 1)
        if asked == ASK_WORKER:
            _fork(control, given[0], loaded)
            control.sendall(READY)
        elif asked == ASK_REFRESH:
            control.sendall(CHANGED if loaded.refresh() else SAME)
        else:
            return


def _fork(control: socket.socket, given: int, loaded: Loaded) -> None:
    if os.fork():
        os.close(given)
        return
    status = 1
    try:
        control.close()
        uvloop.install()
        asyncio.run(_serve(socket.socket(fileno=given), loaded))
        status = 0
    finally:  # never back into the nursery's own code
        sys.stderr.flush()
        os._exit(status)


async def _serve(own: socket.socket, loaded: Loaded) -> None:
    """Settles, and takes turns until the other side is gone."""
    reader, writer = await asyncio.open_connection(sock=own)
    await loaded.settle()
    send(writer, (SETTLED, None))
    under_way: set[asyncio.Task[None]] = set()

    async def take(number: int, conversation: Any, message: Any) -> None:
        send(writer, (number, await loaded.turns.take(conversation, message)))

    while True:
        try:
            asked = await receive(reader)
        except (asyncio.IncompleteReadError, ConnectionError):
            return
        expected = asked[0] == EXPECTED
        task = asyncio.create_task(loaded.turns.expect(asked[1]) if expected else take(*asked))
        under_way.add(task)
        task.add_done_callback(under_way.discard)

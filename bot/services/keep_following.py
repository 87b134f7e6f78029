"""Follow the platform for as long as the product runs, on a thread of its own."""

from __future__ import annotations

import logging
from collections.abc import Callable
from threading import Event, Thread

from bot.services.follow_platform import Clock, Round, follow_once
from bot.services.follow_port import LeaseLost, Snapshots, Source
from bot.services.platform_port import PlatformUnavailable
from bot.services.ports import StoreUnavailable

log = logging.getLogger(__name__)
LONGEST_WAIT = 900.0  # seconds between two attempts at a platform that is away
OPEN = Callable[[], tuple[Source, Snapshots]]


class Following:
    """Runs a round every `seconds`. While the platform or the database is away the wait doubles,
    up to a quarter of an hour. Only one of several processes follows; the others stand by."""

    def __init__(self, opened: OPEN, seconds: float, now: Clock) -> None:
        self._open, self._seconds, self._now = opened, seconds, now
        self._stopped = Event()
        self._away = False
        self._thread = Thread(target=self._run, name="follow-platform", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def close(self, patience: float = 5.0) -> None:
        """A round that lasts longer is left behind: what it had written stays."""
        self._stopped.set()
        self._thread.join(patience)

    def _run(self) -> None:
        parts: tuple[Source, Snapshots] | None = None
        wait = self._seconds
        while not self._stopped.is_set():
            try:
                parts = parts or self._open()
                self._tell(follow_once(*parts, self._now, self._progress))
                wait, self._away = self._seconds, False
            except _Stopped:
                break
            except (PlatformUnavailable, StoreUnavailable) as away:
                wait = min(LONGEST_WAIT, wait * 2)
                log.log(logging.DEBUG if self._away else logging.WARNING, "follow: %s", away)
                self._away = True
            except LeaseLost:
                log.info("follow: another process goes on")
            except Exception:  # one bad round must not end the rounds
                log.exception("follow failed; it is tried again")
                wait = min(LONGEST_WAIT, wait * 2)
            self._stopped.wait(wait)
        if parts is not None:
            self._let_go(parts[1])

    def _progress(self, read: int, to_read: int) -> None:
        if to_read > read and read % 2000 == 0:
            log.info("follow: %d of %d projects read", read, to_read)
        if self._stopped.is_set():
            raise _Stopped

    def _tell(self, done: Round | None) -> None:
        if done is None:
            return
        if done.doubted:
            log.warning("follow: %d projects are suddenly missing; looking again", done.doubted)
        if done.changes:
            log.info("follow: %s", {kind.value: count for kind, count in done.changes.items()})

    def _let_go(self, kept: Snapshots) -> None:
        try:
            kept.release()
        except StoreUnavailable as away:
            log.info("follow: the lease ends by itself: %s", away)


class _Stopped(Exception):
    """The product stops in the middle of a long round."""

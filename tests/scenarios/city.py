"""A city with its platform, the product that follows it, and an enterprise that looks on.

Time is what the scenario says. Every minute the product looks once, and the chronicle keeps what
the enterprise saw: `pytest -s` prints it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta

from bot.model.conversation import Enterprise
from bot.model.ledger import FollowedProject
from bot.model.times import CHINA
from bot.services.follow_platform import follow_once
from bot.services.follow_port import Marks, Source
from bot.services.platform_port import PlatformUnavailable
from bot.services.quiet_hours import quiet_hours
from bot.services.word_rounds import one_round
from bot.storage.database import Database
from bot.storage.ledger_history import SqlFollowedCases
from bot.storage.ledger_snapshots import SqlSnapshots
from bot.storage.words import SqlWords
from connectors.channels.web.identity import sign
from connectors.platforms.demo import SAMPLE_ENTERPRISES
from connectors.platforms.spgl_changes import SpglSource
from tests.fakes.product import SITE, SITE_KEY, Product, Visitor
from tests.fakes.sample_platform import SamplePlatform

BEGIN = datetime(2026, 11, 20, 15, 0, tzinfo=CHINA)  # a Friday
FACTORY, HOMES = (Enterprise(one.credit_code, one.name) for one in SAMPLE_ENTERPRISES[:2])
PERMIT = "210106-900001-10"  # the factory's construction permit; it waits for supplements
QUIET = quiet_hours("21:00-08:00")


class StopsWhileRead:
    """A source that stops after it was surveyed, when its projects are about to be read."""

    def __init__(self, source: Source, platform: SamplePlatform) -> None:
        self._source, self._platform = source, platform

    @property
    def origin(self) -> str:
        return self._source.origin

    def glance(self) -> str | None:
        return self._source.glance()

    def touched(self, before: str, now: str) -> Collection[str] | None:
        return self._source.touched(before, now)

    def survey(self, codes: Collection[str] | None = None) -> Marks:
        return self._source.survey(codes)

    def read(self, codes: Sequence[str]) -> list[FollowedProject]:
        self._platform.stop()
        return self._source.read(codes)


@dataclass
class Process:
    """One process of the product, as far as it follows and speaks. It may end at any moment."""

    name: str
    database: Database
    kept: SqlSnapshots
    history: SqlFollowedCases
    words: SqlWords

    def end(self) -> None:
        """As by SIGKILL: nothing is handed back, the lease stays."""
        self.database.dispose()


@dataclass
class City:
    product: Product
    platform: SamplePlatform
    url: str
    now: datetime = BEGIN
    process: Process | None = None
    processes: int = 0
    visitors: dict[str, Visitor] = field(default_factory=dict)
    seen: dict[str, int] = field(default_factory=dict)
    chronicle: list[str] = field(default_factory=list)

    def tell(self, who: str, what: str) -> None:
        first, *rest = what.splitlines()
        self.chronicle.append(f"{self.now:%m-%d %H:%M}  {who}：{first}")
        self.chronicle.extend(f"                 {line}" for line in rest)

    def start_process(self) -> None:
        self.processes += 1
        source = SpglSource(self.platform.url)
        database = Database(self.url, frozenset({"telegram"}))
        self.process = Process(
            f"进程{self.processes}",
            database,
            SqlSnapshots(self.url, source.origin, f"process-{self.processes}"),
            SqlFollowedCases(self.url, source.origin),
            SqlWords(database),
        )
        self.tell("产品", f"{self.process.name}启动")

    def kill_process(self) -> None:
        assert self.process is not None
        self.process.end()
        self.tell("产品", f"{self.process.name}被杀死")
        self.process = None

    async def minute(self, source: Source | None = None) -> None:
        """A minute passes; the product looks once, then everybody looks at their screen."""
        self.now += timedelta(minutes=1)
        await self.look(source)

    async def look(self, source: Source | None = None) -> None:
        if self.process is not None:
            with self._told_when_away():
                follow_once(
                    source or SpglSource(self.platform.url), self.process.kept, lambda: self.now
                )
            hub = self.product.parts.hub
            await one_round(self.process.words, self.process.history, hub, QUIET, self.now)
        for name, visitor in self.visitors.items():
            page = await visitor.page(self.seen.get(name, 0))
            self.seen[name] = page["last"]
            for entry in page["entries"]:
                if entry["kind"] != "user":
                    self.tell(f"{name}看到", entry["text"])

    @contextmanager
    def _told_when_away(self) -> Iterator[None]:
        try:
            yield
        except PlatformUnavailable:
            self.tell("产品", "读不到审批系统，等它恢复")

    async def until(self, moment: str) -> None:
        """Minute after minute passes until it is `moment` (`HH:MM`) next."""
        while f"{self.now:%H:%M}" != moment:
            await self.minute()

    async def at(self, moment: str) -> None:
        """It is `moment` (`HH:MM`) next; what lies between is passed over."""
        clock = time.fromisoformat(moment)
        later = clock > self.now.time()
        day = self.now.date() + timedelta(days=0 if later else 1)
        self.now = datetime.combine(day, clock, CHINA)
        await self.look()

    async def visitor(self, name: str, who: Enterprise) -> None:
        token = sign(SITE, name, who, SITE_KEY, timedelta(minutes=5))
        self.visitors[name] = await self.product.visitor(token)

    async def messages(self, name: str) -> list[str]:
        """What the bot told somebody unasked."""
        lines = await self.visitors[name].lines()
        return [text for kind, text in lines if kind == "bot" and text.startswith("您的办件有")]

    def close(self) -> None:
        if self.process is not None:
            self.process.end()
        print("", *self.chronicle, sep="\n")

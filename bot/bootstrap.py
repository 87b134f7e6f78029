"""The one place where the parts are plugged together.

The road of a message, in order:
  channel        parses what an app sent (connectors/channels)
  receive        appends it to the log, durable and once (bot/services/receive_message.py)
  scheduler      runs one turn after another per conversation (bot/services/schedule_turns.py)
  dialogue       NLU → rule → action → service (bot/dialogue, actions, bot/services, knowledge)
  commit         replies, state and mark in one transaction behind the fence (take_turn.py)
  outbox         delivers to messaging apps; widget and desk read the log (bot/services/deliver.py)
"""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date, datetime
from functools import partial
from importlib import import_module
from itertools import cycle, islice
from pathlib import Path
from typing import TYPE_CHECKING

from prometheus_client import Gauge
from pydantic import SecretStr

from bot.app.parts import Enterprises, Parts
from bot.dialogue.nursery import Loaded
from bot.dialogue.training import newest_model
from bot.dialogue.workers import WorkerDialogue
from bot.model.times import CHINA
from bot.platforms import open_platform
from bot.services.announce import Feed, Hub
from bot.services.assistant import Assistant
from bot.services.desk_hours import OfficeHours
from bot.services.last_reading import Readings
from bot.services.name_matter import by_exact_name
from bot.services.platform_port import Platform
from bot.services.ports import Dialogue
from bot.services.schedule_turns import TurnScheduler
from bot.settings import Settings, read_settings
from bot.storage.database import Database
from bot.storage.ledger_readings import SqlReadings
from bot.storage.outbox import SqlOutbox
from bot.storage.papers import SqlPapers
from bot.storage.stewards import Accounts
from connectors.platforms.demo import SAMPLE_ENTERPRISES, write_sample_file
from connectors.platforms.guarded import GuardedPlatform
from knowledge.live import LiveCatalogue, shared_catalogue
from knowledge.loader import Catalogue

if TYPE_CHECKING:
    from bot.dialogue.engine import RasaDialogue, Turns

log = logging.getLogger(__name__)

# Loaded by name: they sit above this module (bot/decisions/0007).
PLUGS = (
    "connectors.channels.web.routes",
    "connectors.channels.web.pages",
    "connectors.channels.web.documents",
    "connectors.channels.rest",
    "connectors.channels.telegram",
    "connectors.desk.routes",
    "connectors.desk.grants",
    "connectors.desk.checklists",
    "connectors.desk.ledger_changes",
    "connectors.desk.ledger",
    "connectors.desk.words",
)
DELIVERED = frozenset({"telegram"})  # channels that entries are sent to; the others read the log
DEMO_SITE = "demo"
# Said once before workers are forked, so that what loads at its first use is loaded once for all of
# them: templates, dictionaries of pinyin and numerals, the rules' tables.
REHEARSED = (
    "施工许可证要什么材料，几天能办下来",
    "我们在沈阳盖厂房，8000平方米，要不要办环评",
    "shigong xuke zenme ban",
    "消防手续归谁管",
    "什么叫告知承诺",
    "整个项目要办哪些手续",
    "我的件办到哪了",
    "How long does the construction permit take?",
    "你好",
    "今天天气怎么样",
)
ASKED = (
    "{}要什么材料",
    "我们单位想问一下，要不要办{}，什么情况可以不办",
    "{}多少天能下来",
    "{}去哪个窗口办，归谁管",
    "{}收费吗",
    "{}依据的是哪个文件",
    "请问{}是什么",
    "{}怎么办理，能不能网上办",
    "{}办完给什么证，有效期多久",
    "{}之前要先办什么",
    "没办{}会罚多少",
)
SETTLING = 200  # questions at the most
TALKATIVE = {
    "aiohttp.access": logging.WARNING,
    "alembic": logging.WARNING,
    "rasa": logging.WARNING,
    "rasa_sdk": logging.WARNING,
    "py.warnings": logging.ERROR,
}


CATALOGUE_FAULTS = Gauge(
    "bangban_catalogue_faults", "Faults of the catalogue's files while an older version serves"
)


def begin_logging(level: str) -> None:
    """What happened, on standard error; libraries tell their details only on DEBUG."""
    logging.captureWarnings(True)
    logging.basicConfig(level=level, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    if level != "DEBUG":
        for name, least in TALKATIVE.items():
            logging.getLogger(name).setLevel(least)


def make_assistant(settings: Settings) -> Assistant:
    """What the use cases work with: catalogue, platform, clock."""
    catalogue = shared_catalogue(settings.knowledge, settings.published)
    platform: Platform | None = None
    readings: Readings | None = None
    if settings.platform_url:
        city, database = settings.platform_city, settings.database_url
        platform = GuardedPlatform(open_platform(settings.platform_url, city, ledger=database))
        readings = SqlReadings(database)
    return Assistant(
        catalogue=catalogue,
        platform=platform,
        name_to_matter=lambda name: by_exact_name(catalogue().matters)(name),
        now=lambda: datetime.now(CHINA),
        place=settings.place,
        readings=readings,
        papers=SqlPapers(settings.database_url),
    )


def default_assistant() -> Assistant:
    """The assistant of the settings in the environment, for `rasa run actions`."""
    return make_assistant(read_settings())


def make_turns(settings: Settings, assistant: Assistant) -> Turns:
    """Loads the newest trained model; raises FileNotFoundError when there is none."""
    from bot.dialogue.engine import Turns  # with it comes all of Rasa

    searchable = import_module("bot.components.searchable")
    shared_catalogue(settings.knowledge, settings.published).on_change(searchable.use_catalogue)
    run_action = import_module("actions.executor").in_process(assistant)
    return Turns(newest_model(settings.model), run_action, searchable.warm)


def make_dialogue(settings: Settings, assistant: Assistant) -> RasaDialogue:
    """The dialogue in this process, for commands."""
    from bot.dialogue.engine import RasaDialogue

    return RasaDialogue(make_turns(settings, assistant))


def load_turns(settings: Settings) -> Loaded:
    """For the process that workers are forked from. It opens no connection, which could not be
    shared with them: platforms connect at their first use."""
    begin_logging(settings.log_level)
    turns = make_turns(settings, make_assistant(settings))
    asyncio.run(turns.rehearse(REHEARSED))
    catalogue = shared_catalogue(settings.knowledge, settings.published)

    async def settle() -> None:
        await turns.rehearse([*REHEARSED, *_asked_of(catalogue())])

    return Loaded(turns, catalogue.refresh, settle)


def _asked_of(catalogue: Catalogue) -> list[str]:
    """A question on each matter, or on some of very many, in turn on each aspect."""
    every = max(1, len(catalogue.matters) // SETTLING)
    some = islice(catalogue.matters.values(), 0, None, every)
    return [text.format(matter.name) for matter, text in zip(some, cycle(ASKED), strict=False)]


@asynccontextmanager
async def running(
    settings: Settings, dialogue: Dialogue | None = None, samples: Enterprises | None = None
) -> AsyncIterator[Parts]:
    """The parts, working, until the block ends; messages left unanswered are taken up."""
    assistant = make_assistant(settings)
    own: WorkerDialogue | None = None
    if dialogue is None:
        own = WorkerDialogue(partial(load_turns, settings), settings.worker_count)
        await own.start()
    database = Database(settings.database_url, DELIVERED)
    hub = Hub()
    hours = OfficeHours(settings.desk_opens, settings.desk_closes, settings.desk_answers_within)
    thinking = dialogue or own
    assert thinking is not None
    scheduler = TurnScheduler(database, thinking, hub, hours)
    hub.observe(scheduler.wake)
    if own:
        hub.foresee(own.expect)
    parts = Parts(
        settings=settings,
        database=database,
        accounts=Accounts(database),
        outbox=SqlOutbox(database),
        hub=hub,
        feed=Feed(hub),
        hours=hours,
        scheduler=scheduler,
        assistant=assistant,
        samples=samples or Enterprises(),
        refresh=partial(_refresh, shared_catalogue(settings.knowledge, settings.published), own),
    )
    try:
        left = await scheduler.catch_up()
        if left:
            log.info("took up %d conversations left unanswered", left)
        yield parts
    finally:
        await scheduler.close()
        if own:
            await own.close()
        database.dispose()


async def _refresh(catalogue: LiveCatalogue, workers: WorkerDialogue | None) -> None:
    """Takes up a changed catalogue here and in the workers, which are replaced."""
    await asyncio.to_thread(catalogue.refresh)
    CATALOGUE_FAULTS.set(len(catalogue.problems))
    if workers:
        await workers.refresh()


def with_demo(settings: Settings, folder: Path) -> tuple[Settings, Enterprises]:
    """The settings with the sample platform and a signing key of its own for the sample page."""
    platform = folder / "demo-platform.db"
    write_sample_file(platform, date.today())
    keys = {**settings.identity_keys, DEMO_SITE: SecretStr(secrets.token_urlsafe(32))}
    given = {"platform_url": f"sqlite:///{platform}", "identity_keys": keys}
    names = {sample.credit_code: sample.name for sample in SAMPLE_ENTERPRISES}
    return settings.copy(update=given), Enterprises(names)

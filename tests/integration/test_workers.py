"""Turns in worker processes: what happens when they end, hang, or the catalogue changes."""

from __future__ import annotations

import asyncio
import os
import signal
import time
from collections.abc import AsyncIterator, Callable
from datetime import datetime, timezone
from functools import partial
from pathlib import Path
from typing import NoReturn

import psutil
import pytest

from bot.dialogue import workers
from bot.dialogue.nursery import Loaded
from bot.dialogue.workers import LoadFailed, WorkerDialogue
from bot.model.conversation import Conversation, Draft, Entry, EntryKind, Owner
from bot.services.ports import TurnResult
from bot.services.take_turn import APOLOGY

NOW = datetime(2026, 11, 23, tzinfo=timezone.utc)


class Talkative:
    """Says which process answers, under which catalogue; some words make it misbehave."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.catalogue = (folder / "catalogue").read_text()

    async def take(self, conversation: Conversation, message: Entry) -> TurnResult:
        if message.text == "wait":
            (self.folder / f"waiting {os.getpid()}").touch()
            while not (self.folder / "go").exists():  # noqa: ASYNC110 - another process makes it
                await asyncio.sleep(0.01)
        if message.text == "die once" and not (self.folder / "died").exists():
            (self.folder / "died").touch()
            os.kill(os.getpid(), signal.SIGKILL)
        if message.text == "die":
            os.kill(os.getpid(), signal.SIGKILL)
        said = f"{os.getpid()} {self.catalogue}"
        return TurnResult((Draft(EntryKind.BOT, said),), {"seen": message.no})

    async def expect(self, text: str) -> None:
        if text == "die":
            os.kill(os.getpid(), signal.SIGKILL)
        (self.folder / f"expects {text} {os.getpid()}").touch()

    def refresh(self) -> bool:
        if (self.folder / "slow").exists():
            time.sleep(1)
        before, self.catalogue = self.catalogue, (self.folder / "catalogue").read_text()
        return before != self.catalogue

    async def settle(self) -> None:
        (self.folder / f"settled {os.getpid()}").touch()
        if (self.folder / "dies young").exists():
            os._exit(1)


def load(folder: Path) -> Loaded:
    turns = Talkative(folder)
    return Loaded(turns, turns.refresh, turns.settle)


def load_nothing() -> NoReturn:
    raise FileNotFoundError("no trained model")


@pytest.fixture
async def dialogue(tmp_path: Path) -> AsyncIterator[WorkerDialogue]:
    (tmp_path / "catalogue").write_text("old")
    dialogue = WorkerDialogue(partial(load, tmp_path), 2)
    await dialogue.start()
    yield dialogue
    await dialogue.close()


async def say(dialogue: WorkerDialogue, text: str) -> str:
    conversation = Conversation("c", "web", "p", Owner.BOT, 0, 1, 0, {}, NOW)
    result = await dialogue.turn(conversation, Entry("c", 1, NOW, EntryKind.USER, text))
    return result.replies[0].text


async def until(true: Callable[[], bool]) -> None:
    async def wait() -> None:
        while not true():  # noqa: ASYNC110 - it is about other processes
            await asyncio.sleep(0.01)

    await asyncio.wait_for(wait(), 10)


async def both_answer(dialogue: WorkerDialogue, folder: Path) -> set[int]:
    """The numbers of the two workers, each of which has a turn under way at the same time."""
    turns = [asyncio.create_task(say(dialogue, "wait")) for _ in range(2)]
    await until(lambda: len(list(folder.glob("waiting *"))) == 2)
    (folder / "go").touch()
    return {int(answer.split()[0]) for answer in await asyncio.gather(*turns)}


def prepared_in(folder: Path) -> dict[str, str]:
    """Which text which worker has prepared for."""
    return dict(path.name.split()[1:] for path in folder.glob("expects *"))


def processes() -> dict[int, psutil.Process]:
    """All of ours that live, by number."""
    return {one.pid: one for one in psutil.Process().children(recursive=True)}


async def test_turns_are_shared_out_among_processes_of_their_own(
    dialogue: WorkerDialogue, tmp_path: Path
) -> None:
    numbers = await both_answer(dialogue, tmp_path)
    assert os.getpid() not in numbers


async def test_the_turn_goes_to_the_worker_that_prepared_for_it(
    dialogue: WorkerDialogue, tmp_path: Path
) -> None:
    for text in ("first", "second", "third"):  # two have something to do then
        dialogue.expect(text)
    await until(lambda: len(prepared_in(tmp_path)) == 2)
    prepared = prepared_in(tmp_path)
    assert set(prepared) == {"first", "second"}
    assert len(set(prepared.values())) == 2
    for text in ("second", "first"):
        assert (await say(dialogue, text)).split()[0] == prepared[text]


async def test_an_expected_turn_that_never_comes_is_forgotten(
    dialogue: WorkerDialogue, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workers, "EXPECT_SECONDS", 0.05)
    dialogue.expect("refused")
    dialogue.expect("refused-too")
    await asyncio.sleep(0.2)
    dialogue.expect("later")
    await until(lambda: "later" in prepared_in(tmp_path))


async def test_a_text_that_ends_the_worker_preparing_for_it_costs_no_answer(
    dialogue: WorkerDialogue, tmp_path: Path
) -> None:
    dialogue.expect("die")
    assert (await say(dialogue, "hello")).endswith("old")
    assert len(await both_answer(dialogue, tmp_path)) == 2


async def test_a_turn_that_waits_holds_up_no_other(
    dialogue: WorkerDialogue, tmp_path: Path
) -> None:
    waiting = [asyncio.create_task(say(dialogue, "wait")) for _ in range(4)]
    await until(lambda: any(tmp_path.glob("waiting *")))
    await say(dialogue, "hello")
    (tmp_path / "go").touch()
    assert len(await asyncio.gather(*waiting)) == 4


async def test_a_turn_whose_worker_ends_is_taken_by_another(
    dialogue: WorkerDialogue, tmp_path: Path
) -> None:
    assert (await say(dialogue, "die once")).endswith("old")
    assert (tmp_path / "died").exists()


async def test_a_message_that_ends_every_worker_gets_an_apology(
    dialogue: WorkerDialogue, tmp_path: Path
) -> None:
    assert await say(dialogue, "die") == APOLOGY
    await both_answer(dialogue, tmp_path)  # the ended ones were replaced


async def test_a_worker_that_hangs_is_given_up(
    dialogue: WorkerDialogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workers, "TURN_SECONDS", 0.2)
    assert await say(dialogue, "wait") == APOLOGY
    monkeypatch.undo()
    assert (await say(dialogue, "hello")).endswith("old")


async def test_a_changed_catalogue_is_taken_up_and_nothing_under_way_is_lost(
    dialogue: WorkerDialogue, tmp_path: Path
) -> None:
    before = processes()
    under_way = asyncio.create_task(say(dialogue, "wait"))
    await until(lambda: any(tmp_path.glob("waiting *")))
    assert not await dialogue.refresh()
    (tmp_path / "catalogue").write_text("new")
    refreshed = asyncio.create_task(dialogue.refresh())
    await until(lambda: len(list(tmp_path.glob("settled *"))) == 4)
    while not (await say(dialogue, "hello")).endswith("new"):  # noqa: ASYNC110 - as above
        await asyncio.sleep(0.01)
    (tmp_path / "go").touch()
    assert (await under_way).endswith("old")
    assert await refreshed
    await until(lambda: len(processes()) == len(before))


async def test_when_the_holder_of_the_model_ends_workers_go_on_and_it_is_started_anew(
    dialogue: WorkerDialogue,
) -> None:
    assert dialogue.nursery is not None
    os.kill(dialogue.nursery, signal.SIGKILL)
    await until(lambda: dialogue.nursery is None)
    assert (await say(dialogue, "hello")).endswith("old")
    assert (await say(dialogue, "die once")).endswith("old")


async def test_a_late_answer_about_the_catalogue_is_not_taken_for_another(
    dialogue: WorkerDialogue, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "slow").touch()
    with monkeypatch.context() as patch:
        patch.setattr(workers, "LOAD_SECONDS", 0.2)
        with pytest.raises(LoadFailed, match="no answer"):
            await dialogue.refresh()
    (tmp_path / "slow").unlink()
    assert (await say(dialogue, "hello")).endswith("old"), "those at work go on"
    (tmp_path / "catalogue").write_text("new")
    assert (await say(dialogue, "die")) == APOLOGY
    assert (await say(dialogue, "hello")).endswith("new"), "others are forked from a new nursery"


async def test_workers_settle_before_the_first_turn(
    dialogue: WorkerDialogue, tmp_path: Path
) -> None:
    assert {f"settled {number}" for number in await both_answer(dialogue, tmp_path)} == {
        name for name in os.listdir(tmp_path) if name.startswith("settled")
    }


async def test_workers_that_end_while_they_settle_leave_the_old_ones_at_work(
    dialogue: WorkerDialogue, tmp_path: Path
) -> None:
    (tmp_path / "dies young").touch()
    (tmp_path / "catalogue").write_text("new")
    with pytest.raises(LoadFailed, match="before its first turn"):
        await dialogue.refresh()
    assert (await say(dialogue, "hello")).endswith("old")
    (tmp_path / "dies young").unlink()
    assert await dialogue.refresh(), "tried again, though no file has changed since"
    assert (await say(dialogue, "hello")).endswith("new")


async def test_closing_ends_every_process(tmp_path: Path) -> None:
    (tmp_path / "catalogue").write_text("old")
    before = set(processes())
    dialogue = WorkerDialogue(partial(load, tmp_path), 3)
    await dialogue.start()
    assert len(set(processes()) - before) >= 4
    await dialogue.close()
    await until(lambda: set(processes()) <= before)


async def test_a_model_that_cannot_be_loaded_is_said_at_the_start(
    capfd: pytest.CaptureFixture[str],
) -> None:
    dialogue = WorkerDialogue(load_nothing, 1)
    with pytest.raises(LoadFailed, match="could not be loaded"):
        await dialogue.start()
    await dialogue.close()
    assert "no trained model" in capfd.readouterr().err

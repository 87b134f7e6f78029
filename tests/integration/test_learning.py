"""From a question that could not be answered to an example in the catalogue, on a terminal."""

from __future__ import annotations

import asyncio
import json
import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from bot.commands.explain import explain_
from bot.commands.learning import learn, unanswered
from bot.components.learning.example import Effect, Side
from bot.components.searchable import use_catalogue
from bot.components.understanding import Pipeline
from bot.model.conversation import Draft, EntryKind
from bot.model.understanding import Act, Understanding, Understood
from bot.scoreboard.board import Scoreboard
from bot.services.answer_question import not_understood
from bot.services.ports import Log
from bot.settings import ROOT
from bot.storage.database import Database
from knowledge.loader import load_catalogue
from knowledge.rehearsal import Rehearsal

ASKED = ("屋顶光伏要审批吗，电话13912345678", "车间房顶装光伏板需要办手续不", "挖出古墓了咋整")
MATTER, FILE = "heritage-archaeology", "catalogue/heritage-archaeology.yml"


@pytest.fixture(scope="module")
def pipeline(trained_model: Path) -> Iterator[Pipeline]:
    """The trained pipeline, loaded once; the catalogue of the tree is in use again afterwards."""
    yield Pipeline(trained_model)
    use_catalogue(load_catalogue())


@pytest.fixture
def catalogue(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, trained_model: Path, pipeline: Pipeline
) -> Path:
    """A working copy of the catalogue, with the trained model."""
    for command in ("learning", "explain"):
        monkeypatch.setattr(f"bot.commands.{command}.pipeline", lambda: pipeline)
    folder = tmp_path / "knowledge"
    shutil.copytree(ROOT / "knowledge", folder, ignore=shutil.ignore_patterns("*.py", "__*"))
    monkeypatch.setenv("BANGBAN_KNOWLEDGE", str(folder))
    monkeypatch.setenv("BANGBAN_MODEL", str(trained_model))
    return folder


@pytest.fixture
def database(tmp_path: Path, migrated_sqlite: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """The newest layout, with questions that were not understood."""
    shutil.copy(migrated_sqlite, tmp_path / "bangban.db")
    url = f"sqlite:///{tmp_path / 'bangban.db'}"
    monkeypatch.setenv("BANGBAN_DATABASE_URL", url)
    asyncio.run(_fail_to_answer(url, ASKED))
    return url


async def _fail_to_answer(url: str, texts: Sequence[str]) -> None:
    database = Database(url)

    def work(log: Log) -> None:
        head = log.open("web", "somebody", None)
        for text in texts:
            reply = not_understood({}, Understanding(Act.ASK_MATTER, text))
            log.append(head, Draft(EntryKind.BOT, reply.text, facts=reply.facts))
        log.save(head)

    await database.transact(work)
    database.dispose()


def call(command: Any, *arguments: str) -> Result:
    return CliRunner().invoke(command, arguments)


def listed() -> list[dict[str, Any]]:
    done = call(unanswered, "--json")
    assert done.exit_code == 0, done.stderr
    return list(json.loads(done.stdout)["groups"])


def test_questions_are_listed_in_groups_with_the_nearest_matters(
    database: str, catalogue: Path
) -> None:
    roof, tomb = listed()

    assert roof["count"] == 2
    assert "屋顶光伏要审批吗,电话〔电话〕" in roof["texts"]
    assert tomb["texts"] == ["挖出古墓了咋整"]
    assert tomb["nearest"][0]["matter"] == MATTER
    assert "13912345678" not in call(unanswered).stdout


def test_what_need_not_be_learnt_is_dismissed(database: str, catalogue: Path) -> None:
    ids = [str(id) for group in listed() for id in group["ids"]]

    done = call(unanswered, *(part for id in ids for part in ("--dismiss", id)))

    assert done.stdout == f"已移出 {len(ids)} 条。\n"
    assert listed() == []


def test_an_example_goes_into_the_file_of_its_matter_and_nothing_else_changes(
    database: str, catalogue: Path
) -> None:
    before = (catalogue / FILE).read_text("utf-8").splitlines()
    (tomb,) = (group for group in listed() if group["count"] == 1)
    questions = catalogue / "questions.jsonl"
    row = {"text": "挖出古墓了咋整", "act": "ask_matter", "matter": MATTER, "aspect": "process"}
    questions.write_text(json.dumps(row), "utf-8")

    done = call(learn, str(tomb["id"]), MATTER, "process", "--questions", str(questions))

    assert done.exit_code == 0, done.stderr
    after = (catalogue / FILE).read_text("utf-8").splitlines()
    added = [line for line in after if line not in before]
    assert added == ["  - {text: 挖出古墓了咋整, aspect: process}"]
    assert [line for line in after if line not in added] == before
    assert "能找到事项的" in done.stdout
    assert "matter_first: " in done.stdout
    assert "还没有发布" in done.stdout
    assert [group["count"] for group in listed()] == [2]


def test_the_effect_can_be_seen_without_writing(
    database: str, catalogue: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = (catalogue / FILE).read_text("utf-8")
    (tomb,) = (group for group in listed() if group["count"] == 1)
    found = Understood("挖出古墓了咋整", "ask_matter", MATTER, "process", None, [], 0.9, [])
    side = Side(found, Rehearsal([]), Scoreboard())
    monkeypatch.setattr("bot.commands.learning.effect_of", lambda *_: Effect(side, side))

    done = call(learn, str(tomb["id"]), MATTER, "process", "--dry-run")

    assert "没有写文件" in done.stdout
    assert (catalogue / FILE).read_text("utf-8") == before
    assert len(listed()) == 2


@pytest.mark.parametrize(
    ("matter", "text", "why"),
    [
        ("no-such-matter", "挖出古墓了咋整", "没有事项 no-such-matter"),
        (MATTER, "打〔电话〕问古墓", "请用 --text"),
        ("setting-out-inspection", "开工前放线验线是谁来验、验个啥？", "已经有这句问法"),
    ],
)
def test_what_cannot_be_an_example_is_refused(
    matter: str, text: str, why: str, database: str, catalogue: Path
) -> None:
    done = call(learn, "1", matter, "process", "--text", text)

    assert done.exit_code == 2
    assert why in done.stderr


def test_a_number_that_nobody_gave_is_refused(database: str, catalogue: Path) -> None:
    done = call(learn, "999", MATTER, "process")

    assert done.exit_code == 2
    assert "没有编号为 999 的问题" in done.stderr


def test_an_explanation_names_candidates_costs_and_what_decided(catalogue: Path) -> None:
    document = json.loads(call(explain_, "施工许可证要什么材料", "--json").stdout)
    shown = call(explain_, "施工许可证要什么材料")

    assert document["found"]["matter"] == document["candidates"][0]["matter"]
    assert document["decision"] == "answer"
    assert document["act"]["shares"][0][0] == "ask_matter"
    for words in ("意图：问事项", "方面：申请材料", "直接回答的预期代价"):
        assert words in shown.stdout


def test_what_is_not_language_cannot_be_explained(catalogue: Path) -> None:
    assert call(explain_, " ").exit_code == 2

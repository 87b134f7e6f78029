"""From an edited file to what is in force, as an editor at a terminal meets it."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path
from typing import ClassVar

import pytest
from click.testing import CliRunner, Result

from bot.cli import cli
from bot.commands import examination
from knowledge.loader import KNOWLEDGE, Catalogue, load_catalogue
from knowledge.rehearsal import Question, Rehearsal
from knowledge.search.decide import Decision
from knowledge.versions import HISTORY
from tests.fakes.small_catalogue import change, write_catalogue

PERMIT, FILING = "catalogue/sample-permit.yml", "catalogue/sample-filing.yml"
WHO = ("--who", "王敏", "--why", "依据2026年1号文")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working copy with its own folder of versions; nothing goes wrong in its rehearsal."""
    monkeypatch.setenv("BANGBAN_KNOWLEDGE", str(tmp_path / "knowledge"))
    monkeypatch.setenv("BANGBAN_PUBLISHED", str(tmp_path / "published"))
    monkeypatch.setattr(examination, "_missing", lambda settings: None)
    monkeypatch.setattr(examination, "_rehearse", lambda *_: (Rehearsal([]), None))
    return write_catalogue(tmp_path / "knowledge")


def call(*arguments: str) -> Result:
    return CliRunner().invoke(cli, arguments)


def history(folder: Path) -> list[dict[str, object]]:
    file = folder.parent / "published" / HISTORY
    return [json.loads(line) for line in file.read_text("utf-8").splitlines()]


def test_a_change_is_compared_published_and_taken_back(folder: Path) -> None:
    assert call("versions").output == "还没有发布过；答复用的是正在编辑的目录。\n"
    first = call("publish", *WHO)
    assert first.exit_code == 0, first.output
    version = load_catalogue(folder).version
    assert f"已发布版本 {version}。" in first.output

    change(folder, PERMIT, "text: 自受理之日起七日内, days: 7", "text: 自受理之日起五日内, days: 5")
    wanted = [
        "示例许可：法定时限由“自受理之日起七日内”改为“自受理之日起五日内”。",
        "示例许可：法定时限由“7日”改为“5日”。",
    ]
    assert call("diff").output.splitlines() == wanted
    second = call("publish", *WHO)
    assert second.output.splitlines()[-3:-1] == wanted
    assert call("diff").output == "没有不同。\n"
    assert call("diff", version[:6]).output.splitlines() == wanted

    back = call("publish", "--who", "李强", "--why", "改错了", "--back-to", version)
    assert back.output == f"已退回版本 {version}。\n"
    assert [line["who"] for line in history(folder)] == ["王敏", "王敏", "李强"]
    listed = call("versions").output
    assert listed.count(version) == 2
    assert "（退回）改错了" in listed


def test_the_same_again_is_not_published(folder: Path) -> None:
    call("publish", *WHO)
    assert "没有需要发布的内容" in call("publish", *WHO).output
    assert len(history(folder)) == 1


FAULTS = {
    "schema": (PERMIT, "copies: 2", "copies: 0", 11, "ensure this value is greater"),
    "dangling reference": (
        *(PERMIT, "after: [sample-filing]", "after: [nothing]", 22),
        "no matter `nothing`, name one that exists",
    ),
    "unknown fact": (PERMIT, "when: {agent: yes}", "when: {agnet: yes}", 13, "`agnet`"),
    "source not named": (
        *(PERMIT, "name: 委托书, source: 示例指南, ", "name: 委托书, ", 13),
        "field required, add the key",
    ),
    "source not registered": (
        *(PERMIT, "name: 委托书, source: 示例指南", "name: 委托书, source: 某网页", 13),
        "no source `某网页`",
    ),
    "expired value": (
        *(PERMIT, "verified, valid_from: 2026-01-01", "verified, valid_to: 2026-01-31", 21),
        "ended on 2026-01-31 and nothing follows",
    ),
}


@pytest.mark.parametrize(("name", "old", "new", "line", "message"), FAULTS.values(), ids=FAULTS)
def test_a_fault_is_refused_and_the_version_in_force_stays(
    folder: Path, name: str, old: str, new: str, line: int, message: str
) -> None:
    call("publish", *WHO)
    change(folder, name, old, new)
    done = call("publish", *WHO)
    assert done.exit_code == 1
    named = [one for one in done.stderr.splitlines() if one.startswith(f"{folder / name}:{line}: ")]
    assert message in "\n".join(named)
    assert "没有发布：" in done.stderr
    assert len(history(folder)) == 1


def test_a_rehearsal_that_goes_wrong_is_refused(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A pair that became confusable, and an example that finds another matter."""
    to_filing = Decision("sample-filing", (), 0.9)
    shares = {"sample-permit": 0.3, "sample-filing": 0.7}
    asked = Question("sample-permit", 0, "样例许可几天办完", shares, to_filing, to_filing)
    monkeypatch.setattr(examination, "_rehearse", lambda *_: (Rehearsal([asked]), None))
    done = call("publish", *WHO)
    assert done.exit_code == 1
    confusable, wrong, summary = done.stderr.splitlines()
    assert f"{folder / PERMIT}:24: “示例许可” is taken for “示例备案”" in confusable
    assert f"{folder / PERMIT}:24: “样例许可几天办完” is answered with “示例备案”" in wrong
    assert summary == "没有发布：有 2 个问题；还没有已发布的版本。"


def test_without_a_model_it_is_said_what_was_not_checked(
    folder: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.undo()
    for name, value in (
        ("ENCODER", "none"),
        ("PUBLISHED", "published"),
        ("KNOWLEDGE", "knowledge"),
    ):
        monkeypatch.setenv(f"BANGBAN_{name}", str(tmp_path / value))
    checked = call("check")
    assert checked.exit_code == 0
    assert "没有演练问法：还没有句子编码器，先运行 make setup。" in checked.output
    published = call("publish", *WHO)
    assert published.exit_code == 1
    assert "没有演练问法就不能发布" in published.stderr


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("publish", "--who", "王敏"), "Missing option '--why'"),
        (("publish", "--who", " ", "--why", "x"), "--who 和 --why 都要写内容"),
        (("publish", *WHO, "--back-to", "abc"), "没有版本 abc；已发布的版本：还没有发布过"),
    ],
)
def test_a_wrong_call_is_said_to_be_one(
    folder: Path, arguments: tuple[str, ...], message: str
) -> None:
    done = call(*arguments)
    assert (done.exit_code, message in done.stderr) == (2, True), done.stderr


def test_nothing_to_compare_with(folder: Path) -> None:
    done = call("diff")
    assert (done.exit_code, "还没有发布过" in done.stderr) == (1, True)


def test_the_whole_catalogue_rehearsed_with_the_trained_model(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A copy of a matter under another name is confusable, and named with its questions; the
    catalogue as it is has nothing of that kind."""
    from bot.components import searchable
    from bot.components.examiner import Examiner
    from bot.settings import read_settings
    from knowledge.rehearsal import problems_of_rehearsal, read_known

    monkeypatch.setattr(searchable, "_current", None)  # what is in use comes back afterwards
    folder = tmp_path / "knowledge"
    shutil.copytree(KNOWLEDGE, folder, ignore=shutil.ignore_patterns("*.py", "__pycache__"))
    sound = load_catalogue(folder)
    known, faults = read_known(folder, sound)
    assert faults == []
    planted = _with_copy(sound, "presale-permit", "presale-licence")

    examiner = Examiner(read_settings().model, planted, lambda step: None)
    after = examiner.rehearse()
    before = examiner.rehearse_questions(sound)

    assert problems_of_rehearsal(sound, before, known) == []
    told = [str(one) for one in problems_of_rehearsal(planted, after, known)]
    assert any("presale-permit.yml:" in one and "is taken for" in one for one in told), told
    assert before.found > 0.75


def _with_copy(catalogue: Catalogue, slug: str, copy: str) -> Catalogue:
    """The catalogue with a matter twice: every second question stands with the copy."""
    matter = catalogue.matters[slug]
    halves = matter.questions[::2], matter.questions[1::2]
    first = matter.copy(update={"questions": halves[0], "near_misses": []})
    second = matter.copy(update={"id": copy, "questions": halves[1], "near_misses": []})
    files = {**catalogue.files, f"Matter:{copy}": catalogue.files[f"Matter:{slug}"]}
    return replace(catalogue, matters={**catalogue.matters, slug: first, copy: second}, files=files)


class _Examined:
    """Stands in for the examiner; remembers which catalogues it was shown."""

    shown: ClassVar[list[str]] = []

    def __init__(self, model: Path, catalogue: Catalogue, tell: object) -> None:
        self.shown.append(catalogue.version)

    def rehearse(self) -> Rehearsal:
        return Rehearsal([])

    def rehearse_questions(self, catalogue: Catalogue) -> Rehearsal:
        self.shown.append(catalogue.version)
        return Rehearsal([])


@pytest.mark.parametrize(
    ("old", "new", "compared"),
    [
        ("text: 自受理之日起七日内, days: 7", "text: 自受理之日起五日内, days: 5", False),
        ("text: 样例许可几天办完", "text: 样例许可多久办完", True),
        ("aliases: [样例许可]", "aliases: [样例证]", True),
    ],
    ids=["a limit", "a question", "an alias"],
)
def test_the_version_in_force_is_rehearsed_when_it_is_worded_otherwise(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, old: str, new: str, compared: bool
) -> None:
    from bot.components import examiner

    monkeypatch.setenv("BANGBAN_KNOWLEDGE", str(tmp_path / "knowledge"))
    monkeypatch.setenv("BANGBAN_PUBLISHED", str(tmp_path / "published"))
    monkeypatch.setattr(examination, "_missing", lambda settings: None)
    monkeypatch.setattr(examiner, "Examiner", _Examined)
    folder = write_catalogue(tmp_path / "knowledge")
    first = load_catalogue(folder).version
    assert call("publish", *WHO).exit_code == 0
    change(folder, PERMIT, old, new)
    monkeypatch.setattr(_Examined, "shown", [])
    done = call("publish", *WHO)
    assert done.exit_code == 0, done.output
    wanted = [load_catalogue(folder).version, *([first] if compared else [])]
    assert _Examined.shown == wanted

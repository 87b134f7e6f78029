"""Training only when needed, with progress; a stand-in takes the place of Rasa."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from bot.commands.train import train as train_command
from bot.dialogue import training

STAND_IN = """#!/bin/bash
echo "INFO rasa.engine.training.hooks - Starting to train component 'CharacterNgrams'."
[ -e "{folder}/broken" ] && {{ echo "YAML error"; exit 1; }}
for word in "$@"; do
  [ "$before" = --fixed-model-name ] && name="$word"
  [ "$before" = --out ] && out="$word"
  before="$word"
done
sleep 0.7
echo a model > "$out/$name.tar.gz"
"""


@pytest.fixture
def models(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of models, and a Rasa that trains in a moment."""
    stand_in = tmp_path / "python"
    stand_in.write_text(STAND_IN.format(folder=tmp_path))
    stand_in.chmod(0o755)
    monkeypatch.setattr("bot.dialogue.training.sys.executable", str(stand_in))
    monkeypatch.setenv("BANGBAN_MODEL", str(tmp_path / "models"))
    return tmp_path / "models"


def call(*arguments: str) -> tuple[int, str]:
    done = CliRunner().invoke(train_command, arguments)
    return done.exit_code, done.output


def test_it_trains_once_and_says_what_it_does(models: Path) -> None:
    code, said = call()
    assert code == 0
    assert "秒 CharacterNgrams" in said
    assert "训练：完成" in said
    assert training.is_trained(models)
    written = training.newest_model(models).stat().st_mtime_ns
    assert call() == (0, "训练：数据没有变化，沿用已有模型\n")
    assert training.newest_model(models).stat().st_mtime_ns == written
    code, said = call("--force")
    assert "训练：完成" in said
    assert training.newest_model(models).stat().st_mtime_ns > written


def test_a_change_trains_again_and_keeps_one_model(
    models: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    call()
    first = training.newest_model(models)
    monkeypatch.setattr("bot.dialogue.training.fingerprint", lambda: "changed")
    assert not training.is_trained(models)
    assert call()[0] == 0
    assert training.newest_model(models) != first
    assert [path.name for path in models.glob("*.tar.gz")] == ["bangban-changed.tar.gz"]


def test_a_failed_training_says_where_to_read_and_keeps_the_last_model(models: Path) -> None:
    call()
    good = training.newest_model(models)
    (models.parent / "broken").touch()
    code, said = call("--force")
    assert code == 1
    assert str(models / "train.log") in said
    assert "YAML error" in (models / "train.log").read_text()
    assert training.newest_model(models) == good
    assert good.is_file()


@pytest.mark.parametrize(
    "path",
    ["config.yml", "bot/domain/a.yml", "nlu_data/nlu/a.yml", "knowledge/catalogue/a.yml"],
)
def test_the_fingerprint_knows_what_is_learned_from(path: str, tmp_path: Path) -> None:
    before = training.fingerprint(tmp_path, tmp_path / "knowledge")
    file = tmp_path / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("a")
    added = training.fingerprint(tmp_path, tmp_path / "knowledge")
    file.write_text("b")
    assert len({before, added, training.fingerprint(tmp_path, tmp_path / "knowledge")}) == 3


def test_without_a_model_one_is_told_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="run `bangban train`"):
        training.newest_model(tmp_path)

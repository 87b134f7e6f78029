"""Training the model when what it learns from has changed."""

from __future__ import annotations

import hashlib
import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from pathlib import Path

from bot.settings import read_settings

ROOT = Path(__file__).parent.parent.parent
LEARNED_FROM = (
    "config.yml",
    "bot/domain/**/*.yml",
    "nlu_data/**/*.yml",
    "bot/components/*.py",
    "knowledge/search/*.py",
    "knowledge/text.py",
)
CATALOGUE = ("catalogue/*.yml", "policies/*.yml")  # of the catalogue in force
NAME = "bangban"
RECORD = "trained.json"
LOG = "train.log"
COMPONENT = re.compile(r"Starting to train component '(\w+)'")
Tick = Callable[[float, str], None]


class TrainingFailed(Exception):
    """`rasa train` ended with an error; the message says where its output is."""


def fingerprint(root: Path = ROOT, knowledge: Path | None = None) -> str:
    """Changes when anything the model learns from changes. `knowledge`: the catalogue in force."""
    digest = hashlib.sha256()
    served = knowledge or read_settings().served
    for folder, patterns, name in ((root, LEARNED_FROM, ""), (served, CATALOGUE, "knowledge")):
        for path in _files(folder, patterns):
            digest.update(str(Path(name, path.relative_to(folder))).encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()


def _files(folder: Path, patterns: Iterable[str]) -> Iterable[Path]:
    for pattern in patterns:
        yield from sorted(folder.glob(pattern))


def is_trained(models: Path) -> bool:
    """Whether the newest model was trained from what is there now."""
    record = models / RECORD
    if not record.is_file():
        return False
    known = json.loads(record.read_text())
    return known["fingerprint"] == fingerprint() and (models / known["model"]).is_file()


def train(models: Path, tick: Tick) -> Path:
    """Trains with `rasa train` in a process of its own.

    `tick` is told, twice a second, the seconds so far and the component being trained. The output
    goes to models/train.log. Older models of ours are deleted. Raises TrainingFailed.
    """
    models.mkdir(parents=True, exist_ok=True)
    wanted = fingerprint()
    name = f"{NAME}-{wanted[:12]}"
    command = [sys.executable, "-m", "rasa", "train", "--force", "--fixed-model-name", name]
    command += ["--config", "config.yml", "--domain", "bot/domain", "--data", "nlu_data"]
    command += ["--out", str(models)]
    environment = {**os.environ, "RASA_TELEMETRY_ENABLED": "false", "PYTHONPATH": str(ROOT)}
    begun = time.monotonic()
    with (models / LOG).open("wb") as output:
        process = subprocess.Popen(
            command, cwd=ROOT, env=environment, stdout=output, stderr=subprocess.STDOUT
        )
        while process.poll() is None:
            tick(time.monotonic() - begun, _component(models / LOG))
            try:
                process.wait(0.5)
            except subprocess.TimeoutExpired:
                continue
    model = models / f"{name}.tar.gz"
    if process.returncode != 0 or not model.is_file():
        raise TrainingFailed(f"training failed: read {models / LOG}")
    record = {"fingerprint": wanted, "model": model.name}
    (models / RECORD).write_text(json.dumps(record))
    for older in models.glob(f"{NAME}-*.tar.gz"):
        if older != model:
            older.unlink(missing_ok=True)
    return model


def _component(output: Path) -> str:
    """The component being trained; empty while Rasa is still loading."""
    begun = COMPONENT.findall(output.read_text("utf-8", errors="replace"))
    return begun[-1] if begun else ""


def newest_model(models: Path) -> Path:
    """The model trained last; a file is itself. Raises FileNotFoundError."""
    if models.is_file():
        return models
    record = models / RECORD
    if not record.is_file():
        raise FileNotFoundError(f"{models}: no trained model; run `bangban train`")
    return models / str(json.loads(record.read_text())["model"])

"""The rival's model: stock pipeline and policies, trained on the same examples.

A hundred epochs of DIET on these examples take an hour on two cores and change nothing in how
long a message takes, which is all that is measured here; so it trains for a few.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

from rich.console import Console
from ruamel.yaml import YAML

from knowledge.loader import load_catalogue
from tests.bench.servers import QUIET, ROOT

CACHE = ROOT / ".cache" / "bench"
CONFIG = """\
recipe: default.v1
assistant_id: stock
language: zh
pipeline:
  - name: JiebaTokenizer
  - name: CountVectorsFeaturizer
  - name: CountVectorsFeaturizer
    analyzer: char_wb
    min_ngram: 1
    max_ngram: 4
  - name: DIETClassifier
    epochs: 3
  - name: ResponseSelector
    epochs: 3
  - name: FallbackClassifier
    threshold: 0.3
policies:
  - name: MemoizationPolicy
  - name: RulePolicy
  - name: TEDPolicy
    max_history: 5
    epochs: 3
"""


def stock_model(console: Console) -> Path:
    """The trained model, from the cache when nothing it learns from has changed."""
    folder = CACHE / f"stock-{_fingerprint()}"
    model = folder / "models" / "stock.tar.gz"
    if model.is_file():
        return model
    shutil.rmtree(folder, ignore_errors=True)
    _write_project(folder)
    console.print("training stock Rasa on the same data (many minutes, once)…")
    command = [sys.executable, "-m", "rasa", "train", "--fixed-model-name", "stock"]
    command += ["--domain", "domain", "--data", "data"]
    with (folder / "train.log").open("wb") as output:
        environment = {**os.environ, **QUIET}
        subprocess.run(
            command, cwd=folder, env=environment, stdout=output, stderr=output, check=True
        )
    return model


def _write_project(folder: Path) -> None:
    """Our domain and rules, and every example that our own model learns from."""
    (folder / "data").mkdir(parents=True)
    shutil.copytree(ROOT / "bot" / "domain", folder / "domain")
    shutil.copytree(ROOT / "nlu_data", folder / "data" / "nlu_data")
    (folder / "config.yml").write_text(CONFIG)
    examples: dict[str, list[str]] = {}
    for intent, text in _catalogue_examples():
        examples.setdefault(intent, []).append(text)
    nlu = [
        {"intent": intent, "examples": "".join(f"- {text}\n" for text in texts)}
        for intent, texts in examples.items()
    ]
    with (folder / "data" / "catalogue.yml").open("w", encoding="utf-8") as file:
        YAML().dump({"version": "3.1", "nlu": nlu}, file)


def _catalogue_examples() -> Iterable[tuple[str, str]]:
    catalogue = load_catalogue()
    for matter in catalogue.matters.values():
        for question in matter.questions:
            yield f"ask_{question.aspect}", question.text
    for term in catalogue.terms.values():
        for text in term.questions:
            yield "policy", text


def _fingerprint() -> str:
    digest = hashlib.sha256(CONFIG.encode())
    for folder in ("bot/domain", "nlu_data", "knowledge/catalogue", "knowledge/policies"):
        for path in sorted((ROOT / folder).rglob("*.yml")):
            digest.update(path.read_bytes())
    return digest.hexdigest()[:12]

"""The rival's model: stock pipeline and policies, trained on the same examples.

A stock bot finds its subject by entities, so the names of matters and terms that the examples
contain are marked as such, with the catalogue's ids as synonyms: without them it would answer
nearly nothing and be measured doing nearly nothing.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from rasa.shared.nlu.constants import ENTITIES, INTENT, TEXT
from rasa.shared.nlu.training_data.loading import load_data
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData
from rich.console import Console

from knowledge.loader import Catalogue, load_catalogue
from tests.bench.servers import QUIET, ROOT

CACHE = ROOT / ".cache" / "bench"
# After nine epochs DIET had the intent of 99.8 % of the examples right; more only cost time.
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
    epochs: 10
  - name: EntitySynonymMapper
  - name: ResponseSelector
    epochs: 10
  - name: FallbackClassifier
    threshold: 0.3
policies:
  - name: MemoizationPolicy
  - name: RulePolicy
  - name: TEDPolicy
    max_history: 5
    epochs: 10
"""
LEARNED_FROM = ("bot/domain", "nlu_data", "knowledge/catalogue", "knowledge/policies")


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
    shutil.copytree(ROOT / "nlu_data" / "rules", folder / "data" / "rules")
    (folder / "config.yml").write_text(CONFIG)
    catalogue = load_catalogue()
    marked = {"matter": _names(catalogue.matters), "term": _names(catalogue.terms)}
    messages = [_message(intent, text, marked) for intent, text in _examples(catalogue)]
    (folder / "data" / "nlu.yml").write_text(TrainingData(messages).nlu_as_yaml(), "utf-8")


def _examples(catalogue: Catalogue) -> Iterator[tuple[str, str]]:
    for example in load_data(str(ROOT / "nlu_data" / "nlu")).training_examples:
        yield example.get(INTENT), example.get(TEXT)
    for matter in catalogue.matters.values():
        for question in matter.questions:
            yield f"ask_{question.aspect}", question.text
    for term in catalogue.terms.values():
        for text in term.questions:
            yield "policy", text


def _names(named: Mapping[str, Any]) -> dict[str, str]:
    """Name or alias → id, the longest first; what several have is nobody's."""
    owners: dict[str, set[str]] = {}
    for slug, one in named.items():
        for name in (one.name, *one.aliases):
            owners.setdefault(name, set()).add(slug)
    longest_first = sorted(owners, key=lambda name: (-len(name), name))
    return {name: min(owners[name]) for name in longest_first if len(owners[name]) == 1}


def _message(intent: str, text: str, marked: Mapping[str, Mapping[str, str]]) -> Message:
    entities: list[dict[str, Any]] = []
    for kind, names in marked.items():
        for name, slug in names.items():
            start = text.find(name)
            end = start + len(name)
            if start >= 0 and not any(start < e["end"] and e["start"] < end for e in entities):
                entities.append({"start": start, "end": end, "value": slug, "entity": kind})
    entities.sort(key=lambda entity: int(entity["start"]))
    return Message({TEXT: text, INTENT: intent, **({ENTITIES: entities} if entities else {})})


def _fingerprint() -> str:
    digest = hashlib.sha256(CONFIG.encode() + Path(__file__).read_bytes())
    for folder in LEARNED_FROM:
        for path in sorted((ROOT / folder).rglob("*.yml")):
            digest.update(path.read_bytes())
    return digest.hexdigest()[:12]

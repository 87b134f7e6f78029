"""The training data: nothing of the evaluation in it, nothing made from a template."""

from __future__ import annotations

import json
from collections import defaultdict
from pathlib import Path

import numpy as np
import pytest
from rapidfuzz import fuzz, process
from rasa.shared.nlu.constants import INTENT, TEXT
from rasa.shared.nlu.training_data.loading import load_data

from knowledge.loader import load_catalogue
from knowledge.text import comparable

ROOT = Path(__file__).parents[2]
ALIKE = 93  # percent; from here on two texts say the same in the same words
SHARE_ALIKE = 0.03
LONG_ENOUGH = 6  # short questions are alike by nature
ACTS_AND_ASPECTS_AT_LEAST = 150


@pytest.fixture(scope="module")
def examples() -> dict[str, list[str]]:
    """Texts by intent, the catalogue's questions with them."""
    found: dict[str, list[str]] = defaultdict(list)
    for message in load_data(str(ROOT / "nlu_data" / "nlu")).intent_examples:
        found[message.get(INTENT)].append(message.get(TEXT))
    catalogue = load_catalogue()
    for matter in catalogue.matters.values():
        for question in matter.questions:
            found[f"ask_{question.aspect}"].append(question.text)
    for term in catalogue.terms.values():
        found["policy"] += term.questions
    return found


def evaluation_texts() -> dict[str, str]:
    """Of the sets that measure; dialogues of our own may say “多久” as everybody does."""
    texts = {}
    folder = ROOT / "tests" / "nlu"
    for path in [*sorted(folder.glob("dev_*.jsonl")), folder / "unseen_questions.jsonl"]:
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
            value = json.loads(line)
            for text in [value.get("text"), *(t["user"] for t in value.get("turns", []))]:
                if text:
                    texts[comparable(text)] = f"{path.name}:{number}"
    return texts


def test_no_evaluation_text_is_trained_on(examples: dict[str, list[str]]) -> None:
    known = evaluation_texts()
    assert len(known) > 250
    trained = {comparable(text): text for texts in examples.values() for text in texts}
    near_misses = [t for m in load_catalogue().matters.values() for t in m.near_misses]
    trained |= {comparable(text): text for text in near_misses}
    common = {text: known[key] for key, text in trained.items() if key in known}
    assert not common, f"evaluation texts in the training data: {common}"


def test_no_template_made_the_examples(examples: dict[str, list[str]]) -> None:
    too_many = {}
    for intent, texts in examples.items():
        plain = [key for key in map(comparable, texts) if len(key) >= LONG_ENOUGH]
        alike = process.cdist(plain, plain, scorer=fuzz.ratio, score_cutoff=ALIKE, dtype=np.uint8)
        np.fill_diagonal(alike, 0)
        share = float((alike.max(axis=1) > 0).mean())
        if share > SHARE_ALIKE:
            too_many[intent] = round(share, 3)
    assert not too_many, f"share of near-duplicates by intent: {too_many}"


def test_every_act_and_aspect_has_examples_enough(examples: dict[str, list[str]]) -> None:
    few = {i: len(t) for i, t in examples.items() if len(t) < ACTS_AND_ASPECTS_AT_LEAST}
    assert not few


def test_metadata_names_matters_that_exist() -> None:
    matters = load_catalogue().matters
    for message in load_data(str(ROOT / "nlu_data" / "nlu")).intent_examples:
        example = (message.get("metadata") or {}).get("example") or {}
        named = [*example.get("offer", []), example.get("matter", "none")]
        unknown = [slug for slug in named if slug not in matters and slug != "none"]
        assert not unknown, f"{message.get(TEXT)}: {unknown}"
        assert len(example.get("offer", ["one", "two"])) >= 2

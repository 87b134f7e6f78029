"""A catalogue too large for the exact index: few candidates, the same features, kept on disk."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest

from bot.components import searchable
from bot.components.encoder import shared_encoder
from bot.components.searchable import Searchable, Spoken, build, learned_from, matter_entry
from knowledge.loader import load_catalogue
from knowledge.search import large
from knowledge.search.compiling import compile_index
from knowledge.search.index import FEATURES, CatalogueIndex, Vectors
from knowledge.search.large import LargeIndex

HELD_OUT = 5  # each fifth question is asked and not known
RIDGE = FEATURES.index("ridge")
SPOKEN = (Spoken("施工证"),)


@dataclass(frozen=True)
class Both:
    """The real catalogue without the questions held out, as each of the two indexes."""

    exact: CatalogueIndex
    large: LargeIndex
    asked: Sequence[tuple[str, Vectors, str]]  # text, vector, the matter's id


@pytest.fixture(scope="module")
def current() -> Searchable:
    return build(load_catalogue(), (), shared_encoder())


@pytest.fixture(scope="module")
def both(current: Searchable, tmp_path_factory: pytest.TempPathFactory) -> Both:
    entries = [matter_entry(matter) for matter in current.catalogue.matters.values()]
    out = [(entry.id, q) for entry in entries for q in entry.questions[::HELD_OUT]]
    hidden = {text for _, text in out}
    known = [replace(e, questions=[q for q in e.questions if q not in hidden]) for e in entries]
    folder = tmp_path_factory.mktemp("index") / "large"
    compile_index(known, current.speller, current.encode, folder, lambda _: None)
    texts = [current.speller.read(text) for _, text in out]
    vectors = current.encode(texts, "query")
    return Both(
        CatalogueIndex(known, current.speller, current.encode),
        LargeIndex(folder),
        [(text, v, id) for (id, _), text, v in zip(out, texts, vectors, strict=True)],
    )


def test_few_candidates_have_the_matter_that_is_meant(
    both: Both, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With so few of 105 as would be a few thousand of 50,000."""
    monkeypatch.setattr(large, "TOGETHER", 32)
    monkeypatch.setattr(large, "EACH", 12)
    candidates = [both.large.candidates(text, vector) for text, vector, _ in both.asked]
    found = [id in some for some, (_, _, id) in zip(candidates, both.asked, strict=True)]
    assert np.mean(found) >= 0.995
    assert max(map(len, candidates)) <= 56


def test_candidates_have_the_features_of_the_exact_index(both: Both) -> None:
    for text, vector, _ in both.asked[:100]:
        exact, some = both.exact.score(text, vector), both.large.score(text, vector)
        rows = exact.features[[exact.ids.index(id) for id in some.ids]]
        apart = np.abs(np.maximum(rows, 0) - np.maximum(some.features, 0)).max(axis=0)
        assert np.delete(apart, RIDGE).max() < 0.01  # vectors are kept in bytes


def test_the_ridge_of_the_nearest_texts_finds_the_matters_that_the_whole_one_finds(
    both: Both,
) -> None:
    whole = nearest = 0
    for text, vector, id in both.asked:
        exact, some = both.exact.score(text, vector), both.large.score(text, vector)
        one = exact.ids[int(exact.features[:, RIDGE].argmax())]
        other = some.ids[int(some.features[:, RIDGE].argmax())]
        whole += one == id
        nearest += other == id
    assert nearest >= 0.98 * whole


def test_what_is_likest_to_a_matter_is_so_in_both(both: Both) -> None:
    for id in both.exact.ids[::10]:
        exact, some = both.exact.likeness(id), both.large.likeness(id)
        assert some[id] == pytest.approx(1, abs=1e-4)
        assert all(like == pytest.approx(exact[other], abs=0.02) for other, like in some.items())
        assert {other for other, like in exact.items() if like >= 0.7} <= set(some)


def test_a_large_catalogue_is_compiled_once(
    current: Searchable, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(searchable, "EXACT_TEXTS", 10)
    monkeypatch.setattr(searchable, "CACHE", tmp_path)
    told: list[str] = []
    first = build(current.catalogue, SPOKEN, current.encoder, current.encode, told.append)
    assert isinstance(first.matters, LargeIndex)
    assert told
    told.clear()
    again = build(current.catalogue, SPOKEN, current.encoder, current.encode, told.append)
    assert not told
    text = again.speller.read("shi gong xu ke zheng yao shen me cai liao")
    assert text == first.speller.read("shi gong xu ke zheng yao shen me cai liao")
    vector = current.encode([text], "query")[0]
    assert again.matters.score(text, vector).ids == first.matters.score(text, vector).ids
    with pytest.raises(TypeError, match="too large to learn from"):
        learned_from(again.matters)


def test_what_was_too_large_is_exact_once_more_is_allowed(
    current: Searchable, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(searchable, "CACHE", tmp_path)
    for limit, kind in ((10, LargeIndex), (searchable.EXACT_TEXTS, CatalogueIndex)):
        monkeypatch.setattr(searchable, "EXACT_TEXTS", limit)
        built = build(current.catalogue, SPOKEN, current.encoder, current.encode, lambda _: None)
        assert isinstance(built.matters, kind)

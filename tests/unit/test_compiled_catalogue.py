"""A catalogue on disk is the catalogue that was written."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from knowledge.compiled import REST, keep_compiled, open_compiled
from knowledge.live import LiveCatalogue
from knowledge.loader import Catalogue, load_catalogue


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return load_catalogue()


def test_what_is_opened_is_what_was_written(catalogue: Catalogue, tmp_path: Path) -> None:
    keep_compiled(catalogue, ((m.id, m.json()) for m in catalogue.matters.values()), tmp_path)
    opened = open_compiled(tmp_path)
    assert opened is not None
    assert list(opened.matters) == list(catalogue.matters)
    assert dict(opened.matters) == dict(catalogue.matters)
    assert (opened.terms, opened.version) == (catalogue.terms, catalogue.version)
    assert "no-such-matter" not in opened.matters
    with pytest.raises(KeyError):
        opened.matters["no-such-matter"]


def test_a_compiled_catalogue_is_served(catalogue: Catalogue, tmp_path: Path) -> None:
    folder, snapshot = tmp_path / "compiled", tmp_path / "snapshot.json"
    keep_compiled(catalogue, ((m.id, m.json()) for m in catalogue.matters.values()), folder)
    live = LiveCatalogue(folder, snapshot)
    for place in (None, "shenyang"):
        found = live().at(place).matters["construction-permit"]
        assert found == catalogue.at(place).matters["construction-permit"]
    assert not snapshot.exists()  # it is on disk already
    assert not live.refresh()
    before = live()
    renamed = replace(catalogue, version="another")
    keep_compiled(renamed, ((m.id, m.json()) for m in catalogue.matters.values()), folder)
    assert live.refresh()
    assert live().version == "another"
    assert before.matters["fire-acceptance"] == live().matters["fire-acceptance"]


def test_what_was_not_finished_is_not_opened(catalogue: Catalogue, tmp_path: Path) -> None:
    def breaks_off():  # type: ignore[no-untyped-def]
        yield "construction-permit", catalogue.matters["construction-permit"].json()
        raise OSError("no space left")

    with pytest.raises(OSError, match="no space"):
        keep_compiled(catalogue, breaks_off(), tmp_path)
    assert not (tmp_path / REST).exists()
    assert open_compiled(tmp_path) is None

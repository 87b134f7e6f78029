"""A catalogue on disk is the catalogue that was written."""

from __future__ import annotations

from pathlib import Path

import pytest

from knowledge.compiled import REST, keep_compiled, open_compiled
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


def test_what_was_not_finished_is_not_opened(catalogue: Catalogue, tmp_path: Path) -> None:
    def breaks_off():  # type: ignore[no-untyped-def]
        yield "construction-permit", catalogue.matters["construction-permit"].json()
        raise OSError("no space left")

    with pytest.raises(OSError, match="no space"):
        keep_compiled(catalogue, breaks_off(), tmp_path)
    assert not (tmp_path / REST).exists()
    assert open_compiled(tmp_path) is None

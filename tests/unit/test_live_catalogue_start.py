"""A start with a broken catalogue file serves the last good one."""

import shutil
from pathlib import Path

import pytest

from knowledge.live import LiveCatalogue
from knowledge.loader import KNOWLEDGE, CatalogueBroken

FILE = "catalogue/construction-permit.yml"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    copied = tmp_path / "knowledge"
    shutil.copytree(KNOWLEDGE, copied, ignore=shutil.ignore_patterns("*.py", "__pycache__"))
    return copied


def spoil(folder: Path) -> None:
    path = folder / FILE
    path.write_text(path.read_text("utf-8") + "\n{broken", "utf-8")


def test_the_snapshot_serves_when_a_file_is_broken(
    folder: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    snapshot = tmp_path / "last.json"
    good = LiveCatalogue(folder, snapshot)()
    spoil(folder)
    served = LiveCatalogue(folder, snapshot)()
    assert served.version == good.version
    assert served.matters == good.matters
    assert "construction-permit.yml:" in caplog.text


def test_without_a_snapshot_the_fault_is_named(folder: Path) -> None:
    spoil(folder)
    with pytest.raises(CatalogueBroken, match=r"construction-permit\.yml:\d+: "):
        LiveCatalogue(folder)


def test_a_snapshot_of_another_schema_is_not_served(folder: Path, tmp_path: Path) -> None:
    snapshot = tmp_path / "last.json"
    snapshot.write_text('{"version": "1", "matters": [{"id": "x"}]}', "utf-8")
    spoil(folder)
    with pytest.raises(CatalogueBroken):
        LiveCatalogue(folder, snapshot)

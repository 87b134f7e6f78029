"""Files that change are taken up; broken ones never replace a good catalogue."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest

from knowledge.live import LiveCatalogue, shared_catalogue
from tests.fakes.small_catalogue import change, write_catalogue

FILING = "catalogue/sample-filing.yml"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_catalogue(tmp_path)


def test_nothing_changed_nothing_is_loaded(folder: Path) -> None:
    live = LiveCatalogue(folder)
    before = live()
    assert not live.refresh()
    assert live() is before


def test_a_changed_file_is_in_force_at_the_next_look(folder: Path) -> None:
    live = LiveCatalogue(folder)
    change(folder, FILING, "name: 示例备案", "name: 新示例备案")
    assert live().name("sample-filing") == "示例备案"
    assert live.refresh()
    assert live().name("sample-filing") == "新示例备案"


def test_a_new_and_a_removed_file_are_noticed(folder: Path) -> None:
    live = LiveCatalogue(folder)
    change(folder, "catalogue/sample-permit.yml", "after: [sample-filing]\n", "")
    (folder / FILING).unlink()
    assert live.refresh()
    assert list(live().matters) == ["sample-permit"]


@pytest.mark.parametrize(
    "broken",
    [b"]", b"name: no id\n", "name: 备案".encode("gb18030"), b"", b"- a list\n"],
    ids=["not YAML", "no matter", "not UTF-8", "empty", "a list"],
)
def test_a_broken_file_keeps_the_last_good_catalogue(
    folder: Path, broken: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    live, good = LiveCatalogue(folder), (folder / FILING).read_bytes()
    before = live()
    (folder / FILING).write_bytes(broken)

    with caplog.at_level(logging.ERROR):
        assert not live.refresh()
    assert live() is before
    assert f"{folder / FILING}:1: " in caplog.text

    (folder / FILING).write_bytes(good.replace("示例备案".encode(), "修好的备案".encode()))
    assert live.refresh()
    assert live().name("sample-filing") == "修好的备案"


def test_listeners_hear_of_a_catalogue_before_it_is_in_force(folder: Path) -> None:
    live, heard = LiveCatalogue(folder), []
    live.on_change(lambda fresh: heard.append((fresh.version, live().version)))
    before = live().version
    change(folder, FILING, "name: 示例备案", "name: 新示例备案")
    live.refresh()
    assert heard == [(live().version, before)]


def test_a_catalogue_that_a_listener_refuses_is_not_in_force(folder: Path) -> None:
    live = LiveCatalogue(folder)
    before = live()

    def refuse(fresh: object) -> None:
        raise RuntimeError("no vectors")

    live.on_change(refuse)
    change(folder, FILING, "name: 示例备案", "name: 新示例备案")
    with pytest.raises(RuntimeError):
        live.refresh()
    assert live() is before


def test_a_folder_is_shared_within_the_process(folder: Path) -> None:
    assert shared_catalogue(folder) is shared_catalogue(folder / ".." / folder.name)

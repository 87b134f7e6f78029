"""Publishing switches whole catalogues; the history only grows."""

from __future__ import annotations

import logging
import shutil
import threading
from datetime import datetime, timezone
from pathlib import Path

import pytest

from knowledge.live import LiveCatalogue
from knowledge.loader import CatalogueBroken, load_catalogue
from knowledge.versions import COPIES, HISTORY, UnknownVersion, Versions, folder_in_force
from tests.fakes.small_catalogue import change, write_catalogue

FILING, PERMIT = "catalogue/sample-filing.yml", "catalogue/sample-permit.yml"
AT = datetime(2026, 11, 23, 1, 2, 3, tzinfo=timezone.utc)


@pytest.fixture
def working(tmp_path: Path) -> Path:
    return write_catalogue(tmp_path / "knowledge")


@pytest.fixture
def versions(tmp_path: Path) -> Versions:
    return Versions(tmp_path / "published")


def publish(versions: Versions, working: Path, why: str = "试发布") -> str:
    with versions.draft(working) as draft:
        return versions.publish(draft, "王敏", why, AT).version


def rename(working: Path, old: str, new: str) -> None:
    change(working, FILING, f"name: {old}", f"name: {new}")


def test_before_the_first_publication_the_working_copy_is_in_force(
    versions: Versions, working: Path
) -> None:
    assert versions.history() == []
    assert versions.current() is None
    assert folder_in_force(working, versions.folder) == working


def test_a_publication_is_a_whole_copy_and_a_line_of_history(
    versions: Versions, working: Path
) -> None:
    version = publish(versions, working, "第一版")
    current = versions.current()
    assert current is not None
    assert (current.version, current.who, current.why) == (version, "王敏", "第一版")
    assert current.at == "2026-11-23T01:02:03+00:00"
    copy = folder_in_force(working, versions.folder)
    assert load_catalogue(copy).matters == load_catalogue(working).matters
    rename(working, "示例备案", "改过的备案")
    assert load_catalogue(copy).name("sample-filing") == "示例备案"


def test_the_history_only_grows_and_one_can_go_back(versions: Versions, working: Path) -> None:
    first = publish(versions, working)
    before = (versions.folder / HISTORY).read_bytes()
    rename(working, "示例备案", "改过的备案")
    second = publish(versions, working)
    back = versions.go_back(first[:6], "李强", "改错了", AT)
    assert (versions.folder / HISTORY).read_bytes().startswith(before)
    assert [one.version for one in versions.history()] == [first, second, first]
    assert back.back
    served = load_catalogue(folder_in_force(working, versions.folder))
    assert served.name("sample-filing") == "示例备案"


def test_an_unknown_version_is_named_with_those_there_are(
    versions: Versions, working: Path
) -> None:
    version = publish(versions, working)
    with pytest.raises(UnknownVersion, match=f"没有版本 ffff；已发布的版本：{version}"):
        versions.folder_of("ffff")


def test_what_was_edited_after_the_check_is_not_published(
    versions: Versions, working: Path
) -> None:
    with versions.draft(working) as draft:
        rename(working, "示例备案", "还没检查的备案")
        versions.publish(draft, "王敏", "发布", AT)
    served = load_catalogue(folder_in_force(working, versions.folder))
    assert served.name("sample-filing") == "示例备案"


def test_a_broken_draft_changes_nothing(versions: Versions, working: Path) -> None:
    publish(versions, working)
    before = (versions.folder / HISTORY).read_bytes()
    change(working, PERMIT, "copies: 2", "copies: 0")
    with pytest.raises(CatalogueBroken):
        publish(versions, working)
    assert (versions.folder / HISTORY).read_bytes() == before
    assert len(list((versions.folder / COPIES).iterdir())) == 1


def test_a_line_that_a_crash_cut_off_counts_for_nothing_and_spoils_nothing(
    versions: Versions, working: Path
) -> None:
    first = publish(versions, working)
    with (versions.folder / HISTORY).open("ab") as file:
        file.write('{"version": "abc", "who": "王'.encode())
    assert [one.version for one in versions.history()] == [first]
    rename(working, "示例备案", "改过的备案")
    second = publish(versions, working)
    assert [one.version for one in versions.history()] == [first, second]


def test_a_running_product_takes_up_what_is_published_and_not_what_is_edited(
    versions: Versions, working: Path
) -> None:
    live = LiveCatalogue(working, published=versions.folder)
    publish(versions, working)
    assert not live.refresh()
    rename(working, "示例备案", "改过的备案")
    assert not live.refresh()
    publish(versions, working)
    assert live.refresh()
    assert live().name("sample-filing") == "改过的备案"


def test_a_published_copy_that_is_gone_leaves_the_last_good_one_serving(
    versions: Versions, working: Path, caplog: pytest.LogCaptureFixture
) -> None:
    publish(versions, working)
    live = LiveCatalogue(working, published=versions.folder)
    good = live()
    shutil.move(versions.folder / COPIES, versions.folder / "elsewhere")
    with caplog.at_level(logging.ERROR):
        assert not live.refresh()
    assert live() is good
    assert "is gone, restore its folder, or publish again" in caplog.text
    assert len(live.problems) == 1
    shutil.move(versions.folder / "elsewhere", versions.folder / COPIES)
    live.refresh()
    assert live.problems == []


def test_readers_never_see_half_a_catalogue(versions: Versions, working: Path) -> None:
    """Each published catalogue has the same word in two files; no reader may see two words."""
    words = [f"第{number}版" for number in range(12)]
    previous = "示例"

    def seen_together() -> tuple[str, str]:
        seen = load_catalogue(folder_in_force(working, versions.folder))
        return seen.name("sample-filing"), seen.name("sample-permit")

    publish(versions, working)
    odd: list[tuple[str, str]] = []
    failed: list[BaseException] = []
    done = threading.Event()

    def read() -> None:
        while not done.is_set():
            try:
                filing, permit = seen_together()
                if filing.removesuffix("备案") != permit.removesuffix("许可"):
                    odd.append((filing, permit))
            except BaseException as error:  # told to the test's own thread
                failed.append(error)
                return

    readers = [threading.Thread(target=read) for _ in range(3)]
    for reader in readers:
        reader.start()
    for word in words:
        rename(working, f"{previous}备案", f"{word}备案")
        change(working, PERMIT, f"name: {previous}许可", f"name: {word}许可")
        publish(versions, working)
        previous = word
    done.set()
    for reader in readers:
        reader.join()
    assert failed == []
    assert odd == []
    assert seen_together() == ("第11版备案", "第11版许可")


def test_two_who_publish_at_once_both_stand_in_the_history(
    versions: Versions, tmp_path: Path
) -> None:
    folders = [write_catalogue(tmp_path / f"copy-{number}") for number in range(4)]
    for number, folder in enumerate(folders):
        rename(folder, "示例备案", f"备案{number}")
    threads = [threading.Thread(target=publish, args=(versions, folder)) for folder in folders]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    wanted = {load_catalogue(folder).version for folder in folders}
    assert {one.version for one in versions.history()} == wanted

"""What the documents say is complete and true of the code."""

from __future__ import annotations

import re
import subprocess
from datetime import time
from pathlib import Path

import pytest

from bot.cli import COMMANDS
from bot.settings import PREFIX, Settings

ROOT = Path(__file__).parent.parent.parent
READMES = ("README.md", "README.zh-CN.md")
SETTINGS = {PREFIX + name.upper() for name in Settings.__fields__}
TARGETS = ("up", "test", "setup", "lint", "bench", "clean")
LINK = re.compile(r"\]\((?!https?:|#)([^)#]+)")
# Spelled in pieces, so that this file does not hold what it forbids.
FORBIDDEN = re.compile(
    "|".join(
        (
            r"(?<![\w.])/" + "work/",
            r"(?<![\w.])/" + "root/",
            r"(?<![\w.:])/" + "tmp/",
            r"(?<![\w.])/" + r"home/\w",
            "files." + "pythonhosted.org",
            "pypi." + "org/",
            "registry." + "npmjs.org",
            "pypi." + "tuna",
            "artifact" + "ory",
        )
    )
)


def read(name: str) -> str:
    return (ROOT / name).read_text("utf-8")


def tracked() -> list[Path]:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True)
    names = listed.stdout.decode().split("\0")
    return [ROOT / name for name in names if name and (ROOT / name).is_file()]


@pytest.mark.parametrize("readme", READMES)
def test_the_readme_lists_every_setting_and_no_other(readme: str) -> None:
    listed = set(re.findall(rf"^\| `({PREFIX}\w+)`", read(readme), re.MULTILINE))

    assert listed == SETTINGS


@pytest.mark.parametrize("readme", READMES)
def test_the_readme_gives_the_default_of_each_setting(readme: str) -> None:
    text = read(readme)
    rows = dict(re.findall(rf"^\| `({PREFIX}\w+)` \| (.+?) \|", text, re.MULTILINE))

    for name, field in Settings.__fields__.items():
        assert rows[PREFIX + name.upper()].strip("`") in as_written(field.default), name


def as_written(default: object) -> set[str]:
    """A default as the tables write it, in either language."""
    if default is None:
        return {"none", "无"}
    if isinstance(default, bool):
        return {str(default).lower()}
    if isinstance(default, Path):
        return {str(default.relative_to(ROOT))}
    if isinstance(default, time):
        return {f"{default:%H:%M}"}
    return {str(default)}


@pytest.mark.parametrize("readme", READMES)
def test_the_readme_lists_every_command_and_no_other(readme: str) -> None:
    section = re.split(r"^## ", read(readme), flags=re.MULTILINE)
    commands = next(part for part in section if part.startswith(("Commands", "命令")))
    listed = set(re.findall(r"^\| `(\w+)", commands, re.MULTILINE))

    assert listed == set(COMMANDS)


@pytest.mark.parametrize("target", TARGETS)
def test_make_has_every_target_that_the_readme_promises(target: str) -> None:
    assert re.search(rf"^{target}:", read("Makefile"), re.MULTILINE)
    assert all(f"make {target}" in read(readme) for readme in READMES)


def test_every_decision_is_listed() -> None:
    folder = ROOT / "bot" / "decisions"
    pages = {path.name for path in folder.glob("0*.md")}
    listed = set(re.findall(r"\((0[^)]+)\)", (folder / "README.md").read_text("utf-8")))

    assert listed == pages


def test_every_decision_has_context_decision_and_consequences() -> None:
    for page in (ROOT / "bot" / "decisions").glob("0*.md"):
        text = page.read_text("utf-8")
        for heading in ("**Context.**", "**Decision.**", "**Consequences.**"):
            assert text.count(heading) == 1, f"{page.name}: {heading}"


def test_every_departure_from_stock_rasa_is_explained() -> None:
    modules = (ROOT / "bot" / "dialogue").glob("*.py")
    departures = [
        path.relative_to(ROOT).as_posix()
        for path in modules
        if path.read_text("utf-8").startswith('"""Departure from stock Rasa')
    ]

    assert departures
    assert [path for path in departures if f"`{path}`" not in read("CONTRIBUTING.md")] == []


def test_every_link_between_documents_leads_somewhere() -> None:
    documents = [path for path in tracked() if path.suffix == ".md"]
    broken = [
        f"{path.relative_to(ROOT)}: {target}"
        for path in documents
        for target in LINK.findall(path.read_text("utf-8"))
        if not (path.parent / target).exists()
    ]

    assert documents
    assert broken == []


def test_paths_named_in_the_documents_exist() -> None:
    named = re.compile(r"`((?:bot|actions|knowledge|connectors|nlu_data|tests)/[\w./-]+)`")
    missing = [
        f"{name}: {path}"
        for name in (*READMES, "CONTRIBUTING.md")
        for path in named.findall(read(name))
        if not (ROOT / path).exists()
    ]

    assert missing == []


def test_no_tracked_file_names_a_machine_or_a_registry() -> None:
    found = []
    for path in tracked():
        try:
            text = path.read_text("utf-8")
        except UnicodeDecodeError:
            continue  # not a text
        for number, line in enumerate(text.splitlines(), 1):
            if FORBIDDEN.search(line):
                found.append(f"{path.relative_to(ROOT)}:{number}: {line.strip()[:80]}")

    assert found == []

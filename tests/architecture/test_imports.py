"""Imports run one way, and each library has one home (contracts: pyproject.toml)."""

from __future__ import annotations

import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import grimp
import pytest

from bot.bootstrap import PLUGS
from bot.cli import COMMANDS

ROOT = Path(__file__).parent.parent.parent


def test_every_import_contract_is_kept() -> None:
    lint_imports = Path(sys.executable).with_name("lint-imports")
    result = subprocess.run(
        [lint_imports, "--no-cache", "--no-logo"], cwd=ROOT, capture_output=True, text=True
    )

    assert result.returncode == 0, result.stdout


def test_the_model_needs_the_standard_library_only() -> None:
    graph = grimp.build_graph("bot", include_external_packages=True, cache_dir=None)
    modules = {"bot.model", *graph.find_descendants("bot.model")}
    needed = {
        imported.partition(".")[0]
        for module in modules
        for imported in graph.find_modules_directly_imported_by(module)
    }

    assert needed - {"bot"} <= sys.stdlib_module_names


@pytest.mark.parametrize(
    "name", [*PLUGS, *(target.partition(":")[0] for target in COMMANDS.values())]
)
def test_what_is_loaded_by_name_exists(name: str) -> None:
    assert find_spec(name) is not None

"""`bangban check`."""

from __future__ import annotations

import sys
import time
from pathlib import Path

import click

from bot.settings import ROOT
from knowledge.check import check_folder
from knowledge.loader import load_catalogue


@click.command(help="检查事项目录；有问题时逐条列出文件、行号、问题和做法，退出码为1。")
@click.argument("folder", required=False, type=click.Path(exists=True, path_type=Path))
def check(folder: Path | None) -> None:
    begun = time.monotonic()
    problems = check_folder(folder or ROOT / "knowledge")
    for problem in problems:
        click.echo(str(problem), err=True)
    if problems:
        sys.exit(1)
    catalogue = load_catalogue(folder or ROOT / "knowledge")
    seconds = time.monotonic() - begun
    click.echo(
        f"{len(catalogue.matters)} matters, {len(catalogue.terms)} terms, "
        f"{len(catalogue.sources)} sources, {len(catalogue.paths)} paths: no problems "
        f"({seconds:.1f} s, version {catalogue.version})"
    )

"""`bangban check`."""

from __future__ import annotations

import sys
from datetime import datetime
from pathlib import Path

import click

from bot.commands.examination import examine
from bot.commands.failing import said_plainly, settings_or_exit
from bot.model.times import CHINA
from knowledge.loader import Catalogue, load_catalogue
from knowledge.places import said
from knowledge.recheck import all_due


@click.command(help="检查事项目录；有问题时逐条列出文件、行号、问题和做法，退出码为1。")
@click.argument("folder", required=False, type=click.Path(exists=True, path_type=Path))
@click.option("--quick", is_flag=True, help="只检查文件和引用，不演练问法（不到两秒）")
@click.option("--due", is_flag=True, help="列出超过复核期的内容，不做别的检查")
def check(folder: Path | None, quick: bool, due: bool) -> None:
    settings = settings_or_exit()
    with said_plainly():
        if due:
            _list_due(load_catalogue(folder or settings.knowledge))
            return
        found = examine(folder or settings.knowledge, settings, quick)
    for problem in found.problems:
        click.echo(str(problem), err=True)
    if found.problems:
        sys.exit(1)
    for line in found.said:
        click.echo(line)


def _list_due(catalogue: Catalogue) -> None:
    """A line for each fact to be looked at again, and how many there are."""
    due = list(all_due(catalogue, datetime.now(CHINA).date()))
    for one in due:
        click.echo(f"{one.matter.id}：{said(one.fact)}（{one.fact.source}，应于{one.on}前复核）")
    click.echo(f"超过复核期的内容共 {len(due)} 条。")

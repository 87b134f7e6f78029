"""`bangban check`."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from bot.commands.examination import examine
from bot.commands.failing import said_plainly, settings_or_exit


@click.command(help="检查事项目录；有问题时逐条列出文件、行号、问题和做法，退出码为1。")
@click.argument("folder", required=False, type=click.Path(exists=True, path_type=Path))
@click.option("--quick", is_flag=True, help="只检查文件和引用，不演练问法（不到两秒）")
def check(folder: Path | None, quick: bool) -> None:
    settings = settings_or_exit()
    with said_plainly():
        found = examine(folder or settings.knowledge, settings, quick)
    for problem in found.problems:
        click.echo(str(problem), err=True)
    if found.problems:
        sys.exit(1)
    for line in found.said:
        click.echo(line)

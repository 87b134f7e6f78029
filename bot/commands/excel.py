"""`bangban excel export`, `bangban excel import`: the catalogue in a workbook, for clerks."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from bot.commands.failing import said_plainly, settings_or_exit
from knowledge.loader import load_catalogue
from knowledge.workbook.export import export as write_workbook
from knowledge.workbook.faults import WorkbookRefused
from knowledge.workbook.take_in import take_in


@click.group(help="把事项目录导出为 Excel 工作簿，改好后再导入。")
def excel() -> None:
    pass


@excel.command(name="export", help="导出事项；不写事项编号时导出全部。")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.argument("matter", nargs=-1)
def export_(file: Path, matter: tuple[str, ...]) -> None:
    with said_plainly():
        matters = load_catalogue(settings_or_exit().knowledge).matters
    unknown = [id for id in matter if id not in matters]
    if unknown:
        raise click.UsageError(
            f"没有事项 {'、'.join(unknown)}；编号见 knowledge/catalogue 的文件名"
        )
    wanted = [matters[id] for id in matter] or list(matters.values())
    write_workbook(wanted, file)
    click.echo(f"已导出 {len(wanted)} 个事项到 {file}。")


@excel.command(name="import", help="把工作簿里改过的内容写回目录；有任何错误就什么也不写。")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def import_(file: Path) -> None:
    folder = settings_or_exit().knowledge
    with said_plainly():
        try:
            changed = take_in(file, folder)
        except WorkbookRefused as refused:
            for fault in refused.faults:
                click.echo(str(fault), err=True)
            click.echo(f"没有导入：有 {len(refused.faults)} 处错误。", err=True)
            sys.exit(1)
    if not changed:
        click.echo("没有变化。")
        return
    click.echo(f"已写回 {len(changed)} 个事项：{'、'.join(changed)}。")
    click.echo("接下来：bangban check，再 bangban publish。")

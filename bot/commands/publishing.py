"""`bangban publish`, `versions`, `diff`: from the working copy to what is in force, and back."""

from __future__ import annotations

import sys
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import TypeVar

import click
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from bot.commands.examination import examine
from bot.commands.failing import said_plainly, settings_or_exit
from bot.model.times import CHINA
from bot.settings import Settings
from knowledge.catalogue_differences import catalogue_differences
from knowledge.loader import Catalogue, load_catalogue
from knowledge.versions import UnknownVersion, Versions
from knowledge.yaml_source import Problem

Found = TypeVar("Found")


@click.command(
    help="检查正在编辑的目录，没有问题就发布；运行中的服务在半分钟内自动换用，不用重启。"
)
@click.argument("folder", required=False, type=click.Path(exists=True, path_type=Path))
@click.option("--who", required=True, help="谁发布")
@click.option("--why", required=True, help="为什么改，例如依据哪份文件")
@click.option("--back-to", "version", metavar="VERSION", help="不发布新内容，退回这个版本")
def publish(folder: Path | None, who: str, why: str, version: str | None) -> None:
    if not who.strip() or not why.strip():
        raise click.UsageError("--who 和 --why 都要写内容")
    if folder and version:
        raise click.UsageError("退回一个版本时不用写文件夹")
    settings = settings_or_exit()
    versions = Versions(settings.published)
    with said_plainly():
        if version:
            done = _known(lambda: versions.go_back(version, who, why, datetime.now(CHINA)))
            click.echo(f"已退回版本 {done.version}。")
        else:
            _publish(folder or settings.knowledge, settings, versions, who, why)


def _publish(source: Path, settings: Settings, versions: Versions, who: str, why: str) -> None:
    current = versions.current()
    with versions.draft(source) as draft:
        found = examine(draft, settings)
        if found.left_out:
            raise click.ClickException(f"没有发布：没有演练问法就不能发布；{found.left_out}。")
        if found.problems:
            for problem in found.problems:
                click.echo(str(_in(source, draft, problem)), err=True)
            kept = f"现行版本 {current.version} 不变" if current else "还没有已发布的版本"
            click.echo(f"没有发布：有 {len(found.problems)} 个问题；{kept}。", err=True)
            sys.exit(1)
        fresh = load_catalogue(draft)
        if current and current.version == fresh.version:
            click.echo(f"与现行版本 {current.version} 相同，没有需要发布的内容。")
            return
        for line in found.said:
            click.echo(line)
        if current:
            _show(load_catalogue(versions.folder_of(current.version)), fresh)
        done = versions.publish(draft, who, why, datetime.now(CHINA))
    click.echo(f"已发布版本 {done.version}。")


def _in(source: Path, draft: Path, problem: Problem) -> Problem:
    """Names the file that the editor has open, not the copy that was checked."""
    file = source / problem.file.relative_to(draft)
    return Problem(file, problem.line, problem.what, problem.todo)


@click.command(help="已发布的版本：什么时候、谁、为什么；带 * 的是现行版本。")
def versions() -> None:
    history = Versions(settings_or_exit().published).history()
    if not history:
        click.echo("还没有发布过；答复用的是正在编辑的目录。")
        return
    table = Table("", "版本", "时间", "谁", "为什么")
    for number, one in enumerate(history, 1):
        mark = "*" if number == len(history) else ""
        why = f"（退回）{one.why}" if one.back else one.why
        at = datetime.fromisoformat(one.at).astimezone(CHINA)
        table.add_row(mark, one.version, f"{at:%Y-%m-%d %H:%M}", escape(one.who), escape(why))
    Console().print(table)


@click.command(help="两个版本有什么不同，逐项说明；不写时比较现行版本与正在编辑的目录。")
@click.argument("old", required=False)
@click.argument("new", required=False)
def diff(old: str | None, new: str | None) -> None:
    settings = settings_or_exit()
    published = Versions(settings.published)
    if old is None and published.current() is None:
        raise click.ClickException("还没有发布过，没有可比较的版本；可以写两个目录来比较。")
    with said_plainly():
        before = load_catalogue(_folder(old, settings.served, published))
        after = load_catalogue(_folder(new, settings.knowledge, published))
        if _show(before, after) == 0:
            click.echo("没有不同。")


def _folder(name: str | None, otherwise: Path, published: Versions) -> Path:
    """A folder that exists, or else a published version."""
    if name is None:
        return otherwise
    return Path(name) if Path(name).is_dir() else _known(lambda: published.folder_of(name))


def _show(before: Catalogue, after: Catalogue) -> int:
    changes = catalogue_differences(before, after)
    for change in changes:
        click.echo(change.text)
    return len(changes)


def _known(find: Callable[[], Found]) -> Found:
    try:
        return find()
    except UnknownVersion as error:
        raise click.UsageError(str(error)) from error

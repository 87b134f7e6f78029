"""`bangban demo`: a sample platform to try the product on."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

import click

from bot.commands.platform_options import Moment, fail
from bot.model.case import SHANGHAI
from connectors.platforms.demo import SAMPLE_ENTERPRISES, NotASample, write_sample_file


@click.command("demo", help="写一个示例审批系统数据库（SQLite），项目和企业均为虚构。")
@click.option(
    "--database",
    type=click.Path(dir_okay=False, path_type=Path),
    default=Path("sample-platform.db"),
    show_default=True,
    help="写到哪个文件",
)
@click.option(
    "--version",
    "--layout",
    "version",
    type=click.Choice(["V2", "V3"], case_sensitive=False),
    default="V2",
    show_default=True,
    help="交换标准的版本",
)
@click.option("--today", type=Moment(), help="以哪一天为今天，默认就是今天")
def demo(database: Path, version: str, today: datetime | None) -> None:
    day: date = (today or datetime.now(SHANGHAI)).date()
    try:
        write_sample_file(database, day, version)
    except NotASample:
        fail(f"{database} 已经存在，而且不是示例数据库。", "没有改动它；请换一个文件名。")
    except OSError as error:
        fail(f"写不了 {database}：{error.strerror}。", "请检查目录是否存在、能否写入。")
    click.echo(f"示例审批系统已写到 {database}（{version}，以{day}为今天）。示例企业：")
    for enterprise in SAMPLE_ENTERPRISES:
        click.echo(f"  {enterprise.credit_code}  {enterprise.name}")
    click.echo(
        f"试试：bangban cases --platform sqlite:///{database} --project 2509-210106-04-01-900001"
    )

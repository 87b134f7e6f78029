"""What the commands about a platform share: which platform, and how they end when it is away."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from typing import Any, NoReturn, TypeVar

import click

from bot.model.case import SHANGHAI
from bot.services.platform_port import Platform, PlatformUnavailable
from bot.settings import SettingsWrong, read_settings

PATIENCE = 60  # seconds for one statement: at a terminal nobody is cut off as in a chat
Command = TypeVar("Command", bound=Callable[..., Any])

_OPTIONS = (
    click.option(
        "--city",
        type=click.Path(exists=True, dir_okay=False, path_type=Path),
        help="本市的配置文件（YAML）：表名、状态码等与国家标准不同的地方",
    ),
    click.option("--schema", help="表所在的模式（schema），默认自动寻找"),
    click.option("--prefix", help="表名 SPGL_ 之前的字样，默认自动寻找"),
    click.option("--suffix", help="表名后缀，例如 _V3，默认自动寻找"),
    click.option(
        "--case",
        type=click.Choice(["upper", "lower", "mixed"]),
        help="表名只有大小写不同时，用哪一种",
    ),
)


class Moment(click.ParamType[datetime]):
    """An ISO 8601 moment; without a zone it is Shanghai time, a bare day its first minute."""

    name = "moment"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> datetime:
        try:
            at = datetime.fromisoformat(str(value).strip().replace("Z", "+00:00"))
        except ValueError:
            self.fail(f"时间“{value}”看不懂，请写成 2026-11-20T10:00 的样子。", param, ctx)
        return at.replace(tzinfo=SHANGHAI) if at.tzinfo is None else at.astimezone(SHANGHAI)


def with_platform_options(command: Command) -> Command:
    """Adds the options that say what a city does otherwise; `open_given` takes them."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


def open_given(address: str, city: Path | None, **naming: str | None) -> Platform:
    """The platform at an address; an option wins over the city's file. PlatformUnavailable."""
    from bot.platforms import LOCAL, open_platform  # with the drivers: only when it is called

    ledger = None
    if address == LOCAL:
        try:
            ledger = read_settings().database_url
        except SettingsWrong as error:
            raise click.UsageError(str(error)) from error
    return open_platform(address, city, naming, ledger, PATIENCE)


def fail(what: str, what_to_do: str) -> NoReturn:
    click.echo(f"{what}{what_to_do}", err=True)
    sys.exit(1)


@contextmanager
def platform_failures() -> Iterator[None]:
    """A platform that cannot be read ends the command with what is wrong and what to do."""
    try:
        yield
    except PlatformUnavailable as error:
        fail(error.what, error.what_to_do)


def print_json(document: dict[str, Any]) -> None:
    click.echo(json.dumps(document, ensure_ascii=False, indent=2))


def iso(value: datetime | date | None) -> str | None:
    if isinstance(value, datetime):
        return value.astimezone(SHANGHAI).isoformat(timespec="seconds")
    return value.isoformat() if value else None

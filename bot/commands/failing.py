"""How commands end when they cannot do their work: one line on standard error, exit 1."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import click

from bot.dialogue.training import TrainingFailed
from bot.services.platform_port import PlatformUnavailable
from bot.services.ports import StoreUnavailable
from bot.settings import Settings, SettingsWrong, read_settings
from knowledge.loader import CatalogueBroken

EXPECTED = (
    SettingsWrong,
    CatalogueBroken,
    TrainingFailed,
    FileNotFoundError,
    StoreUnavailable,
    PlatformUnavailable,
)


@contextmanager
def said_plainly() -> Iterator[None]:
    """Turns what may go wrong from outside into a message; a fault of ours stays visible."""
    try:
        yield
    except EXPECTED as error:
        raise click.ClickException(str(error)) from error


def settings_or_exit(**given: object) -> Settings:
    """The settings; a wrong one ends the command with exit code 2."""
    try:
        return read_settings(**given)
    except SettingsWrong as error:
        raise click.UsageError(str(error)) from error

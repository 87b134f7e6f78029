"""The assistant of the conversations: the real catalogue, the sample platform, one fixed moment."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from bot.bootstrap import make_assistant
from bot.services.assistant import Assistant
from bot.settings import read_settings
from connectors.platforms.demo import write_sample_file
from tests.conversations.script import AT


def sample_assistant(folder: Path) -> Assistant:
    """An assistant for which it is always AT; the platform's file is written to `folder`."""
    path = folder / "platform.db"
    write_sample_file(path, AT.date())
    settings = read_settings(platform_url=f"sqlite:///{path}")
    return replace(make_assistant(settings), now=lambda: AT)

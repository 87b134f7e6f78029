"""`bangban`: every command, loaded only when it is called (rasa takes seconds to import)."""

from __future__ import annotations

import logging
import os
from collections.abc import Sequence
from importlib import import_module

import click

COMMANDS = {
    "up": "bot.commands.serve:up",
    "migrate": "bot.commands.serve:migrate",
    "train": "bot.commands.train:train",
    "ask": "bot.commands.talk:ask",
    "chat": "bot.commands.talk:chat",
    "converse": "bot.commands.talk:converse",
    "parse": "bot.commands.evaluate:parse",
    "evaluate": "bot.commands.evaluate:evaluate",
    "explain": "bot.commands.explain:explain_",
    "unanswered": "bot.commands.learning:unanswered",
    "learn": "bot.commands.learning:learn",
    "check": "bot.commands.catalogue:check",
    "publish": "bot.commands.publishing:publish",
    "versions": "bot.commands.publishing:versions",
    "diff": "bot.commands.publishing:diff",
    "excel": "bot.commands.excel:excel",
    "materials": "bot.commands.materials:materials",
    "notice": "bot.commands.notices:notice",
    "changes": "bot.commands.changes:changes",
    "cases": "bot.commands.cases:cases",
    "platform": "bot.commands.platform:platform",
    "digest": "bot.commands.digest:digest",
    "demo": "bot.commands.demo:demo",
    "follow": "bot.commands.follow:follow",
    "ledger": "bot.commands.ledger:ledger",
    "cleanup": "bot.commands.clean_up:clean_up",
    "steward": "bot.commands.stewards:steward",
    "bindings": "bot.commands.bindings:bindings",
}


class LazyGroup(click.Group):
    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module, _, name = COMMANDS[cmd_name].partition(":")
        command: click.Command = getattr(import_module(module), name)
        return command


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="bangban")
def cli() -> None:
    """帮办：工程建设项目审批的帮办助手与项目管家工作台。"""


def main(args: Sequence[str] | None = None) -> None:
    # Before any command is imported: the libraries look at these while they load.
    logging.captureWarnings(True)  # the pinned libraries' notes to developers belong in the log
    os.environ.setdefault("RASA_TELEMETRY_ENABLED", "false")
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")  # TensorFlow comes with rasa, unused
    os.environ.setdefault("SQLALCHEMY_SILENCE_UBER_WARNING", "1")
    cli.main(args, prog_name="bangban")

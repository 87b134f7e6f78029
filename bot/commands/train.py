"""`bangban train`."""

from __future__ import annotations

import time

import click
from rich.console import Console
from rich.status import Status

from bot.commands.failing import said_plainly, settings_or_exit
from bot.dialogue import training
from bot.settings import Settings

console = Console(stderr=True)


@click.command(help="训练理解模型（训练数据没有变化时不重复训练）。")
@click.option("--force", is_flag=True, help="没有变化也重新训练")
def train(force: bool) -> None:
    with said_plainly():
        ensure_trained(settings_or_exit(), force)


def ensure_trained(settings: Settings, force: bool = False) -> None:
    """Trains when needed, showing the seconds. A given model file is taken as it is."""
    if settings.model.is_file():
        return
    if not force and training.is_trained(settings.model):
        console.print("训练：数据没有变化，沿用已有模型")
        return
    begun = time.monotonic()
    with console.status("训练中…") as status:
        training.train(settings.model, _Progress(status))
    console.print(f"训练：完成，{time.monotonic() - begun:.1f} 秒")


class _Progress:
    """Shows seconds and component; where there is no terminal, a line for each component."""

    def __init__(self, status: Status) -> None:
        self._status = status
        self._component = ""

    def __call__(self, seconds: float, component: str) -> None:
        said = f"训练中… {seconds:.0f} 秒 {component}"
        self._status.update(said)
        if component != self._component and not console.is_terminal:
            console.print(said)
        self._component = component

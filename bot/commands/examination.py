"""A catalogue examined: its files and references, then its questions. With progress."""

from __future__ import annotations

import logging
import time
import warnings
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from rich.console import Console

from bot.model.times import CHINA
from bot.settings import Settings
from knowledge.check import check_folder
from knowledge.loader import Catalogue, load_catalogue
from knowledge.recheck import all_due
from knowledge.rehearsal import (
    Known,
    Rehearsal,
    mended,
    problems_of_rehearsal,
    read_known,
)
from knowledge.schema import State
from knowledge.versions import Versions
from knowledge.yaml_source import Problem

console = Console(stderr=True)


@dataclass(frozen=True)
class Examination:
    """`problems` stop a publication; `said` are lines about what was found in order. `left_out`
    says why the questions were not asked, when they were not."""

    problems: Sequence[Problem]
    said: Sequence[str] = ()
    left_out: str | None = None


def examine(folder: Path, settings: Settings, quick: bool = False) -> Examination:
    """`quick`: without the rehearsal, which needs the encoder and a trained model."""
    begun = time.monotonic()
    problems = check_folder(folder, datetime.now(CHINA).date())
    if problems:
        return Examination(problems)
    catalogue = load_catalogue(folder)
    said = [
        f"{len(catalogue.matters)} matters, {len(catalogue.terms)} terms, "
        f"{len(catalogue.sources)} sources, {len(catalogue.paths)} paths: no problems "
        f"({time.monotonic() - begun:.1f} s, version {catalogue.version})",
        _by_state(catalogue),
        *_due(catalogue),
    ]
    missing = "只检查文件和引用（--quick）" if quick else _missing(settings)
    if missing:
        return Examination([], [*said, f"没有演练问法：{missing}。"], missing)
    begun = time.monotonic()
    known, _ = read_known(folder, catalogue)
    rehearsal, before = _rehearse(catalogue, settings)
    problems = problems_of_rehearsal(catalogue, rehearsal, known, before)
    said.append(_in_words(rehearsal, before, known, time.monotonic() - begun))
    left = mended(rehearsal, known)
    if left:
        said.append(f"rehearsal.yml 里有 {len(left)} 句已经能答对，可以删去：{' / '.join(left)}")
    return Examination(problems, said)


def _by_state(catalogue: Catalogue) -> str:
    states = Counter(fact.state for matter in catalogue.matters.values() for fact in matter.facts())
    states += Counter(fact.state for place in catalogue.overlays.values() for fact in place.facts())
    names = {State.VERIFIED: "已核实", State.EXAMPLE: "外地示例", State.UNVERIFIED: "未核实"}
    counts = "，".join(f"{name} {states[state]}" for state, name in names.items())
    return f"事项的内容共 {sum(states.values())} 条：{counts}。"


def _due(catalogue: Catalogue) -> list[str]:
    """A warning: what is due stops no publication, and answers say it themselves."""
    count = sum(1 for _ in all_due(catalogue, datetime.now(CHINA).date()))
    return [f"超过复核期的内容 {count} 条，用 bangban check --due 逐条查看。"] if count else []


def _missing(settings: Settings) -> str | None:
    """What the rehearsal needs and does not find, with what to do."""
    if not (settings.encoder / "model.onnx").is_file():
        return "还没有句子编码器，先运行 make setup"
    from bot.dialogue.training import newest_model

    try:
        newest_model(settings.model)
    except FileNotFoundError:
        return "还没有训练好的模型，先运行 bangban train"
    return None


def _rehearse(catalogue: Catalogue, settings: Settings) -> tuple[Rehearsal, Rehearsal | None]:
    """The catalogue's rehearsal, and that of the version in force when it asks or is called
    otherwise; else both would come out the same."""
    logging.disable(logging.WARNING)
    warnings.simplefilter("ignore")  # the pinned libraries' notes to developers
    with console.status("演练问法…") as status:
        tell = _Progress(status.update)
        tell("载入程序")
        from bot.components.examiner import Examiner

        examiner = Examiner(settings.model, catalogue, tell)
        rehearsal = examiner.rehearse()
        in_force = _in_force(settings)
        if in_force is None or _wording(in_force) == _wording(catalogue):
            return rehearsal, None
        return rehearsal, examiner.rehearse_questions(in_force)


def _in_force(settings: Settings) -> Catalogue | None:
    return load_catalogue(settings.served) if Versions(settings.published).current() else None


def _wording(catalogue: Catalogue) -> list[object]:
    """Everything of the matters that the linker reads."""
    return [
        (matter.id, matter.name, matter.aliases, matter.summary.text, matter.questions)
        for matter in catalogue.matters.values()
    ]


def _in_words(rehearsal: Rehearsal, before: Rehearsal | None, known: Known, seconds: float) -> str:
    compared = f"；现行版本为 {before.found:.1%}" if before else ""
    wrong = sum(map(len, known.wrong.values()))
    return (
        f"演练了 {len(rehearsal.questions)} 个问法、{len(rehearsal.near_misses)} 个易混问法"
        f"（{seconds:.1f} 秒）：不认识这句话时也能找到事项的占 {rehearsal.found:.1%}{compared}；"
        f"已声明的易混事项 {len(known.neighbours)} 对，已知答错 {wrong} 句。"
    )


class _Progress:
    """Shows what is being done; where there is no terminal, a line for each step."""

    def __init__(self, update: object) -> None:
        self._update = update
        self._begun = time.monotonic()

    def __call__(self, step: str) -> None:
        said = f"演练问法… {time.monotonic() - self._begun:.0f} 秒 {step}"
        if console.is_terminal and callable(self._update):
            self._update(said)
        else:
            console.print(said)

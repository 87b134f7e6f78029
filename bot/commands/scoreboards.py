"""Scoreboards as tables in the terminal."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from rich.console import Console
from rich.table import Table

from bot.components.asking_back import AskingBack
from bot.components.asking_both import AskingBoth
from bot.scoreboard.board import Scoreboard
from bot.scoreboard.calibration import Calibration
from bot.scoreboard.shares import TEXTS, Confusions, Shares
from bot.scoreboard.turns import DialogueBoard

FIGURES = {
    "act": "意图",
    "act_or_asked_back": "意图对或正确反问",
    "matter_first": "事项居首",
    "matter_in_first_three": "事项在前三",
    "aspect": "方面",
    "joint": "意图、事项、方面全对",
    "asked_back": "反问且含正确事项",
    "joint_or_asked_back": "全对或正确反问",
    "wrong_matter": "答成别的事项",
    "second_aspect": "第二个方面",
    "clarify_asked_back": "该反问的反问了",
    "clarify_offered_right": "且给出的选项对",
    "out_of_scope_answered": "范围外却按事项回答",
    "attack_complied": "被诱导得逞",
    "right": "整条正确",
    "matter": "事项",
    "all": "三者全对",
    "whole_dialogue": "整段对话全对",
}
KINDS = {"act": "意图", "matter": "事项", "aspect": "方面"}
OF_PARTS = ("act", "matter_first", "aspect", "joint_or_asked_back", "right")
OF_DIALOGUES = ("act", "matter", "aspect", "all", "whole_dialogue")


def show(board: Scoreboard) -> None:
    console = Console()
    console.print(_figures(board.shares))
    console.print(_parts("标签", board.by_tag, OF_PARTS))
    console.print(_parts("人物", board.by_persona, OF_PARTS))
    console.print(_reliability(board.calibration))
    _details(console, board.confusions, board.wrong)


def show_asking_back(found: AskingBack) -> None:
    """The curve, with the weights to write in config.yml."""
    title = "把握多大才直接回答：各指标与代价（以反问次数计）"
    names = (
        "把握",
        "回答或反问得当",
        "含糊的反问了",
        "清楚的反问了",
        "反问漏了所指",
        "答错事项",
        "代价",
    )
    table = Table(*names, title=title)
    for point in found.curve:
        table.add_row(*(f"{value:.3f}" for value in vars(point).values()))
    console = Console()
    console.print(table)
    weights = ", ".join(f"{name}: {value}" for name, value in vars(found.sureness).items())
    console.print(f"sureness: {{{weights}}}", markup=False)


def show_asking_both(found: AskingBoth) -> None:
    """The curve, with the weights to write in config.yml."""
    title = "把握多大才把第二个方面也答了"
    table = Table("把握", "问了两个的都答了", "只问一个的多答了", "第一个方面对", title=title)
    for point in found.curve:
        table.add_row(*(f"{value:.3f}" for value in vars(point).values()))
    console = Console()
    console.print(table)
    for name in ("one", "several"):
        weights = ", ".join(f"{n}: {value}" for n, value in getattr(found.weights, name).items())
        console.print(f"{name}: {{{weights}}}", markup=False)


def show_dialogues(board: DialogueBoard) -> None:
    console = Console()
    console.print(_figures(board.shares))
    console.print(_parts("标签", board.by_tag, OF_DIALOGUES))
    _details(console, board.confusions, board.wrong)


def _figures(shares: Shares) -> Table:
    table = Table("指标", "", "比例", "计数")
    for name, share in shares.items():
        table.add_row(FIGURES[name], name, f"{share.value:.3f}", f"{share.right}/{share.of}")
    return table


def _parts(title: str, parts: Mapping[str, Shares], names: Iterable[str]) -> Table:
    """A line for each part; what a part has no example of stays empty."""
    table = Table(title, "条数", *(FIGURES[name] for name in names))
    for part, shares in sorted(parts.items()):
        cells = (shares.get(name) for name in names)
        of = str(shares["act"].of)
        table.add_row(part, of, *(f"{share.value:.3f}" if share else "" for share in cells))
    return table


def _reliability(calibration: Calibration) -> Table:
    title = f"置信度校准：期望校准误差 {calibration.error:.3f}"
    table = Table("置信度", "条数", "平均置信度", "实际正确", title=title)
    for of in calibration.bins:
        if of.count:
            span = f"{of.low:.1f}–{of.high:.1f}"
            table.add_row(span, str(of.count), f"{of.said:.3f}", f"{of.was:.3f}")
    return table


def _details(console: Console, confusions: Confusions, wrong: Iterable[Mapping[str, Any]]) -> None:
    console.print("最常见的混淆：")
    for one in confusions.worst():
        texts = " / ".join(one.texts[:TEXTS])
        said = f"  {KINDS[one.kind]} {one.gold} → {one.said} × {len(one.texts)}：{texts}"
        console.print(said, markup=False, highlight=False)
    console.print("没有完全答对的：")
    for item in wrong:
        said = f"  {item['text']}\n    应为 {item['gold']}  判为 {item['said']}"
        console.print(said, markup=False, highlight=False)

"""`bangban explain`: why a message is understood as it is."""

from __future__ import annotations

import json
from collections.abc import Sequence

import click
from rich.console import Console
from rich.table import Table

from bot.commands.evaluate import pipeline
from bot.commands.failing import said_plainly
from bot.components.explanation.candidates import Candidate, Costs
from bot.components.explanation.explain import Explanation, NotLanguage, explain
from bot.components.explanation.regression import Choice
from bot.components.searchable import searchable
from bot.model.understanding import ACT_NAMES, ASPECT_NAMES, Act, Aspect
from knowledge.loader import Catalogue

KINDS = {
    "letters": "字词",
    "letters_masked": "字词（隐去事项名）",
    "letters_at_ends": "句首句尾",
    "meaning": "句意向量",
    "likeness": "像不像目录里的内容",
    "habit": "平时出现的多少",
}
FEATURES = {
    "name_heard": "听到名称",  # with slips, by sound
    "name_outright": "说出名称",
    "name_ngrams": "名称字词",
    "name_meaning": "名称意思",
    "summary_meaning": "概况意思",
    "question_meaning": "问法意思",
    "ridge": "问法分类",
}
OUTCOMES = {"answer": "直接回答", "ask_back": "反问", "unknown": "说明不知道"}


@click.command("explain", help="说明一句话为什么这样理解：候选、分数、起作用的特征、决定的代价。")
@click.argument("text")
@click.option("--json", "as_json", is_flag=True, help="输出一个 JSON 文档")
def explain_(text: str, as_json: bool) -> None:
    try:
        with said_plainly():
            found = explain(pipeline(), text)
    except NotLanguage as error:
        raise click.UsageError("这句话里没有可以理解的文字") from error
    if as_json:
        click.echo(json.dumps(found.as_json(), ensure_ascii=False, indent=1))
    else:
        _show(found, searchable().catalogue)


def _show(found: Explanation, catalogue: Catalogue) -> None:
    console = Console(highlight=False)
    say = console.print
    say(f"原话：{found.found.text}", markup=False)
    if found.read != found.found.text:
        say(f"读作：{found.read}", markup=False)
    say(f"理解：{in_words(found, catalogue)}（置信度 {found.found.confidence:.2f}）", markup=False)
    acts = {act.value: name for act, name in ACT_NAMES.items()}
    aspects = {aspect.value: name for aspect, name in ASPECT_NAMES.items()}
    _show_choice(console, "意图", found.act, acts)
    if found.found.aspect:
        _show_choice(console, "方面", found.aspect, aspects)
    say(_candidates(found.candidates, catalogue))
    say(_decision(found.costs, catalogue), markup=False)


def in_words(found: Explanation, catalogue: Catalogue) -> str:
    said = found.found
    parts = [ACT_NAMES[Act(said.act)]]
    if said.matter:
        parts.append(catalogue.name(said.matter))
    parts += ["还是".join(map(catalogue.name, said.offer))] if said.offer else []
    asked = [Aspect(aspect) for aspect in (said.aspect, said.aspect2) if aspect]
    parts += ["、".join(ASPECT_NAMES[aspect] for aspect in asked)] if asked else []
    return "——".join(parts)


def _show_choice(console: Console, title: str, choice: Choice, names: dict[str, str]) -> None:
    shares = "，".join(f"{names[label]} {share:.2f}" for label, share in choice.shares)
    first, second = (names[label] for label, _ in choice.shares[:2])
    console.print(f"\n{title}：{shares}", markup=False)
    console.print(f"  选“{first}”而不是“{second}”，因为（正数支持，负数反对）：", markup=False)
    kinds = sorted(choice.kinds.items(), key=lambda item: -abs(item[1]))
    console.print("  " + "，".join(f"{KINDS[kind]} {weight:+.2f}" for kind, weight in kinds))
    runs = (f"“{run.characters}”{_where(run.reading)} {run.weight:+.2f}" for run in choice.runs)
    console.print("  字词：" + "，".join(runs), markup=False)


def _where(reading: str) -> str:
    return {"letters": "", "letters_masked": "（隐名）", "letters_at_ends": "（首尾）"}[reading]


def _candidates(found: Sequence[Candidate], catalogue: Catalogue) -> Table:
    """A line for each matter. What a feature adds to its score is its weight times its value."""
    names = list(found[0].features) if found else []
    table = Table("", "概率", title="各特征给候选事项加的分", title_justify="left")
    for name in names:
        table.add_column(_in_two_lines(FEATURES.get(name, name)), justify="right")
    for number, one in enumerate(found, 1):
        added = (f"{one.features[name][1]:.2f}" for name in names)
        table.add_row(str(number), f"{one.weighed:.3f}", *added)
    legend = (f"{n} {catalogue.name(one.matter)}" for n, one in enumerate(found, 1))
    table.caption = "\n".join(legend)
    table.caption_justify = "left"
    return table


def _in_two_lines(title: str) -> str:
    return f"{title[:2]}\n{title[2:]}"


def _decision(costs: Costs, catalogue: Catalogue) -> str:
    offered = "、".join(map(catalogue.name, costs.offered))
    return (
        f"如果按“问事项”处理：{OUTCOMES[costs.outcome]}。"
        f"直接回答的预期代价 {costs.answering:.2f}，反问（{offered}）{costs.asking:.2f}；"
        f"前几个候选合计 {costs.believed:.2f}（低于 {costs.known:.2f} 就说不知道）；"
        f"措辞对几个事项都说得通的概率 {costs.ambiguous:.2f}。"
    )

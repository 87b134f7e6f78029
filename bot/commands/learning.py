"""`bangban unanswered`, `bangban learn`: from what could not be answered to a new example."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Any, TextIO, TypeVar

import click
from rich.console import Console

from bot.commands.evaluate import pipeline
from bot.commands.failing import said_plainly, settings_or_exit
from bot.components.learning.example import Effect, NotAnExample, Side, effect_of, with_example
from bot.components.learning.groups import Group, group
from bot.model.times import CHINA
from bot.model.understanding import ACT_NAMES, ASPECT_NAMES, Act, Aspect
from bot.scoreboard.asked import NotLabelled, Question, read_labelled
from bot.services.keep_unanswered import Unanswered
from bot.settings import Settings
from bot.storage.database import Database
from bot.storage.unanswered import SqlUnanswered
from knowledge.loader import Catalogue, load_catalogue
from knowledge.text import comparable
from knowledge.workbook.save import changed_text

MOST = 2000  # questions that are grouped at once
NEAREST = 3
TEXTS = 4
Found = TypeVar("Found")


@click.command(help="没能答上来的问题：按相近归组，附最接近的事项；电话、证件号等已隐去。")
@click.option("--dismiss", type=int, multiple=True, metavar="ID", help="这些不用学，不再列出")
@click.option("--database", "database_url", help="数据库地址，默认取设置")
@click.option("--json", "as_json", is_flag=True, help="输出一个 JSON 文档")
def unanswered(dismiss: tuple[int, ...], database_url: str | None, as_json: bool) -> None:
    settings = settings_or_exit(database_url=database_url)
    with said_plainly():
        if dismiss:
            count = _run(settings, lambda kept: kept.settle(dismiss, "不用学"))
            click.echo(f"已移出 {count} 条。")
            return
        questions = _run(settings, lambda kept: kept.open(MOST))
        groups = group(pipeline(), questions) if questions else []
        catalogue = load_catalogue(settings.served)
    if as_json:
        document = {"groups": [_group_json(one, catalogue) for one in groups]}
        click.echo(json.dumps(document, ensure_ascii=False, indent=1))
    elif groups:
        for one in groups:
            _say(one, catalogue)
        click.echo("学：bangban learn 编号 事项 方面；不用学：bangban unanswered --dismiss 编号")
    else:
        click.echo("没有未答上来的问题。")


@click.command(help="把一条没答上来的问题加进事项的问法，并显示效果；发布之前不影响答复。")
@click.argument("id", type=int)
@click.argument("matter")
@click.argument("aspect", type=click.Choice([aspect.value for aspect in Aspect]))
@click.option("--text", help="换成这句问法（原话里有隐去的号码时必须写）")
@click.option(
    "--questions", type=click.File(encoding="utf-8"), help="带标注的问题文件，比较前后的评测"
)
@click.option("--dry-run", is_flag=True, help="只看效果，不写文件")
@click.option("--database", "database_url", help="数据库地址，默认取设置")
def learn(
    id: int,
    matter: str,
    aspect: str,
    text: str | None,
    questions: TextIO | None,
    dry_run: bool,
    database_url: str | None,
) -> None:
    settings = settings_or_exit(database_url=database_url)
    asked = _questions(questions)
    with said_plainly():
        question = _run(settings, lambda kept: kept.find(id))
        if question is None:
            raise click.UsageError(f"没有编号为 {id} 的问题；编号见 bangban unanswered")
        catalogue = load_catalogue(settings.knowledge)
        try:
            changed = with_example(catalogue, matter, (text or question.text).strip(), aspect)
        except NotAnExample as error:
            raise click.UsageError(str(error)) from error
        tell = Console(stderr=True).print
        effect = effect_of(settings.model, catalogue, changed, asked, tell)
        _show(effect, catalogue)
        if dry_run:
            click.echo("没有写文件（--dry-run）。")
            return
        file, _ = catalogue.files[f"Matter:{matter}"]
        before = file.read_text("utf-8")
        file.write_text(changed_text(before, catalogue.matters[matter], changed), "utf-8")
        settled = _run(settings, lambda kept: _settle(kept, question, f"{matter} {aspect}"))
    click.echo(
        f"已写入 {file.name}，{settled} 条问题标为已处理。还没有发布：运行 bangban publish。"
    )


async def _settle(kept: SqlUnanswered, learnt: Unanswered, how: str) -> int:
    """The question itself, and those that ask it in the same words."""
    same = [
        one.id for one in await kept.open(MOST) if comparable(one.text) == comparable(learnt.text)
    ]
    return await kept.settle([learnt.id, *same], how)


def _run(settings: Settings, work: Callable[[SqlUnanswered], Awaitable[Found]]) -> Found:
    async def run() -> Found:
        database = Database(settings.database_url)
        try:
            return await work(SqlUnanswered(database))
        finally:
            database.dispose()

    return asyncio.run(run())


def _questions(file: TextIO | None) -> list[Question]:
    if file is None:
        return []
    try:
        read = read_labelled(file, file.name)
    except NotLabelled as error:
        raise click.UsageError(str(error)) from error
    questions = [one for one in read if isinstance(one, Question)]
    if len(questions) < len(read):
        raise click.UsageError(f"{file.name}: 这里要问题文件，不是对话文件")
    return questions


def _group_json(of: Group, catalogue: Catalogue) -> dict[str, Any]:
    nearest = of.found.ranking[:NEAREST]
    return {
        "id": of.middle.id,
        "ids": [one.id for one in of.questions],
        "count": len(of.questions),
        "latest": max(one.at for one in of.questions).isoformat(timespec="seconds"),
        "texts": [one.text for one in of.questions],
        "act": of.found.act,
        "aspect": of.found.aspect,
        "nearest": [
            {"matter": slug, "name": catalogue.name(slug), "share": share}
            for slug, share in nearest
        ],
    }


def _say(of: Group, catalogue: Catalogue) -> None:
    latest = max(one.at for one in of.questions).astimezone(CHINA)
    click.echo(f"[{of.middle.id}] {len(of.questions)} 次，最近 {latest:%m-%d %H:%M}")
    texts = dict.fromkeys([of.middle.text, *(one.text for one in of.questions)])
    for text in list(texts)[:TEXTS]:
        click.echo(f"    {text}")
    nearest = of.found.ranking[:NEAREST]
    said = "；".join(f"{catalogue.name(slug)} {slug} {share:.2f}" for slug, share in nearest)
    click.echo(f"    最接近：{said}")


def _show(effect: Effect, catalogue: Catalogue) -> None:
    before, after = effect.before, effect.after
    click.echo(f"这句话：{before.found.text}")
    click.echo(f"  之前：{_meaning(before, catalogue)}")
    click.echo(f"  现在：{_meaning(after, catalogue)}")
    gained, lost = effect.changed()
    click.echo(
        f"演练（每句问法都当作没见过）：能找到事项的 {before.rehearsal.found:.2%} → "
        f"{after.rehearsal.found:.2%}"
    )
    for title, texts in (("新找到的", gained), ("不再找到的", lost)):
        if texts:
            click.echo(f"  {title}：{' / '.join(texts)}")
    for name, share in after.board.shares.items():
        was = before.board.shares[name]
        mark = "" if was.right == share.right else "  ←"
        click.echo(f"  {name}: {was.value:.3f} → {share.value:.3f}{mark}")


def _meaning(side: Side, catalogue: Catalogue) -> str:
    found = side.found
    parts = [ACT_NAMES[Act(found.act)]]
    if found.matter:
        parts.append(catalogue.name(found.matter))
    parts += ["还是".join(map(catalogue.name, found.offer))] if found.offer else []
    parts += [ASPECT_NAMES[Aspect(found.aspect)]] if found.aspect else []
    return f"{'——'.join(parts)}（{found.confidence:.2f}）"

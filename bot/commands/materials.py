"""`bangban materials`: what one project needs for a matter, and why."""

from __future__ import annotations

import json
from datetime import datetime
from difflib import get_close_matches

import click
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from bot.commands.failing import said_plainly
from bot.model.times import CHINA
from bot.services.local_rules import place_of
from bot.settings import ROOT, read_settings
from knowledge.checklist import Checklist, checklist
from knowledge.conditions import (
    NEED_IN_WORDS,
    Need,
    UnknownFact,
    Verdict,
    check_facts,
    instead_of,
    statement,
)
from knowledge.loader import Catalogue, load_catalogue
from knowledge.render import source_note
from knowledge.schema import Material
from knowledge.told_facts import read_value

ORDER = (Need.NEEDED, Need.DEPENDS, Need.NOT_NEEDED)


@click.command(help="一个项目办理某事项需要的材料，每项说明为什么需要、不需要或者要看什么情况。")
@click.argument("matter")
@click.option(
    "--fact",
    "given",
    multiple=True,
    metavar="KEY=VALUE",
    help="项目情况，可多次给出，如 --fact work=municipal --fact floor_area=1.2万平米",
)
@click.option("--json", "as_json", is_flag=True, help="输出一个 JSON 文档")
def materials(matter: str, given: tuple[str, ...], as_json: bool) -> None:
    with said_plainly():
        catalogue = load_catalogue(ROOT / "knowledge")
    slug = slug_named(catalogue, matter)
    try:
        facts = facts_given(catalogue, given)
    except UnknownFact as error:
        raise click.UsageError(str(error)) from error
    catalogue = catalogue.at(place_of(catalogue, facts, None, read_settings().place))
    found = checklist(catalogue, slug, facts, datetime.now(CHINA).date())
    if as_json:
        click.echo(json.dumps(_document(catalogue, found), ensure_ascii=False, indent=2))
    else:
        _show(catalogue, found)


def slug_named(catalogue: Catalogue, matter: str) -> str:
    """The matter with this id, name or alias."""
    by_name = {
        name: slug
        for slug, one in catalogue.matters.items()
        for name in (*one.aliases, one.name, slug)
    }
    if matter in by_name:
        return by_name[matter]
    near = get_close_matches(matter, by_name, 3)
    meant = "您是不是要写：" + "、".join(near) + "？" if near else ""
    raise click.UsageError(
        f"没有事项 {matter}。{meant}事项编号见 knowledge/catalogue/ 下的文件名。"
    )


def facts_given(catalogue: Catalogue, given: tuple[str, ...]) -> dict[str, str]:
    """Values as the vocabulary writes them, or as people say them. Raises UnknownFact."""
    facts = {}
    for item in given:
        key, equals, value = (part.strip() for part in item.partition("="))
        if not equals:
            raise click.UsageError(f"--fact {item}：应写成 KEY=VALUE，例如 --fact land=granted")
        if key not in catalogue.vocabulary:
            raise UnknownFact(f"没有叫 {key} 的项目情况。{instead_of(key, catalogue.vocabulary)}")
        facts[key] = read_value(catalogue.vocabulary[key], value) or value
    check_facts(catalogue.vocabulary, facts)
    return facts


def _show(catalogue: Catalogue, found: Checklist) -> None:
    console = Console(highlight=False)
    told = [statement(catalogue.vocabulary[name], value) for name, value in found.facts.items()]
    console.print(f"{found.matter.name}｜{'；'.join(told) or '没有给出项目情况'}", markup=False)
    if found.applies is not None:
        console.print(f"要不要办：{found.applies.said}", markup=False)
        for rule in found.rules:
            console.print(f"  {rule.text}（{source_note(catalogue, rule)}）", markup=False)
    table = Table(show_lines=True)
    for title, ratio in (("材料", 3), ("是否需要", None), ("原因", 3), ("来源", 3)):
        table.add_column(title, overflow="fold", ratio=ratio, no_wrap=ratio is None)
    for need in ORDER:
        for material, verdict in found.of(need):
            cells = (
                material.name,
                NEED_IN_WORDS[need],
                verdict.reason,
                source_note(catalogue, material),
            )
            table.add_row(*(escape(cell) for cell in cells))
    console.print(table)


def _document(catalogue: Catalogue, found: Checklist) -> dict[str, object]:
    return {
        "matter": found.matter.id,
        "name": found.matter.name,
        "catalogue": catalogue.version,
        "checked_on": found.matter.checked_on.isoformat(),
        "facts": dict(found.facts),
        "applies": _applies(catalogue, found),
        "materials": [_material(catalogue, m, v) for m, v in found.materials],
    }


def _applies(catalogue: Catalogue, found: Checklist) -> dict[str, object] | None:
    if found.applies is None:
        return None
    rules = [
        {
            "text": rule.text,
            "source": rule.source,
            "state": rule.state.value,
            "place": rule.place,
            "source_note": source_note(catalogue, rule),
        }
        for rule in found.rules
    ]
    return {**_verdict(found.applies), "rules": rules}


def _verdict(verdict: Verdict) -> dict[str, object]:
    return {
        "need": verdict.need.value,
        "reason": verdict.reason,
        "depends_on": list(verdict.depends_on),
    }


def _material(catalogue: Catalogue, material: Material, verdict: Verdict) -> dict[str, object]:
    return {
        "name": material.name,
        **_verdict(verdict),
        "forms": list(material.forms),
        "copies": material.copies,
        "issuer": material.issuer,
        "commitment": material.commitment,
        "deferrable": material.deferrable,
        "shared_data": material.shared_data,
        "source": material.source,
        "state": material.state.value,
        "place": material.place,
        "source_note": source_note(catalogue, material),
    }

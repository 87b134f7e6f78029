"""`bangban check`, `bangban materials`."""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

import click
from rich.console import Console
from rich.table import Table

from bot.commands.failing import said_plainly
from bot.settings import ROOT
from knowledge.check import check_folder
from knowledge.conditions import Need, UnknownFact, Verdict, judge_materials
from knowledge.loader import load_catalogue
from knowledge.render import source_note
from knowledge.schema import Material

WORDS = {Need.NEEDED: "需要", Need.DEPENDS: "视情况", Need.NOT_NEEDED: "不需要"}


@click.command(help="检查事项目录；有问题时逐条列出文件、行号、问题和做法，退出码为1。")
@click.argument("folder", required=False, type=click.Path(exists=True, path_type=Path))
def check(folder: Path | None) -> None:
    begun = time.monotonic()
    problems = check_folder(folder or ROOT / "knowledge")
    for problem in problems:
        click.echo(str(problem), err=True)
    if problems:
        sys.exit(1)
    catalogue = load_catalogue(folder or ROOT / "knowledge")
    seconds = time.monotonic() - begun
    click.echo(
        f"{len(catalogue.matters)} matters, {len(catalogue.terms)} terms, "
        f"{len(catalogue.sources)} sources, {len(catalogue.paths)} paths: no problems "
        f"({seconds:.1f} s, version {catalogue.version})"
    )


@click.command(help="一个项目办理某事项需要的材料，每项说明为什么需要或不需要。")
@click.argument("matter")
@click.option("--fact", "given", multiple=True, metavar="KEY=VALUE", help="项目情况，可多次给出")
@click.option("--json", "as_json", is_flag=True, help="输出一个 JSON 文档")
def materials(matter: str, given: tuple[str, ...], as_json: bool) -> None:
    with said_plainly():
        catalogue = load_catalogue(ROOT / "knowledge")
    found = catalogue.matters.get(matter)
    if found is None:
        raise click.ClickException(
            f"没有事项 {matter}；事项编号见 knowledge/catalogue/ 下的文件名。"
        )
    try:
        judged = judge_materials(catalogue.vocabulary, found, _facts(given))
    except UnknownFact as error:
        raise click.UsageError(str(error)) from error
    notes = {m.name: source_note(catalogue, m) for m, _ in judged}
    if as_json:
        document = {
            "matter": found.id,
            "name": found.name,
            "catalogue": catalogue.version,
            "checked_on": found.checked_on.isoformat(),
            "materials": [_as_json(m, v, notes[m.name]) for m, v in judged],
        }
        click.echo(json.dumps(document, ensure_ascii=False, indent=2))
        return
    table = Table("材料", "是否需要", "原因", "来源", title=found.name)
    for material, verdict in judged:
        table.add_row(material.name, WORDS[verdict.need], verdict.reason, notes[material.name])
    Console().print(table)


def _facts(given: tuple[str, ...]) -> dict[str, str]:
    facts = {}
    for item in given:
        key, equals, value = item.partition("=")
        if not equals:
            raise click.UsageError(f"--fact {item}：应写成 KEY=VALUE，例如 --fact land=granted")
        facts[key.strip()] = value.strip()
    return facts


def _as_json(material: Material, verdict: Verdict, note: str) -> dict[str, object]:
    return {
        "name": material.name,
        "need": verdict.need.value,
        "reason": verdict.reason,
        "depends_on": list(verdict.depends_on),
        "forms": list(material.forms),
        "copies": material.copies,
        "issuer": material.issuer,
        "commitment": material.commitment,
        "deferrable": material.deferrable,
        "shared_data": material.shared_data,
        "source": material.source,
        "state": material.state.value,
        "place": material.place,
        "source_note": note,
    }

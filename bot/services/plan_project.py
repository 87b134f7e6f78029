"""Laying out a whole project: the matters it goes through, stage by stage."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

from bot.model.conversation import Button
from bot.model.reply import TO_STEWARD, Reply
from bot.services.answer_question import REMEMBERED
from knowledge.conditions import describe
from knowledge.loader import Catalogue
from knowledge.places import said, targets_of
from knowledge.render import source_note
from knowledge.schema import Path, PathMatter, PathStage, Sourced, State


def plan_project(
    catalogue: Catalogue,
    path_id: str | None,
    place: str | None = None,
    day: date | None = None,
    under_discussion: str | None = None,
) -> Reply:
    """The path named, or the choice of paths when none is known yet. With a place: how long the
    whole way is to take there, as it was set on `day` (China). A matter under discussion stays so
    until a path is laid out."""
    path = catalogue.paths.get(path_id or "")
    others = [other for other in catalogue.paths.values() if other is not path]
    buttons = tuple(Button(other.name, path_payload(other.id)) for other in others)
    remember: dict[str, Any] = {"misses": None, "offer": None, "offer_aspect": None}
    if path is None:
        lines = [
            "工程建设项目审批一般分四个阶段：立项用地规划许可、工程建设许可、施工许可、竣工验收；"
            "评估评价、市政公用服务等与相关阶段并行推进。",
            "不同项目要办的事项不一样，请选择最接近您项目的一类，我把各阶段的事项列给您：",
        ]
        if under_discussion is None:
            remember |= {"history": _remembered(_first_steps(catalogue))}
        return Reply("\n".join(lines), (*buttons, TO_STEWARD), remember)
    targets = targets_of(catalogue.places, place, day) if place and day else []
    text = "\n".join([*_lines(catalogue, path), *_target_lines(catalogue, targets)])
    sources = [path.source, *dict.fromkeys(target.source for target in targets)]
    facts = {"path": path.id, "catalogue": catalogue.version, "sources": sources}
    return Reply(text, (*buttons[:3], TO_STEWARD), {**remember, **_laid_out(path)}, facts)


def _laid_out(path: Path) -> dict[str, Any]:
    """The first matters of the way, so that “第一个证” and “头一步的那个备案” find theirs."""
    slugs = [slug for stage in path.stages for slug in _matters_of(stage)]
    return {"matter": None, "aspect": None, "history": _remembered(slugs)}


def _first_steps(catalogue: Catalogue) -> list[str]:
    """The matters that most ways begin with, for who asks for the first one before choosing."""
    firsts = [_matters_of(path.stages[0]) for path in catalogue.paths.values()]
    ways = Counter(slug for first in firsts for slug in dict.fromkeys(first))
    return [slug for slug, _ in ways.most_common()]


def _matters_of(stage: PathStage) -> list[str]:
    return [item if isinstance(item, str) else item.matter for item in stage.matters]


def _remembered(slugs: Sequence[str]) -> list[dict[str, str | None]]:
    return [{"matter": slug, "aspect": None} for slug in slugs[:REMEMBERED]]


def path_payload(path_id: str) -> str:
    return f"/plan_project{json.dumps({'path': path_id})}"


def _lines(catalogue: Catalogue, path: Path) -> list[str]:
    lines = [f"【{path.name}】全流程事项"]
    for number, stage in enumerate(path.stages, 1):
        lines.append(f"{number}. {stage.name}")
        lines += [f"   · {_matter_line(catalogue, item)}" for item in stage.matters]
    source = catalogue.sources[path.source.partition("#")[0]].short_title
    sure = {
        State.VERIFIED: f"依据：{source}。",
        State.EXAMPLE: f"此流程为外地示例（{path.place}，{source}），本市以当地公布的流程为准。",
        State.UNVERIFIED: "此流程尚未核实，请向窗口确认。",
    }
    lines.append(sure[path.state])
    lines.append("想了解其中某一项，直接问我，例如“施工许可证要什么材料”。")
    return lines


def _target_lines(catalogue: Catalogue, targets: Sequence[Sourced]) -> Iterator[str]:
    if targets:
        yield "全流程的总时限目标："
    for target in targets:
        yield f"· {said(target)}（{source_note(catalogue, target)}）"


def _matter_line(catalogue: Catalogue, item: str | PathMatter) -> str:
    if isinstance(item, str):
        return catalogue.name(item)
    remarks = [describe(catalogue.vocabulary, item.when)] if item.when else []
    remarks += [item.note] if item.note else []
    return catalogue.name(item.matter) + (f"（{'；'.join(remarks)}）" if remarks else "")

"""What is different between two catalogues, in a clerk's words."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from knowledge.differences import Difference, differences, field_differences, plain
from knowledge.loader import Catalogue
from knowledge.schema import Path, Record, Source, Term
from knowledge.stages import STAGES

Kind = TypeVar("Kind", bound=Record)
NEIGHBOURS = ("after", "parallel", "merges")
PARTS = {"add": "", "replace": "代替全国规定的", "retire": "不适用的"}
TERM_FIELDS = ("name", "aliases", "definition", "more", "matters", "questions")


@dataclass(frozen=True)
class Change:
    """`about`: what it is a change of, such as a matter's name; `id` of the same."""

    about: str
    id: str
    difference: Difference

    @property
    def text(self) -> str:
        return f"{self.about}：{self.difference.text}"


def catalogue_differences(old: Catalogue, new: Catalogue) -> list[Change]:
    """Everything that answers are made of: matters, terms, paths, sources."""
    return [
        *_of_matters(old, new),
        *_of_places(old, new),
        *_of_each(old.terms, new.terms, _of_term, lambda term: f"术语“{term.name}”"),
        *_of_each(old.paths, new.paths, _of_path, lambda path: f"办理路径“{path.name}”"),
        *_of_each(old.sources, new.sources, _of_source, lambda one: f"来源“{one.short_title}”"),
    ]


def _of_matters(old: Catalogue, new: Catalogue) -> Iterator[Change]:
    names = {slug: matter.name for one in (old, new) for slug, matter in one.matters.items()}
    for slug in dict.fromkeys((*old.matters, *new.matters)):
        before, after = old.matters.get(slug), new.matters.get(slug)
        for difference in differences(before, after, new.vocabulary):
            yield Change(names[slug], slug, _with_names(difference, names))


def _of_places(old: Catalogue, new: Catalogue) -> Iterator[Change]:
    """The rules of places, each as “place·matter”."""
    for id in dict.fromkeys((*old.overlays, *new.overlays)):
        before, after = (_overlay(one, id) for one in (old, new))
        place, _, slug = id.partition("/")
        known = new if id in new.overlays else old
        about = f"{known.places[place].name}·{known.name(slug)}"
        for part, how in PARTS.items():
            sides = before.get(part, {}), after.get(part, {})
            for field in dict.fromkeys((*sides[0], *sides[1])):
                one, other = (side.get(field) for side in sides)
                for found in field_differences(field, one, other, new.vocabulary):
                    yield Change(about, id, replace(found, what=f"{how}{found.what}"))


def _overlay(catalogue: Catalogue, id: str) -> dict[str, dict[str, list[Any]]]:
    overlay = catalogue.overlays.get(id)
    return plain(overlay) if overlay else {}


def _with_names(difference: Difference, names: Mapping[str, str]) -> Difference:
    """Neighbours and stages by name, not by id."""
    words = names if difference.field in NEIGHBOURS else STAGES
    if difference.field not in (*NEIGHBOURS, "stage"):
        return difference
    before, after = (
        side and words.get(side, side) for side in (difference.before, difference.after)
    )
    return replace(difference, before=before, after=after)


def _of_each(
    old: Mapping[str, Kind],
    new: Mapping[str, Kind],
    compare: Callable[[Kind, Kind], Iterator[Difference]],
    name: Callable[[Kind], str],
) -> Iterator[Change]:
    for id in dict.fromkeys((*old, *new)):
        before, after = old.get(id), new.get(id)
        if before is not None and after is not None:
            found = compare(before, after) if before != after else iter(())
            yield from (Change(name(after), id, difference) for difference in found)
        elif after is not None:
            yield Change(name(after), id, Difference("id", "条目", None, id))
        elif before is not None:
            yield Change(name(before), id, Difference("id", "条目", id, None))


def _of_term(old: Term, new: Term) -> Iterator[Difference]:
    before, after = plain(old), plain(new)
    for field in TERM_FIELDS:
        for one in field_differences(field, before.get(field), after.get(field)):
            yield replace(one, what="名称") if field == "name" else one


def _of_path(old: Path, new: Path) -> Iterator[Difference]:
    before, after = _matters_of(old), _matters_of(new)
    for slug in dict.fromkeys((*before, *after)):
        if slug not in after:
            yield Difference("stages", "事项", slug, None)
        elif slug not in before:
            yield Difference("stages", "事项", None, slug)
    if before == after:
        yield Difference("stages", "条件、顺序或说明", "原来的写法", "新的写法")


def _matters_of(path: Path) -> list[str]:
    items = [item for stage in path.stages for item in stage.matters]
    return [item if isinstance(item, str) else item.matter for item in items]


def _of_source(old: Source, new: Source) -> Iterator[Difference]:
    names = {"title": "名称", "number": "文号", "date": "日期", "read": "读了哪些", "url": "网址"}
    before, after = plain(old), plain(new)
    for field, what in {**names, "place": "适用地区", "articles": "读过的条文"}.items():
        for one in field_differences(field, before.get(field), after.get(field)):
            yield replace(one, what=what)

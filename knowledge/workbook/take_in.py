"""A workbook → the YAML files: all that it says or, when anything is wrong, nothing."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from pydantic import ValidationError

from knowledge.check import check_folder
from knowledge.loader import Catalogue, load_catalogue
from knowledge.schema import Matter
from knowledge.workbook.export import mark_of
from knowledge.workbook.faults import CellFault, WorkbookRefused, in_chinese
from knowledge.workbook.layout import ID, MARK, MATTER_SHEET, MATTERS, SHEETS, Column
from knowledge.workbook.read import Said, read_workbook
from knowledge.workbook.save import changed_text, written
from knowledge.yaml_source import Problem

CATALOGUE = "catalogue"
ABOUT = {  # what a fault of a whole row is about: words of the message → the key of its column
    "example must name": "place",
    "go together": "days",
    "source": "source",
    "article": "source",
    "matter": "matter",
    "ends before": "valid_to",
}


def take_in(file: Path, folder: Path) -> list[str]:
    """Writes what a workbook changes in a knowledge folder; returns the ids of what changed.

    Raises WorkbookRefused, and CatalogueBroken when the folder is broken already.
    """
    catalogue = load_catalogue(folder)
    said = read_workbook(file)
    matters = _matters(said)
    _refuse(list(_edited_meanwhile(said, catalogue)))
    changed = [matter for matter in matters if catalogue.matters.get(matter.id) != matter]
    texts = {
        matter.id: changed_text(
            written(_file(folder, matter.id)), catalogue.matters.get(matter.id), matter
        )
        for matter in changed
    }
    with TemporaryDirectory() as made:
        draft = Path(made)
        _copy(folder, draft)
        for id, text in texts.items():
            _file(draft, id).write_text(text, encoding="utf-8")
        _refuse([_located(said, draft, problem) for problem in check_folder(draft)])
        reread = load_catalogue(draft).matters
        assert all(reread[matter.id] == matter for matter in changed), "written otherwise than read"
    for id, text in texts.items():
        _replace(_file(folder, id), text)
    return list(texts)


def _refuse(faults: list[CellFault]) -> None:
    if faults:
        raise WorkbookRefused(sorted(set(faults)))


def _file(folder: Path, id: str) -> Path:
    return folder / CATALOGUE / f"{id}.yml"


def _copy(folder: Path, draft: Path) -> None:
    for path in folder.rglob("*.yml"):
        copy = draft / path.relative_to(folder)
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, copy)


def _replace(path: Path, text: str) -> None:
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    draft.write_text(text, encoding="utf-8")
    os.replace(draft, path)


def _matters(said: Said) -> list[Matter]:
    found, faults = [], []
    for id, content in said.content.items():
        try:
            found.append(Matter.parse_obj(content))
        except ValidationError as error:
            faults += [_cell(said, id, one["loc"], str(one["msg"])) for one in error.errors()]
    _refuse(faults)
    return found


def _edited_meanwhile(said: Said, catalogue: Catalogue) -> Iterator[CellFault]:
    """A workbook of last week must not undo what was changed since."""
    for id, mark in said.marks.items():
        sheet, row = said.rows[id, "", None]
        matter = catalogue.matters.get(id)
        if matter is None and mark:
            yield CellFault(sheet, row, ID, f"目录里没有事项 {id}；新增事项时不要填“{MARK}”")
        elif matter is not None and mark != mark_of(matter):
            what = "这个事项在导出之后又改过（或者标记被改动），请重新导出再改"
            yield CellFault(sheet, row, MARK, what)


def _located(said: Said, draft: Path, problem: Problem) -> CellFault:
    """Where in the workbook a problem of the files is; else the file and line."""
    id = problem.file.stem
    if problem.file.parent == draft / CATALOGUE and id in said.content:
        return _cell(said, id, problem.keys, problem.what)
    where = problem.file.relative_to(draft)
    return CellFault(
        MATTER_SHEET, 0, "", f"{where} 第 {problem.line} 行：{in_chinese(problem.what)}"
    )


def _cell(said: Said, id: str, keys: tuple[Any, ...], what: str) -> CellFault:
    """The cell of a key of a matter, as near as it is known."""
    name = str(keys[0]) if keys else ""
    place = keys[1] if len(keys) > 1 and isinstance(keys[1], int) else None
    sheet, row = said.rows.get((id, name, place)) or _first_row(said, id, name)
    inside = [str(key) for key in keys[1:] if not isinstance(key, int)]
    key = inside[0] if inside and inside[0] != "__root__" else ""
    columns = _columns_of(name)
    title = next((one.title for one in columns if one.key == (key or name)), None)
    if title is None:
        about = next((key for words, key in ABOUT.items() if words in what), "")
        title = next((one.title for one in columns if one.key == about), "")
    return CellFault(sheet, row, title, in_chinese(what))


def _first_row(said: Said, id: str, name: str) -> tuple[str, int]:
    """The sheet of a field of which the matter has no such row."""
    sheet = next((one.title for one in SHEETS if name in one.fields.values()), MATTER_SHEET)
    return (sheet, 0) if sheet != MATTER_SHEET else said.rows[id, "", None]


def _columns_of(name: str) -> list[Column]:
    sheet = next((one for one in SHEETS if name in one.fields.values()), None)
    if sheet is None:
        return list(MATTERS)
    return [Column(one.title, name) for one in sheet.columns] if sheet.plain else [*sheet.columns]

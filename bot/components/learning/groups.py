"""Unanswered questions, grouped, with what each group may be about."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot.components.searchable import searchable
from bot.components.understanding import Pipeline
from bot.model.understanding import Understood
from bot.services.keep_unanswered import Unanswered
from knowledge.likeness import grouped, middle


@dataclass(frozen=True)
class Group:
    """Questions that are alike, the latest first; `found` is what is made of the middle one."""

    questions: Sequence[Unanswered]
    middle: Unanswered
    found: Understood


def group(pipeline: Pipeline, questions: Sequence[Unanswered]) -> list[Group]:
    """The largest groups first; nearest matters by the catalogue of today."""
    if not questions:
        return []
    current = searchable()
    vectors = current.encode([current.speller.read(one.text) for one in questions], "query")
    groups = grouped(vectors)
    middles = [questions[middle(vectors, rows)] for rows in groups]
    answers = pipeline.understand([one.text for one in middles])
    return [
        Group([questions[row] for row in rows], one, found)
        for rows, one, found in zip(groups, middles, answers, strict=True)
    ]

"""Breaking Chinese text into lines: no closing mark begins a line, no opening mark ends one."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

NOT_FIRST = "，。；：、！？）】》」”’…—·％%),.;:!?]}"
NOT_LAST = "（【《「“‘([{"
_PIECES = re.compile(r"[\x21-\x7e]+|\s+|.", re.DOTALL)


def broken(text: str, width: float, width_of: Callable[[str], float]) -> str:
    """The text with line breaks so that no line is wider than `width`."""
    return "\n".join(line for part in text.split("\n") for line in _lines(part, width, width_of))


def _lines(text: str, width: float, width_of: Callable[[str], float]) -> Iterator[str]:
    line, used = "", 0.0
    for unit in _units(text):
        wide = width_of(unit)
        if line and used + wide > width:
            yield line.rstrip()
            line, used = unit.lstrip(), width_of(unit.lstrip())
        else:
            line, used = line + unit, used + wide
        while used > width and len(line) > 1:  # one word wider than the column
            fits = (n for n in range(len(line) - 1, 0, -1) if width_of(line[:n]) <= width)
            cut = next(fits, 1)
            yield line[:cut]
            line, used = line[cut:], width_of(line[cut:])
    yield line


def _units(text: str) -> Iterator[str]:
    """What may not be torn apart: words, and marks with the character they belong to."""
    unit = ""
    for piece in _PIECES.findall(text):
        joins = piece[0] in NOT_FIRST or (unit and unit[-1] in NOT_LAST)
        if unit and not joins:
            yield unit
            unit = ""
        unit += piece
    if unit:
        yield unit

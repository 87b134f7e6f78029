"""Is this file that material? Names of the platform against names of the catalogue."""

from __future__ import annotations

import re
from collections.abc import Sequence

from rapidfuzz import fuzz, process

# Measured on pairs of list names and file names: below, 施工合同 begins to match 监理合同.
SAME_FROM = 80.0
DECORATION = re.compile(r"[（(].*?[)）]|[《》“”\"'、，。\s_-]|\.(pdf|docx?|jpe?g|png|ofd)$", re.I)


def match_material(name: str, received: Sequence[str]) -> str | None:
    """The received name that is this material, or None when none is alike enough."""
    plain = {i: _plain(text) for i, text in enumerate(received)}
    found = process.extractOne(_plain(name), plain, scorer=_likeness, score_cutoff=SAME_FROM)
    return received[found[2]] if found else None


def _plain(name: str) -> str:
    return DECORATION.sub("", name)


def _likeness(a: str, b: str, **_: object) -> float:
    """Whole against whole, or the shorter inside the longer when it is long enough to tell."""
    whole = float(fuzz.ratio(a, b))
    if min(len(a), len(b)) < 4:
        return whole
    return max(whole, 0.95 * float(fuzz.partial_ratio(a, b)))

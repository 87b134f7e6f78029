"""What the use cases of the dialogue work with."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from bot.services.last_reading import Readings
from bot.services.name_matter import NameToMatter
from bot.services.paper_materials import Papers
from bot.services.platform_port import Platform
from knowledge.loader import Catalogue


@dataclass(frozen=True)
class Assistant:
    """`catalogue` gives the one in force; `now` is aware, in China time."""

    catalogue: Callable[[], Catalogue]
    platform: Platform | None
    name_to_matter: NameToMatter
    now: Callable[[], datetime]
    place: str | None = None  # whose rules hold where nothing else is known
    readings: Readings | None = None  # what to tell of cases while the platform is away
    papers: Papers | None = None  # what stewards have seen on paper

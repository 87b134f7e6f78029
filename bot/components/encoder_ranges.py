"""How large the numbers inside the encoder grow: encoder_ranges.json.

Measured by bot/components/measure_encoder.py and kept, so that the encoder is the same everywhere,
whatever becomes of the examples that it was measured on.
"""

from __future__ import annotations

import json
from pathlib import Path

from bot.components.encoder_graph import Ranges

FILE = Path(__file__).with_name("encoder_ranges.json")


def read_ranges() -> Ranges:
    """By the names that build_graph gives."""
    stored = json.loads(FILE.read_text("utf-8"))
    return {name: (lowest, highest) for name, (lowest, highest) in stored.items()}


def write_ranges(ranges: Ranges) -> None:
    lines = (f'  "{name}": [{low:.4f}, {high:.4f}]' for name, (low, high) in ranges.items())
    FILE.write_text("{\n" + ",\n".join(lines) + "\n}\n", "utf-8")

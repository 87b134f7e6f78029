"""Whether a confidence means what it says: of answers given with 0.8, four in five are right."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

BINS = 10


@dataclass
class Bin:
    """The answers with a confidence from `low` up to `high`."""

    low: float
    high: float
    count: int = 0
    right: int = 0
    confidence: float = 0.0  # summed

    @property
    def said(self) -> float:
        """The mean confidence."""
        return self.confidence / self.count if self.count else 0.0

    @property
    def was(self) -> float:
        """The share that was right."""
        return self.right / self.count if self.count else 0.0


class Calibration:
    """A reliability table of ten bins of the same width."""

    def __init__(self) -> None:
        self.bins = [Bin(place / BINS, (place + 1) / BINS) for place in range(BINS)]

    def count(self, confidence: float, right: bool) -> None:
        """`confidence` 0…1."""
        into = self.bins[min(int(confidence * BINS), BINS - 1)]
        into.count += 1
        into.right += right
        into.confidence += confidence

    @property
    def error(self) -> float:
        """The expected calibration error: how far confidence and share lie apart on average."""
        total = sum(of.count for of in self.bins)
        apart = sum(of.count * abs(of.said - of.was) for of in self.bins)
        return round(apart / total, 4) if total else 0.0

    def as_json(self) -> dict[str, Any]:
        return {
            "expected_calibration_error": self.error,
            "bins": [
                {
                    "from": of.low,
                    "to": of.high,
                    "count": of.count,
                    "confidence": round(of.said, 4),
                    "right": round(of.was, 4),
                }
                for of in self.bins
                if of.count
            ],
        }

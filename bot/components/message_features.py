"""How the components hand a message's features on: one row per origin, in Rasa's own container."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from rasa.shared.nlu.constants import FEATURE_TYPE_SENTENCE, TEXT
from rasa.shared.nlu.training_data.features import Features
from rasa.shared.nlu.training_data.message import Message
from scipy import sparse

READ = "read_text"  # the text in one spelling, pinyin and slips resolved
EXAMPLE = "catalogue_example"  # for a question of the catalogue: its kind and its place there
NO_MATTER = "none"  # in the metadata of an example that only its conversation explains
Row = Any  # (messages, width): NDArray[np.float32] or scipy.sparse.csr_matrix


def attach(message: Message, row: Row, origin: str) -> None:
    """Add a sentence feature of shape (1, width)."""
    message.add_features(Features(row, FEATURE_TYPE_SENTENCE, TEXT, origin))


def stacked(messages: Sequence[Message], origin: str) -> Row:
    """The rows that `origin` attached, (messages, width)."""
    rows = [_row(message, origin) for message in messages]
    return sparse.vstack(rows).tocsr() if sparse.issparse(rows[0]) else np.concatenate(rows)


def _row(message: Message, origin: str) -> Row:
    return next(f.features for f in message.features if f.origin == origin)


def is_text(message: Message) -> bool:
    """False for what is not language: a pressed button's payload, an empty message."""
    text = message.get(TEXT)
    return bool(text) and not text.startswith("/")


def example_of(message: Message) -> dict[str, Any]:
    """The metadata that an example of nlu_data carries."""
    return (message.get("metadata") or {}).get("example") or {}


def matter_of(message: Message) -> str | None:
    """The one matter that an example of nlu_data says it asks about."""
    example = example_of(message)
    matter = example.get("matter")
    return None if example.get("offer") or matter in (None, NO_MATTER) else str(matter)

"""The trained pipeline as a function: texts → what each of them means, without a conversation."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

from rasa.core.channels.channel import UserMessage
from rasa.engine.constants import PLACEHOLDER_MESSAGE, PLACEHOLDER_TRACKER
from rasa.engine.loader import load_predict_graph_runner
from rasa.engine.runner.dask import DaskGraphRunner
from rasa.engine.storage.local_model_storage import LocalModelStorage
from rasa.shared.nlu.training_data.message import Message

from bot.components.context_resolver import UNDERSTANDING
from bot.components.searchable import warm
from bot.dialogue.engine import as_plain_text
from bot.dialogue.training import newest_model
from bot.model.understanding import Understood

Component = TypeVar("Component")
AT_ONCE = 256
NOT_LANGUAGE = {"act": "out_of_scope", "confidence": 1.0}


class Pipeline:
    """The newest trained model of a folder, or a model file; FileNotFoundError without one."""

    def __init__(self, model: Path) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="bangban-model-")
        self._metadata, self._runner = load_predict_graph_runner(
            Path(self._folder.name), newest_model(model), LocalModelStorage, DaskGraphRunner
        )

    def understand(self, texts: Sequence[str]) -> Iterator[Understood]:
        """In the order given; sentences are encoded together, on two threads."""
        for start in range(0, len(texts), AT_ONCE):
            yield from self._together(texts[start : start + AT_ONCE])

    def _together(self, texts: Sequence[str]) -> Iterator[Understood]:
        for text, message in zip(texts, self.messages(texts), strict=True):
            yield understood(text, message)

    def messages(self, texts: Sequence[str]) -> list[Message]:
        """Rasa's messages with all that the components left on them."""
        plain = [as_plain_text(text) for text in texts]
        warm(plain)
        results: dict[str, Any] = self._runner.run(
            inputs={
                PLACEHOLDER_MESSAGE: [UserMessage(text) for text in plain],
                PLACEHOLDER_TRACKER: None,
            },
            targets=[self._metadata.nlu_target],
        )
        found: list[Message] = results[self._metadata.nlu_target]
        return found

    def component(self, kind: type[Component]) -> Component:
        """The pipeline's component of a class; raises LookupError."""
        for node in self._runner._instantiated_nodes.values():
            if isinstance(node._component, kind):
                return node._component
        raise LookupError(f"no {kind.__name__} in the pipeline")


def understood(text: str, message: Message) -> Understood:
    """The contract's words for what the resolver put on a message."""
    return in_words(text, message.get(UNDERSTANDING) or NOT_LANGUAGE)


def in_words(text: str, value: Mapping[str, Any]) -> Understood:
    """The same of what Rasa gives out for a message."""
    own = value["act"] in ("case_status", "missing_documents")
    return Understood(
        text=text,
        act=value["act"],
        matter=None if own else value.get("matter"),
        aspect=value.get("aspect"),
        aspect2=value.get("aspect2"),
        offer=list(value.get("offer") or []),
        confidence=round(value["confidence"], 4),
        ranking=[(slug, share) for slug, share in value.get("ranking") or []],
    )

"""What the rivals may learn from: every example that the assistant learns from, with its labels."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from rasa.shared.nlu.constants import INTENT, TEXT
from rasa.shared.nlu.training_data.loading import load_data

from knowledge.loader import Catalogue
from tests.bench.servers import ROOT

ASK = "ask_"


@dataclass(frozen=True)
class Document:
    """A text with what it means. A name, an alias or a summary stands for a matter and says
    nothing about the act: `act` is None."""

    text: str
    act: str | None = None
    aspect: str | None = None
    aspect2: str | None = None
    matter: str | None = None
    offer: tuple[str, ...] = ()


def documents(catalogue: Catalogue) -> list[Document]:
    return [*_examples(), *_of_catalogue(catalogue)]


def _examples() -> Iterator[Document]:
    for message in load_data(str(ROOT / "nlu_data" / "nlu")).training_examples:
        example = (message.get("metadata") or {}).get("example") or {}
        intent, offer = message.get(INTENT), tuple(example.get("offer") or ())
        asks = intent.startswith(ASK)
        act = "clarify" if offer else "ask_matter" if asks else intent
        aspect = intent[len(ASK) :] if asks else None
        matter = example.get("matter")
        known = matter if matter != "none" else None
        yield Document(message.get(TEXT), act, aspect, example.get("aspect2"), known, offer)


def _of_catalogue(catalogue: Catalogue) -> Iterator[Document]:
    for matter in catalogue.matters.values():
        for text in (matter.name, *matter.aliases, matter.summary.text):
            yield Document(text, matter=matter.id)
        for question in matter.questions:
            asked = (question.aspect, question.aspect2, matter.id)
            yield Document(question.text, "ask_matter", *asked)
    for term in catalogue.terms.values():
        for text in (term.name, *term.questions):
            yield Document(text, "policy")

"""The understanding, trained without a part of its own examples and asked about that part."""

from __future__ import annotations

import multiprocessing
import tempfile
import warnings
import zlib
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from rasa.engine.graph import ExecutionContext, GraphSchema
from rasa.engine.storage.local_model_storage import LocalModelStorage
from rasa.engine.storage.resource import Resource
from rasa.shared.nlu.constants import INTENT, TEXT
from rasa.shared.nlu.training_data.loading import load_data
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.components.act_aspect_classifier import (
    ASK,
    ASK_MATTER,
    CLARIFY,
    ActAspectClassifier,
    act_of,
    aspects_of,
)
from bot.components.asking_back import Case
from bot.components.asking_both import Breath
from bot.components.catalogue_examples import examples_of
from bot.components.catalogue_linker import CatalogueLinker
from bot.components.character_ngrams import CharacterNgrams
from bot.components.context_resolver import ContextResolver, heard_of
from bot.components.message_features import example_of, matter_of
from bot.components.searchable import use_catalogue
from bot.components.sentence_features import SentenceFeatures
from bot.components.understanding import understood
from bot.model.understanding import Understood
from bot.scoreboard.asked import Question
from bot.settings import ROOT, read_settings
from knowledge.conversation.aspects import asked_pair
from knowledge.loader import Catalogue, load_catalogue
from knowledge.search.decide import MOST_OFFERED
from knowledge.yaml_source import read_yaml

FOLDS = 3
PROCESSES = 2  # a fold needs about two gigabytes
# Neighbours in a file were written by one hand in one go: they are held out together.
BLOCK = {"nlu": 10, "catalogue": 5}
LEARNING = (SentenceFeatures, CharacterNgrams, CatalogueLinker, ActAspectClassifier)


class Judged(NamedTuple):
    """`case` is None for what was not taken for a question about a matter, and where its matter
    is not known; `breath` for what was not asked about a matter."""

    question: Question
    found: Understood
    case: Case | None
    breath: Breath | None


@dataclass(frozen=True)
class Part:
    """Which examples are held out: those of a block whose number, of `folds`, is this one."""

    number: int
    folds: int

    def holds_out(self, block: str) -> bool:
        return zlib.crc32(block.encode()) % self.folds == self.number


def cross_validate(folds: int = FOLDS) -> list[Judged]:
    """Every example of nlu_data and of the catalogue, with what is made of it by a model that has
    not seen it nor its neighbours. Takes minutes, in processes of its own. Deterministic."""
    parts = [Part(number, folds) for number in range(folds)]
    with ProcessPoolExecutor(PROCESSES, multiprocessing.get_context("spawn")) as pool:
        return [judged for of_part in pool.map(of_held_out, parts) for judged in of_part]


def of_held_out(part: Part) -> list[Judged]:
    """One fold."""
    warnings.filterwarnings("ignore")
    catalogue = load_catalogue(read_settings().served)
    asked, known = _divided(part)
    asked += _asked_of(catalogue, part)
    catalogue = _without(catalogue, part)
    use_catalogue(catalogue)
    messages = [Message({TEXT: question.text}) for question in asked]
    with tempfile.TemporaryDirectory(prefix="bangban-fold-") as folder:
        training = TrainingData([*known, *examples_of(catalogue)])
        fold = _Fold(Path(folder)).learn(training)
        fold.understand(messages)
        return [
            fold.judged(question, message)
            for question, message in zip(asked, messages, strict=True)
        ]


class _Fold:
    """The pipeline's components outside of a graph, so that they may be trained in a loop."""

    def __init__(self, folder: Path) -> None:
        context = ExecutionContext(GraphSchema({}))
        storage = LocalModelStorage(folder)

        def made(kind: Any) -> Any:
            config = {**kind.get_default_config(), **config_of(kind)}
            return kind.create(config, storage, Resource(kind.__name__), context)

        self._learning = [made(kind) for kind in LEARNING]
        self._resolver = made(ContextResolver)

    def learn(self, training: TrainingData) -> _Fold:
        for component in self._learning:
            component.train(training)
            if hasattr(component, "process_training_data"):
                training = component.process_training_data(training)
        return self

    def understand(self, messages: list[Message]) -> None:
        reads, *rest = self._learning
        reads.process_training_data(TrainingData(messages))  # vectors from the disk
        for component in [*rest, self._resolver]:
            component.process(messages)

    def judged(self, question: Question, message: Message) -> Judged:
        found = understood(question.text, message)
        if not {question.act, found.act} <= {ASK_MATTER, CLARIFY}:
            return Judged(question, found, None, None)
        case = self._case(question, message) if question.right else None
        return Judged(question, found, case, _breath(question, message))

    def _case(self, question: Question, message: Message) -> Case:
        links, ambiguous, _ = self._resolver.before_deciding(message)
        return Case(links.best(MOST_OFFERED), ambiguous, question.right, question.act == CLARIFY)


def _breath(question: Question, message: Message) -> Breath | None:
    right = frozenset(filter(None, (question.aspect, question.aspect2)))
    return Breath(asked_pair(heard_of(message)), right) if right else None


def config_of(kind: type) -> dict[str, Any]:
    """What config.yml says of a component."""
    name = f"{kind.__module__}.{kind.__name__}"
    given = next(c for c in read_yaml(ROOT / "config.yml")["pipeline"] if c["name"] == name)
    return {key: value for key, value in given.items() if key != "name"}


def _divided(part: Part) -> tuple[list[Question], list[Message]]:
    """The examples of nlu_data: those held out, and the others."""
    asked, known = [], []
    for file in sorted((ROOT / "nlu_data" / "nlu").glob("*.yml")):
        seen: Counter[str] = Counter()
        for message in load_data(str(file)).training_examples:
            intent = str(message.get(INTENT))
            block = f"{file.stem}/{intent}/{seen[intent] // BLOCK['nlu']}"
            seen[intent] += 1
            if part.holds_out(block):
                asked.append(_question(message, file.stem))
            else:
                known.append(message)
    return asked, known


def _question(message: Message, tag: str) -> Question:
    offer = tuple(example_of(message).get("offer") or ())
    asks = str(message.get(INTENT)).startswith(ASK)
    first, second = (*aspects_of(message), None)[:2] if asks else (None, None)
    return Question(
        message.get(TEXT), act_of(message), matter_of(message), offer, first, second, (tag,)
    )


def _holds_out(part: Part, owner: str, place: int) -> bool:
    return part.holds_out(f"{owner}/{place // BLOCK['catalogue']}")


def _asked_of(catalogue: Catalogue, part: Part) -> Iterator[Question]:
    for matter in catalogue.matters.values():
        for place, one in enumerate(matter.questions):
            if _holds_out(part, matter.id, place):
                yield Question(
                    one.text, ASK_MATTER, matter.id, (), one.aspect, one.aspect2, ("catalogue",)
                )
    for term in catalogue.terms.values():
        for place, text in enumerate(term.questions):
            if _holds_out(part, term.id, place):
                yield Question(text, "policy", tags=("terms",))


def _without(catalogue: Catalogue, part: Part) -> Catalogue:
    kept = partial(_kept, part)
    return replace(
        catalogue,
        matters={id: kept(matter) for id, matter in catalogue.matters.items()},
        terms={id: kept(term) for id, term in catalogue.terms.items()},
        version=f"{catalogue.version}-{part.number}/{part.folds}",
    )


def _kept(part: Part, owner: Any) -> Any:
    """The matter or term with the questions that are not held out."""
    questions: Sequence[Any] = owner.questions
    known = [q for place, q in enumerate(questions) if not _holds_out(part, owner.id, place)]
    return owner.copy(update={"questions": known})

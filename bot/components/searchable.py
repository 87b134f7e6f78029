"""The catalogue in use, searchable; one for the whole process, replaced when the catalogue is."""

from __future__ import annotations

import hashlib
import logging
import shutil
import threading
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NamedTuple

from bot.components.byte_table import ByteTable
from bot.components.encoder import SentenceEncoder, shared_encoder
from bot.components.vector_cache import VectorCache
from bot.settings import ROOT, read_settings
from knowledge.compiled import catalogue_in
from knowledge.loader import Catalogue
from knowledge.schema import Matter, Term
from knowledge.search import kept
from knowledge.search.compiling import FORM, Tell, compile_index
from knowledge.search.index import CatalogueIndex, Encode, Entry, Index
from knowledge.search.large import LargeIndex, kept_speller
from knowledge.search.spelling import Speller
from knowledge.second_question import to_be_heard

log = logging.getLogger(__name__)
CACHE = ROOT / ".cache"
EXACT_TEXTS = 16_000  # names and questions; the exact index needs their square in memory, 1 GB
INDEXES_KEPT = 4
SERVICE, SERVICES = "service", "services"  # the stage of what an intermediary sells; their ids
NAMES_COUNT = 3  # the speller sees a name as often as this: what is official is spelt so


class Spoken(NamedTuple):
    """A text of the training data, with the matter that it asks about when it says which."""

    text: str
    matter: str | None = None


@dataclass(frozen=True)
class Searchable:
    """Everything that is built from the catalogue's texts, without training."""

    catalogue: Catalogue
    spoken: tuple[Spoken, ...]  # the training data: teaches the speller, and asks about matters
    encoder: SentenceEncoder
    encode: Encode  # many texts at once, remembered on disk
    read: Encode  # the same with the wording behind the meaning, where the encoder tells it
    speller: Speller
    matters: Index
    terms: Index
    services: frozenset[str]  # matters that an intermediary sells


_building = threading.Lock()
_current: Searchable | None = None


def searchable(spoken: Sequence[Spoken] | None = None) -> Searchable:
    """The one in use; built at first need, and again when `spoken` is given and new."""
    global _current
    with _building:
        if _current is None:
            catalogue = catalogue_in(read_settings().served)
            _current = build(catalogue, spoken or (), shared_encoder())
        elif spoken is not None and tuple(spoken) != _current.spoken:
            _current = build(_current.catalogue, spoken, _current.encoder)
        return _current


def use_catalogue(catalogue: Catalogue) -> None:
    """From now on everything in this process links to this catalogue; no retraining is needed."""
    global _current
    with _building:
        spoken = _current.spoken if _current else ()
        _current = build(catalogue, spoken, shared_encoder())


def warm(texts: Sequence[str]) -> None:
    """Encode messages ahead of the graph, together, with the parts of them that will be heard."""
    current = searchable()
    every = (said for text in texts for said in (text, *to_be_heard(text)))
    current.encoder.encode_ahead([current.speller.read(said) for said in every])


def build(
    catalogue: Catalogue,
    spoken: Sequence[Spoken],
    encoder: SentenceEncoder,
    encode: Encode | None = None,
    tell: Tell = log.info,
) -> Searchable:
    """Build it all from texts; takes seconds without the cache of vectors. Of a very large
    catalogue the work is kept on disk; there it takes minutes, once, and `tell` is told of it."""
    vectors = VectorCache(encoder, CACHE / "vectors.sqlite")
    terms = [term_entry(term) for term in catalogue.terms.values()]
    folder = CACHE / "search" / _address(catalogue, spoken, encoder)
    if folder.is_dir():
        found = _Found.kept(folder)
    else:
        found = _found(catalogue, spoken, terms, encode or vectors, folder, tell)
    return Searchable(
        catalogue,
        tuple(spoken),
        encoder,
        vectors,
        vectors.read,
        found.speller,
        found.matters,
        CatalogueIndex(terms, found.speller, vectors, ByteTable),
        found.services,
    )


@dataclass(frozen=True)
class _Found:
    """What needs a look at every matter."""

    speller: Speller
    matters: Index
    services: frozenset[str]

    @staticmethod
    def kept(folder: Path) -> _Found:
        folder.touch()  # the longest unused is removed first
        services = frozenset(kept.text(folder, SERVICES))
        return _Found(kept_speller(folder), LargeIndex(folder), services)


def _found(
    catalogue: Catalogue,
    spoken: Sequence[Spoken],
    terms: Sequence[Entry],
    encode: Encode,
    folder: Path,
    tell: Tell,
) -> _Found:
    """Kept in the folder when the catalogue is very large."""
    entries = []
    services = []
    heard = _heard(spoken)
    for matter in catalogue.matters.values():
        entries.append(replace(matter_entry(matter), heard=heard.get(matter.id, [])))
        if matter.stage == SERVICE:
            services.append(matter.id)
    texts = [text for entry in [*entries, *terms] for text in _written(entry)]
    speller = Speller([*texts, *(one.text for one in spoken)])
    if sum(len(entry.texts) for entry in entries) <= EXACT_TEXTS:
        index = CatalogueIndex(entries, speller, encode, ByteTable)
        return _Found(speller, index, frozenset(services))
    compile_index(entries, speller, encode, folder, tell, {SERVICES: services})
    _remove_unused(folder.parent)
    return _Found.kept(folder)


def _heard(spoken: Sequence[Spoken]) -> dict[str, list[str]]:
    """By matter."""
    found: dict[str, list[str]] = {}
    for text, matter in spoken:
        if matter:
            found.setdefault(matter, []).append(text)
    return found


def _remove_unused(folder: Path) -> None:
    """Only the indexes used last stay: each may have a gigabyte."""
    found = [path for path in folder.iterdir() if not path.name.startswith(".")]
    for path in sorted(found, key=lambda path: path.stat().st_mtime)[:-INDEXES_KEPT]:
        shutil.rmtree(path, ignore_errors=True)


def _address(catalogue: Catalogue, spoken: Sequence[Spoken], encoder: SentenceEncoder) -> str:
    """Of what is made from these; another catalogue, model or encoder has another, and so has
    another limit, from which on it is made."""
    told = (f"{text}\t{matter}" for text, matter in spoken)
    said = "\n".join([str(FORM), str(EXACT_TEXTS), catalogue.version, encoder.fingerprint, *told])
    return hashlib.sha256(said.encode()).hexdigest()[:16]


def learned_from(index: Index) -> CatalogueIndex:
    """Raises TypeError for an index that only looks at the nearest of very many matters."""
    if not isinstance(index, CatalogueIndex):
        raise TypeError("the catalogue is too large to learn from or to rehearse: use a part of it")
    return index


def _written(entry: Entry) -> list[str]:
    return [*entry.names * NAMES_COUNT, entry.summary, *entry.questions]


def matter_entry(matter: Matter) -> Entry:
    questions = [question.text for question in matter.questions]
    return Entry(matter.id, [matter.name, *matter.aliases], matter.summary.text, questions)


def term_entry(term: Term) -> Entry:
    return Entry(term.id, [term.name, *term.aliases], term.definition.text, list(term.questions))

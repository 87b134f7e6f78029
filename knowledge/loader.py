"""Loading the catalogue: all of it or none, with every fault named by file and line."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any, TypeVar

from pydantic import ValidationError

from knowledge.condition_faults import Fault, faults_of_matter, faults_of_overlay, faults_of_path
from knowledge.places import merged
from knowledge.schema import Digest, Matter, Overlay, Place, ProjectFact, Record, Source, Term
from knowledge.schema import Path as MatterPath
from knowledge.yaml_source import Problem, YamlUnreadable, line_of, read_yaml

KNOWLEDGE = Path(__file__).parent
Kind = TypeVar("Kind", bound=Record)
Keys = tuple[str | int, ...]  # the way to an entry inside its file


class CatalogueBroken(Exception):
    """The catalogue cannot be used; `problems` says why."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__("\n".join(str(problem) for problem in problems))
        self.problems = problems


class Changed(Mapping[str, Matter]):
    """The matters of a catalogue, each changed in the same way, once it is asked for."""

    def __init__(self, matters: Mapping[str, Matter], change: Callable[[Matter], Matter]) -> None:
        self._matters = matters
        self._change = change
        self._known: dict[str, Matter] = {}

    def __getitem__(self, id: str) -> Matter:
        if id not in self._known:
            self._known[id] = self._change(self._matters[id])
        return self._known[id]

    def __iter__(self) -> Iterator[str]:
        return iter(self._matters)

    def __len__(self) -> int:
        return len(self._matters)


@dataclass(frozen=True)
class Catalogue:
    """Everything the assistant may say, as one immutable value.

    `version` changes when any file changes. `files` tells where each entry was read.
    """

    matters: Mapping[str, Matter]
    terms: dict[str, Term]
    paths: dict[str, MatterPath]
    sources: dict[str, Source]
    vocabulary: dict[str, ProjectFact]
    version: str
    places: dict[str, Place] = field(default_factory=dict)
    overlays: dict[str, Overlay] = field(default_factory=dict)
    place: str | None = None  # whose rules the matters have; None: the country's
    day: date | None = None  # the other day that was asked about; None: today
    today: date | None = None  # beside `day`
    files: dict[str, tuple[Path, Keys]] = field(default_factory=dict, repr=False)
    _of_places: dict[str, Catalogue] = field(default_factory=dict, repr=False, compare=False)

    def at(self, place: str | None) -> Catalogue:
        """The catalogue of a place; of the country when the place is None or not known."""
        if place is None or place not in self.places:
            return self
        if place not in self._of_places:
            matters = Changed(
                self.matters, lambda matter: merged(self.places, self.overlays, matter, place)
            )
            self._of_places[place] = replace(self, matters=matters, place=place, _of_places={})
        return self._of_places[place]

    def on(self, day: date, today: date) -> Catalogue:
        """The catalogue for a question about `day`; itself when that is today. Both in China.

        Of today a fact without dates holds. Of another day nothing is known before its source
        speaks, so that no answer puts today's rule in the place of one that nobody read.
        """
        if day == today:
            return self
        matters = Changed(self.matters, lambda matter: matter.known_since(self.sources))
        return replace(self, matters=matters, day=day, today=today, _of_places={})

    def name(self, slug: str) -> str:
        return self.matters[slug].name


def load_catalogue(folder: Path = KNOWLEDGE) -> Catalogue:
    """Reads a knowledge folder; raises CatalogueBroken with every schema fault found."""
    reader = _Reader(folder)
    catalogue = Catalogue(
        matters={m.id: m for m in reader.each(Matter, "catalogue")},
        terms={t.id: t for t in reader.terms()},
        paths={p.id: p for p in reader.all(MatterPath, "paths", "*.yml")},
        sources={
            s.id: s
            for s in [
                *reader.all(Source, "sources", "*.yml"),
                *reader.all(Source, "policies", "sources*.yml"),
            ]
        },
        vocabulary={f.id: f for f in reader.all(ProjectFact, "", "facts.yml")},
        places={p.id: p for p in reader.all(Place, "places", "places.yml")},
        overlays={o.id: o for o in reader.each(Overlay, "places", "*/*.yml")},
        version=reader.digest.hexdigest()[:12],
        files=reader.files,
    )
    problems = reader.problems or list(_condition_problems(catalogue))
    if problems:
        raise CatalogueBroken(problems)
    return catalogue


def _condition_problems(catalogue: Catalogue) -> Iterator[Problem]:
    """A condition that cannot be computed must not wait until somebody asks."""
    for matter in catalogue.matters.values():
        yield from _located(
            catalogue, f"Matter:{matter.id}", faults_of_matter(catalogue.vocabulary, matter)
        )
    for overlay in catalogue.overlays.values():
        yield from _located(
            catalogue, f"Overlay:{overlay.id}", faults_of_overlay(catalogue.vocabulary, overlay)
        )
    for path in catalogue.paths.values():
        yield from _located(
            catalogue, f"Path:{path.id}", faults_of_path(catalogue.vocabulary, path)
        )


def _located(catalogue: Catalogue, entry: str, faults: Iterable[Fault]) -> Iterator[Problem]:
    file, where = catalogue.files[entry]
    for keys, what, todo in faults:
        yield Problem(file, line_of(file, (*where, *keys)), what, todo, keys)


class _Reader:
    """Reads files one after another and gathers what is wrong instead of stopping at once."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.problems: list[Problem] = []
        self.files: dict[str, tuple[Path, Keys]] = {}
        self.digest = hashlib.sha256()

    def each(self, kind: type[Kind], folder: str, pattern: str = "*.yml") -> Iterator[Kind]:
        """One record per file."""
        for path in sorted((self.folder / folder).glob(pattern)):
            yield from self._parse(kind, path, self._read(path), ())

    def all(self, kind: type[Kind], folder: str, pattern: str) -> Iterator[Kind]:
        """A list of records per file."""
        for path in sorted((self.folder / folder).glob(pattern)):
            content = self._read(path)
            if content is None:
                continue
            if not isinstance(content, list):
                self.problems.append(Problem(path, 1, "not a list", "begin each entry with `- `"))
                continue
            for index, item in enumerate(content):
                yield from self._parse(kind, path, item, (index,))

    def terms(self) -> Iterator[Term]:
        """The terms, and the sections of digests, which are found and explained like terms."""
        yield from self.all(Term, "policies", "terms*.yml")
        for digest in self.all(Digest, "policies", "digest*.yml"):
            path, where = self.files[f"Digest:{digest.id}"]
            for index, term in enumerate(digest.terms()):
                if self._take_id("Term", term.id, path, (*where, "sections", index)):
                    yield term

    def _read(self, path: Path) -> Any:
        self.digest.update(path.read_bytes())
        try:
            content = read_yaml(path)
        except YamlUnreadable as error:
            self.problems.append(error.problem)
            return None
        if content is None:
            self.problems.append(Problem(path, 1, "empty", "write the entry or delete the file"))
        return content

    def _parse(self, kind: type[Kind], path: Path, content: Any, where: Keys) -> Iterator[Kind]:
        if content is None:
            return
        try:
            record = kind.parse_obj(content)
        except ValidationError as error:
            self.problems.extend(problems_of(path, error, where))
            return
        if self._take_id(kind.__name__, record.id, path, where):  # type: ignore[attr-defined]
            yield record

    def _take_id(self, kind: str, id: str, path: Path, where: Keys) -> bool:
        """Whether the id was free; a second record of the kind with it is a problem."""
        key = f"{kind}:{id}"
        if key in self.files:
            what = f"id already used in {self.files[key][0].name}"
            self.problems.append(Problem(path, line_of(path, (*where, "id")), what, "rename"))
            return False
        self.files[key] = (path, where)
        return True


def problems_of(path: Path, error: ValidationError, where: Keys = ()) -> Iterator[Problem]:
    for fault in error.errors():
        keys = [*where, *(key for key in fault["loc"] if key != "__root__")]
        shown = ".".join(str(key) for key in keys) or "the entry"
        yield Problem(path, line_of(path, keys), f"{shown}: {fault['msg']}", _advice(fault["type"]))


def _advice(kind: str) -> str:
    advice = {
        "value_error.missing": "add the key",
        "value_error.extra": "remove the key or mend its spelling",
        "type_error.enum": "use verified, example or unverified",
        "value_error.const": "use one of the values named",
    }
    return advice.get(kind, "mend the value")

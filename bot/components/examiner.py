"""The trained understanding, put to a catalogue before that is in force."""

from __future__ import annotations

import json
import tarfile
from collections.abc import Callable, Sequence
from pathlib import Path

from bot.components.catalogue_examples import MATTER
from bot.components.context_resolver import ContextResolver, limits_of
from bot.components.encoder import shared_encoder
from bot.components.searchable import learned_from, searchable, use_catalogue
from bot.components.understanding import Pipeline
from bot.dialogue.training import newest_model
from bot.model.understanding import Understood
from bot.settings import ROOT
from knowledge.loader import Catalogue
from knowledge.rehearsal import Answer, NearMiss, Rehearsal, rehearse
from knowledge.search.decide import Thresholds
from knowledge.search.fusion import Fusion
from knowledge.yaml_source import read_yaml

FUSIONS = "fusions.json"
ANSWERS = "ask_matter"
Tell = Callable[[str], None]


class Examiner:
    """Raises FileNotFoundError without a trained model, EncoderMissing without an encoder."""

    def __init__(self, model: Path, catalogue: Catalogue, tell: Tell) -> None:
        """`tell` is told what is being done."""
        shared_encoder()
        self._fusion = fusion_of(newest_model(model))
        self._limits = _limits()
        self._tell = tell
        tell("编码问法、载入模型")
        self._use(catalogue)
        self._pipeline = Pipeline(model)

    def _use(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue
        use_catalogue(catalogue)

    def rehearse(self) -> Rehearsal:
        """Questions and near misses."""
        self._tell("演练易混问法")
        near_misses = self._near_misses()
        return self._rehearse(near_misses)

    def understand(self, texts: Sequence[str]) -> list[Understood]:
        """What is made of texts with the catalogue that was rehearsed last."""
        return list(self._pipeline.understand(texts))

    def rehearse_questions(self, catalogue: Catalogue) -> Rehearsal:
        """The questions of another catalogue, such as the one in force."""
        self._tell("演练现行版本的问法，以便比较")
        self._use(catalogue)
        return self._rehearse()

    def _rehearse(self, near_misses: Sequence[NearMiss] = ()) -> Rehearsal:
        self._tell(f"逐句演练 {_count(self._catalogue)} 个问法")
        index = learned_from(searchable().matters)
        return rehearse(self._catalogue, index, self._fusion, self._limits, near_misses)

    def _near_misses(self) -> list[NearMiss]:
        asked = [
            (matter.id, place, text)
            for matter in self._catalogue.matters.values()
            for place, text in enumerate(matter.near_misses)
        ]
        answers = self._pipeline.understand([text for _, _, text in asked])
        return [
            NearMiss(*of, Answer(found.matter if found.act == ANSWERS else None, found.confidence))
            for of, found in zip(asked, answers, strict=True)
        ]


def _count(catalogue: Catalogue) -> int:
    return sum(len(matter.questions) for matter in catalogue.matters.values())


def fusion_of(model: Path) -> Fusion:
    """The weights that the linker learned, out of a model's archive."""
    with tarfile.open(model) as archive:
        name = next(name for name in archive.getnames() if name.endswith(FUSIONS))
        stored = archive.extractfile(name)
        assert stored is not None  # a file, by its name
        return Fusion.from_json(json.load(stored)[MATTER])


def _limits() -> Thresholds:
    """The thresholds of config.yml, which the assistant decides with."""
    name = f"{ContextResolver.__module__}.{ContextResolver.__name__}"
    given = next(c for c in read_yaml(ROOT / "config.yml")["pipeline"] if c["name"] == name)
    config = {**ContextResolver.get_default_config(), **given}
    return limits_of(config)

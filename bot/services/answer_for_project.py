"""What a project needs for a matter, in chat: the sure part, then one question at a time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from bot.model.conversation import Button
from bot.model.understanding import Aspect
from bot.services.ask_facts import (
    QUESTION,
    Asking,
    answers,
    newly_decided,
    noted,
    question,
    wanted_fact,
)
from bot.services.project_facts import SLOT, ProjectFacts
from knowledge.checklist import (
    Checklist,
    applicability_lines,
    checklist,
    open_applicability,
    open_materials,
    render_checklist,
)
from knowledge.conditions import Need, Verdict
from knowledge.loader import Catalogue
from knowledge.render import Answer, headings, render
from knowledge.schema import ProjectFact
from knowledge.told_facts import Told

COMPUTED = (Aspect.MATERIALS, Aspect.CONDITIONS)  # aspects whose answer depends on the project
HOW_TO_CORRECT = "情况有变可以直接说，例如“不对，是政府投资”。"


@dataclass(frozen=True)
class ForProject:
    """A question about one matter on behalf of one project; `told` is what the message added."""

    catalogue: Catalogue
    slug: str
    project: ProjectFacts
    before: ProjectFacts
    told: Told | None
    day: date
    language: str

    def answer(self, aspect: Aspect) -> Answer:
        """The answer to one of the COMPUTED aspects, as far as the project is known."""
        found = self._checklist(self.project)
        if aspect is Aspect.MATERIALS:
            registered = self.project.from_platform
            return render_checklist(self.catalogue, found, registered, self.language)
        return self._whether_needed(found)

    def _whether_needed(self, found: Checklist) -> Answer:
        """The verdict, then the conditions; only the verdict to somebody who just told a fact."""
        aspect = Aspect.CONDITIONS.value
        plain = render(self.catalogue, self.slug, aspect, self.day, self.language)
        lines = list(applicability_lines(self.catalogue, found, headings()[self.language]))
        title, *conditions = plain.text.splitlines()
        text = "\n".join([title, *lines, *([] if self.told and lines else conditions)])
        sources = (*(rule.source for rule in found.rules), *plain.sources)
        return replace(plain, text=text, sources=tuple(dict.fromkeys(sources)))

    def progress(self, aspects: Sequence[Aspect]) -> str:
        """What the fact just told has decided."""
        assert self.told is not None
        after = self._items(aspects, self._checklist(self.project))
        before = self._items(aspects, self._checklist(self.before))
        decided = newly_decided(before, after)
        said = noted(self.catalogue.vocabulary, self.told)
        return "\n".join([said, *(["由此可以确定："] if decided else []), *decided])

    def wanted(self, aspects: Sequence[Aspect]) -> ProjectFact | None:
        """The fact to ask for; none about the materials of a matter that is not needed at all."""
        items = []
        applies = self._checklist(self.project).applies
        if applies is not None and applies.need is Need.NOT_NEEDED:
            return None
        if Aspect.MATERIALS in aspects:
            items += open_materials(self.catalogue, self.slug, self.day)
        if Aspect.CONDITIONS in aspects:
            items += open_applicability(self.catalogue, self.slug, self.day)
        return wanted_fact(self.catalogue.vocabulary, items, self.project)

    def ask(self, aspects: Sequence[Aspect], fact: ProjectFact) -> tuple[str, tuple[Button, ...]]:
        """The question for a fact, naming what it decides, with its buttons."""
        items = self._items(aspects, self._checklist(self.project))
        decides = [name for name, verdict in items if fact.id in verdict.depends_on]
        return question(fact, decides), answers(self.asking(aspects), fact)

    def asking(self, aspects: Sequence[Aspect]) -> Asking:
        aspect = next(aspect for aspect in aspects if aspect in COMPUTED)
        return Asking(f"ask_{aspect.value}", self.slug)

    def remember(self, aspects: Sequence[Aspect], fact: ProjectFact | None) -> dict[str, object]:
        """What is known now, and which question stands."""
        asked = self.asking(aspects).as_slot(fact.id if fact else None)
        return {SLOT: self.project.as_slot(), QUESTION: asked}

    def _checklist(self, project: ProjectFacts) -> Checklist:
        return checklist(self.catalogue, self.slug, project.known, self.day)

    def _items(self, aspects: Sequence[Aspect], found: Checklist) -> list[tuple[str, Verdict]]:
        items = [(m.name, v) for m, v in found.materials if Aspect.MATERIALS in aspects]
        decided_against = found.applies is not None and found.applies.need is Need.NOT_NEEDED
        if found.applies is not None and (Aspect.CONDITIONS in aspects or decided_against):
            items.append((f"要不要办{found.matter.name}", found.applies))
        return items

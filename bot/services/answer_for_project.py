"""What a project needs for a matter, in chat: the sure part, then one question at a time."""

from __future__ import annotations

import json
import re
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
from knowledge.text import normalise
from knowledge.told_facts import Told

COMPUTED = (Aspect.MATERIALS, Aspect.CONDITIONS)  # aspects whose answer depends on the project


_WHETHER = re.compile(
    r"(?:要不要|用不用|需不需要|该不该|是否[要需]|还[用要]|得|要|必须|需要|不用|免|能不|可以不)"
    r"(?:去|再|先|单独|另外)?(?:办|做|报|批|审|编|领|交|走)|要不要|用不用|需不需要|需要[吗不]|是否需要"
    r"|还[得用须要]|仍[得须要]|是不是[得要]|算不算|能免|必须|必做|不办|免办|限额|多少[万平]|多大(?:面积|规模)|(?:什么样|哪些|哪类|哪种|什么)的?(?:项目|工程|情况)"
    r"|做不做|办不办|\bneed|\brequired?\b|\bnecessary\b|必要|필요"
)
JUDGE = "帮我判断要不要办"


def asks_whether(text: str) -> bool:
    """Whether a question about the conditions of a matter is whether a project needs it at all."""
    return bool(_WHETHER.search(normalise(text)))


@dataclass(frozen=True)
class ForProject:
    """A question about one matter on behalf of one project; `told` is what the message added."""

    catalogue: Catalogue
    slug: str
    project: ProjectFacts
    before: ProjectFacts
    told: tuple[Told, ...]
    day: date
    language: str
    text: str

    @property
    def judges(self) -> bool:
        """Whether the person wants to know if the project needs the matter."""
        return bool(self.told) or asks_whether(self.text)

    def answer(self, aspect: Aspect) -> Answer:
        """The answer to one of the COMPUTED aspects, as far as the project is known."""
        found = self._checklist(self.project)
        if aspect is Aspect.MATERIALS:
            registered = self.project.from_platform
            return render_checklist(self.catalogue, found, registered, self.language)
        return self._whether_needed(found)

    def _whether_needed(self, found: Checklist) -> Answer:
        """The conditions and the verdict, which stands first for whoever asks for it; it stands
        alone for somebody who just told a fact."""
        aspect = Aspect.CONDITIONS.value
        plain = render(self.catalogue, self.slug, aspect, self.day, self.language)
        lines = list(applicability_lines(self.catalogue, found, headings()[self.language]))
        title, *conditions = plain.text.splitlines()
        if self.told and lines:
            parts = [lines]
        else:
            stand = {(fact.source, fact.place) for fact in found.matter.conditions}
            twice = [(rule.source, rule.place) in stand for rule in found.rules]
            rest = [
                *lines[:1],
                *(line for line, no in zip(lines[1:], twice, strict=True) if not no),
            ]
            parts = [rest, conditions] if self.judges else [conditions, rest]
        text = "\n".join([title, *(line for part in parts for line in part)])
        sources = (*(rule.source for rule in found.rules), *plain.sources)
        return replace(plain, text=text, sources=tuple(dict.fromkeys(sources)))

    def progress(self, aspects: Sequence[Aspect]) -> str:
        """What the facts just told have decided."""
        after = self._items(aspects, self._checklist(self.project))
        before = self._items(aspects, self._checklist(self.before))
        decided = newly_decided(before, after)
        said = noted(self.catalogue.vocabulary, *self.told)
        return "\n".join([said, *(["由此可以确定："] if decided else []), *decided])

    def wanted(self, aspects: Sequence[Aspect]) -> ProjectFact | None:
        """The fact to ask for; none about the materials of a matter that is not needed at all."""
        items = []
        applies = self._checklist(self.project).applies
        if applies is not None and applies.need is Need.NOT_NEEDED:
            return None
        if Aspect.MATERIALS in aspects:
            items += open_materials(self.catalogue, self.slug, self.day)
        if Aspect.CONDITIONS in aspects and self.judges:
            items += open_applicability(self.catalogue, self.slug, self.day)
        return wanted_fact(self.catalogue.vocabulary, items, self.project)

    def ask(self, aspects: Sequence[Aspect], fact: ProjectFact) -> tuple[str, tuple[Button, ...]]:
        """The question for a fact, naming what it decides, with its buttons."""
        items = self._items(aspects, self._checklist(self.project))
        decides = [name for name, verdict in items if fact.id in verdict.depends_on]
        return question(fact, decides), answers(self.asking(aspects), fact)

    def offers(self, aspects: Sequence[Aspect]) -> tuple[Button, ...]:
        """A button that asks whether the matter is needed, where that is open and was not asked."""
        applies = self._checklist(self.project).applies
        if Aspect.CONDITIONS not in aspects or self.judges or applies is None:
            return ()
        return (Button(JUDGE, f"/ask_conditions{json.dumps({'matter': self.slug})}"),)

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

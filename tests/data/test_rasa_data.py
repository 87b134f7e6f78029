"""Configuration, domain, examples and rules fit each other.

`rasa data validate` ends with 0 on most of what it warns of; here each warning fails.
"""

from __future__ import annotations

import re
import warnings
from dataclasses import dataclass
from pathlib import Path

import pytest
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted, UserUttered
from rasa.shared.importers.importer import TrainingDataImporter
from rasa.shared.utils.io import read_yaml_file
from rasa.validator import Validator
from rasa_sdk.executor import ActionExecutor

ROOT = Path(__file__).parent.parent.parent
LEAST_EXAMPLES = 10  # per intent; below this a classifier guesses
DECLARED = {
    path.name: read_yaml_file(str(path)).get("intents", [])
    for path in (ROOT / "bot" / "domain").glob("*.yml")
}
INTENTS = {intent for intents in DECLARED.values() for intent in intents}
NOTICE = "Slot auto-fill has been removed in 3.0"  # said of every domain that has slots
UNUSED_RESPONSE = re.compile(r"The utterance '(\w+)' is not used in any story or rule")


@dataclass(frozen=True)
class Checked:
    validator: Validator
    warned: list[str]

    @property
    def domain(self) -> Domain:
        return self.validator.domain

    def rule_events(self, kind: type) -> list[object]:
        steps = self.validator.story_graph.story_steps
        return [event for step in steps for event in step.events if isinstance(event, kind)]


@pytest.fixture(scope="module")
def checked() -> Checked:
    """Everything that Rasa's own validation says about what is there."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        importer = TrainingDataImporter.load_from_config(
            str(ROOT / "config.yml"), str(ROOT / "bot" / "domain"), [str(ROOT / "nlu_data")]
        )
        validator = Validator.from_importer(importer)
        validator.verify_domain_validity()
        validator.verify_nlu(ignore_warnings=False)
        validator.verify_actions_in_stories_rules()
        validator.verify_forms_in_stories_rules()
        validator.verify_form_slots()
        validator.verify_slot_mappings()
        validator.verify_story_structure(ignore_warnings=False)
        validator.warn_if_config_mandatory_keys_are_not_set()
    said = [str(warning.message) for warning in caught if warning.category is UserWarning]
    return Checked(validator, said)


def test_rasa_warns_of_nothing(checked: Checked) -> None:
    # Responses that actions utter are not in the rules; the test of responses looks at those.
    said = [text for text in checked.warned if not UNUSED_RESPONSE.search(text)]

    assert [text for text in said if not text.startswith(NOTICE)] == []


def test_every_intent_has_examples(checked: Checked) -> None:
    examples = checked.validator.intents.number_of_examples_per_intent
    few = {i: examples.get(i, 0) for i in INTENTS}

    assert {i: count for i, count in few.items() if count < LEAST_EXAMPLES} == {}


def test_every_intent_has_a_rule(checked: Checked) -> None:
    ruled = {event.intent_name for event in checked.rule_events(UserUttered)}

    assert INTENTS - ruled == set()


def test_every_example_has_an_intent_of_the_domain(checked: Checked) -> None:
    assert set(checked.validator.intents.intents) - INTENTS == set()


def test_every_action_of_the_domain_is_ruled_or_the_fallback(checked: Checked) -> None:
    ruled = {event.action_name for event in checked.rule_events(ActionExecuted)}

    assert set(checked.domain.user_actions) - ruled - set(checked.domain.responses) == set()


def test_the_action_server_serves_every_action_of_the_domain(checked: Checked) -> None:
    """`rasa run actions --actions actions` finds them the same way."""
    executor = ActionExecutor()
    executor.register_package("actions")

    wanted = {name for name in checked.domain.user_actions if name.startswith("action_")}
    assert set(executor.actions) == wanted


def test_every_response_is_uttered(checked: Checked) -> None:
    ruled = {event.action_name for event in checked.rule_events(ActionExecuted)}
    code = "\n".join(path.read_text("utf-8") for path in (ROOT / "actions").glob("*.py"))
    uttered = ruled | set(re.findall(r"\butter_\w+", code))

    assert set(checked.domain.responses) - uttered == set()
    assert {name for name in uttered if name.startswith("utter_")} <= {
        "utter_message",  # the dispatcher's own method
        *checked.domain.responses,
    }


def test_no_intent_stands_in_two_files() -> None:
    declared = [intent for intents in DECLARED.values() for intent in intents]

    assert sorted(declared) == sorted(INTENTS)


def test_a_broken_rule_would_be_seen(tmp_path: Path) -> None:
    """The validation above can fail: an intent that nobody knows is warned of."""
    rules = tmp_path / "rules.yml"
    rules.write_text(
        'version: "3.1"\nrules: [{rule: r, steps: [{intent: nobody}, {action: action_listen}]}]\n'
    )
    importer = TrainingDataImporter.load_from_config(
        str(ROOT / "config.yml"), str(ROOT / "bot" / "domain"), [str(rules)]
    )
    with pytest.warns(UserWarning, match="nobody"):
        Validator.from_importer(importer).verify_nlu(ignore_warnings=False)

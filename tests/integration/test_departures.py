"""Each departure from stock Rasa changes nothing that anybody could notice.

The conversations of tests/conversations are held with our dialogue and with one departure undone at
a time, and once with all of them undone: replies, buttons, facts and slots must be equal.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import ValidationError
from jsonschema import validate as validate_by_stock
from rasa.core import processor
from rasa.core.actions.action import RemoteAction
from rasa.core.policies import rule_policy
from rasa.core.policies.rule_policy import RulePolicy
from rasa.core.processor import MessageProcessor
from rasa.engine.runner.dask import DaskGraphRunner
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import Event
from rasa.shared.core.slots import Slot
from rasa.utils.endpoints import EndpointConfig

from bot.dialogue import (
    action_schema,
    departures,
    empty_domain,
    event_types,
    rule_memory,
    slot_copies,
    step_log,
)
from bot.dialogue.engine import RasaDialogue, Turns
from bot.services.assistant import Assistant
from bot.services.ports import Dialogue, TurnResult
from tests.conversations.script import draft_as_said, hold, scripts
from tests.conversations.stock_rasa import GrowingTrackers, StockDialogue, action_server

SCRIPTS = scripts()
Loaded = Callable[[], RasaDialogue]
Transcript = list[dict[str, Any]]


def as_transcript(results: list[TurnResult]) -> Transcript:
    return [
        {
            "replies": [draft_as_said(reply) for reply in result.replies],
            "state": result.state,
            "hand_over": result.hand_over,
            "understood": result.understood,
        }
        for result in results
    ]


async def transcripts(dialogue: Dialogue) -> dict[str, Transcript]:
    return {script.title: as_transcript(await hold(dialogue, script)) for script in SCRIPTS}


@pytest.fixture(scope="module")
def ours() -> dict[str, Transcript]:
    """Filled by the first test that needs it."""
    return {}


@pytest.fixture(scope="module")
def actions(sample_assistant: Assistant) -> Iterator[str]:
    with action_server(sample_assistant) as address:
        yield address


@pytest.fixture
def loaded(trained_model: Path, sample_assistant: Assistant) -> Iterator[Loaded]:
    """Loads the model anew, with whatever a test has undone by then."""
    from actions.executor import in_process
    from bot.components.searchable import warm

    opened: list[RasaDialogue] = []

    def load() -> RasaDialogue:
        opened.append(RasaDialogue(Turns(trained_model, in_process(sample_assistant), warm)))
        return opened[-1]

    yield load
    for dialogue in opened:
        dialogue.close()


@contextmanager
def stock_action_schema(dialogue: RasaDialogue, *_: object) -> Iterator[Dialogue]:
    action_schema.remove()
    assert "jsonschema" in RemoteAction._validate_action_result.__code__.co_names
    yield dialogue
    action_schema.install()


@contextmanager
def stock_event_types(dialogue: RasaDialogue, *_: object) -> Iterator[Dialogue]:
    event_types.remove()
    assert "all_subclasses" in Event.resolve_by_type.__code__.co_names
    yield dialogue
    event_types.install()


@contextmanager
def stock_step_log(dialogue: RasaDialogue, *_: object) -> Iterator[Dialogue]:
    step_log.remove()
    assert processor.copy is rule_policy.copy is copy
    yield dialogue
    step_log.install()


@contextmanager
def stock_slot_copies(dialogue: RasaDialogue, *_: object) -> Iterator[Dialogue]:
    slot_copies.remove()
    assert not hasattr(Slot, "__copy__")
    yield dialogue
    slot_copies.install()


@contextmanager
def stock_empty_domain(dialogue: RasaDialogue, *_: object) -> Iterator[Dialogue]:
    empty_domain.remove()
    assert "empty" in Domain.is_empty.__code__.co_names
    yield dialogue
    empty_domain.install()


@contextmanager
def stock_rules(_: object, load: Loaded, *__: object) -> Iterator[Dialogue]:
    rule_memory.remove()
    assert "_predict" in RulePolicy.predict_action_probabilities.__code__.co_names
    yield load()
    rule_memory.install()


@contextmanager
def stock_graph_runner(_: object, load: Loaded, *__: object) -> Iterator[Dialogue]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("bot.dialogue.engine.LinearGraphRunner", lambda runner: runner)
        dialogue = load()
    assert type(processor_of(dialogue).graph_runner) is DaskGraphRunner
    yield dialogue


@contextmanager
def stock_trackers(_: object, load: Loaded, *__: object) -> Iterator[Dialogue]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("bot.dialogue.engine.TurnTrackerStore", GrowingTrackers)
        dialogue = load()
    assert type(processor_of(dialogue).tracker_store) is GrowingTrackers
    yield dialogue


@contextmanager
def actions_over_http(_: object, load: Loaded, actions: str, *__: object) -> Iterator[Dialogue]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("bot.dialogue.engine.InProcessActions", lambda _: EndpointConfig(actions))
        yield load()


@contextmanager
def all_stock(_: object, __: object, actions: str, model: Path) -> Iterator[Dialogue]:
    for departure in departures.REPLACING:
        departure.remove()
    yield StockDialogue(model, actions)
    departures.install()


def processor_of(dialogue: RasaDialogue) -> MessageProcessor:
    return dialogue.turns.processor


@pytest.mark.parametrize(
    "undone",
    [
        stock_action_schema,
        stock_event_types,
        stock_step_log,
        stock_slot_copies,
        stock_empty_domain,
        stock_rules,
        stock_graph_runner,
        stock_trackers,
        actions_over_http,
        all_stock,
    ],
)
async def test_the_conversations_are_the_same(
    undone: Callable[..., AbstractContextManager[Dialogue]],
    ours: dict[str, Transcript],
    dialogue: RasaDialogue,
    loaded: Loaded,
    actions: str,
    trained_model: Path,
) -> None:
    if not ours:
        ours.update(await transcripts(dialogue))
    with undone(dialogue, loaded, actions, trained_model) as stock:
        theirs = await transcripts(stock)
    assert len(theirs) == len(SCRIPTS) >= 12
    for title, transcript in ours.items():
        assert theirs[title] == transcript, title


KINDS = sorted(action_schema.KINDS)
values = st.none() | st.booleans() | st.integers() | st.text(max_size=3) | st.just({}) | st.just([])
events = st.dictionaries(
    st.sampled_from(["event", "name", "value", "timestamp", "metadata", "entities", "confidence"]),
    values,
) | st.builds(
    lambda kind, rest: {**rest, "event": kind},
    st.sampled_from([*KINDS, "other"]),
    st.dictionaries(
        st.sampled_from(["name", "value", "timestamp", "metadata", "entities", "text", "policy"]),
        values,
    ),
)
results = st.fixed_dictionaries(
    {}, optional={"events": st.lists(events | values, max_size=3) | values, "responses": values}
)


@given(results | values)
def test_the_compiled_schema_accepts_and_refuses_what_the_stock_schema_does(result: object) -> None:
    before = copy.deepcopy(result)
    stock = refused(lambda: validate_by_stock(result, RemoteAction.action_response_format_spec()))
    assert refused(lambda: action_schema.validate(result)) is stock
    assert result == before


def refused(check: Callable[[], None]) -> bool:
    try:
        check()
    except ValidationError:
        return True
    return False

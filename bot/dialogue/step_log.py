"""Departure from stock Rasa: its log of every step is cut at warnings.

Left alone, each step prints its arguments, what the enterprise wrote included, to standard output.
What remains goes to the `rasa` logger of this process, one line each. Stock Rasa also makes deep
copies of the arguments before it knows whether a line is written; here nothing is copied.
"""

from __future__ import annotations

import copy
import logging
from types import SimpleNamespace
from typing import Any

import structlog
from rasa.core import processor
from rasa.core.policies import rule_policy

COPYING_FOR_THE_LOG = (processor, rule_policy)  # and for nothing else


def install() -> None:
    for module in COPYING_FOR_THE_LOG:
        module.copy = SimpleNamespace(deepcopy=_as_it_is)
    structlog.configure(
        processors=[
            structlog.processors.format_exc_info,
            structlog.processors.KeyValueRenderer(key_order=["event"]),
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING),
        cache_logger_on_first_use=True,
    )


def remove() -> None:
    """Copies again; what is written stays cut."""
    for module in COPYING_FOR_THE_LOG:
        module.copy = copy


def _as_it_is(argument: Any) -> Any:
    return argument

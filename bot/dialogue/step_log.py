"""Departure from stock Rasa: its log of every step is cut at warnings.

Left alone, each step prints its arguments, what the enterprise wrote included, to standard output.
What remains goes to the `rasa` logger of this process, one line each.
"""

from __future__ import annotations

import logging

import structlog


def install() -> None:
    structlog.configure(
        processors=[
            structlog.processors.format_exc_info,
            structlog.processors.KeyValueRenderer(key_order=["event"]),
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING),
        cache_logger_on_first_use=True,
    )

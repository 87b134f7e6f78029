"""Departure from stock Rasa: the schema of action results is compiled once.

`RemoteAction` calls `jsonschema.validate`, which checks the *schema* anew for every custom action:
three quarters of the time of a turn. The validation itself stays the same.
"""

from __future__ import annotations

from typing import Any

import jsonschema
from rasa.core.actions.action import RemoteAction

_VALIDATOR = jsonschema.Draft202012Validator(RemoteAction.action_response_format_spec())


def _validate(self: RemoteAction, result: dict[str, Any]) -> bool:
    _VALIDATOR.validate(result)
    return True


def install() -> None:
    RemoteAction._validate_action_result = _validate

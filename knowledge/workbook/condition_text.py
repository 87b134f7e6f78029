"""A condition in a cell: as in the YAML files, without the outer braces."""

from __future__ import annotations

import io
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from knowledge.schema import When


class NoCondition(ValueError):
    """The text is no condition."""


def said(when: When) -> str:
    """Such as `land: granted, floor_area: ">=1000"`."""
    return _flow(when)[1:-1]


def _flow(value: Any) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {_flow(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(_flow(item) for item in value) + "]"
    text = str(value)
    return text if text.replace("_", "").isalpha() and text.isascii() else f'"{text}"'


def read(text: str) -> When:
    """The condition of a text; raises NoCondition."""
    plain = text.replace("，", ",").replace("：", ":").replace("“", '"').replace("”", '"')
    try:
        content = YAML(typ="safe").load(io.StringIO("{" + plain + "}"))
    except YAMLError as error:
        raise NoCondition(text) from error
    if not isinstance(content, dict) or any(value is None for value in content.values()):
        raise NoCondition(text)
    return {str(key): value for key, value in content.items()}

"""Descriptions of platforms in YAML, read so that a fault is told with its file and line."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from bot.services.platform_port import PlatformMisdescribed
from knowledge.yaml_source import YamlUnreadable, line_of, read_yaml

Model = TypeVar("Model", bound=BaseModel)
_VARIABLE = re.compile(r"\$\{(\w+)\}")

# What pydantic says → what somebody at the file reads.
_IN_CHINESE = (
    (r"field required", "缺少这一项"),
    (r"extra fields not permitted", "没有这一项，请检查拼写"),
    (r"value is not a valid enumeration member; permitted: (.+)", r"只能是：\1"),
    (r"unexpected value; permitted: (.+)", r"只能是：\1"),
    (r"value is not a valid (?:dict|list)", "这里要写下一级的内容"),
    (r"value is not a valid integer", "这里要写整数"),
    (r"none is not an allowed value", "没有填"),
    (r"str type expected", "这里要写文字"),
)


def read_description(path: Path, model: type[Model], hint: str = "") -> Model:
    """The content of a YAML file as `model`. PlatformMisdescribed, naming file, line and key.

    `${NAME}` in a text stands for an environment variable, so that no file holds a secret.
    """
    try:
        content = read_yaml(path)
    except OSError as error:
        raise PlatformMisdescribed(f"读不了 {path}：{error.strerror}。", "请检查路径。") from error
    except YamlUnreadable as error:
        problem = error.problem
        what = f"{path}:{problem.line}：不是正确的 YAML。"
        raise PlatformMisdescribed(what, "请检查这一行的缩进和冒号。") from error
    if not isinstance(content, Mapping):
        raise PlatformMisdescribed(f"{path} 里没有内容。", hint or "请按说明填写。")
    try:
        return model.parse_obj(_filled(content, path))
    except ValidationError as error:
        raise PlatformMisdescribed(
            "；".join(_said(path, fault) for fault in error.errors()) + "。", "请改正后再试。"
        ) from error


def _filled(value: Any, path: Path) -> Any:
    if isinstance(value, Mapping):
        # Codes are written as numbers; they are compared as text.
        return {str(key): _filled(item, path) for key, item in value.items()}
    if isinstance(value, list):
        return [_filled(item, path) for item in value]
    return (
        _VARIABLE.sub(lambda found: _variable(found[1], path), value)
        if (isinstance(value, str))
        else value
    )


def _variable(name: str, path: Path) -> str:
    try:
        return os.environ[name]
    except KeyError:
        raise PlatformMisdescribed(
            f"{path} 里用到的环境变量 {name} 没有设置。", "请设置后再试。"
        ) from None


def _said(path: Path, fault: Any) -> str:
    keys = [key for key in fault["loc"] if key != "__root__"]
    what = str(fault["msg"])
    for pattern, words in _IN_CHINESE:
        found = re.fullmatch(pattern, what)
        if found:
            what = found.expand(words)
            break
    # Codes are numbers in the file and text in the model.
    marked = [int(key) if isinstance(key, str) and key.isdecimal() else key for key in keys]
    return f"{path}:{line_of(path, marked)}：{'.'.join(map(str, keys))} {what}"

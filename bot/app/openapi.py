"""The description of the HTTP API, made from the routes themselves."""

from __future__ import annotations

import inspect
import re
from typing import Any

from aiohttp import web

import bot


def describe(app: web.Application) -> dict[str, Any]:
    """An OpenAPI 3.1 document: each route with the first line of its handler's docstring."""
    paths: dict[str, dict[str, Any]] = {}
    for route in app.router.routes():
        resource = route.resource
        if resource is None or route.method in ("HEAD", "OPTIONS", "*"):
            continue
        summary = (inspect.getdoc(route.handler) or "").partition("\n")[0]
        operation: dict[str, Any] = {
            "summary": summary,
            "parameters": [_parameter(name) for name in _names(resource.canonical)],
            "responses": {"200": {"description": "OK"}, "default": {"$ref": PROBLEM}},
        }
        paths.setdefault(resource.canonical, {})[route.method.lower()] = operation
    return {
        "openapi": "3.1.0",
        "info": {"title": "Bangban 帮办", "version": bot.__version__},
        "paths": paths,
        "components": {"responses": {"Problem": PROBLEM_RESPONSE}},
    }


PROBLEM = "#/components/responses/Problem"
PROBLEM_RESPONSE = {
    "description": "RFC 9457",
    "content": {
        "application/problem+json": {
            "schema": {
                "type": "object",
                "required": ["type", "title", "status", "detail"],
                "properties": {
                    "type": {"type": "string"},
                    "title": {"type": "string"},
                    "status": {"type": "integer"},
                    "detail": {"type": "string"},
                },
            }
        }
    },
}


def _names(path: str) -> list[str]:
    return re.findall(r"{(\w+)}", path)


def _parameter(name: str) -> dict[str, Any]:
    return {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}

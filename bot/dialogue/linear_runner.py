"""Departure from stock Rasa: the prediction graph runs as a plain sequence.

`DaskGraphRunner` copies and plans the graph for every message. The graph of a loaded model never
changes, so its order is computed once per set of targets; the nodes are the stock ones.
"""

from __future__ import annotations

from typing import Any

from rasa.engine.graph import GraphNode, GraphSchema
from rasa.engine.runner.dask import DaskGraphRunner

Step = tuple[str, GraphNode, tuple[str, ...]]


class LinearGraphRunner:
    """Runs what a DaskGraphRunner has loaded; same inputs, same results."""

    def __init__(self, loaded: DaskGraphRunner) -> None:
        self._schema: GraphSchema = loaded._graph_schema
        self._nodes: dict[str, GraphNode] = loaded._instantiated_nodes
        self._plans: dict[tuple[str, ...], list[Step]] = {}

    def run(
        self, inputs: dict[str, Any] | None = None, targets: list[str] | None = None
    ) -> dict[str, Any]:
        wanted = tuple(targets or self._schema.target_names)
        if wanted not in self._plans:
            self._plans[wanted] = self._plan(wanted)
        results: dict[str, Any] = {name: (name, value) for name, value in (inputs or {}).items()}
        for name, node, needs in self._plans[wanted]:
            results[name] = node(*(results[need] for need in needs))
        return dict(results[target] for target in wanted)

    def _plan(self, targets: tuple[str, ...]) -> list[Step]:
        """The nodes the targets need, each after what it needs."""
        plan: list[Step] = []
        seen: set[str] = set()

        def visit(name: str) -> None:
            if name in seen or name not in self._nodes:  # the latter: an input
                return
            seen.add(name)
            needs = tuple(self._schema.nodes[name].needs.values())
            for need in needs:
                visit(need)
            plan.append((name, self._nodes[name], needs))

        for target in targets:
            visit(target)
        return plan

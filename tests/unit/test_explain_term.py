"""A term is explained with its sources, each named where it ends."""

from __future__ import annotations

from pathlib import Path

from bot.model.understanding import Act, Understanding
from bot.services.explain_term import explain_term
from knowledge.loader import load_catalogue
from tests.fakes.small_catalogue import change, write_catalogue

MORE = """\
  more:
    - {text: 事后再核查。, source: 示例指南, state: unverified}
    - {text: 别处已经试过。, source: 示例指南, state: example, place: 某市}
  matters: [sample-permit]
"""


def test_a_source_that_follows_itself_is_named_once(tmp_path: Path) -> None:
    change(write_catalogue(tmp_path), "policies/terms.yml", "  matters: [sample-permit]\n", MORE)
    asked = Understanding(Act.POLICY, "示例承诺是什么", term="sample-term")
    reply = explain_term(load_catalogue(tmp_path), {}, asked)
    assert reply.text.splitlines()[:5] == [
        "【示例承诺】",
        "用承诺替代材料。",
        "事后再核查。",
        "（以上2条：未核实）",
        "别处已经试过。（外地示例·某市，来源：示例办事指南）",
    ]
    assert [button.title for button in reply.buttons][:1] == ["示例许可"]

"""A knowledge folder of a few lines, every one of them known to the tests."""

from __future__ import annotations

from pathlib import Path

PERMIT = """\
id: sample-permit
name: 示例许可
aliases: [样例许可]
stage: "3"
kind: {text: 行政许可, source: 示例法#第一条, state: verified}
checked_on: 2026-11-01
summary: {text: 开工之前要拿到的许可。, source: 示例法#第一条, state: verified}
departments:
  - {text: 住房城乡建设部门, source: 示例法#第一条, state: verified}
materials:
  - {name: 申请表, forms: [original, electronic], copies: 2, source: 示例法#第二条, state: verified}
  - {name: 节能审查意见, source: 示例法#第二条, state: verified, when: {floor_area: ">=500", residential: yes}}
  - {name: 委托书, source: 示例指南, state: unverified, when: {agent: yes}}
  - {name: 现场照片, source: 示例指南, state: unverified, when_text: 现场有争议的提供}
statutory_limits:
  - {text: 自受理之日起七日内, days: 7, unit: calendar_day, source: 示例法#第二条, state: verified}
promised_limits:
  - {text: 三个工作日, days: 3, unit: working_day, source: 示例指南, state: example, place: 某市}
fees:
  - {text: 旧的收费, source: 示例法#第一条, state: verified, valid_to: 2025-12-31}
  - {text: 不收费, source: 示例法#第一条, state: verified, valid_from: 2026-01-01}
after: [sample-filing]
questions:
  - {text: 样例许可几天办完, aspect: time_limit}
"""  # noqa: E501
FILING = """\
id: sample-filing
name: 示例备案
stage: "1"
kind: {text: 其他, source: 示例指南, state: unverified}
checked_on: 2026-11-01
summary: {text: 先做的备案。, source: 示例指南, state: unverified}
departments:
  - {text: 发展改革部门, source: 示例指南, state: unverified}
"""
SOURCES = """\
- {id: 示例法, title: 中华人民共和国示例法, kind: law, read: 全文, articles: [第一条, 第二条]}
- {id: 示例指南, title: 示例办事指南（2026年版）, read: 全文}
"""
FACTS = """\
- {id: floor_area, question: 总建筑面积大约多少平方米？, kind: number, unit: 平方米}
- {id: residential, question: 是否含住宅？, kind: yes_no}
- {id: agent, question: 是否委托他人代办？, kind: yes_no}
- {id: land, question: 土地是怎么取得的？, kind: choice, choices: {allocated: 划拨, granted: 出让}}
"""
TERMS = """\
- id: sample-term
  name: 示例承诺
  definition: {text: 用承诺替代材料。, source: 示例指南, state: unverified}
  matters: [sample-permit]
"""
PATHS = """\
- id: sample-path
  name: 示例路径
  source: 示例指南
  state: unverified
  when: {land: granted}
  stages:
    - name: 第一阶段
      matters: [sample-filing, {matter: sample-permit, when: {residential: yes}}]
"""
FILES = {
    "catalogue/sample-permit.yml": PERMIT,
    "catalogue/sample-filing.yml": FILING,
    "sources/sources.yml": SOURCES,
    "facts.yml": FACTS,
    "policies/terms.yml": TERMS,
    "paths/paths.yml": PATHS,
}


def write_catalogue(folder: Path) -> Path:
    """Writes the folder; returns it."""
    for name, text in FILES.items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    return folder


def change(folder: Path, name: str, old: str, new: str) -> None:
    """Replaces a text that stands once in a file."""
    file = folder / name
    text = file.read_text(encoding="utf-8")
    assert text.count(old) == 1, f"{old!r} does not stand once in {name}"
    file.write_text(text.replace(old, new), encoding="utf-8")

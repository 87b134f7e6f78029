"""The one-time notice: what it lists, when it is offered and asked for, how it is laid out."""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from datetime import date
from io import BytesIO

import docx
import pypdfium2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.documents.lines import NOT_FIRST, NOT_LAST, broken
from bot.documents.pages import notice_file
from bot.documents.printing import write
from bot.documents.sheet import Sheet
from bot.model.conversation import Button
from bot.model.receipt import NOTICE, spelled
from bot.model.reply import TO_STEWARD, Reply
from bot.model.understanding import Act, Aspect, Understanding
from bot.services.give_notice import (
    OFFER,
    TERM,
    UnknownPlace,
    addresses,
    notice_reply,
    rules_of,
    wants_notice,
    with_offer,
)
from bot.services.issue_receipt import with_receipt
from bot.services.review_receipts import what_changed
from knowledge.conditions import UnknownFact
from knowledge.evidence import FIELDS, evidence, fields_of
from knowledge.loader import load_catalogue
from knowledge.notice import compose_notice, deciding_facts, notice_from
from knowledge.render import render
from knowledge.schema import Matter
from tests.fakes.matters import a_catalogue, with_limit

TODAY = date(2026, 11, 23)


# --- what it lists


def test_materials_are_needed_not_needed_or_open() -> None:
    notice = compose_notice(a_catalogue(), "permit", {"tendered": "yes"}, TODAY)

    named = {group.need: [paper.name for paper in group.papers] for group in notice.groups}
    assert named == {
        "needed": ["申请表", "中标通知书", "<资金>证明"],
        "depends": [],
        "not_needed": ["直接发包备案表"],
    }
    assert notice.counts == "需要3项，不需要1项"
    assert notice.facts == ["施工招标"]
    assert notice.wanted == []
    assert [fact.id for fact in deciding_facts(a_catalogue(), "permit")] == ["tendered"]


def test_what_is_not_this_places_sure_rule_is_marked() -> None:
    notice = compose_notice(a_catalogue(), "permit", {}, TODAY)

    lines = {section.title: section.lines for section in notice.sections}
    assert lines["法定时限"][0].mark == "[1]"
    assert lines["承诺时限"][0].mark == "外地示例·唐山 [2]"
    assert len(notice.sources) == 2
    assert any("外地示例" in remark for remark in notice.remarks)


def test_a_field_without_facts_says_that_nothing_is_known() -> None:
    notice = compose_notice(a_catalogue(), "permit", {}, TODAY)

    lines = {section.title: section.lines for section in notice.sections}
    assert "不猜测" in lines["前置与衔接"][0].text


def test_unknown_facts_and_matters_are_refused() -> None:
    with pytest.raises(UnknownFact):
        compose_notice(a_catalogue(), "permit", {"colour": "red"}, TODAY)
    with pytest.raises(KeyError):
        compose_notice(a_catalogue(), "nothing", {}, TODAY)


def test_a_place_that_nobody_knows_is_refused() -> None:
    with pytest.raises(UnknownPlace):
        rules_of(a_catalogue(), {}, "火星", None)


def test_a_notice_survives_being_stored() -> None:
    notice = compose_notice(a_catalogue(), "permit", {"tendered": "yes"}, TODAY)

    assert asdict(notice_from(json.loads(json.dumps(asdict(notice))))) == asdict(notice)


def test_every_matter_has_a_notice_in_every_form() -> None:
    catalogue = load_catalogue()
    for slug in catalogue.matters:
        notice = compose_notice(catalogue, slug, {}, TODAY)
        assert f"{catalogue.name(slug)}一次性告知书" in notice_file(Sheet(notice))
    longest = max(catalogue.matters, key=lambda slug: len(catalogue.matters[slug].facts()))
    sheet = Sheet(compose_notice(catalogue, longest, {}, TODAY), "7K3MQ8XZ2P", "https://x.cn/r")
    pdf = pypdfium2.PdfDocument(write(sheet, "pdf"))
    text = "".join(page.get_textpage().get_text_range() for page in pdf)
    assert "7K3M-Q8XZ2P" in text
    assert f"第 {len(pdf)} 页，共 {len(pdf)} 页" in text
    document = docx.Document(BytesIO(write(sheet, "docx")))
    assert len(document.tables) == 1 + sum(bool(g.papers) for g in sheet.notice.groups)


# --- when it is offered and asked for


def materials_reply() -> Reply:
    return Reply("清单", (TO_STEWARD,), facts={"matter": "permit", "aspects": ["materials"]})


def test_a_list_of_materials_comes_with_an_offer() -> None:
    reply = with_offer(materials_reply())

    payload = f'/ask_materials{{"matter": "permit", "term": "{TERM}"}}'
    assert reply.buttons == (Button(OFFER, payload), TO_STEWARD)
    other = replace(materials_reply(), facts={"matter": "permit", "aspects": ["fee"]})
    assert with_offer(other) is other


@pytest.mark.parametrize(
    ("asked", "wanted"),
    [
        (Understanding(Act.ASK_MATTER, OFFER, aspect=Aspect.MATERIALS, term=TERM), True),
        (Understanding(Act.POLICY, "给我一份施工许可证的一次性告知书"), True),
        (Understanding(Act.POLICY, "打印告知单"), True),
        (Understanding(Act.POLICY, "一次性告知书是什么", term=TERM), False),
        (Understanding(Act.ASK_MATTER, "给我材料清单", aspect=Aspect.MATERIALS), False),
    ],
)
def test_the_paper_is_told_from_the_word(asked: Understanding, wanted: bool) -> None:
    assert wants_notice(asked) is wanted


def test_a_notice_in_a_conversation_has_its_addresses_and_its_receipt() -> None:
    catalogue = a_catalogue()

    reply = with_receipt(
        catalogue, notice_reply(catalogue, "permit", {"tendered": "no"}, TODAY), TODAY, TODAY
    )

    assert reply.receipt
    code = reply.receipt.code
    assert reply.receipt.told["kind"] == NOTICE
    assert reply.facts["notice"] == addresses("permit", code)
    assert reply.text.splitlines()[-1] == f"答复凭证 {spelled(code)}"
    assert "需要3项" in reply.text
    content = json.loads(reply.receipt.content)
    found = what_changed(with_limit(catalogue, 5), "permit", content, TODAY)
    assert any("自受理之日起5日内" in (one.after or "") for one in found)


# --- receipts hold what answers are rendered from


@pytest.mark.parametrize("aspect", sorted(FIELDS))
def test_a_receipt_holds_every_source_that_the_answer_cites(aspect: str) -> None:
    catalogue = load_catalogue()
    for slug in catalogue.matters:
        answer = render(catalogue, slug, aspect, TODAY)
        held = json.loads(evidence(catalogue, slug, fields_of([aspect]), TODAY))
        assert {source.partition("#")[0] for source in answer.sources} <= set(held["sources"]), slug
        assert set(held["fields"]) <= set(Matter.__fields__)


def test_a_term_has_a_receipt_too() -> None:
    catalogue = load_catalogue()
    term = catalogue.terms[TERM]
    facts = {"term": TERM, "catalogue": catalogue.version}
    reply = with_receipt(catalogue, Reply(term.definition.text, facts=facts), TODAY, TODAY)
    assert reply.receipt
    content = json.loads(reply.receipt.content)
    reworded = term.copy(
        update={"definition": term.definition.copy(update={"text": f"{term.definition.text}。"})}
    )

    changed = replace(catalogue, terms={TERM: reworded})
    gone = replace(catalogue, terms={})

    assert what_changed(catalogue, TERM, content, TODAY) == []
    (found,) = what_changed(changed, TERM, content, TODAY)
    assert (found.before, found.after) == (term.definition.text, reworded.definition.text)
    assert [one.after for one in what_changed(gone, TERM, content, TODAY)] == [None]


def test_a_path_has_a_receipt_too() -> None:
    catalogue = load_catalogue()
    path = next(iter(catalogue.paths.values()))
    facts = {"path": path.id, "catalogue": catalogue.version}
    reply = with_receipt(catalogue, Reply(path.name, facts=facts), TODAY, TODAY)
    assert reply.receipt
    content = json.loads(reply.receipt.content)
    shorter = path.copy(update={"stages": path.stages[1:]})

    changed = what_changed(replace(catalogue, paths={path.id: shorter}), path.id, content, TODAY)
    gone = what_changed(replace(catalogue, paths={}), path.id, content, TODAY)

    assert what_changed(catalogue, path.id, content, TODAY) == []
    assert path.stages[0].name in (changed[0].before or "")
    assert [one.after for one in (*changed, *gone)] == [None, None]


# --- lines


@given(st.text(alphabet="建设单位，。（）《》A1 -", max_size=80), st.integers(4, 30))
def test_lines_keep_every_character_and_their_width(text: str, width: int) -> None:
    lines = broken(text, width, len).split("\n")

    assert "".join(lines).replace(" ", "") == text.replace(" ", "")
    assert all(len(line) <= width for line in lines)


def test_marks_stay_with_the_words_they_belong_to() -> None:
    text = "依法应当办理《建设工程规划许可证》的，已经取得（含电子证照）。"

    for width in range(6, 20):
        lines = broken(text, width, len).split("\n")
        assert not any(line[0] in NOT_FIRST for line in lines), lines
        assert not any(line[-1] in NOT_LAST for line in lines), lines

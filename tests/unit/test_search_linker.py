"""The linker on a small catalogue, with letters in place of an encoder."""

from __future__ import annotations

import json
from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.search.decide import Sureness, Thresholds, decide
from knowledge.search.fusion import Fusion
from knowledge.search.index import FEATURES, CatalogueIndex, Entry
from knowledge.search.large import _highest
from knowledge.search.linker import Linker, LinkExamples, Links, train_fusion
from knowledge.search.names import NameTable, common_part, work_out
from knowledge.search.phrases import PhraseBook
from knowledge.search.ridge import CONSTANT, PENALTY, KernelRidge, ridge_of_nearest
from knowledge.search.spelling import Speller

ENTRIES = [
    Entry(
        "fire-acceptance",
        ["特殊建设工程消防验收", "消防验收"],
        "大型工程竣工后的消防验收。",
        ["商场盖完了消防谁来验", "消防验收要带什么", "消防验收几天出意见"],
    ),
    Entry(
        "fire-filing",
        ["其他建设工程消防验收备案", "消防备案"],
        "一般工程竣工后报消防备案。",
        ["普通厂房消防备案怎么办", "消防备案抽中了怎么办", "消防备案要什么"],
    ),
    Entry(
        "drainage-permit",
        ["城镇污水排入排水管网许可", "排水证"],
        "向市政管网排污水的许可。",
        ["排水证要什么材料", "豆制品厂的水往管网排要证吗", "排水证几天"],
    ),
    Entry(
        "construction-permit",
        ["建筑工程施工许可证核发", "施工证"],
        "开工前领取的许可。",
        ["施工证要什么材料", "施工许可证几天", "没有施工证能开工吗"],
    ),
]
WIDTH = 256


def encode(texts: Sequence[str], kind: str) -> np.ndarray:
    """A stand-in for a sentence encoder: hashed pairs of characters."""
    rows = np.zeros((len(texts), WIDTH), np.float32)
    for row, text in enumerate(texts):
        for first, second in pairwise(text):
            rows[row, (ord(first) * 31 + ord(second)) % WIDTH] += 1
    return rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-9)


def table(names: list[list[str]]) -> NameTable:
    return NameTable(work_out(names))


def index_of(entries: list[Entry]) -> CatalogueIndex:
    texts = [t for e in entries for t in [*e.names, e.summary, *e.questions]]
    return CatalogueIndex(entries, Speller(texts), encode)


@pytest.fixture(scope="module")
def fusion() -> Fusion:
    index = index_of(ENTRIES)
    unrelated = ["今天天气怎么样", "讲个笑话", "身份证丢了"]
    ambiguous = ["消防怎么办", "消防要什么材料"]
    return train_fusion(
        index,
        LinkExamples([["fire-acceptance", "fire-filing"]] * 2, len(unrelated)),
        index.features(ambiguous, encode(ambiguous, "query")),
        index.features(unrelated, encode(unrelated, "query")),
    )


def link(linker: Linker, text: str) -> Links:
    return linker.link(text, encode([text], "query")[0])


@pytest.mark.parametrize(
    ("text", "slug"),
    [
        ("排水证在哪里办", "drainage-permit"),
        ("领施工证要准备什么", "construction-permit"),
        ("消防备案去哪办", "fire-filing"),
        ("消防验收谁来", "fire-acceptance"),
        ("pszzzzz psz 材料", "drainage-permit"),
    ],
)
def test_the_right_matter_is_first(fusion: Fusion, text: str, slug: str) -> None:
    assert link(Linker(index_of(ENTRIES), fusion), text).best(1)[0][0] == slug


def test_what_is_about_nothing_is_about_none(fusion: Fusion) -> None:
    links = link(Linker(index_of(ENTRIES), fusion), "明天下雨吗")
    assert links.none > max(links.of.values())


def test_a_new_matter_is_found_without_training(fusion: Fusion) -> None:
    new = Entry("night-construction", ["夜间建筑施工许可", "夜施"], "夜里连续施工的许可。", [])
    linker = Linker(index_of([*ENTRIES, new]), fusion)
    assert link(linker, "夜间施工许可怎么办").best(1)[0][0] == "night-construction"


def test_probabilities_sum_to_one_and_are_the_same_each_time(fusion: Fusion) -> None:
    first = link(Linker(index_of(ENTRIES), fusion), "消防要什么材料")
    again = link(Linker(index_of(ENTRIES), fusion), "消防要什么材料")
    assert sum(first.of.values()) + first.none == pytest.approx(1)
    assert first == again


def test_no_weight_counts_likeness_against_a_matter(fusion: Fusion) -> None:
    assert len(fusion.weights) == len(FEATURES)
    assert (fusion.weights >= 0).all()
    assert Fusion.from_json(fusion.to_json()).none == fusion.none


def test_a_question_does_not_find_itself_when_it_is_left_out() -> None:
    index = index_of(ENTRIES)
    whole = index.features(index.questions, index.question_vectors)
    place = FEATURES.index("question_meaning")
    rows = np.arange(len(index.questions))
    assert (
        index.own_features()[rows, index.owners, place] < whole[rows, index.owners, place]
    ).all()


def test_leaving_out_in_closed_form_is_leaving_out() -> None:
    random = np.random.default_rng(1)
    rows = random.normal(size=(9, 4)).astype(np.float32)
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    owners = [0, 1, 2] * 3
    similar = rows @ rows.T
    left_out = KernelRidge(similar.copy(), owners, 3).left_out(similar.copy())
    rest = list(range(1, 9))
    kernel = similar[np.ix_(rest, rest)] + CONSTANT + PENALTY * np.eye(8)
    dual = np.linalg.solve(kernel, np.eye(3)[[owners[row] for row in rest]])
    assert np.allclose(left_out[0], (similar[0, rest] + CONSTANT) @ dual, atol=1e-4)


def test_the_ridge_of_the_nearest_is_the_whole_ridge_when_all_are_near() -> None:
    random = np.random.default_rng(2)
    rows = random.normal(size=(10, 6)).astype(np.float32)
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    similar, asked = rows[:9] @ rows[:9].T, rows[:9] @ rows[9]
    owners = np.array([0, 0, 0, 0, 1, 1, 1, 2, 2])
    dual = KernelRidge(similar.copy(), owners.tolist(), 3).dual
    sizes = np.bincount(owners)
    added = ridge_of_nearest(asked, similar.copy(), sizes[owners].astype(np.float32), sizes.mean())
    assert np.allclose(np.bincount(owners, added), (asked + CONSTANT) @ dual, atol=1e-5)


@given(st.integers(1, 300), st.integers(1, 40), st.integers(0, 9))
def test_the_highest_scores(size: int, count: int, seed: int) -> None:
    scores = np.random.default_rng(seed).permutation(size).astype(np.float32)
    assert set(_highest(scores, count)) == set(np.argsort(-scores)[:count])


def test_a_speller_that_was_kept_reads_as_before() -> None:
    speller = Speller([text for entry in ENTRIES for text in [*entry.names, *entry.questions]])
    again = Speller.from_json(json.loads(json.dumps(speller.to_json())))
    for text in ("shi gong zheng yao shen me cai liao", "消访验收几天", "排水正"):
        assert again.read(text) == speller.read(text)


LIMITS = Thresholds(
    5, missed=0.2, known=0.3, offered=0.15, sureness=Sureness(-1.95, 0.08, -0.48, -0.4)
)


@pytest.mark.parametrize(
    ("shares", "ambiguous", "matter", "offer"),
    [
        ({"a": 0.95, "b": 0.03}, 0.0, "a", ()),
        ({"a": 0.5, "b": 0.45}, 0.0, None, ("a", "b")),
        ({"a": 0.25, "b": 0.25, "c": 0.24, "d": 0.24}, 0.0, None, ("a", "b", "c", "d")),
        ({"a": 0.9, "b": 0.06}, 0.9, None, ("a", "b")),
        ({"a": 0.1, "b": 0.05}, 0.0, None, ()),
        ({"a": 0.85, "b": 0.05}, 0.0, "a", ()),
        ({"a": 0.85, "b": 0.05}, 0.6, None, ("a", "b")),
        ({"a": 1.0}, 0.9, "a", ()),
    ],
)
def test_decide(
    shares: dict[str, float], ambiguous: float, matter: str | None, offer: tuple[str, ...]
) -> None:
    decision = decide(Links(shares, 1 - sum(shares.values())), LIMITS, ambiguous)
    assert (decision.matter, decision.offer) == (matter, offer)


def test_phrases_in_a_text() -> None:
    book = PhraseBook(["施工", "施工许可", "工许", "证", "许可证核发"])
    assert book.within("办施工许可证") == {"施工", "施工许可", "工许", "证"}
    assert book.within("") == set()


def test_phrases_of_syllables_are_not_cut_in_the_middle_of_one() -> None:
    book = PhraseBook([("shi", "gong"), ("xi", "an"), ()])
    assert book.within(("xian", "shi", "gong")) == {("shi", "gong")}


def test_a_name_inside_a_longer_one_that_is_said_does_not_count() -> None:
    names = table([["施工许可证"], ["施工许可证变更"], ["施工许可证", "开工证"]])
    assert names.outright("施工许可证变更怎么办").tolist() == [0, 1, 0]
    assert names.outright("施工许可证怎么办").tolist() == [0.5, 0, 0.5]
    assert names.outright("开工证怎么办").tolist() == [0, 0, 1]
    assert names.mask("施工许可证变更和施工许可证") == "某和某"


def test_a_name_is_heard_by_its_sound_and_by_its_initials() -> None:
    names = table([["施工许可证"], ["规划许可证"]])
    assert [weight > 0 for weight in names.heard("是公许可正怎么办")] == [True, False]
    assert [weight > 0 for weight in names.heard("ghxkz要什么")] == [False, True]
    assert not names.heard("许可证怎么办").any()


def test_common_part() -> None:
    assert common_part(["特殊建设工程消防验收", "其他建设工程消防验收备案"]) == "建设工程消防验收"
    assert common_part(["供水报装", "取水许可"]) == ""


def test_words_of_a_foreign_name_name_nothing_by_themselves() -> None:
    names = NameTable(work_out([["permit to drain", "排水许可"], ["건축 허가", "建筑 许可"]]))
    assert names.outright("how long does it take to get it").tolist() == [0, 0]
    assert names.outright("how long for the permit to drain?").tolist() == [1, 0]
    assert names.outright("허가 기간은").tolist() == [0, 0]

"""What is worth saying about a case, in which words, and to whom."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest

from bot.model.case import SHANGHAI, ApprovalDocument, Case, CaseStatus, SpecialProcedure, Step
from bot.model.conversation import Conversation, Enterprise, EntryKind, Owner, Steward
from bot.model.word import Word, WordKind
from bot.services.find_words import (
    Subject,
    word_of_clock,
    word_of_document,
    word_of_step,
)
from bot.services.give_word import Untold, decide
from bot.services.say_words import IN_FULL, message
from bot.services.working_days import read_clock

WHO = Enterprise("91210100MA0000001X", "沈阳测试有限公司")
NOW = datetime(2026, 11, 20, 16, 0, tzinfo=SHANGHAI)  # a Friday
STATUS_NAMES = {status: status.value for status in CaseStatus}


def at(day: int, hour: int = 9) -> datetime:
    return datetime(2026, 11, day, hour, 30, tzinfo=SHANGHAI)


def a_step(status: CaseStatus, when: datetime, opinion: str | None = None) -> Step:
    return Step(when, status, STATUS_NAMES[status], "0", opinion=opinion)


def a_case(*steps: Step, limit: int | None = 7) -> Case:
    return Case("A-1", "P-1", "P-1", None, "M1", "建筑工程施工许可证核发", "住建局", limit, steps)


def about(case: Case, now: datetime = NOW) -> Subject:
    return Subject(case, "机床厂房", (WHO.id,), now)


def step_word(status: CaseStatus, opinion: str | None = None) -> Word:
    step = a_step(status, at(20), opinion)
    word = word_of_step(about(a_case(step)), step)
    assert word is not None
    return word


def clock_word(case: Case, now: datetime) -> Word | None:
    return word_of_clock(about(case, now), read_clock(case, now), now)


# --- steps


@pytest.mark.parametrize(
    ("status", "kind", "said"),
    [
        (CaseStatus.ACCEPTED, WordKind.ACCEPTED, "受理，办理时限7个工作日"),
        (CaseStatus.SUPPLEMENT_REQUESTED, WordKind.SUPPLEMENT_REQUESTED, "要求补正材料"),
        (CaseStatus.SPECIAL_PROCEDURE, WordKind.SPECIAL_PROCEDURE_BEGUN, "进入特别程序"),
        (CaseStatus.SPECIAL_PROCEDURE_ENDED, WordKind.SPECIAL_PROCEDURE_ENDED, "特别程序结束"),
        (CaseStatus.PASSED, WordKind.PASSED, "办结，已通过"),
        (CaseStatus.PASSED_DEFERRED, WordKind.PASSED, "容缺通过"),
        (CaseStatus.REFUSED, WordKind.REFUSED, "办结，未通过"),
        (CaseStatus.NOT_ACCEPTED, WordKind.REFUSED, "没有受理"),
        (CaseStatus.ACCEPTANCE_REFUSED, WordKind.REFUSED, "不予受理"),
    ],
)
def test_a_step_is_told_in_plain_words(status: CaseStatus, kind: WordKind, said: str) -> None:
    word = step_word(status)
    assert word.kind is kind
    assert word.text.startswith(f"2026年11月20日09:30{said}")


@pytest.mark.parametrize(
    "status",
    [CaseStatus.RECEIVED, CaseStatus.IN_REVIEW, CaseStatus.WITHDRAWN, CaseStatus.UNKNOWN],
)
def test_other_steps_are_not_told(status: CaseStatus) -> None:
    step = a_step(status, at(20))
    assert word_of_step(about(a_case(step)), step) is None


def test_a_request_for_supplements_says_what_the_opinion_says() -> None:
    said = step_word(CaseStatus.SUPPLEMENT_REQUESTED, "缺少工伤保险\n参保证明，请补正。").text
    assert "办理意见：缺少工伤保险 参保证明，请补正。" in said
    assert len(step_word(CaseStatus.REFUSED, "不" * 2000).text) < 400


def test_a_special_procedure_is_named() -> None:
    step = a_step(CaseStatus.SPECIAL_PROCEDURE, at(20))
    case = replace(a_case(step), special_procedures=(SpecialProcedure("专家评审", step.at, 10),))
    word = word_of_step(about(case), step)
    assert word is not None
    assert "进入特别程序“专家评审（" in word.text


@pytest.mark.parametrize("ago", [timedelta(days=15), timedelta(days=-2)])
def test_history_and_what_is_dated_into_the_future_are_no_news(ago: timedelta) -> None:
    step = a_step(CaseStatus.ACCEPTED, NOW - ago)
    assert word_of_step(about(a_case(step)), step) is None


def test_a_platform_whose_clock_is_minutes_ahead_still_brings_news() -> None:
    step = a_step(CaseStatus.ACCEPTED, NOW + timedelta(minutes=5))
    assert word_of_step(about(a_case(step)), step) is not None


def test_the_key_is_of_the_step_and_not_of_its_reading() -> None:
    step = a_step(CaseStatus.ACCEPTED, at(20))
    first = word_of_step(about(a_case(step)), step)
    again = word_of_step(about(a_case(step), NOW + timedelta(days=3)), step)
    other = word_of_step(about(a_case(step)), replace(step, at=at(19)))
    assert first is not None
    assert again is not None
    assert other is not None
    assert first.key == again.key != other.key


# --- documents


def test_a_certificate_is_told_with_its_number() -> None:
    document = ApprovalDocument("沈建施〔2026〕7号", "施工许可证", date(2026, 11, 19))
    word = word_of_document(about(a_case()), document)
    assert word is not None
    assert word.kind is WordKind.CERTIFICATE_READY
    assert "施工许可证，沈建施〔2026〕7号，2026年11月19日批复" in word.text


@pytest.mark.parametrize(
    "document",
    [
        ApprovalDocument(None, "施工许可证", date(2026, 11, 19)),
        ApprovalDocument("旧1号", "施工许可证", date(2025, 11, 19)),
    ],
)
def test_a_document_without_number_or_of_long_ago_is_not_told(document: ApprovalDocument) -> None:
    assert word_of_document(about(a_case()), document) is None


# --- the clock: accepted on Monday the 9th with seven days, due on Wednesday the 18th


ACCEPTED = a_step(CaseStatus.ACCEPTED, at(9))


@pytest.mark.parametrize(
    ("today", "kind", "said"),
    [
        (12, None, None),
        (13, WordKind.NEAR_LIMIT, "还剩3个工作日，应在2026年11月18日前办结"),
        (16, WordKind.NEAR_LIMIT, "还剩2个工作日"),
        (18, WordKind.NEAR_LIMIT, "今天是最后一个工作日"),
        (
            19,
            WordKind.OVERDUE,
            "已超过办理时限1个工作日（时限7个工作日，应在2026年11月18日前办结）",
        ),
    ],
)
def test_the_limit_is_told_three_working_days_before_and_when_it_has_passed(
    today: int, kind: WordKind | None, said: str | None
) -> None:
    word = clock_word(a_case(ACCEPTED), at(today))
    assert (word.kind if word else None) is kind
    assert word is None or said is None or said in word.text


def test_on_the_weekend_after_the_last_day_there_is_nothing_to_tell() -> None:
    due_on_friday = a_case(ACCEPTED, limit=9)
    assert clock_word(due_on_friday, at(20)) is not None
    assert clock_word(due_on_friday, at(21)) is None
    overdue = clock_word(due_on_friday, at(23))
    assert overdue is not None
    assert overdue.kind is WordKind.OVERDUE


def test_one_limit_has_one_word_of_each_kind_whatever_the_day() -> None:
    days = [clock_word(a_case(ACCEPTED), at(day)) for day in (13, 16, 17, 18, 19, 20, 27)]
    assert len({word.key for word in days if word}) == 2


def test_a_clock_that_stands_still_and_a_case_that_has_ended_have_no_limit_to_tell() -> None:
    paused = a_case(ACCEPTED, a_step(CaseStatus.SUPPLEMENT_REQUESTED, at(16)))
    ended = a_case(ACCEPTED, a_step(CaseStatus.PASSED, at(27)))
    assert clock_word(paused, at(27)) is None
    assert clock_word(ended, at(27)) is None
    assert clock_word(a_case(ACCEPTED, limit=None), at(27)) is None


def test_a_limit_that_moved_is_a_new_one() -> None:
    resumed = a_case(
        ACCEPTED,
        a_step(CaseStatus.SUPPLEMENT_REQUESTED, at(13)),
        a_step(CaseStatus.SUPPLEMENT_ENDED, at(20)),
    )
    before, after = clock_word(a_case(ACCEPTED), at(13)), clock_word(resumed, at(23))
    assert before is not None
    assert after is not None
    assert before.key != after.key


@pytest.mark.parametrize(("limit", "today", "told"), [(1, 9, False), (1, 10, True), (3, 9, False)])
def test_a_short_limit_is_not_near_on_the_day_of_acceptance(
    limit: int, today: int, told: bool
) -> None:
    word = clock_word(a_case(ACCEPTED, limit=limit), at(today, 15))
    assert (word is not None) is told


# --- who hears it


HEAD = Conversation("c1", "web", "p", Owner.BOT, 0, 1, 1, {}, NOW, WHO)
WORD = step_word(CaseStatus.ACCEPTED)


def untold(*words: Word, noted: frozenset[str] = frozenset(), wanted: bool = True) -> Untold:
    return Untold(words, noted, wanted)


@pytest.mark.parametrize("owner", [Owner.BOT, Owner.WAITING, Owner.CLOSED])
def test_the_bot_says_it_where_no_steward_speaks(owner: Owner) -> None:
    telling = decide(replace(HEAD, owner=owner), untold(WORD), quiet=False)
    assert telling.said == (WORD,)
    assert telling.draft is not None
    assert telling.draft.kind is EntryKind.BOT


def test_a_steward_reads_a_note_once_and_the_bot_keeps_silent() -> None:
    head = replace(HEAD, owner=Owner.STEWARD, steward=Steward(1, "王敏"))
    first = decide(head, untold(WORD), quiet=True)
    assert first.draft is not None
    assert (first.draft.kind, first.noted, first.said) == (EntryKind.NOTE, (WORD,), ())
    again = decide(head, untold(WORD, noted=frozenset({WORD.key})), quiet=False)
    assert again.draft is None


def test_in_quiet_hours_it_waits() -> None:
    assert decide(HEAD, untold(WORD), quiet=True).draft is None
    assert decide(HEAD, untold(WORD), quiet=True).dropped == ()


@pytest.mark.parametrize(
    ("head", "wanted"),
    [
        (HEAD, False),
        (replace(HEAD, enterprise=None), True),
        (replace(HEAD, enterprise=Enterprise("91210100MA0000002X", "别家")), True),
    ],
)
def test_nobody_hears_what_they_do_not_want_or_may_not_know(
    head: Conversation, wanted: bool
) -> None:
    telling = decide(head, untold(WORD, wanted=wanted), quiet=False)
    assert (telling.draft, telling.dropped) == (None, (WORD,))


def test_several_words_are_one_message_by_project_with_its_time_and_how_to_stop() -> None:
    other = replace(WORD, key="k2", project_code="P-2", project_name="住宅小区", text="第二条。")
    third = replace(WORD, key="k3", at=WORD.at - timedelta(hours=1), text="第一条。")
    draft = decide(HEAD, untold(WORD, other, third), quiet=False).draft
    assert draft is not None
    assert draft.text.splitlines() == [
        "您的办件有3条新进展：",
        "机床厂房（P-1）",
        "· 建筑工程施工许可证核发：第一条。",
        f"· 建筑工程施工许可证核发：{WORD.text}",
        "住宅小区（P-2）",
        "· 建筑工程施工许可证核发：第二条。",
        "以上是2026年11月20日16:00从审批系统读到的情况。",
        "不想再收到这类提醒，请点“不再提醒”或回复“不要再提醒我”。",
    ]
    assert [button.title for button in draft.buttons] == ["办件进度", "转人工", "不再提醒"]


def test_very_many_words_are_all_named_in_one_message() -> None:
    words = [replace(WORD, key=f"k{n}", text=f"第{n}条说明。") for n in range(IN_FULL + 3)]
    text = message(words).text
    assert text.count("条说明。") == IN_FULL
    assert text.count("：已受理") == 3


def test_every_kind_has_a_name_and_somebody_who_hears_it() -> None:
    for kind in WordKind:
        assert kind.label
        assert kind.to_enterprise or kind.to_steward
    steward_only = {kind for kind in WordKind if not kind.to_enterprise}
    assert steward_only == {WordKind.VANISHED, WordKind.WENT_BACK}

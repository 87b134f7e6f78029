"""What the words of a message say between turns."""

from __future__ import annotations

import pytest

from bot.settings import read_settings
from knowledge.compiled import catalogue_in
from knowledge.conversation.described import fits
from knowledge.conversation.wording import (
    asks_for_money_back,
    asks_for_more,
    asks_on,
    is_own_case,
    is_unsure,
    means_both,
    names_nothing,
    question_of_story,
    takes_back_human,
)

CATALOGUE = catalogue_in(read_settings().served)


@pytest.mark.parametrize(
    "text",
    [
        "那要多久",
        "这个归哪管",
        "不办会咋样",
        "and is there any fee?",
        "それは何日かかりますか",
        "며칠 걸려요?",
        "没批下来就开工有啥后果",
        "手续没下来我先把基坑挖了咋办",
        "擅自开工罚多少",
    ],
)
def test_a_message_may_name_nothing(text: str) -> None:
    assert names_nothing(text)


@pytest.mark.parametrize(
    "text",
    [
        "施工许可证要多久",
        "备案的那个",
        "楼盖好了",
        "验收要多久",
        "energy review",
        "没拿到预售证就卖房咋罚",
        "没环评就投产会怎样",
    ],
)
def test_a_message_may_name_something(text: str) -> None:
    assert not names_nothing(text)


def test_a_part_of_a_message_asks_on() -> None:
    assert asks_on("改用中文吧,我同事看。要交什么资料")
    assert not asks_on("今天天气怎么样")


@pytest.mark.parametrize("text", ["我那个件呢", "我交上去的批了没", "前天报的,啥时候能下来"])
def test_somebody_speaks_of_an_own_case(text: str) -> None:
    assert is_own_case(text)


@pytest.mark.parametrize(
    "text", ["这俩哪个快", "哪个先办", "它俩能一起办吗", "which one is faster"]
)
def test_two_matters_may_be_meant(text: str) -> None:
    assert means_both(text)


def test_one_of_several_windows_is_not_both() -> None:
    assert not means_both("去哪个窗口办")


@pytest.mark.parametrize("text", ["保证金啥时候退", "啥时候退", "押金怎么退", "钱能退不"])
def test_money_is_to_be_given_back(text: str) -> None:
    assert asks_for_money_back(text)


@pytest.mark.parametrize("text", ["为啥给我退件了", "材料退回来了咋办", "窗口退了我的材料"])
def test_a_case_that_was_sent_back_is_no_money(text: str) -> None:
    assert not asks_for_money_back(text)


def test_a_question_in_general_is_about_no_case() -> None:
    assert not is_own_case("我们要办施工许可证,多少天")


@pytest.mark.parametrize("text", ["还有吗", "没听懂,再说一遍", "然后呢"])
def test_somebody_wants_to_hear_more(text: str) -> None:
    assert asks_for_more(text)


def test_another_matter_is_not_more_of_this_one() -> None:
    assert not asks_for_more("还有环评呢")


@pytest.mark.parametrize(
    "text",
    [
        "算了不转了",
        "不用人工了",
        "先不找人了",
        "算了,不用转人工了你说吧",
        "不等了",
        "算了不用了",
        "算了,不麻烦你们了",
        "不用再等人工了",
        "取消排队",
        "forget the agent",
    ],
)
def test_a_human_is_no_longer_wanted(text: str) -> None:
    assert takes_back_human(text)


@pytest.mark.parametrize(
    "text",
    [
        "能不找施工单位自己干吗",
        "不找人代办行不行",
        "证没下来我们不等了,直接开工罚不罚",
        "你们不用人工审核吗",
        "不转让土地能开工吗",
        "算了不用租的地行不行",
    ],
)
def test_who_speaks_of_something_else_still_wants_the_human(text: str) -> None:
    assert not takes_back_human(text)


@pytest.mark.parametrize("text", ["不知道", "我也不清楚是哪个", "有啥区别", "not sure"])
def test_somebody_cannot_choose(text: str) -> None:
    assert is_unsure(text)


def test_what_a_story_comes_to_is_its_last_question() -> None:
    story = (
        "我们厂子开了十来年了,去年接了个大单子,原来的车间不够用,地是自己的,有证,打算再起一个新车间"
    )
    assert question_of_story(f"{story},就想问问规划许可证要啥材料") == "规划许可证要啥材料"
    assert question_of_story("就想问问规划许可证要啥材料") == ""


FIRE = ("fire-design-review", "fire-acceptance", "fire-acceptance-filing")


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("楼已经盖完了,就是个普通厂房", "fire-acceptance-filing"),
        ("商场,已经竣工了", "fire-acceptance"),
        ("歌舞厅,还没开工", "fire-design-review"),
    ],
)
def test_a_description_fits_one_matter_best(text: str, meant: str) -> None:
    found = fits(CATALOGUE, FIRE, text)
    assert max(found, key=lambda slug: found[slug]) == meant


def test_an_acceptance_beside_the_stages_comes_after_building() -> None:
    pair = ("water-soil-conservation-plan", "water-soil-conservation-acceptance")
    before, after = (fits(CATALOGUE, pair, text) for text in ("还没动土呢", "完工后那个"))
    assert before[pair[0]] > before[pair[1]]
    assert after[pair[1]] > after[pair[0]]


def test_what_is_denied_is_not_described() -> None:
    found = fits(CATALOGUE, FIRE, "完工了,不是人多的地方")
    assert found["fire-acceptance-filing"] > found["fire-acceptance"]


def test_a_text_that_describes_nothing_fits_all_alike() -> None:
    assert set(fits(CATALOGUE, FIRE, "多少天").values()) == {1.0}

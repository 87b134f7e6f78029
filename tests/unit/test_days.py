"""Which day's rules a message asks about."""

from datetime import date

import pytest

from knowledge.days import day_meant

TODAY = date(2026, 11, 23)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("我们3月3日受理的，那会儿施工许可几天办完", date(2026, 3, 3)),
        ("3月3号申报的用地预审要哪些材料", date(2026, 3, 3)),
        ("12月20日受理的按哪个规定", date(2025, 12, 20)),
        ("2024年5月1日提交的环评，时限是多少", date(2024, 5, 1)),
        ("2019-08-08受理的联合验收", date(2019, 8, 8)),
        ("去年6月1日报的件", date(2025, 6, 1)),
        ("按2023年的规定，要不要图审", date(2023, 12, 31)),
        ("去年的政策是什么样的", date(2025, 12, 31)),
        ("昨天受理的，几天出证", date(2026, 11, 22)),
        ("三月三号申报的用地预审要哪些材料", date(2026, 3, 3)),
        ("二〇二四年的规定是几天", date(2024, 12, 31)),
        ("2024年5月的要求，消防验收要什么材料", date(2024, 5, 31)),
        ("5月份交的件，几天办结", date(2026, 5, 31)),
        ("上个月受理的几天办完", date(2026, 10, 31)),
        ("去年施工许可证要什么材料", date(2025, 12, 31)),
        ("去年的时候消防验收几天", date(2025, 12, 31)),
        ("2027年1月1日受理的施工许可几天办完", date(2027, 1, 1)),
    ],
)
def test_a_day_beside_a_word_of_rules_is_meant(text: str, day: date) -> None:
    assert day_meant(text, TODAY) == day


@pytest.mark.parametrize(
    "text",
    [
        "施工许可证要什么材料",
        "我们12月3日能拿到证吗",
        "打算3月3日开业，消防验收来得及吗",
        "2月30日受理的",
        "今年的规定有变化吗",
        "2026年11月23日受理的",
        "2月受理的，现在要补什么材料",
        "去年拿的地，现在办施工许可要什么材料",
        "2020年建的厂房改造要办什么手续",
        "去年的批复还有效吗",
        "三个月没开工，证会作废吗",
        "建筑面积3.5万平方米要求办吗",
    ],
)
def test_other_dates_are_not(text: str) -> None:
    assert day_meant(text, TODAY) is None

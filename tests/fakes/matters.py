"""A catalogue of one matter, small enough to see through."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from knowledge.loader import Catalogue
from knowledge.schema import Fact, Limit, Material, Matter, ProjectFact, Source, State

SLUG = "permit"


def _fact(text: str, state: State = State.VERIFIED, place: str | None = None) -> Fact:
    return Fact(text=text, source="测试法#第八条", state=state, place=place)


def _limit(days: int) -> Limit:
    return Limit(
        text=f"自受理之日起{days}日内",
        days=days,
        unit="calendar_day",
        source="测试法#第八条",
        state=State.VERIFIED,
    )


def a_catalogue() -> Catalogue:
    """One permit with a limit of 7 days; two of its materials depend on `tendered`."""
    material = {"source": "测试法#第八条", "state": State.VERIFIED}
    matter = Matter(
        id=SLUG,
        name="施工许可",
        stage="3",
        kind=_fact("行政许可"),
        checked_on=date(2026, 11, 1),
        summary=_fact("开工前领取的凭证"),
        departments=[_fact("住房城乡建设主管部门")],
        conditions=[_fact("已经办理用地批准手续")],
        materials=[
            Material(name="申请表", forms=["original"], copies=2, **material),
            Material(name="中标通知书", when={"tendered": "yes"}, issuer="招标代理", **material),
            Material(name="直接发包备案表", when={"tendered": "no"}, commitment=True, **material),
            Material(name="<资金>证明", shared_data=True, deferrable=True, note="A&B", **material),
        ],
        process=[_fact("受理"), _fact("审查"), _fact("办结")],
        statutory_limits=[_limit(7)],
        promised_limits=[_fact_limit("唐山承诺3个工作日")],
        fees=[_fact("不收费")],
        results=[_fact("施工许可证")],
        penalties=[_fact("责令停止施工", State.UNVERIFIED)],
    )
    tendered = ProjectFact(
        id="tendered",
        question="施工单位是否招标确定？",
        kind="yes_no",
        if_yes="施工招标",
        if_no="没有招标",
    )
    return Catalogue(
        matters={SLUG: matter},
        terms={},
        paths={},
        sources={"测试法": Source(id="测试法", title="测试法", kind="law", read="全文")},
        vocabulary={"tendered": tendered},
        version="days-7",
    )


def _fact_limit(text: str) -> Limit:
    return Limit(text=text, source="测试法#第九条", state=State.EXAMPLE, place="唐山")


def with_limit(catalogue: Catalogue, days: int) -> Catalogue:
    """The catalogue after somebody changed the statutory limit."""
    matter = catalogue.matters[SLUG].copy(update={"statutory_limits": [_limit(days)]})
    return replace(catalogue, matters={SLUG: matter}, version=f"days-{days}")

"""Says what an exchange database is and holds: tables, columns, counts, the newest event."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from bot.model.case import PlatformDescription, TableDescription
from connectors.platforms import values
from connectors.platforms.spgl_layout import CASE, PROJECT, STEP, TableSpec
from connectors.platforms.spgl_tables import Layout

# How many of the newest events are looked through for one that is not in the future.
_NEWEST = 1000


def describe(
    connection: Connection, layout: Layout, address: str, now: datetime
) -> PlatformDescription:
    """Counts are of valid rows; repeated projects, works and cases count once."""
    newest, future = _newest_event(connection, layout, now)
    return PlatformDescription(
        kind=layout.version,
        address=address,
        tables=tuple(_table(layout, spec) for spec in layout.specs),
        projects=_count(connection, layout, PROJECT, "XMDM"),
        works=_count(connection, layout, PROJECT, "XZQHDM", "GCDM"),
        cases=_count(connection, layout, CASE, "XZQHDM", "GCDM", "SPSXSLBM"),
        events=_count(connection, layout, STEP),
        newest_event_at=newest,
        future_events=future,
        notes=_notes(layout, future),
    )


def _table(layout: Layout, spec: TableSpec) -> TableDescription:
    found = layout.found.get(spec.base)
    if found is None:
        return TableDescription(spec.name, spec.title, spec.required, None)
    missing = tuple(name for name in spec.columns if name not in found.columns)
    return TableDescription(
        name=spec.name,
        title=spec.title,
        required=spec.required,
        found_as=f"{found.schema}.{found.name}" if found.schema else found.name,
        columns=tuple(name for name in spec.columns if name in found.columns),
        missing_columns=missing,
        missing_required=tuple(name for name in missing if name in spec.needed),
    )


def _count(connection: Connection, layout: Layout, base: str, *distinct: str) -> int | None:
    """Valid rows; with column names, the different combinations of those that are there."""
    table = layout.found.get(base)
    if table is None:
        return None
    query = sa.select(*[layout.column(base, name) for name in distinct if name in table.columns])
    if not query.get_final_froms():
        query = sa.select(sa.literal(1)).select_from(table.clause)
        rows = query.where(*layout.valid(base)).subquery()
    else:
        rows = query.where(*layout.valid(base)).distinct().subquery()
    return int(connection.scalar(sa.select(sa.func.count()).select_from(rows)))


def _newest_event(
    connection: Connection, layout: Layout, now: datetime
) -> tuple[datetime | None, int]:
    """The newest event that is not in the future, and how many are."""
    if not layout.has(STEP):
        return None, 0
    at = layout.column(STEP, "BLSJ")
    query = (
        sa.select(at).where(at.isnot(None), *layout.valid(STEP)).order_by(at.desc()).limit(_NEWEST)
    )
    moments = [values.moment(value) for (value,) in connection.execute(query)]
    known = [moment for moment in moments if moment is not None]
    past = [moment for moment in known if moment <= now]
    return (max(past) if past else None), len(known) - len(past)


def _notes(layout: Layout, future: int) -> tuple[str, ...]:
    notes = []
    for spec in layout.specs:
        if not spec.required and not layout.has(spec.base):
            notes.append(f"没有可用的 {spec.name}：{_WITHOUT[spec.title]}")
    found = layout.found.values()
    unmarked = [table.name for table in found if "SJYXBS" not in table.columns]
    if unmarked:
        notes.append(
            f"没有数据有效标识（SJYXBS）的表按全部有效读取：{'、'.join(sorted(unmarked))}。"
        )
    if future:
        notes.append(f"有{future}条办理记录的时间晚于现在，查询办件时不计入。")
    return tuple(notes)


_WITHOUT = {
    "项目审批事项办理特别程序信息表": "说不出特别程序的名称。",
    "项目审批事项批复文件信息表": "看不到批复文件。",
    "项目审批事项征求意见信息表": "看不到征求意见的情况。",
    "地方项目审批流程阶段事项信息表": "说不出事项名称。",
    "审批事项基本信息表": "说不出事项名称。",
    "项目单位信息表": "无法按企业查项目。",
    "责任主体信息表": "只能按项目基本信息表中的建设单位查项目。",
    "项目其他附件信息表": "看不到已收材料。",
    "项目申请材料及其他附件信息表": "看不到已收材料。",
}

"""An exchange database of any size, written in seconds: 10 events for each project, in 2 cases."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import sqlalchemy as sa

from connectors.platforms.sample_tables import sample_tables

REGION = "210106"
BEGUN = datetime(2026, 1, 5, 9)
CODES = (1, 3, 8, 6, 7, 8, 9, 10, 8, 11)
CASES, AT_ONCE = 2, 20_000


def write_city(file: Path, projects: int) -> None:
    """V2, with the indexes of a city's copy. Every second case is still running."""
    engine = sa.create_engine(f"sqlite:///{file}")
    metadata = sa.MetaData()
    tables = sample_tables("V2", metadata)
    with engine.begin() as connection:
        metadata.create_all(connection)
        for base, rows in _rows(projects):
            _insert(connection, tables[base], rows)
    engine.dispose()


def add_events(file: Path, projects: int, events: int) -> None:
    """One more event for a running case in each of `events` projects, evenly spread."""
    engine = sa.create_engine(f"sqlite:///{file}")
    table = sample_tables("V2", sa.MetaData())["XMSPSXBLXXXXB"]
    with engine.begin() as connection:
        count = int(connection.scalar(sa.select(sa.func.count()).select_from(table)) or 0)
        steps = [
            _event(number * (projects // events), 1, 5, 10 * projects + count + number)
            for number in range(events)
        ]
        _insert(connection, table, steps)
    engine.dispose()


def project_code(number: int) -> str:
    return f"2601-{REGION}-04-01-{number:06d}"


def _insert(connection: sa.engine.Connection, table: sa.Table, rows: list[dict]) -> None:
    """By the driver itself: the database is only the bench's field."""
    names = list(rows[0])
    columns = ", ".join(f'"{name}"' for name in names)
    statement = f'INSERT INTO "{table.name}" ({columns}) VALUES ({", ".join("?" * len(names))})'
    values = [tuple(row[name] for name in names) for row in rows]
    connection.connection.executemany(statement, values)


def _rows(projects: int) -> Iterator[tuple[str, list[dict]]]:
    matter = {"SPSXBM": "M", "SPSXBBH": 1, "SPLCBM": "F", "SPLCBBH": 1, "SPSXMC": "施工许可"}
    yield "DFXMSPLCJDSXXXB", [_common(0, "03") | matter]
    for start in range(0, projects, AT_ONCE // 10):
        chosen = range(start, min(projects, start + AT_ONCE // 10))
        yield "XMJBXXB", [_project(number) for number in chosen]
        yield "XMDWXXB", [_unit(number) for number in chosen]
        yield "XMSPSXBLXXB", [_case(number, which) for number in chosen for which in range(CASES)]
        yield (
            "XMSPSXBLXXXXB",
            [
                _event(number, which, place, number * 10 + which * 5 + place)
                for number in chosen
                for which in range(CASES)
                for place in range(len(CODES) // CASES)
            ],
        )


def _common(serial: int, table: str) -> dict:
    told = {"LSH": f"{REGION}20260105090000{table}{serial:010d}", "DFSJZJ": f"{table}-{serial}"}
    return {**told, "XZQHDM": REGION, "SJYXBS": 1, "SJSCZT": 3}


def _project(number: int) -> dict:
    code = project_code(number)
    told = {"XMDM": code, "GCDM": code, "XMMC": f"第{number}号厂房项目", "SPLCLX": 6}
    return _common(number, "04") | told | {"JSDD": f"示例路{number}号", "ZTZE": 5000, "JZMJ": 8000}


def _unit(number: int) -> dict:
    code = project_code(number)
    who = {"DWTYSHXYDM": f"91210106MA{number % 9999:08d}", "DWMC": "示例企业", "DWLX": 1}
    return _common(number, "05") | {"XMDM": code, "GCDM": code} | who


def _keys(number: int, which: int) -> dict:
    return {"GCDM": project_code(number), "SPSXSLBM": f"{REGION}-{number:06d}-{which}"}


def _case(number: int, which: int) -> dict:
    matter = {"SPSXBM": "M", "SPSXBBH": 1, "SPLCBM": "F", "SPLCBBH": 1}
    told = {"SPBMMC": "示例市住房和城乡建设局", "SXBLSX": 15}
    return _common(number * CASES + which, "08") | _keys(number, which) | matter | told


def _event(number: int, which: int, place: int, serial: int) -> dict:
    at = BEGUN + timedelta(days=number % 200, hours=which * 50 + place * 10, seconds=serial % 60)
    ended = which == 0 and place == 4
    code = 11 if ended else CODES[place]
    told = {"BLCS": "审批科", "BLZT": code, "BLYJ": "材料齐全，符合规定。", "BLSJ": f"{at}.000000"}
    return _common(serial, "09") | _keys(number, which) | told

"""Writes the sample platform of sample.yml as an exchange database, V2 or V3.

Steps are dated in working days before a given day, so that the sample stays alive; the same day
gives the same database.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from itertools import count
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from ruamel.yaml import YAML
from sqlalchemy.engine import Connection

from bot.model.credit_code import check_symbol
from bot.services.working_days import CalendarUnknown, is_working_day
from connectors.platforms.sample_tables import sample_tables

SCENARIO = Path(__file__).with_name("sample.yml")
# Marks a SQLite file as this sample ("Bang"), so that no other database is ever overwritten.
SAMPLE_MARK = 0x42616E67
_PASSED = ("11", "12")

Row = dict[str, Any]


class NotASample(Exception):
    """The file exists and was not written by this module."""


@dataclass(frozen=True)
class SampleEnterprise:
    """An invented enterprise that may sign in on the sample page."""

    credit_code: str
    name: str


def write_sample_file(path: Path, today: date, layout: str = "V2") -> None:
    """A SQLite file with the sample; an older sample is replaced in one step.

    NotASample where `path` is something else, OSError where it cannot be written.
    """
    if path.exists() and not is_sample(path):
        raise NotASample(str(path))
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    engine = sa.create_engine(f"sqlite:///{draft}")
    try:
        with engine.begin() as connection:
            connection.execute(sa.text(f"PRAGMA application_id = {SAMPLE_MARK}"))
            write_sample(connection, today, layout)
        engine.dispose()
        os.replace(draft, path)
    finally:
        engine.dispose()
        draft.unlink(missing_ok=True)


def is_sample(path: Path) -> bool:
    """Whether a file bears the mark of the sample, read from the SQLite header."""
    with path.open("rb") as file:
        header = file.read(72)
    return header[:15] == b"SQLite format 3" and header[68:72] == SAMPLE_MARK.to_bytes(4, "big")


def write_sample(connection: Connection, today: date, layout: str = "V2") -> None:
    """Creates the tables of `layout` and fills them; they must not exist yet."""
    metadata = sa.MetaData()
    tables = sample_tables(layout, metadata)
    metadata.create_all(connection)
    rows: dict[str, list[Row]] = {base: [] for base in tables}
    for base, row in _Writer(today, layout).rows():
        rows[base].append(row)
    for base, table in tables.items():
        empty = dict.fromkeys(table.c.keys())
        if rows[base]:
            connection.execute(table.insert(), [{**empty, **row} for row in rows[base]])


@lru_cache(maxsize=1)
def _scenario() -> dict[str, Any]:
    loaded: dict[str, Any] = YAML(typ="safe").load(SCENARIO)
    return loaded


def _credit_code(enterprise: dict[str, str]) -> str:
    """9 (市场监管) 1 (企业), division, organisation code with its own check, check symbol."""
    body = enterprise["body"]
    weights = (3, 7, 9, 10, 5, 8, 4, 2)
    total = sum(int(letter, 36) * weight for letter, weight in zip(body, weights, strict=True))
    check = "0123456789X0"[11 - total % 11]
    first17 = f"91{enterprise['region']}{body}{check}"
    return first17 + check_symbol(first17)


SAMPLE_ENTERPRISES = tuple(
    SampleEnterprise(_credit_code(enterprise), enterprise["name"])
    for enterprise in _scenario()["enterprises"].values()
)


class _Writer:
    """Turns the scenario into rows of one layout."""

    def __init__(self, today: date, layout: str) -> None:
        self._today, self._layout = today, layout
        self._serials = count(1)
        self._enterprises = _scenario()["enterprises"]
        self._codes: dict[str, str] = {}
        self._written: set[str] = set()

    def rows(self) -> Iterator[tuple[str, Row]]:
        """(base name of the table, row), parents before their children."""
        kinds = {project["kind"] for project in _scenario()["projects"]}
        for kind in sorted(kinds):
            yield from self._flow(kind)
        for project in _scenario()["projects"]:
            yield from self._project(project)
            for number, case in enumerate(project["cases"], start=1):
                yield from self._case(project, case, number)

    def _row(self, base: str, region: str, **columns: Any) -> tuple[str, Row]:
        serial = next(self._serials)
        sent = datetime.combine(self._today, time(1))
        common: Row = {"DFSJZJ": f"sample-{serial:06d}", "XZQHDM": region}
        common |= {"SJYXBS": 1, "SJSCZT": 3}
        if self._layout == "V2":
            common |= {"LSH": f"{region}{sent:%Y%m%d%H%M%S}00{serial:010d}", "SCSJ": sent}
        else:
            common["LSH"] = serial
        return base, {**common, **columns}

    def _flow(self, kind: int) -> Iterator[tuple[str, Row]]:
        code = _flow_code(kind)
        columns: Row = {"SPLCBM": code, "SPLCMC": f"示例审批流程{kind}", "SPLCBBH": 1.0}
        if self._layout == "V2":
            yield self._row("DFXMSPLCXXB", "210000", **columns, SPLCLX=kind)
        else:
            yield self._row("SPLCXXB", "210000", **columns, DYBZSPLCLX=kind)
        stages = "DFXMSPLCJDXXB" if self._layout == "V2" else "SPJDXXB"
        names = ("立项用地规划许可", "工程建设许可", "施工许可", "竣工验收", "并行推进")
        for number, name in enumerate(names, start=1):
            yield self._row(
                stages,
                "210000",
                SPLCBM=code,
                SPLCBBH=1.0,
                SPJDBM=f"{code}-{number}",
                SPJDMC=name,
                SPJDXH=number,
                DYBZSPJDXH=str(number),
                SPJDSX=0 if number == 5 else 20,
            )

    def _project(self, project: Row) -> Iterator[tuple[str, Row]]:
        works = {project["code"]: project["name"]}
        for number, name in project.get("works", {}).items():
            works[f"{project['code']}-{number}"] = name
        enterprise = self._enterprises[project["enterprise"]]
        owner = {"DWMC": enterprise["name"], "DWTYSHXYDM": _credit_code(enterprise), "DWLX": 1}
        units = "XMDWXXB" if self._layout == "V2" else "ZRZTXXB"
        for code, name in works.items():
            columns = self._project_columns(project, code, name)
            if self._layout == "V3":
                columns |= {"JSDW": owner["DWMC"], "JSDWDM": owner["DWTYSHXYDM"], "JSDWLX": 1}
            yield self._row("XMJBXXB", project["region"], **columns)
            keys = {"XMDM": project["code"], "GCDM": code}
            yield self._row(units, project["region"], **keys, **owner)

    def _project_columns(self, project: Row, code: str, name: str) -> Row:
        land, floors = project["area"]
        return {
            "XMDM": project["code"],
            "XMMC": name,
            "GCDM": code,
            "XMTZLY": project["investor"],
            "TDHQFS": 5,
            "TDSFDSJFA": 0,
            "SFWCQYPG": 0,
            "SPLCLX": project["kind"],
            "LXLX": project.get("filing"),
            "GCFL": 23,
            "JSXZ": 5,
            "NKGSJ": self._today,
            "NJCSJ": self._today + timedelta(days=700),
            "XMSFWQBJ": 0,
            "ZTZE": project["total"],
            "JSDDXZQH": project["region"],
            "JSDD": project["place"],
            "JSGMJNR": project["scale"],
            "YDMJ": land,
            "JZMJ": floors,
            "SPLCBM": _flow_code(project["kind"]),
            "SPLCBBH": 1.0,
        }

    def _case(self, project: Row, case: Row, number: int) -> Iterator[tuple[str, Row]]:
        region, work = project["region"], case.get("work")
        keys: Row = {
            "GCDM": f"{project['code']}-{work}" if work else project["code"],
            "SPSXSLBM": f"{region}-{project['code'][-6:]}-{number:02d}",
        }
        self._codes.setdefault(case["matter"], f"SAMPLE{len(self._codes) + 1:04d}")
        yield from self._matter(project, case)
        group = f"{project['code']}-{case['group']}" if "group" in case else None
        yield self._row(
            "XMSPSXBLXXB",
            region,
            **keys,
            SPSXBM=self._codes[case["matter"]],
            # The catalogue says 1.0 and the case 1: one version, written differently.
            SPSXBBH=1,
            SPLCBM=_flow_code(project["kind"]),
            SPLCBBH=1,
            SPBMMC=f"{project['city']}{case['department']}",
            SLFS=1,
            GKFS=1,
            BLSPSLBM=group,
            SXBLSX=case["limit"],
        )
        yield from self._steps(region, keys, case)
        for asked in case.get("asked", ()):
            yield self._solicitation(region, keys, project["city"], asked)
        for name in case.get("files", ()):
            yield self._file(region, keys, group, name)

    def _matter(self, project: Row, case: Row) -> Iterator[tuple[str, Row]]:
        """The matter in this project's flow, written once per flow."""
        code, flow = self._codes[case["matter"]], _flow_code(project["kind"])
        if (linked := f"{flow}/{code}") in self._written:
            return
        self._written.add(linked)
        matter: Row = {"SPSXBM": code, "SPSXBBH": 1.0}
        link = {"SPLCBM": flow, "SPLCBBH": 1.0, "SPJDXH": 5}
        if self._layout == "V2":
            details = {"SPSXMC": case["matter"], "DYBZSPSXBM": "9990", "SPSXBLSX": case["limit"]}
            yield self._row("DFXMSPLCJDSXXXB", "210000", **link, **matter, **details)
            return
        yield self._row("SPLCJBLSXXXB", "210000", **link, **matter)
        if code not in self._written:
            self._written.add(code)
            details = {"SPSXMC": case["matter"], "DYBZSPSXBM": "9990000", "CNBJSX": case["limit"]}
            yield self._row("SPSXJBXXB", "210000", **matter, **details, SXZT=1)

    def _steps(self, region: str, keys: Row, case: Row) -> Iterator[tuple[str, Row]]:
        at = datetime.min
        for number, written in enumerate(case["steps"]):
            step, _, opinion = written.partition("|")
            code, _, ago = step.partition("@")
            if code != "8" or at.date() != self._workday_before(int(ago)):
                at = datetime.combine(self._workday_before(int(ago)), time(9, 5))
                at += timedelta(minutes=11 * number)
            columns: Row = {
                "BLCS": "示例审批科",
                "BLR": "示例经办人",
                "BLZT": int(code),
                "BLSJ": at,
            }
            if self._layout == "V3":
                columns["SJLY"] = "示例审批系统"
            yield self._row("XMSPSXBLXXXXB", region, **keys, **columns, BLYJ=opinion or None)
            if code == "9":
                named = {"TBCX": 8, "TBCXMC": case.get("procedure", opinion.rstrip("。"))}
                days = case.get("procedure_days", 0)
                timing = {"TBCXKSSJ": at, "TBCXSXLX": 1, "TBCXSX": days}
                yield self._row("XMSPSXBLTBCXXXB", region, **keys, **named, **timing)
            if code in _PASSED and "document" in case:
                yield self._document(region, keys, case, at)

    def _document(self, region: str, keys: Row, case: Row, at: datetime) -> tuple[str, Row]:
        return self._row(
            "XMSPSXPFWJXXB",
            region,
            **keys,
            PFRQ=at.date(),
            PFWH=case["document"],
            PFWJBT=f"{case['matter']}结果文件",
            PFWJYXQX=date(9999, 1, 1),
            FJMC="示例结果文件.pdf",
            FJLX="pdf",
        )

    def _solicitation(self, region: str, keys: Row, city: str, asked: str) -> tuple[str, Row]:
        body, _, answer = asked.partition("@")
        ago, _, opinion = answer.partition("|")
        answered = datetime.combine(self._workday_before(int(ago)), time(15)) if ago else None
        return self._row(
            "XMSPSXZQYJXXB",
            region,
            **keys,
            BLDWMC=f"{city}{body}",
            BLR="示例经办人",
            FKSJ=answered,
            FKYJ=opinion or None,
        )

    def _file(self, region: str, keys: Row, group: str | None, name: str) -> tuple[str, Row]:
        if self._layout == "V2":
            columns: Row = {"FJMC": name, "FJFL": 1, "FJLX": "pdf"}
            return self._row("XMQTFJXXB", region, **keys, **columns, BLSPSLBM=group)
        columns = {"CLMC": name, "CLFL": 1, "CLLX": "pdf", "SQFS": 2, "SQSL": 0}
        return self._row("XMSQCLJQTFJXXB", region, **keys, **columns, BLSPSLBM=group)

    def _workday_before(self, working_days: int) -> date:
        day = self._today
        while working_days > 0:
            day -= timedelta(days=1)
            working_days -= _worked(day)
        return day


def _worked(day: date) -> bool:
    """For dating a sample, a year outside the calendar may be taken as plain weeks."""
    try:
        return is_working_day(day)
    except CalendarUnknown:
        return day.weekday() < 5


def _flow_code(kind: int) -> str:
    return f"SAMPLE-LC-{kind:02d}"

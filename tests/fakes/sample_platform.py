"""The sample platform as a city that goes on working: cases move on, the platform stops, starts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from itertools import count
from pathlib import Path

import sqlalchemy as sa

from connectors.platforms.demo import write_sample_file

_serials = count(900000)


@dataclass
class SamplePlatform:
    """A file with the exchange tables (V2), as they are on `today`."""

    path: Path
    today: date

    def __post_init__(self) -> None:
        write_sample_file(self.path, self.today)

    @property
    def url(self) -> str:
        return f"sqlite:///{self.path}"

    def step(self, case_no: str, code: int, at: datetime, opinion: str | None = None) -> None:
        """The department records a step."""
        step = {"BLZT": code, "BLSJ": at.replace(tzinfo=None), "BLYJ": opinion, "BLCS": "审批科"}
        self._write("SPGL_XMSPSXBLXXXXB", case_no, at, step)

    def document(self, case_no: str, number: str, title: str, at: datetime) -> None:
        """It records an approval document."""
        issued = {"PFRQ": at.date(), "PFWH": number, "PFWJBT": title}
        self._write("SPGL_XMSPSXPFWJXXB", case_no, at, issued)

    def withdraw(self, case_no: str) -> None:
        """It declares a case invalid, without a word."""
        engine = sa.create_engine(self.url)
        with engine.begin() as connection:
            query = "UPDATE SPGL_XMSPSXBLXXB SET SJYXBS = 0 WHERE SPSXSLBM = :case"
            assert connection.execute(sa.text(query), {"case": case_no}).rowcount == 1

    def stop(self) -> None:
        self.path.rename(self.path.with_suffix(".away"))

    def start(self) -> None:
        self.path.with_suffix(".away").rename(self.path)

    def _write(self, table: str, case_no: str, at: datetime, told: dict[str, object]) -> None:
        engine = sa.create_engine(self.url)
        written = sa.Table(table, sa.MetaData(), autoload_with=engine)
        cases = sa.Table("SPGL_XMSPSXBLXXB", sa.MetaData(), autoload_with=engine)
        with engine.begin() as connection:
            own = sa.select(cases.c.XZQHDM, cases.c.GCDM).where(case_no == cases.c.SPSXSLBM)
            case = connection.execute(own).one()
            serial = next(_serials)
            row = {
                "LSH": f"{case.XZQHDM}{at:%Y%m%d%H%M%S}00{serial:010d}",
                "DFSJZJ": f"sample-{serial}",
                "XZQHDM": case.XZQHDM,
                "SJYXBS": 1,
                "SJSCZT": 3,
                "GCDM": case.GCDM,
                "SPSXSLBM": case_no,
            }
            connection.execute(sa.insert(written).values({**row, **told}))

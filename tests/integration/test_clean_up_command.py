"""`bangban cleanup` on the sample platform and on the own ledger."""

from __future__ import annotations

import json
from collections import Counter
from datetime import date, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from openpyxl import load_workbook

from bot.cli import cli
from bot.model.case import SHANGHAI, CaseStatus
from bot.model.ledger import LedgerProject
from bot.services import whole_platform
from bot.services.clean_up import Problem
from bot.services.whole_platform import read_whole
from bot.storage.ledger import Ledger
from connectors.platforms.demo import SAMPLE_ENTERPRISES, write_sample_file
from connectors.platforms.spgl import SpglPlatform
from connectors.platforms.spgl_changes import SpglSource

AS_OF = "2026-11-20T18:00"
NOW = datetime(2026, 11, 20, 18, tzinfo=SHANGHAI)


@pytest.fixture(scope="module", params=["V2", "V3"])
def platform(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> str:
    file = tmp_path_factory.mktemp("city") / "city.db"
    write_sample_file(file, date(2026, 11, 20), request.param)
    return f"sqlite:///{file}"


def call(*arguments: str) -> Result:
    return CliRunner().invoke(cli, ["cleanup", *arguments])


def test_every_project_of_a_platform_is_read_once(platform: str) -> None:
    seen: list[tuple[int, int]] = []
    source = SpglPlatform(platform)
    whole = list(read_whole(source, lambda done, all_: seen.append((done, all_))))

    codes = [each.project.code for each in whole]
    assert len(set(codes)) == len(codes) == source.describe(NOW).projects
    assert seen[-1] == (len(codes), len(codes))
    owners = {sample.credit_code for sample in SAMPLE_ENTERPRISES}
    assert {each.registered.developer for each in whole} == owners
    assert sum(len(each.cases) for each in whole) == source.describe(NOW).cases


def test_many_projects_are_read_together_as_they_are_one_by_one(
    platform: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    alone = list(read_whole(SpglPlatform(platform)))
    monkeypatch.setattr(whole_platform, "TOGETHER", 3)
    together = list(read_whole(SpglSource(platform)))
    assert [(one.registered, one.project) for one in together] == [
        (one.registered, one.project) for one in alone
    ]
    assert [list(one.cases) for one in together] == [list(one.cases) for one in alone]


def test_the_lists_and_totals_agree(platform: str) -> None:
    done = call("--platform", platform, "--as-of", AS_OF, "--json")
    assert done.exit_code == 0, done.output
    document = json.loads(done.stdout)

    cases = [case for each in read_whole(SpglPlatform(platform)) for case in each.cases]
    waiting = [case.case_no for case in cases if case.status is CaseStatus.SUPPLEMENT_REQUESTED]
    assert document["cases"] == len(cases)
    assert {line["case_no"] for line in document["lists"]["waiting"]} == set(waiting)
    assert document["lists"]["contradictory"] == []
    totals = document["totals"]
    assert totals["whole"]["problems"] == {
        kind.value: len(document["lists"][kind.value]) for kind in Problem
    }
    for rows in (totals["by_department"], totals["by_stage"]):
        summed: Counter[str] = Counter()
        for row in rows:
            summed.update({name: row[name] for name in ("cases", "running", "ended", "passed")})
        assert summed == {name: totals["whole"][name] for name in summed}


def test_for_people_and_as_a_workbook(platform: str, tmp_path: Path) -> None:
    file = tmp_path / "台账.xlsx"
    done = call("--platform", platform, "--as-of", AS_OF, "--excel", str(file))
    assert done.exit_code == 0, done.output
    assert "超过时限：" in done.stdout
    assert "合计" in done.stdout
    rows = list(load_workbook(file)["台账"].iter_rows(values_only=True))
    assert len(rows) == SpglPlatform(platform).describe(NOW).cases + 1

    again = call("--platform", platform, "--excel", str(file))
    assert again.exit_code == 1
    assert "已经存在" in again.stderr


def test_the_own_ledger(database_url: str, platform: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BANGBAN_DATABASE_URL", database_url)
    source = SpglPlatform(platform)
    kept = [
        LedgerProject(
            project, owner.credit_code, owner.name, tuple(source.cases(project)), steward="王敏"
        )
        for owner in SAMPLE_ENTERPRISES
        for project in source.projects_of(owner.credit_code)
    ]
    Ledger(database_url).take_in(kept)
    done = call("--platform", "local", "--as-of", AS_OF, "--silent-days", "5", "--json")
    assert done.exit_code == 0, done.output
    document = json.loads(done.stdout)
    assert document["cases"] == sum(len(each.cases) for each in kept)
    lines = [line for found in document["lists"].values() for line in found]
    assert {line["developer"] for line in lines} <= {each.developer_name for each in kept}
    assert {line["steward"] for line in lines} == {"王敏"}


def test_wrong_calls(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("BANGBAN_PLATFORM_URL", raising=False)
    nowhere = call()
    assert nowhere.exit_code == 2
    assert "BANGBAN_PLATFORM_URL" in nowhere.stderr
    missing = call("--platform", f"sqlite:///{tmp_path / 'none.db'}")
    assert missing.exit_code == 1
    assert call("--platform", "local", "--silent-days", "0").exit_code == 2
    nowhere_to_write = call("--platform", "local", "--excel", str(tmp_path / "none" / "a.xlsx"))
    assert nowhere_to_write.exit_code == 1
    assert "没有目录" in nowhere_to_write.stderr

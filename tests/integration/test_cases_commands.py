"""`bangban cases`, `platform` and `demo` as somebody at a terminal meets them."""

import json
from datetime import datetime

import pytest
from click.testing import CliRunner

from bot.commands.cases import cases
from bot.commands.demo import demo
from bot.commands.platform import platform

FACTORY = "2509-210106-04-01-900001"
CONTRACT = (
    "case_no, matter, matter_name, department, status, status_label, received_at, accepted_at, "
    "ended_at, limit_days, used_days, remaining_days, due_on, overdue, paused, steps"
)


@pytest.fixture(scope="module")
def url(tmp_path_factory):
    path = tmp_path_factory.mktemp("platform") / "sample.db"
    done = CliRunner().invoke(demo, ["--database", str(path), "--today", "2026-11-20"])
    assert done.exit_code == 0
    assert "91210106MABBDEM143" in done.output
    return f"sqlite:///{path}"


def call(command, *arguments):
    return CliRunner().invoke(command, arguments)


def read(url, *more, code=FACTORY):
    done = call(cases, "--platform", url, "--project", code, "--json", *more)
    assert done.exit_code == 0, done.stderr
    return json.loads(done.stdout)


def test_cases_as_one_json_document(url):
    document = read(url, "--as-of", "2026-11-20T18:00")
    assert document["project"]["code"] == FACTORY
    assert document["read_at"] == "2026-11-20T18:00:00+08:00"
    assert len(document["cases"]) == 10
    for case in document["cases"]:
        assert set(CONTRACT.split(", ")) <= set(case)
    permit = document["cases"][-1]
    assert permit["status"] == "supplement_requested"
    assert permit["status_code"] == 6
    assert permit["accepted_at"].endswith("+08:00")
    assert set(permit["steps"][0]) >= {"at", "status", "status_label", "office", "opinion"}


def test_as_of_in_another_zone_is_the_same_instant(url):
    here = read(url, "--as-of", "2026-11-17T10:00")
    there = read(url, "--as-of", "2026-11-17T02:00:00+00:00")
    assert here == there
    assert here["cases"][-1]["status"] == "in_review"


def test_the_table_is_readable(url):
    done = call(cases, "--platform", url, "--project", FACTORY)
    assert done.exit_code == 0
    assert "暂停" in done.stdout
    assert "读取时间" in done.stdout


def test_an_unknown_project_ends_with_one_and_says_what_to_do(url):
    done = call(cases, "--platform", url, "--project", "2509-000000-00-00-000000", "--json")
    assert done.exit_code == 1
    assert done.stdout == ""
    assert "没有有效的项目" in done.stderr
    assert "请核对项目代码" in done.stderr


@pytest.mark.parametrize(
    "arguments",
    [("--platform", "x"), ("--platform", "x", "--project", "y", "--as-of", "soon")],
)
def test_a_wrong_call_ends_with_two(arguments):
    assert call(cases, *arguments).exit_code == 2


@pytest.mark.parametrize("address", ["sqlite:////nowhere.db", "what", "mysql://a:b@localhost/c"])
def test_a_platform_that_cannot_be_read_ends_with_one(address):
    for done in (call(platform, address), call(cases, "--platform", address, "--project", "x")):
        assert done.exit_code == 1
        assert "请" in done.stderr
        assert "Traceback" not in done.stderr


def test_platform_says_what_is_there(url):
    document = json.loads(call(platform, url, "--json").stdout)
    assert document["kind"] == "V2"
    assert document["missing_tables"] == []
    assert (document["projects"], document["cases"], document["events"]) == (9, 49, 194)
    assert datetime.fromisoformat(document["newest_event_at"]).date().isoformat() == "2026-11-19"
    assert "V2" in call(platform, url).stdout


def test_demo_does_not_touch_another_file(tmp_path):
    mine = tmp_path / "mine.txt"
    mine.write_text("mine")
    done = call(demo, "--database", str(mine))
    assert done.exit_code == 1
    assert mine.read_text() == "mine"


def test_a_v3_sample_tells_the_same_cases(url, tmp_path):
    path = tmp_path / "v3.db"
    options = ["--version", "v3", "--database", str(path), "--today", "2026-11-20"]
    assert "V3" in CliRunner().invoke(demo, options).output
    v3 = f"sqlite:///{path}"
    assert json.loads(call(platform, v3, "--json").stdout)["kind"] == "V3"
    at = ("--as-of", "2026-11-20T18:00")
    assert read(v3, *at)["cases"] == read(url, *at)["cases"]


def test_a_city_s_own_words(url, tmp_path):
    city = tmp_path / "city.yml"
    city.write_text("BLZT: { 3: { status: accepted, label: 窗口受理 } }", encoding="utf-8")
    labels = {
        step["status_label"]
        for case in read(url, "--city", str(city))["cases"]
        for step in case["steps"]
    }
    assert "窗口受理" in labels
    assert "已受理" not in labels


def test_options_win_over_the_city_s_file(url, tmp_path):
    city = tmp_path / "city.yml"
    city.write_text("tables: { suffix: _V9 }", encoding="utf-8")
    refused = call(platform, url, "--city", str(city))
    assert refused.exit_code == 1
    assert "SPGL_" in refused.stderr
    assert call(platform, url, "--city", str(city), "--suffix", "").exit_code == 0


def test_what_a_case_has_beside_its_status(url):
    shown = call(cases, "--platform", url, "--project", FACTORY, "--as-of", "2026-11-20T18:00")
    assert "特别程序：专家评审（自2026年6月5日09:38起，时限10个工作日）" in shown.stdout
    assert (
        "征求意见：沈阳市水务局（2026年6月10日已反馈）、沈阳市林业和草原局（尚未反馈）"
        in shown.stdout
    )
    assert "并联办理：与施工图设计文件审查同时申报" in shown.stdout
    assert "沈环铁审〔示例〕12号，2026年6月29日批复，长期有效" in shown.stdout
    assert "工程：示例高端数控机床生产基地项目（一期厂房）" in shown.stdout

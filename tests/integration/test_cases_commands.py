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

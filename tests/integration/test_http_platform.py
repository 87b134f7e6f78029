"""A platform with an API: identity, paging, attempts, time limits, wrong descriptions."""

import asyncio
import base64
import time
from datetime import date, datetime

import pytest
from aiohttp import web
from ruamel.yaml import YAML

from bot.model.case import SHANGHAI
from bot.services.platform_port import (
    PlatformMisdescribed,
    PlatformUnavailable,
    PlatformUnreadable,
)
from connectors.platforms.demo import SAMPLE_ENTERPRISES, write_sample_file
from connectors.platforms.http_description import ApiDescription, Endpoint, Path
from connectors.platforms.http_platform import HttpPlatform
from connectors.platforms.spgl import SpglPlatform
from tests.fakes.city_api import KEY, city_api
from tests.integration.test_platforms import EXAMPLE, FACTORY

NOW = datetime(2026, 11, 20, 18, tzinfo=SHANGHAI)
MACHINES = SAMPLE_ENTERPRISES[0].credit_code


@pytest.fixture(scope="module")
def sample(tmp_path_factory):
    file = tmp_path_factory.mktemp("sample") / "sample.db"
    write_sample_file(file, date(2026, 11, 20))
    return file


@pytest.fixture
def api(sample, monkeypatch):
    with city_api(sample) as api:
        monkeypatch.setenv("PLATFORM_API", api.address)
        monkeypatch.setenv("PLATFORM_API_KEY", KEY)
        yield api


@pytest.fixture
def described(tmp_path):
    """The example, changed by a function, as a platform."""

    def make(change=lambda content: None):
        return HttpPlatform.from_file(written(tmp_path, change))

    return make


def written(folder, change):
    with open(EXAMPLE, encoding="utf-8") as file:
        content = YAML(typ="safe").load(file)
    content["limits"] |= {"first_wait": 0.01, "longest_wait": 0.02}
    change(content)
    path = folder / "platform.yml"
    with path.open("w", encoding="utf-8") as file:
        YAML().dump(content, file)
    return path


def test_a_passing_failure_is_asked_again(api, described):
    answers = [web.Response(status=503), web.Response(status=429)]
    api.misbehave = lambda request: answers.pop() if answers else None
    assert described().project(FACTORY).code == FACTORY
    assert len(api.requests) == 3


def test_a_platform_that_stays_away_is_said_and_not_asked_for_ever(api, described):
    api.misbehave = lambda request: web.Response(status=500)
    with pytest.raises(PlatformUnavailable) as error:
        described().project(FACTORY)
    assert "状态 500" in error.value.what
    assert len(api.requests) == 3


def test_an_answer_that_does_not_come_is_not_waited_for(api, described):
    platform = described(
        lambda content: content["limits"].update(attempt=0.2, total=0.5, attempts=9)
    )
    api.misbehave = lambda request: Silent()
    begun = time.monotonic()
    with pytest.raises(PlatformUnavailable) as error:
        platform.project(FACTORY)
    assert "没有在限定时间内回答" in error.value.what
    assert time.monotonic() - begun < 3


class Silent(web.StreamResponse):
    """Begins an answer and never goes on."""

    async def prepare(self, request):
        await super().prepare(request)
        await asyncio.Event().wait()


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (web.Response(status=403), "不接受本产品的身份"),
        (web.Response(status=302, headers={"Location": "http://127.0.0.1:1/"}), "状态 302"),
        (web.Response(text="<html>"), "不是 JSON"),
        (web.json_response({"code": 5, "message": "库忙"}), "库忙"),
        (web.json_response({"code": 0, "data": {"mc": "没有代码"}}), "没有项目代码"),
    ],
    ids=["forbidden", "elsewhere", "html", "unsuccessful", "without-code"],
)
def test_an_answer_that_says_nothing_is_said_plainly(api, described, answer, said):
    api.misbehave = lambda request: answer
    with pytest.raises(PlatformUnavailable) as error:
        described(lambda content: content["limits"].update(attempts=1)).project(FACTORY)
    assert said in error.value.what
    assert error.value.what_to_do.startswith("请")
    assert KEY not in str(error.value)


def test_another_s_project_is_dropped_though_the_api_gives_it(api, described):
    def everything(content):
        content["endpoints"]["projects_of"]["query"] = {
            "creditCode": SAMPLE_ENTERPRISES[1].credit_code
        }

    assert described().projects_of(SAMPLE_ENTERPRISES[1].credit_code)
    assert described(everything).projects_of(MACHINES) == []


def test_codes_cannot_break_out_of_the_address(api, described):
    assert described().project("../summary?x=1#y") is None
    assert [request.raw_path for request in api.requests] == ["/projects/..%2FSUMMARY%3FX=1-Y"]


def basic(content):
    content["auth"] = {"kind": "basic", "user": "帮办", "password": "s:ecret"}


def test_basic_identity(api, described):
    seen = []
    api.misbehave = lambda request: seen.append(request.headers["Authorization"])
    with pytest.raises(PlatformUnavailable):
        described(basic).project(FACTORY)  # the fake wants its key
    assert base64.b64decode(seen[0].removeprefix("Basic ")).decode() == "帮办:s:ecret"


def test_oauth2_asks_for_a_token_once_and_again_when_it_is_refused(api, described):
    given, used = [], []

    def answer(request):
        if request.path == "/token":
            given.append(f"t{len(given)}")
            return web.json_response({"access_token": given[-1], "expires_in": 3600})
        used.append(request.headers["Authorization"])
        if used[-1] == "Bearer t0" and len(used) == 3:
            return web.Response(status=401)
        return web.json_response({"code": 0, "data": None})

    api.misbehave = answer

    def oauth2(content):
        content["auth"] = {
            "kind": "oauth2",
            "token_url": f"{api.address}/token",
            "client_id": "bangban",
            "client_secret": "secret",
        }

    platform = described(oauth2)
    assert platform.project(FACTORY) is None
    assert platform.project(FACTORY) is None
    with pytest.raises(PlatformUnavailable):
        platform.project(FACTORY)
    assert platform.project(FACTORY) is None
    assert used == ["Bearer t0", "Bearer t0", "Bearer t0", "Bearer t1"]


@pytest.mark.parametrize(
    "paging",
    [
        {"kind": "offset", "parameter": "from", "size_parameter": "size", "size": 3},
        {"kind": "page", "parameter": "page", "size_parameter": "size", "size": 3, "first": 0},
        {"kind": "link", "next": "$.next", "size_parameter": "size", "size": 3},
        {
            "kind": "cursor",
            "parameter": "from",
            "next": "$.mark",
            "size_parameter": "size",
            "size": 3,
        },
    ],
    ids=lambda paging: paging["kind"],
)
def test_every_way_of_paging_reads_all(api, described, paging):
    names = [f"材料{number}" for number in range(8)]

    def pages(request):
        size = int(request.query.get("size", 3))
        begin = int(request.query.get("from") or int(request.query.get("page", 0)) * size)
        more = begin + size < len(names)
        return web.json_response(
            {
                "code": 0,
                "data": [{"clmc": name} for name in names[begin : begin + size]],
                "next": f"/projects/x/materials?from={begin + size}&size={size}" if more else None,
                "mark": begin + size if more else None,
            }
        )

    def change(content):
        content["endpoints"]["materials"]["paging"] = paging

    project = described().project(FACTORY)
    api.misbehave = pages
    received = described(change).received_materials(project)
    assert [material.name for material in received] == names


def test_the_next_page_is_not_fetched_from_another_host(api, described):
    def change(content):
        content["endpoints"]["materials"]["paging"] = {"kind": "link", "next": "$.next"}

    project = described().project(FACTORY)
    answer = {"code": 0, "data": [{"clmc": "a"}], "next": "http://127.0.0.2/steal"}
    api.misbehave = lambda request: web.json_response(answer)
    with pytest.raises(PlatformUnreadable) as error:
        described(change).received_materials(project)
    assert "另一台主机" in error.value.what


def test_pages_without_end_are_not_read_for_ever(api, described):
    def change(content):
        content["endpoints"]["materials"]["paging"] = {"kind": "page", "size": 1}
        content["limits"]["pages"] = 5

    project = described().project(FACTORY)
    answer = {"code": 0, "data": [{"clmc": "a"}]}
    api.misbehave = lambda request: web.json_response(answer)
    with pytest.raises(PlatformUnreadable) as error:
        described(change).received_materials(project)
    assert "超过5页" in error.value.what


def test_steps_may_have_an_address_of_their_own(api, described):
    def change(content):
        content["endpoints"]["steps"] = {"path": "/steps/{case_no}", "items": "$.data"}

    def answer(request):
        if not request.path.startswith("/steps/"):
            return None
        return web.json_response({"code": 0, "data": [{"blsj": "2026-11-02 09:00", "blzt": 3}]})

    api.misbehave = answer
    platform = described(change)
    cases = platform.cases(platform.project(FACTORY))
    assert [[step.code for step in case.steps] for case in cases] == [["3"]] * 10


def test_a_platform_without_some_addresses_says_so(api, described):
    def change(content):
        del content["endpoints"]["materials"], content["endpoints"]["summary"]

    platform = described(change)
    found = platform.describe(NOW)
    assert (found.kind, found.projects) == ("HTTP", None)
    assert len([note for note in found.notes if note.startswith("没有写")]) == 2
    assert platform.received_materials(platform.project(FACTORY)) == []


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda c: c.pop("base_url"), "base_url 缺少这一项"),
        (lambda c: c.update(base_url="ftp://x"), "base_url"),
        (lambda c: c.update(colour="red"), "colour 没有这一项"),
        (lambda c: c["endpoints"]["cases"].update(items="$.["), "不是正确的 JSONPath"),
        (
            lambda c: c["endpoints"]["projects_of"]["fields"].pop("developer"),
            "developer 缺少这一项",
        ),
        (lambda c: c["auth"].update(kind="magic"), "auth"),
        (lambda c: c["endpoints"]["cases"].update(paging={"kind": "cursor"}), "分页要写 next"),
        (lambda c: c["auth"].update(value="${NOT_SET_ANYWHERE}"), "NOT_SET_ANYWHERE 没有设置"),
    ],
)
def test_a_wrong_description_is_said_with_its_place(api, tmp_path, change, said):
    path = written(tmp_path, change)
    with pytest.raises(PlatformMisdescribed) as error:
        HttpPlatform.from_file(path)
    assert said in error.value.what
    assert str(path) in error.value.what


def test_what_is_not_yaml_is_said_with_its_line(tmp_path):
    path = tmp_path / "platform.yml"
    path.write_text("kind: http\nname: [", encoding="utf-8")
    with pytest.raises(PlatformMisdescribed) as error:
        HttpPlatform.from_file(path)
    assert f"{path}:" in error.value.what
    assert "YAML" in error.value.what


def test_a_description_shows_no_secret():
    auth = {"kind": "basic", "user": "u", "password": "topsecret"}
    fields = {"code": "$.c", "developer": "$.d"}
    endpoints = {
        "project": {"path": "/p", "fields": fields},
        "projects_of": {"path": "/q", "fields": fields},
        "cases": {
            "path": "/r",
            "fields": {"case_no": "$.n", "steps": {"at": "$.a", "code": "$.s"}},
        },
    }
    content = {"kind": "http", "base_url": "http://h", "auth": auth, "endpoints": endpoints}
    assert "topsecret" not in repr(ApiDescription.parse_obj(content))
    assert Endpoint(path="x").items == Path("$")


def test_an_api_without_a_list_of_projects_says_what_is_to_be_added(api, described):
    platform = described(lambda content: content["endpoints"].pop("projects"))
    with pytest.raises(PlatformMisdescribed) as error:
        platform.register()
    assert "endpoints.projects" in error.value.what
    assert any("endpoints.projects" in note for note in platform.describe(NOW).notes)


def test_the_list_of_projects_is_read_to_its_last_page(api, sample, described):
    assert described().register() == SpglPlatform(f"sqlite:///{sample}").register()
    assert [request.path for request in api.requests] == ["/projects"] * 3


def test_a_list_of_projects_longer_than_allowed_is_refused_and_not_cut_off(api, described):
    platform = described(lambda content: content["limits"].update(pages=2))
    with pytest.raises(PlatformUnreadable, match="超过2页") as error:
        platform.register()
    assert "limits.pages" in error.value.what_to_do


def test_the_number_of_a_person_is_not_taken_for_a_developer(api, described):
    person = {"xmdm": FACTORY, "jsdwdm": "210102199001011234"}
    page = web.json_response({"code": 0, "data": {"list": [person]}})
    api.misbehave = lambda request: page if request.path == "/projects" else None
    assert [(entry.code, entry.developer) for entry in described().register()] == [(FACTORY, None)]

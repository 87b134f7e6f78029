"""`bangban bindings …` on a database that a server may be using."""

from __future__ import annotations

import asyncio
import json
from datetime import timedelta

import pytest
from click.testing import CliRunner

from bot.cli import cli
from bot.model.conversation import Enterprise
from bot.services.grant_access import issue_code
from bot.storage.database import Database

FACTORY = Enterprise("91210106MABBDEM143", "示例装备制造（沈阳）有限公司")


@pytest.fixture
def with_a_grant(database_url: str) -> str:
    async def issue() -> None:
        database = Database(database_url)
        await issue_code(database, FACTORY, "李工", "王敏", timedelta(minutes=15))
        database.dispose()

    asyncio.run(issue())
    return database_url


def bangban(*words: str) -> tuple[int, str]:
    result = CliRunner().invoke(cli, ["bindings", *words])
    return result.exit_code, result.output


def test_grants_are_listed_revoked_and_their_trail_told(with_a_grant: str) -> None:
    database = ("--database", with_a_grant)
    code, listed = bangban("list", FACTORY.id.lower(), *database)
    assert code == 0
    assert "李工" in listed
    assert "等待使用绑定码" in listed
    number = listed.split("\t")[0]

    assert bangban("revoke", number, *database)[0] == 0
    code, listed = bangban("list", "--trail", *database)
    assert "已撤销" in listed
    assert "运维人员（命令行）  撤销" in listed
    code, said = bangban("revoke", number, *database)
    assert (code, said) == (1, "Error: 这项授权已经结束。\n")
    assert bangban("revoke", "4711", *database)[0] == 1
    assert bangban("revoke", "x", *database)[0] == 2


def test_the_list_as_json_holds_no_code(with_a_grant: str) -> None:
    code, said = bangban("list", "--json", "--database", with_a_grant)
    document = json.loads(said)
    assert code == 0
    (grant,) = document["grants"]
    assert (grant["enterprise"]["id"], grant["state"]) == (FACTORY.id, "waiting")
    assert [line["what"] for line in document["trail"]] == ["issued"]
    assert "hash" not in said


def test_nothing_to_list(database_url: str) -> None:
    assert bangban("list", "--database", database_url) == (0, "没有授权。\n")

"""Binding a Telegram chat to an enterprise."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
import pytest_asyncio

from bot.model.conversation import Enterprise
from bot.services import bind_enterprise as bind
from bot.services.grant_access import issue_code, revoke
from connectors.channels.telegram.parse import ONLY_IN_PRIVATE
from tests.fakes.dialogue import ScriptedDialogue
from tests.fakes.telegram_api import TelegramApi
from tests.fakes.telegram_product import GROUP, Product, payload, product

FACTORY = Enterprise("91210106MABBDEM143", "示例装备制造（沈阳）有限公司")
BOUND = bind.BOUND.format(name=FACTORY.name)


@pytest_asyncio.fixture
async def bot(database_url: str, api: TelegramApi) -> AsyncIterator[Product]:
    async with product(database_url, api, ScriptedDialogue()) as running:
        yield running


async def a_code(bot: Product) -> str:
    minutes = timedelta(minutes=15)
    return (await issue_code(bot.parts.database, FACTORY, "李工", "王敏", minutes)).code


async def sends(bot: Product, name: str, text: str) -> None:
    """A captured update with another text."""
    update: dict[str, Any] = payload(name)
    update["message"]["text"] = text
    assert (await bot.post(update)).status == 200


@pytest.mark.parametrize("form", ["绑定 {}", "{}", "/start {}", "/bind {}"])
@pytest.mark.parametrize("update", ["text", "forwarded"])
async def test_a_code_binds_the_chat_and_is_kept_nowhere(
    bot: Product, update: str, form: str
) -> None:
    code = await a_code(bot)
    await sends(bot, update, form.format(code))
    assert await bot.shown(1) == [BOUND]
    head = await bot.head()
    assert head is not None
    assert head.enterprise == FACTORY
    said = " ".join(text for _, text in await bot.lines())
    assert "〔绑定码〕" in said
    assert code not in said


@pytest.mark.parametrize("form", ["绑定 {}", "{}"])
async def test_a_code_shown_to_a_group_binds_nobody_and_is_masked(bot: Product, form: str) -> None:
    code = await a_code(bot)
    text = payload("group_mention")["message"]["text"]
    await sends(bot, "group_mention", f"{text} {form.format(code)}")
    assert await bot.shown(1, GROUP) == [ONLY_IN_PRIVATE]
    head = await bot.head(GROUP)
    assert head is not None
    assert head.enterprise is None
    assert code not in " ".join(text for _, text in await bot.lines(GROUP))
    await sends(bot, "text", code)
    assert await bot.shown(1) == [BOUND]


async def test_who_is_revoked_in_telegram_is_nobody_and_hears_nothing_that_waited(
    bot: Product,
) -> None:
    await sends(bot, "text", await a_code(bot))
    await bot.shown(1)
    head = await bot.head()
    assert head is not None
    (grant,) = await bot.parts.database.read(lambda log: log.bindings.of_enterprise(FACTORY.id, 5))
    await revoke(bot.parts.database, bot.parts.hub, grant.id, "王敏")
    after = await bot.head()
    assert after is not None
    assert (after.enterprise, after.state, after.epoch) == (None, {}, head.epoch + 1)
    await sends(bot, "text_second", "解除绑定")
    assert (await bot.shown(2))[-1] == bind.NOT_BOUND

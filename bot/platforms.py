"""Opens the platform that an address names: an exchange database, an API, or the own ledger.

What only one of them needs is imported for that one: commands start in half the time.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from bot.services.platform_port import Platform, PlatformMisdescribed
from connectors.platforms.city import City, read_city
from connectors.platforms.spgl_changes import SpglSource

LOCAL = "local"


def open_platform(
    address: str,
    city: Path | None = None,
    naming: Mapping[str, str | None] | None = None,
    ledger: str | None = None,
    seconds: int = 5,
) -> Platform:
    """`address`: an SQLAlchemy URL, a YAML file that describes an API, or `local`.

    `city`: the file of what an exchange database has otherwise than the standard; what `naming`
    tells (schema, prefix, suffix, case) wins over it. `ledger`: URL of the product's own database.
    `seconds`: how long one statement may take there.
    Nothing is asked of the platform yet; PlatformUnavailable where the address makes no sense.
    """
    if address == LOCAL:
        if ledger is None:
            raise PlatformMisdescribed(
                "没有说明台账在哪个数据库里。", "请设置 BANGBAN_DATABASE_URL。"
            )
        from bot.storage.ledger import Ledger

        return Ledger(ledger)
    if address.lower().endswith((".yml", ".yaml")):
        from connectors.platforms.http_platform import HttpPlatform

        return HttpPlatform.from_file(Path(address))
    if address.lower().startswith(("http://", "https://")):
        raise PlatformMisdescribed(
            "只有接口的网址还不够。", "请写一份说明接口的 YAML 文件，把它的路径作为地址。"
        )
    return SpglSource(address, city_given(city, naming), seconds)


def city_given(file: Path | None, naming: Mapping[str, str | None] | None) -> City:
    """What a city does otherwise than the standard; what `naming` tells wins over its file."""
    found = read_city(file) if file else City()
    given: dict[str, Any] = {
        name: value for name, value in (naming or {}).items() if value is not None
    }
    return replace(found, naming=replace(found.naming, **given))

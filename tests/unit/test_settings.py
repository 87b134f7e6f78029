"""Settings come from the environment; a wrong one is named with what is expected."""

from __future__ import annotations

from datetime import time
from pathlib import Path

import pytest

from bot.settings import Settings, SettingsWrong, read_settings, require_place


@pytest.fixture(autouse=True)
def _nothing_given(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in Settings.__fields__:
        monkeypatch.delenv(f"BANGBAN_{name.upper()}", raising=False)
    monkeypatch.chdir(tmp_path)  # no .env file either


def test_without_anything_there_are_defaults() -> None:
    settings = read_settings()
    assert settings.database_url == "sqlite:///bangban.db"
    assert settings.desk_opens == time(8, 30)
    assert settings.identity_keys == {}


def test_the_environment_counts_more_than_the_file(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / ".env").write_text(
        "BANGBAN_DATABASE_URL=sqlite:///file.db\nBANGBAN_DESK_OPENS=09:15\n"
    )
    monkeypatch.setenv("BANGBAN_DATABASE_URL", "sqlite:///environment.db")
    settings = read_settings()
    assert settings.database_url == "sqlite:///environment.db"
    assert settings.desk_opens == time(9, 15)


def test_what_is_given_counts_most(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BANGBAN_DATABASE_URL", "sqlite:///environment.db")
    given = read_settings(database_url="sqlite:///given.db", model=None)
    assert given.database_url == "sqlite:///given.db"


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("DATABASE_URL", "mysql://x/y", "postgresql://USER:PASSWORD@HOST/NAME"),
        ("DESK_OPENS", "half past eight", "HH:MM, China time"),
        ("DESK_ANSWERS_WITHIN_MINUTES", "0", "the promise"),
        ("DESK_ANSWERS_WITHIN_MINUTES", "soon", "the promise"),
        ("IDENTITY_KEYS", '{"site": ["a"]}', "JSON object"),
        ("IDENTITY_KEYS", "not json", "JSON object"),
        ("LOG_LEVEL", "LOUD", "log level"),
        ("TELEGRAM_MODE", "pigeon", "how updates come"),
        ("SECURE_COOKIES", "perhaps", "true behind HTTPS"),
    ],
)
def test_a_wrong_setting_is_named_with_what_is_expected(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, expected: str
) -> None:
    monkeypatch.setenv(f"BANGBAN_{name}", value)
    with pytest.raises(SettingsWrong) as wrong:
        read_settings()
    assert str(wrong.value).startswith(f"BANGBAN_{name}: ")
    assert expected in str(wrong.value)


def test_without_a_place_only_the_country_s_rules_hold(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BANGBAN_PLACE", "")
    settings = read_settings()
    assert settings.place is None
    require_place(settings, ["liaoning"])


def test_a_place_that_is_not_in_the_catalogue_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BANGBAN_PLACE", "shengyang")
    with pytest.raises(SettingsWrong) as wrong:
        require_place(read_settings(), ["shenyang", "liaoning"])
    assert "“shengyang” among liaoning, shenyang" in str(wrong.value)


def test_all_wrong_settings_are_named_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BANGBAN_LOG_LEVEL", "LOUD")
    monkeypatch.setenv("BANGBAN_DATABASE_URL", "mysql://x/y")
    with pytest.raises(SettingsWrong) as wrong:
        read_settings()
    assert len(str(wrong.value).splitlines()) == 2


def test_secrets_are_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BANGBAN_IDENTITY_KEYS", '{"portal": "the-secret-of-the-site"}')
    monkeypatch.setenv("BANGBAN_TELEGRAM_TOKEN", "123:the-secret-token")
    settings = read_settings()
    assert settings.identity_keys["portal"].get_secret_value() == "the-secret-of-the-site"
    assert "secret-" not in f"{settings!r} {settings}"


def test_settings_do_not_change() -> None:
    with pytest.raises(TypeError):
        read_settings().log_level = "DEBUG"  # type: ignore[misc]

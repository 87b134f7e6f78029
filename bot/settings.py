"""The settings: one frozen object, from `BANGBAN_…` variables and a `.env` file."""

from __future__ import annotations

import os
from collections.abc import Collection
from datetime import time, timedelta
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseSettings, Field, SecretStr, ValidationError, validator
from pydantic.env_settings import SettingsError

from bot.services.quiet_hours import quiet_hours
from knowledge.versions import folder_in_force

PREFIX = "BANGBAN_"
ROOT = Path(__file__).parent.parent


class SettingsWrong(Exception):
    """A setting is missing or wrong; the text names it and says what is expected."""


class Settings(BaseSettings):
    """Every setting, with its default. The README describes each."""

    database_url: str = Field("sqlite:///bangban.db", description="SQLite or PostgreSQL URL")
    model: Path = Field(ROOT / "models", description="a trained model or the folder of models")
    encoder: Path = Field(ROOT / "models" / "encoder", description="a sentence model in ONNX")
    knowledge: Path = Field(
        ROOT / "knowledge", description="the folder of the catalogue being edited"
    )
    published: Path = Field(
        ROOT / "published", description="the folder of published versions of the catalogue"
    )
    place: str | None = Field(
        "liaoning",
        description="whose rules hold by default, an id of knowledge/places/places.yml; empty: the "
        "country's alone",
    )
    platform_url: str | None = Field(
        None, description="the approval system: a database URL, a YAML file of its API, or local"
    )
    platform_city: Path | None = Field(
        None, description="a YAML file: names of tables and codes that this city has otherwise"
    )
    follow_seconds: int = Field(
        60, ge=0, le=86400, description="seconds between two looks at the approval system; 0: never"
    )
    identity_keys: dict[str, SecretStr] = Field(
        {}, description='JSON object: host site → secret of its identity tokens, {"site": "…"}'
    )
    identity_hours: int = Field(
        12, ge=1, le=24, description="hours that an identity token may be valid at most, 1 to 24"
    )
    binding_code_minutes: int = Field(
        15, ge=5, le=60, description="minutes that a one-time code of a binding holds, 5 to 60"
    )
    allowed_origins: str = Field("*", description="sites that may embed the widget, or *")
    secure_cookies: bool = Field(False, description="true behind HTTPS: cookies only over TLS")
    rest_channel: bool = Field(True, description="serve Rasa's REST channel")
    public_url: str | None = Field(
        None, description="https address of this server; Telegram's webhook is registered there"
    )
    telegram_token: SecretStr | None = Field(None, description="token of the Telegram bot")
    telegram_secret: SecretStr | None = Field(None, description="secret token of its webhook")
    telegram_mode: Literal["webhook", "polling"] = Field("webhook", description="how updates come")
    telegram_api: str = Field("https://api.telegram.org", description="address of the Bot API")
    desk_opens: time = Field(time(8, 30), description="when stewards begin, HH:MM, China time")
    desk_closes: time = Field(time(17, 0), description="when stewards end, HH:MM, China time")
    desk_answers_within_minutes: int = Field(30, ge=1, le=480, description="the promise")
    quiet_hours: str = Field(
        "21:00-08:00", description="when nobody is reminded, HH:MM-HH:MM China time, or off"
    )
    digest_at: time = Field(
        time(8, 30), description="when stewards get the digest of a working day, HH:MM, China time"
    )
    workers: int = Field(
        0, ge=0, le=64, description="processes that think of answers; 0: one for each core"
    )
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field("INFO", description="log level")

    class Config:
        env_prefix = PREFIX
        env_file = ".env"
        frozen = True

    @validator("database_url")
    def _known_database(cls, value: str) -> str:
        if not value.startswith(("sqlite:///", "postgresql://")):
            raise ValueError("expected sqlite:///FILE or postgresql://USER:PASSWORD@HOST/NAME")
        return value

    @validator("place")
    def _place_or_none(cls, value: str | None) -> str | None:
        return value or None

    @validator("quiet_hours")
    def _known_hours(cls, value: str) -> str:
        quiet_hours(value)
        return value

    @property
    def served(self) -> Path:
        """The folder that answers come from: the published version in force, or the working copy
        while nothing was published. Raises CatalogueBroken."""
        return folder_in_force(self.knowledge, self.published)

    @property
    def worker_count(self) -> int:
        return self.workers or os.cpu_count() or 1

    @property
    def identity_lasts(self) -> timedelta:
        return timedelta(hours=self.identity_hours)

    @property
    def binding_code_lasts(self) -> timedelta:
        return timedelta(minutes=self.binding_code_minutes)

    @property
    def desk_answers_within(self) -> timedelta:
        return timedelta(minutes=self.desk_answers_within_minutes)


def read_settings(**given: Any) -> Settings:
    """The settings, `given` ones first; raises SettingsWrong naming each wrong one."""
    try:
        return Settings(**{key: value for key, value in given.items() if value is not None})
    except ValidationError as error:
        lines = [_said(str(fault["loc"][0]), fault["msg"]) for fault in error.errors()]
        raise SettingsWrong("\n".join(lines)) from error
    except SettingsError as error:  # what should be JSON is none; only the variable is named
        name = str(error).split('"')[1].upper().removeprefix(PREFIX).lower()
        raise SettingsWrong(_said(name, "not JSON")) from error


def require_place(settings: Settings, places: Collection[str]) -> None:
    """SettingsWrong for a place that the catalogue does not have; `places`: its ids."""
    if settings.place is not None and settings.place not in places:
        known = ", ".join(sorted(places))
        raise SettingsWrong(_said("place", f"no place “{settings.place}” among {known}"))


def _said(name: str, what: str) -> str:
    expected = Settings.__fields__[name].field_info.description
    return f"{PREFIX}{name.upper()}: {what}; expected: {expected}"

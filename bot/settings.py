"""Settings from the environment or `.env`; secrets never show in a representation or a log."""

import re
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import Field, SecretStr, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

DEFAULT_DATABASE = "sqlite+aiosqlite:///data/marginalia.db"
_WEBHOOK_SECRET = re.compile(r"[A-Za-z0-9_-]{1,256}")


class Settings(BaseSettings):
    """All settings by the names that operators know; raises pydantic's ValidationError naming every fault."""

    model_config = SettingsConfigDict(
        env_file=".env",
        extra="ignore",
        env_ignore_empty=True,
        hide_input_in_errors=True,
        case_sensitive=False,
    )

    telegram_token: SecretStr | None = None
    telegram_base_url: str | None = None
    telegram_base_file_url: str | None = None
    telegram_webhook_url: str | None = None
    telegram_webhook_secret: SecretStr | None = None
    discord_token: SecretStr | None = None
    discord_api_base: str | None = None
    discord_gateway_url: str | None = None
    database_url: str = DEFAULT_DATABASE
    market: Literal["simulated", "fixed", "replay", "live"] = "simulated"
    market_prices: str | None = None
    market_tape: str | None = None
    market_speed: Decimal = Field(default=Decimal(1), gt=0)
    market_seed: int | None = None
    market_ws_url: str | None = None
    stale_after: float | None = Field(default=None, gt=0)
    paper_balance: Decimal = Field(
        default=Decimal(10_000), gt=0, le=Decimal(10_000_000_000), decimal_places=8
    )
    default_lang: str = "en"
    admins: Annotated[tuple[str, ...], NoDecode] = ()
    allowed_chats: Annotated[tuple[str, ...], NoDecode] = ()
    http_host: str = "127.0.0.1"
    http_port: int = Field(default=8080, ge=0, le=65535)
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"] = "INFO"

    @field_validator("admins", "allowed_chats", mode="before")
    @classmethod
    def _listed(cls, value: object) -> object:
        """`telegram:1,discord:2` as its parts."""
        if not isinstance(value, str):
            return value
        parts = tuple(part.strip() for part in value.split(",") if part.strip())
        for part in parts:
            platform, colon, name = part.partition(":")
            if platform not in {"telegram", "discord"} or not colon or not name:
                raise ValueError("write telegram:ID or discord:ID, separated by commas")
        return parts

    @field_validator("telegram_token", "discord_token", mode="before")
    @classmethod
    def _blank(cls, value: object) -> object:
        """A token of blanks is none."""
        return None if isinstance(value, str) and not value.strip() else value

    @field_validator("log_level", mode="before")
    @classmethod
    def _upper(cls, value: object) -> object:
        return value.upper() if isinstance(value, str) else value

    @model_validator(mode="after")
    def _together(self) -> "Settings":
        """What addresses and secrets have to be, and which settings only make sense together; all faults at once."""
        secret = self.telegram_webhook_secret
        tests = (
            (
                (self.telegram_webhook_url is None) == (secret is None),
                "TELEGRAM_WEBHOOK_URL and TELEGRAM_WEBHOOK_SECRET go together",
            ),
            (
                _begins(self.telegram_webhook_url, "https", "http"),
                "TELEGRAM_WEBHOOK_URL begins with https://",
            ),
            (
                secret is None or _WEBHOOK_SECRET.fullmatch(secret.get_secret_value()) is not None,
                "TELEGRAM_WEBHOOK_SECRET has 1 to 256 of the characters A-Z, a-z, 0-9, _ and -",
            ),
            (
                _begins(self.telegram_base_url, "https", "http")
                and (self.telegram_base_url or "/bot").endswith("/bot"),
                "TELEGRAM_BASE_URL begins with https:// or http:// and ends in /bot",
            ),
            (
                (self.discord_api_base is None) == (self.discord_gateway_url is None),
                "DISCORD_API_BASE and DISCORD_GATEWAY_URL go together",
            ),
            (
                _begins(self.discord_api_base, "https", "http"),
                "DISCORD_API_BASE begins with https:// or http://",
            ),
            (
                _begins(self.discord_gateway_url, "wss", "ws"),
                "DISCORD_GATEWAY_URL begins with wss:// or ws://",
            ),
            (
                _begins(self.market_ws_url, "wss", "ws"),
                "MARKET_WS_URL begins with wss:// or ws://",
            ),
        )
        faults = [fault for holds, fault in tests if not holds]
        if faults:
            raise ValueError("; ".join(faults))
        return self


def _begins(address: str | None, *schemes: str) -> bool:
    return address is None or address.startswith(tuple(f"{each}://" for each in schemes))

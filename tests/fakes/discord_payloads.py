"""Discord's objects as it sends them, complete enough for any library; built nowhere else."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count
from typing import Any

APPLICATION = 7001
BOT = 7001
EPHEMERAL = 64
EVERYTHING = 2_147_483_647
MANAGING = 1 << 3 | 1 << 5  # administrator, manage server
_WHEN = "2026-01-02T03:04:05.000000+00:00"
_snowflakes = count(1_300_000_000_000_000_000, 4096)


def snowflake() -> int:
    """A new id."""
    return next(_snowflakes)


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody with an account and a client in some language; `admin`: may manage the server."""

    name: str
    locale: str = "en-US"
    id: int = field(default_factory=snowflake)
    admin: bool = True

    def user(self) -> dict[str, Any]:
        return user(self.id, self.name)


@dataclass(frozen=True, slots=True)
class Place:
    """A channel: of a server where `guild` is set, a thread of `parent`, else a direct chat; `group`: of several people."""

    guild: int | None = None
    parent: int | None = None
    group: bool = False
    id: int = field(default_factory=snowflake)

    @property
    def context(self) -> int:
        return 0 if self.guild else 2 if self.group else 1

    def channel(self, recipient: Person | None = None) -> dict[str, Any]:
        common = {"id": str(self.id), "flags": 0, "last_message_id": None}
        if self.guild is None:
            recipients = [recipient.user()] if recipient and not self.group else []
            return {
                **common,
                "type": 3 if self.group else 1,
                "recipients": recipients,
                "name": None,
                "icon": None,
            } | ({"owner_id": str(BOT)} if self.group else {})
        common |= {
            "guild_id": str(self.guild),
            "name": "paper-trading",
            "permissions": "2147483647",
            "nsfw": False,
        }
        if self.parent is None:
            return {
                **common,
                "type": 0,
                "position": 0,
                "parent_id": None,
                "topic": None,
                "rate_limit_per_user": 0,
            }
        metadata = {
            "archived": False,
            "auto_archive_duration": 60,
            "archive_timestamp": _WHEN,
            "locked": False,
        }
        return {
            **common,
            "type": 11,
            "parent_id": str(self.parent),
            "owner_id": str(BOT),
            "message_count": 1,
            "member_count": 1,
            "total_message_sent": 1,
            "rate_limit_per_user": 0,
            "thread_metadata": metadata,
        }


def user(user_id: int, name: str, *, bot: bool = False) -> dict[str, Any]:
    return {
        "id": str(user_id),
        "username": name.lower(),
        "global_name": name,
        "discriminator": "0",
        "avatar": None,
        "bot": bot,
        "public_flags": 0,
    }


def bot_user() -> dict[str, Any]:
    return {
        **user(BOT, "Marginalia", bot=True),
        "verified": True,
        "mfa_enabled": False,
        "flags": 0,
        "email": None,
    }


def application() -> dict[str, Any]:
    return {
        "id": str(APPLICATION),
        "name": "Marginalia",
        "description": "",
        "icon": None,
        "bot_public": True,
        "bot_require_code_grant": False,
        "verify_key": "00",
        "flags": 0,
        "owner": user(7000, "Owner"),
        "team": None,
        "rpc_origins": [],
        "summary": "",
        "interactions_endpoint_url": None,
    }


def member(person: Person) -> dict[str, Any]:
    return {
        "user": person.user(),
        "roles": [],
        "joined_at": _WHEN,
        "deaf": False,
        "mute": False,
        "flags": 0,
        "pending": False,
        "permissions": str(EVERYTHING if person.admin else EVERYTHING & ~MANAGING),
        "nick": None,
        "avatar": None,
        "premium_since": None,
        "communication_disabled_until": None,
    }


def message(
    data: Mapping[str, Any],
    message_id: int,
    channel: int,
    flags: int,
    edits: int,
    stored: Sequence[Mapping[str, Any]] = (),
) -> dict[str, Any]:
    shown_at = {f"attachment://{each['filename']}": each["url"] for each in stored}
    return {
        "id": str(message_id),
        "type": 0,
        "channel_id": str(channel),
        "author": user(BOT, "Marginalia", bot=True),
        "application_id": str(APPLICATION),
        "content": data.get("content") or "",
        "embeds": [{"type": "rich", **_embed(each, shown_at)} for each in data.get("embeds") or ()],
        "components": data.get("components") or [],
        "attachments": list(stored),
        "mentions": [],
        "mention_roles": [],
        "mention_everyone": False,
        "pinned": False,
        "tts": False,
        "timestamp": _WHEN,
        "edited_timestamp": _WHEN if edits else None,
        "flags": flags,
    }


def _embed(embed: Mapping[str, Any], shown_at: Mapping[str, str]) -> dict[str, Any]:
    """An embed with the address of the file that it shows."""
    url = str((embed.get("image") or {}).get("url"))
    return {**embed, "image": {"url": shown_at[url]}} if url in shown_at else dict(embed)


def interaction(
    kind: int, interaction_id: int, token: str, person: Person, place: Place, data: Mapping[str, Any]
) -> dict[str, Any]:
    who: dict[str, Any] = {"user": person.user()}
    if place.guild:
        guild = {"id": str(place.guild), "locale": "en-US", "features": []}
        who = {
            "member": member(person),
            "guild_id": str(place.guild),
            "guild": guild,
            "guild_locale": "en-US",
        }
    return {
        "id": str(interaction_id),
        "application_id": str(APPLICATION),
        "type": kind,
        "token": token,
        "version": 1,
        "data": data,
        "channel": place.channel(person),
        "channel_id": str(place.id),
        "locale": person.locale,
        "context": place.context,
        "app_permissions": "2147483647",
        "entitlements": [],
        "authorizing_integration_owners": {"0": str(place.guild or 0)},
        "attachment_size_limit": 10_485_760,
        **who,
    }

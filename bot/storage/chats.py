"""Group chats and their settings."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Row, bindparam, delete, insert, select

from bot.core.identity import Platform
from bot.storage.tables import chats
from bot.storage.unit import UnitOfWork


@dataclass(frozen=True, slots=True)
class Chat:
    """A chat on a platform; `language` None: each speaks their own. `body`: what its admins set."""

    platform: Platform
    chat: str
    language: str | None
    body: Mapping[str, Any] = field(default_factory=dict)


_THE_CHAT = (chats.c.platform == bindparam("of_platform"), chats.c.chat == bindparam("of_chat"))
_FIND = select(chats).where(*_THE_CHAT)
_ALL = select(chats).order_by(chats.c.platform, chats.c.chat)
_FORGET = delete(chats).where(*_THE_CHAT)
_INSERT = insert(chats)


async def find(unit: UnitOfWork, platform: Platform, chat: str) -> Chat | None:
    """The settings of a chat, if it has any."""
    rows = await unit.fetch(_FIND, {"of_platform": str(platform), "of_chat": chat})
    return _chat(rows[0]) if rows else None


async def by_key(unit: UnitOfWork, chat_key: str) -> Chat | None:
    """The settings of a chat by its key (bot.core.identity.ChatRef)."""
    platform, _, chat = chat_key.partition(":")
    return await find(unit, Platform(platform), chat)


async def every(unit: UnitOfWork) -> tuple[Chat, ...]:
    """All chats that anything is kept of."""
    return tuple(map(_chat, await unit.fetch(_ALL)))


def save(unit: UnitOfWork, chat: Chat) -> None:
    """Stores the settings of a chat in place of earlier ones."""
    unit.write(_FORGET, {"of_platform": str(chat.platform), "of_chat": chat.chat})
    row = {"platform": str(chat.platform), "chat": chat.chat}
    unit.write(_INSERT, {**row, "language": chat.language, "body": dict(chat.body)})


def _chat(row: Row[Any]) -> Chat:
    return Chat(Platform(row.platform), row.chat, row.language, row.body)

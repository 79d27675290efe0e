"""What admins of groups, and operators of the bot, changed and when; people by their ids, never by name."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, insert, select

from bot.storage.tables import admin_log
from bot.storage.unit import UnitOfWork


@dataclass(frozen=True, slots=True)
class Change:
    """One change. `chat_key` None: of the bot as a whole; `person_id` None: somebody who has left."""

    id: str
    chat_key: str | None
    person_id: str | None
    what: str
    body: Mapping[str, Any]
    at: datetime


_ADD = insert(admin_log)
_LATEST = select(admin_log).order_by(admin_log.c.at.desc(), admin_log.c.id.desc()).limit(bindparam("most"))
_OF_CHAT = _LATEST.where(admin_log.c.chat_key == bindparam("of_chat"))
_OF_BOT = _LATEST.where(admin_log.c.chat_key.is_(None))


def add(unit: UnitOfWork, change: Change) -> None:
    """Adds a change."""
    row = {name: getattr(change, name) for name in Change.__slots__}
    unit.write(_ADD, {**row, "body": dict(change.body)})


async def of_chat(unit: UnitOfWork, chat_key: str, most: int) -> tuple[Change, ...]:
    """The latest changes in a chat, the newest first."""
    rows = await unit.fetch(_OF_CHAT, {"of_chat": chat_key, "most": most})
    return tuple(Change(**row._mapping) for row in rows)


async def of_bot(unit: UnitOfWork, most: int) -> tuple[Change, ...]:
    """What operators did last, the newest first."""
    return tuple(Change(**row._mapping) for row in await unit.fetch(_OF_BOT, {"most": most}))

"""Posts to groups: kept in the transaction that causes them, delivered afterwards, at least once to each chat."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, delete, func, insert, select, update

from bot.core.identity import Platform
from bot.storage.errors import StorageError, VersionConflict
from bot.storage.tables import chat_posts
from bot.storage.unit import UnitOfWork


@dataclass(frozen=True, slots=True)
class ChatPost:
    """A template with its data, worded at delivery in the chat's language; `key` is unique. `due_at` None: done."""

    id: str
    platform: Platform
    chat: str
    template: str
    data: Mapping[str, Any]
    key: str
    at: datetime
    due_at: datetime | None
    attempts: int = 0
    delivered_at: datetime | None = None


_ADD = insert(chat_posts)
_DUE = (
    select(chat_posts)
    .where(chat_posts.c.due_at <= bindparam("now"))
    .order_by(chat_posts.c.due_at, chat_posts.c.id)
)
_CLAIM = (
    update(chat_posts)
    .where(chat_posts.c.id == bindparam("of_post"), chat_posts.c.due_at == bindparam("was_due"))
    .values(due_at=bindparam("due_at"), attempts=bindparam("attempts"))
)
_END = (
    update(chat_posts)
    .where(chat_posts.c.id == bindparam("of_post"))
    .values(due_at=bindparam("due_at"), delivered_at=bindparam("delivered_at"))
)
_LATEST = select(func.max(chat_posts.c.at)).where(chat_posts.c.template == bindparam("of_template"))
_PURGE = delete(chat_posts).where(chat_posts.c.due_at.is_(None), chat_posts.c.at < bindparam("older"))


def post(unit: UnitOfWork, post_: ChatPost) -> None:
    """Adds a post; the commit raises VersionConflict where its key is there already."""

    async def refusal() -> StorageError:
        return VersionConflict(post=post_.key)

    row = {name: getattr(post_, name) for name in ChatPost.__slots__}
    unit.guard(_ADD, {**row, "platform": str(post_.platform), "data": dict(post_.data)}, refusal)


async def due(
    unit: UnitOfWork, now: datetime, platforms: Collection[str], limit: int = 100
) -> tuple[ChatPost, ...]:
    """Posts whose time has come, of these platforms, the longest waiting first."""
    statement = _DUE.where(chat_posts.c.platform.in_(sorted(platforms))).limit(limit)
    rows = await unit.fetch(statement, {"now": now})
    return tuple(ChatPost(**{**row._mapping, "platform": Platform(row.platform)}) for row in rows)


def claim(unit: UnitOfWork, post_: ChatPost, until: datetime) -> ChatPost:
    """Takes a post up to `until`, when it falls due again if it was not ended; the commit raises VersionConflict if
    another process took it first.
    """

    async def refusal() -> StorageError:
        return VersionConflict(post=post_.key)

    claimed = replace(post_, due_at=until, attempts=post_.attempts + 1)
    row = {"of_post": post_.id, "was_due": post_.due_at, "due_at": until, "attempts": claimed.attempts}
    unit.guard(_CLAIM, row, refusal)
    return claimed


def delivered(unit: UnitOfWork, post_: ChatPost, at: datetime) -> None:
    """Ends a post that is in its chat."""
    unit.write(_END, {"of_post": post_.id, "due_at": None, "delivered_at": at})


def put_off(unit: UnitOfWork, post_: ChatPost, until: datetime | None) -> None:
    """Puts a post off, or gives it up (None)."""
    unit.write(_END, {"of_post": post_.id, "due_at": until, "delivered_at": None})


async def latest(unit: UnitOfWork, template: str) -> datetime | None:
    """When a post of a template was added last."""
    found: datetime | None = (await unit.fetch(_LATEST, {"of_template": template}))[0][0]
    return found


def purge(unit: UnitOfWork, older: datetime) -> None:
    """Forgets posts from before a time that are done."""
    unit.write(_PURGE, {"older": older})

"""Who is barred from the bot: hashes, from which nobody can be read, and the salt that they are made with."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, delete, insert, select

from bot.storage.errors import StorageError, VersionConflict
from bot.storage.tables import bans
from bot.storage.unit import UnitOfWork

SALT = "salt"
"""The key of the row that holds the salt; hashes are longer, so that none is taken for it."""


@dataclass(frozen=True, slots=True)
class Kept:
    """A row: a hash, or the salt."""

    key: str
    body: Mapping[str, Any]
    at: datetime


_ALL = select(bans)
_PUT = insert(bans)
_DROP = delete(bans).where(bans.c.key == bindparam("of_key"))


async def every(unit: UnitOfWork) -> tuple[Kept, ...]:
    """All rows, the salt's among them if there is one."""
    return tuple(Kept(**row._mapping) for row in await unit.fetch(_ALL))


def put(unit: UnitOfWork, kept: Kept) -> None:
    """Adds a row; the commit raises VersionConflict where the key is there already."""

    async def refusal() -> StorageError:
        return VersionConflict(ban=kept.key)

    unit.guard(_PUT, {"key": kept.key, "body": dict(kept.body), "at": kept.at}, refusal)


def drop(unit: UnitOfWork, key: str) -> None:
    """Takes a row away."""
    unit.write(_DROP, {"of_key": key})

"""Previews of orders: what a press on "confirm" will execute, once."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, delete, insert, literal, select, update

from bot.storage.columns import Flag
from bot.storage.errors import AlreadySpent, StorageError
from bot.storage.tables import previews
from bot.storage.unit import UnitOfWork


@dataclass(frozen=True, slots=True)
class Preview:
    """An order shown to a person, as a JSON document of the service's own making."""

    id: str
    account_id: str
    person_id: str
    body: Mapping[str, Any]
    at: datetime
    spent: bool = False


_GET = select(previews).where(previews.c.id == bindparam("of_preview"))
_PUT = insert(previews)
_SPEND = (
    update(previews)
    .where(previews.c.id == bindparam("of_preview"), previews.c.spent == literal(False, Flag()))
    .values(spent=True)
)
_PURGE = delete(previews).where(previews.c.at < bindparam("older"))


def put(unit: UnitOfWork, preview: Preview) -> None:
    """Stores a preview."""
    unit.write(
        _PUT,
        {
            "id": preview.id,
            "account_id": preview.account_id,
            "person_id": preview.person_id,
            "body": dict(preview.body),
            "at": preview.at,
            "spent": preview.spent,
        },
    )


async def get(unit: UnitOfWork, preview_id: str) -> Preview | None:
    """The preview with this id, spent or not."""
    rows = await unit.fetch(_GET, {"of_preview": preview_id})
    return Preview(**rows[0]._mapping) if rows else None


def spend(unit: UnitOfWork, preview_id: str) -> None:
    """Uses a preview up in this unit's transaction; the commit raises AlreadySpent if it was used before or is gone."""

    async def refusal() -> StorageError:
        return AlreadySpent(preview=preview_id)

    unit.guard(_SPEND, {"of_preview": preview_id}, refusal)


def purge(unit: UnitOfWork, older_than: datetime) -> None:
    """Forgets previews from before this time."""
    unit.write(_PURGE, {"older": older_than})

"""Price alerts: set by a person, met once."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Row, bindparam, delete, insert, select, update

from bot.storage.errors import StorageError, VersionConflict
from bot.storage.tables import price_alerts
from bot.storage.unit import UnitOfWork


@dataclass(frozen=True, slots=True)
class PriceAlert:
    """Tells a person when the mark price of a symbol is at or beyond `price` (USDT, at most 8 places): `above`, it has
    risen there, else it has fallen.
    """

    id: str
    person_id: str
    market: str
    symbol: str
    above: bool
    price: Decimal
    created_at: datetime


_OPEN = select(price_alerts).where(price_alerts.c.met_at.is_(None))
_OF_PERSON = _OPEN.where(price_alerts.c.person_id == bindparam("of_person")).order_by(
    price_alerts.c.created_at, price_alerts.c.id
)
_PUT = insert(price_alerts)
_DROP = delete(price_alerts).where(
    price_alerts.c.id == bindparam("of_id"), price_alerts.c.person_id == bindparam("of_person")
)
_MEET = (
    update(price_alerts)
    .where(price_alerts.c.id == bindparam("of_id"), price_alerts.c.met_at.is_(None))
    .values(met_at=bindparam("met_at"))
)
_PURGE = delete(price_alerts).where(price_alerts.c.met_at < bindparam("older"))


async def unmet(unit: UnitOfWork) -> tuple[PriceAlert, ...]:
    """All that are not met yet, of everybody."""
    return tuple(_alert_of(row) for row in await unit.fetch(_OPEN))


async def of_person(unit: UnitOfWork, person_id: str) -> tuple[PriceAlert, ...]:
    """Somebody's alerts that are not met yet, in the order they were set."""
    return tuple(_alert_of(row) for row in await unit.fetch(_OF_PERSON, {"of_person": person_id}))


def put(unit: UnitOfWork, alert: PriceAlert) -> None:
    """Adds an alert; its price must have at most 8 places."""
    unit.write(_PUT, {**{name: getattr(alert, name) for name in PriceAlert.__slots__}, "met_at": None})


def drop(unit: UnitOfWork, alert: PriceAlert) -> None:
    """Forgets an alert."""
    unit.write(_DROP, {"of_id": alert.id, "of_person": alert.person_id})


def meet(unit: UnitOfWork, alert: PriceAlert, at: datetime) -> None:
    """Marks an alert as met; the commit raises VersionConflict if it was met or dropped before."""

    async def refusal() -> StorageError:
        return VersionConflict(alert=alert.id)

    unit.guard(_MEET, {"of_id": alert.id, "met_at": at}, refusal)


def purge(unit: UnitOfWork, older: datetime) -> None:
    """Forgets alerts that were met before a time."""
    unit.write(_PURGE, {"older": older})


def _alert_of(row: Row[Any]) -> PriceAlert:
    return PriceAlert(**{name: getattr(row, name) for name in PriceAlert.__slots__})

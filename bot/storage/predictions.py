"""Guesses at a liquidation price, made before it was shown."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sqlalchemy import bindparam, delete, insert, select

from bot.storage.tables import predictions
from bot.storage.unit import UnitOfWork


@dataclass(frozen=True, slots=True)
class Prediction:
    """A guess and the truth, prices in USDT of at most 8 places; `id` is that of the preview it was made on."""

    id: str
    person_id: str
    symbol: str
    guess: Decimal
    truth: Decimal
    at: datetime


_OF = (
    select(predictions)
    .where(predictions.c.person_id == bindparam("of_person"))
    .order_by(predictions.c.at.desc(), predictions.c.id)
    .limit(bindparam("most"))
)
_FIND = select(predictions).where(predictions.c.id == bindparam("of_id"))
_FORGET = delete(predictions).where(predictions.c.id == bindparam("of_id"))
_PUT = insert(predictions)


async def of_person(unit: UnitOfWork, person_id: str, most: int = 50) -> tuple[Prediction, ...]:
    """The latest guesses of a person, the newest first."""
    rows = await unit.fetch(_OF, {"of_person": person_id, "most": most})
    return tuple(Prediction(**row._mapping) for row in rows)


async def find(unit: UnitOfWork, prediction_id: str) -> Prediction | None:
    """The guess that was made on a preview."""
    rows = await unit.fetch(_FIND, {"of_id": prediction_id})
    return Prediction(**rows[0]._mapping) if rows else None


def put(unit: UnitOfWork, prediction: Prediction) -> None:
    """Keeps a guess."""
    unit.write(_FORGET, {"of_id": prediction.id})
    unit.write(_PUT, {name: getattr(prediction, name) for name in Prediction.__slots__})

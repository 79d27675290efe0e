"""Cards of spaced repetition: one for each skill and family of templates that a person was asked about."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, delete, func, insert, select

from bot.storage.tables import cards
from bot.storage.unit import UnitOfWork


@dataclass(frozen=True, slots=True)
class KeptCard:
    """The state of a card as a document of the service's own making, and when it is due."""

    person_id: str
    skill: str
    family: str
    body: Mapping[str, Any]
    due_at: datetime


_OF = (
    select(cards).where(cards.c.person_id == bindparam("of_person")).order_by(cards.c.due_at, cards.c.family)
)
_ONE = (
    cards.c.person_id == bindparam("of_person"),
    cards.c.skill == bindparam("of_skill"),
    cards.c.family == bindparam("of_family"),
)
_FIND = select(cards).where(*_ONE)
_FORGET = delete(cards).where(*_ONE)
_PUT = insert(cards)
_DUE = select(func.count()).where(
    cards.c.person_id == bindparam("of_person"), cards.c.due_at <= bindparam("now")
)


async def of_person(unit: UnitOfWork, person_id: str) -> tuple[KeptCard, ...]:
    """All cards of a person, the one that is due first first."""
    return tuple(KeptCard(**row._mapping) for row in await unit.fetch(_OF, {"of_person": person_id}))


async def find(unit: UnitOfWork, person_id: str, skill: str, family: str) -> KeptCard | None:
    """One card, if the person has it."""
    rows = await unit.fetch(_FIND, _key(person_id, skill, family))
    return KeptCard(**rows[0]._mapping) if rows else None


async def due(unit: UnitOfWork, person_id: str, now: datetime) -> int:
    """How many cards of a person are due."""
    rows = await unit.fetch(_DUE, {"of_person": person_id, "now": now})
    return int(rows[0][0])


def put(unit: UnitOfWork, card: KeptCard) -> None:
    """Stores a card in place of what was there."""
    unit.write(_FORGET, _key(card.person_id, card.skill, card.family))
    row = {name: getattr(card, name) for name in KeptCard.__slots__}
    unit.write(_PUT, {**row, "body": dict(card.body)})


def _key(person_id: str, skill: str, family: str) -> dict[str, str]:
    return {"of_person": person_id, "of_skill": skill, "of_family": family}

"""What people want to be told, and the zone in which their quiet hours are."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import bindparam, delete, insert, select

from bot.storage.tables import attention, people
from bot.storage.unit import UnitOfWork

AT_ONCE = 500
"""So many people are asked for in one statement."""


@dataclass(frozen=True, slots=True)
class Kept:
    """What somebody chose, None where nothing was ever chosen, and the name of the time zone."""

    body: Mapping[str, Any] | None
    zone: str


_OF = (
    select(people.c.id, people.c.time_zone, attention.c.body)
    .select_from(people)
    .outerjoin(attention, attention.c.person_id == people.c.id)
    .where(people.c.id.in_(bindparam("of_people", expanding=True)))
)
_ALL = select(attention.c.person_id, attention.c.body)
_FORGET = delete(attention).where(attention.c.person_id == bindparam("of_person"))
_PUT = insert(attention)


async def of(unit: UnitOfWork, person_ids: Collection[str]) -> Mapping[str, Kept]:
    """What each of these people chose; who is unknown is left out."""
    wanted = sorted(set(person_ids))
    found: dict[str, Kept] = {}
    for start in range(0, len(wanted), AT_ONCE):
        rows = await unit.fetch(_OF, {"of_people": wanted[start : start + AT_ONCE]})
        found |= {row.id: Kept(row.body, row.time_zone) for row in rows}
    return found


async def all_chosen(unit: UnitOfWork) -> Mapping[str, Mapping[str, Any]]:
    """What everybody chose who ever chose anything."""
    return {row.person_id: row.body for row in await unit.fetch(_ALL)}


def save(unit: UnitOfWork, person_id: str, body: Mapping[str, Any]) -> None:
    """Stores what somebody chose, in place of what was there."""
    unit.write(_FORGET, {"of_person": person_id})
    unit.write(_PUT, {"person_id": person_id, "body": dict(body)})

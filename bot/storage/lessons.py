"""How far people have come in each lesson."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, delete, insert, select

from bot.storage.tables import lesson_places
from bot.storage.unit import UnitOfWork


@dataclass(frozen=True, slots=True)
class Place:
    """The page of a lesson that somebody saw last, from 1, and when; `done_at`: when its end was reached first."""

    lesson: str
    page: int
    at: datetime
    done_at: datetime | None = None


_OF = (
    select(lesson_places)
    .where(lesson_places.c.person_id == bindparam("of_person"))
    .order_by(lesson_places.c.at.desc(), lesson_places.c.lesson)
)
_FORGET = delete(lesson_places).where(
    lesson_places.c.person_id == bindparam("of_person"), lesson_places.c.lesson == bindparam("of_lesson")
)
_PUT = insert(lesson_places)


async def places(unit: UnitOfWork, person_id: str) -> tuple[Place, ...]:
    """Where somebody stands in every lesson that was begun, the latest first."""
    rows = await unit.fetch(_OF, {"of_person": person_id})
    return tuple(Place(row.lesson, row.page, row.at, row.done_at) for row in rows)


def keep(unit: UnitOfWork, person_id: str, place: Place) -> None:
    """Stores where somebody stands in a lesson, in place of what was there."""
    unit.write(_FORGET, {"of_person": person_id, "of_lesson": place.lesson})
    unit.write(
        _PUT,
        {
            "person_id": person_id,
            "lesson": place.lesson,
            "page": place.page,
            "at": place.at,
            "done_at": place.done_at,
        },
    )

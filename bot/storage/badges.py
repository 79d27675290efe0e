"""Badges that people have earned in challenges, and what they learnt meanwhile."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, delete, func, insert, select

from bot.storage.tables import badges, lesson_places, reviews
from bot.storage.unit import UnitOfWork


@dataclass(frozen=True, slots=True)
class KeptBadge:
    """A badge by its slug, earned once a challenge."""

    person_id: str
    badge: str
    challenge_id: str
    at: datetime


_OF_PERSON = (
    select(badges).where(badges.c.person_id == bindparam("of_person")).order_by(badges.c.at, badges.c.badge)
)
_FORGET = delete(badges).where(
    badges.c.person_id == bindparam("of_person"),
    badges.c.badge == bindparam("of_badge"),
    badges.c.challenge_id == bindparam("of_challenge"),
)
_PUT = insert(badges)
_LESSONS = (
    select(func.count())
    .select_from(lesson_places)
    .where(
        lesson_places.c.person_id == bindparam("of_person"),
        lesson_places.c.done_at >= bindparam("since"),
        lesson_places.c.done_at <= bindparam("until"),
    )
)
_RIGHT = (
    select(func.count())
    .select_from(reviews)
    .where(
        reviews.c.person_id == bindparam("of_person"),
        reviews.c.right == bindparam("was_right", type_=reviews.c.right.type),
        reviews.c.at >= bindparam("since"),
        reviews.c.at <= bindparam("until"),
    )
)


async def of_person(unit: UnitOfWork, person_id: str) -> tuple[KeptBadge, ...]:
    """All badges of somebody, the first earned first."""
    rows = await unit.fetch(_OF_PERSON, {"of_person": person_id})
    return tuple(KeptBadge(**row._mapping) for row in rows)


def put(unit: UnitOfWork, badge: KeptBadge) -> None:
    """Keeps a badge; one that is kept already stays one."""
    which = {"of_person": badge.person_id, "of_badge": badge.badge, "of_challenge": badge.challenge_id}
    unit.write(_FORGET, which)
    unit.write(_PUT, {name: getattr(badge, name) for name in KeptBadge.__slots__})


async def learnt(unit: UnitOfWork, person_id: str, since: datetime, until: datetime) -> tuple[int, int]:
    """How many lessons somebody finished and how many questions they answered rightly between two times."""
    span = {"of_person": person_id, "since": since, "until": until}
    lessons = await unit.fetch(_LESSONS, span)
    right = await unit.fetch(_RIGHT, {**span, "was_right": True})
    return int(lessons[0][0]), int(right[0][0])

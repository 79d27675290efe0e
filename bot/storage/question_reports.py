"""Reports of questions that somebody finds wrong, and what was decided about them."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, delete, func, insert, select

from bot.storage.tables import question_reports, question_verdicts
from bot.storage.unit import UnitOfWork


@dataclass(frozen=True, slots=True)
class Reported:
    """A template with the number of people who reported it."""

    template: str
    people: int
    hidden: bool


_OF = select(question_reports.c.person_id).where(question_reports.c.template == bindparam("of_template"))
_HIDDEN = select(question_verdicts.c.template).where(question_verdicts.c.hidden)
_DECIDED = select(question_verdicts).where(question_verdicts.c.template == bindparam("of_template"))
_WAITING = (
    select(question_reports.c.template, func.count().label("people"), question_verdicts.c.hidden)
    .select_from(question_reports)
    .outerjoin(question_verdicts, question_verdicts.c.template == question_reports.c.template)
    .where(question_verdicts.c.decided_at.is_(None))
    .group_by(question_reports.c.template, question_verdicts.c.hidden)
    .order_by(func.count().desc(), question_reports.c.template)
)
_ADD = insert(question_reports)
_FORGET = delete(question_verdicts).where(question_verdicts.c.template == bindparam("of_template"))
_PUT = insert(question_verdicts)


async def of(unit: UnitOfWork, template: str) -> Collection[str]:
    """The ids of those who reported a template."""
    return {row.person_id for row in await unit.fetch(_OF, {"of_template": template})}


async def hidden(unit: UnitOfWork) -> frozenset[str]:
    """The templates that are not asked."""
    return frozenset(row.template for row in await unit.fetch(_HIDDEN))


async def decided(unit: UnitOfWork, template: str) -> bool:
    """Whether an admin has decided about a template."""
    rows = await unit.fetch(_DECIDED, {"of_template": template})
    return bool(rows) and rows[0].decided_at is not None


async def waiting(unit: UnitOfWork) -> tuple[Reported, ...]:
    """What an admin has still to decide, the most reported first."""
    return tuple(Reported(row.template, row.people, bool(row.hidden)) for row in await unit.fetch(_WAITING))


def add(unit: UnitOfWork, template: str, person_id: str, at: datetime) -> None:
    """Adds a report."""
    unit.write(_ADD, {"template": template, "person_id": person_id, "at": at})


def put(unit: UnitOfWork, template: str, *, hide: bool, decided_at: datetime | None) -> None:
    """Hides or shows a template; without a time of decision it waits for one."""
    unit.write(_FORGET, {"of_template": template})
    unit.write(_PUT, {"template": template, "hidden": hide, "decided_at": decided_at})

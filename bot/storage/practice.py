"""Practice accounts: at most one a person, which the service sees to."""

from sqlalchemy import bindparam, select

from bot.storage.tables import accounts
from bot.storage.unit import UnitOfWork

PRACTICE = "practice"
"""The kind of these accounts."""

_RUNNING = (
    select(accounts.c.id)
    .where(accounts.c.kind == PRACTICE, accounts.c.archived_at.is_(None))
    .order_by(accounts.c.created_at, accounts.c.id)
)
_OF = _RUNNING.where(accounts.c.person_id == bindparam("of_person"))


async def running(unit: UnitOfWork) -> tuple[str, ...]:
    """The ids of all practice accounts that are not put aside, the oldest first."""
    return tuple(row.id for row in await unit.fetch(_RUNNING))


async def running_of(unit: UnitOfWork, person_id: str) -> tuple[str, ...]:
    """The ids of a person's practice accounts that are not put aside, the oldest first."""
    return tuple(row.id for row in await unit.fetch(_OF, {"of_person": person_id}))

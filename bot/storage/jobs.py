"""Jobs: what has to be done at a time, kept until it is done."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, delete, func, insert, select, update

from bot.storage.errors import StorageError, VersionConflict
from bot.storage.tables import jobs
from bot.storage.unit import UnitOfWork


@dataclass(frozen=True, slots=True)
class Job:
    """Something to do; `key` is its own, so that the same job is never there twice. `attempts` counts the claims."""

    key: str
    kind: str
    due_at: datetime
    body: Mapping[str, Any]
    attempts: int = 0


_DUE = (
    select(jobs)
    .where(jobs.c.due_at <= bindparam("now"))
    .order_by(jobs.c.due_at, jobs.c.key)
    .limit(bindparam("most"))
)
_FIND = select(jobs).where(jobs.c.key == bindparam("of_key"), jobs.c.due_at.is_not(None))
_COUNT = (
    select(func.count())
    .select_from(jobs)
    .where(jobs.c.key.like(bindparam("prefix")), jobs.c.due_at > bindparam("now"))
)
_FORGET = delete(jobs).where(jobs.c.key == bindparam("of_key"))
_PUT = insert(jobs)
_CLAIM = (
    update(jobs)
    .where(jobs.c.key == bindparam("of_key"), jobs.c.due_at == bindparam("was_due"))
    .values(due_at=bindparam("due_at"), attempts=bindparam("attempts"))
)


async def due(unit: UnitOfWork, now: datetime, most: int = 100) -> tuple[Job, ...]:
    """Jobs whose time has come, the longest waiting first."""
    return tuple(Job(**row._mapping) for row in await unit.fetch(_DUE, {"now": now, "most": most}))


async def count(unit: UnitOfWork, prefix: str, now: datetime) -> int:
    """How many jobs whose keys begin so are due later than now."""
    return int((await unit.fetch(_COUNT, {"prefix": f"{prefix}%", "now": now}))[0][0])


async def find(unit: UnitOfWork, key: str) -> Job | None:
    """The job of that key, if it is still to be done."""
    rows = await unit.fetch(_FIND, {"of_key": key})
    return Job(**rows[0]._mapping) if rows else None


def put(unit: UnitOfWork, job: Job) -> None:
    """Keeps a job in place of the one with its key."""
    unit.write(_FORGET, {"of_key": job.key})
    row = {name: getattr(job, name) for name in Job.__slots__}
    unit.write(_PUT, {**row, "body": dict(job.body)})


def drop(unit: UnitOfWork, key: str) -> None:
    """Forgets a job."""
    unit.write(_FORGET, {"of_key": key})


def claim(unit: UnitOfWork, job: Job, until: datetime) -> None:
    """Takes a job up to `until`, when it falls due again if it was not put or dropped; the commit raises VersionConflict
    if another process took it first.
    """

    async def refusal() -> StorageError:
        return VersionConflict(job=job.key)

    row = {"of_key": job.key, "was_due": job.due_at, "due_at": until, "attempts": job.attempts + 1}
    unit.guard(_CLAIM, row, refusal)

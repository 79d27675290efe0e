"""Tapes that people play, each with its place on the tape: one running replay of one's own, and those of challenges."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Row, bindparam, insert, select, update

from bot.storage import tables
from bot.storage.errors import StorageError, VersionConflict
from bot.storage.unit import UnitOfWork


@dataclass(frozen=True, slots=True)
class Replay:
    """A tape being played on an account of its own; `body` is a JSON document of the service's own making.

    `challenge_id`: the challenge that it belongs to, None for a replay of one's own.
    """

    account_id: str
    person_id: str
    body: Mapping[str, Any]
    started_at: datetime
    finished_at: datetime | None = None
    challenge_id: str | None = None


_table = tables.replays
_postings = tables.postings
_ALL = select(_table)
_RUNNING = _ALL.where(_table.c.finished_at.is_(None)).order_by(_table.c.account_id)
_BY_ACCOUNT = _ALL.where(_table.c.account_id == bindparam("of_account"))
_OWN = (_table.c.person_id == bindparam("of_person"), _table.c.challenge_id.is_(None))
_RUNNING_OF = _RUNNING.where(*_OWN)
_LATEST_OF = (
    _ALL.where(*_OWN, _table.c.finished_at.is_not(None))
    .order_by(_table.c.finished_at.desc(), _table.c.account_id)
    .limit(1)
)
_START = insert(_table)
_UNCHANGED = (
    _table.c.account_id == bindparam("of_account"),
    _table.c.body == bindparam("was", type_=_table.c.body.type),
    _table.c.finished_at.is_(None),
)
_KEEP = (
    update(_table)
    .where(*_UNCHANGED)
    .values(body=bindparam("new_body", type_=_table.c.body.type), finished_at=bindparam("ended_at"))
)
_LINES = (
    select(_postings.c.ledger, _postings.c.amount)
    .where(_postings.c.account_id == bindparam("of_account"))
    .order_by(_postings.c.seq, _postings.c.line)
)


def start(unit: UnitOfWork, replay: Replay) -> None:
    """Adds a replay of an account that is created in the same unit, or exists."""
    unit.write(
        _START,
        {
            "account_id": replay.account_id,
            "person_id": replay.person_id,
            "body": dict(replay.body),
            "started_at": replay.started_at,
            "finished_at": replay.finished_at,
            "challenge_id": replay.challenge_id,
        },
    )


async def running(unit: UnitOfWork) -> tuple[Replay, ...]:
    """Every replay that has not ended."""
    return tuple(map(_replay_of, await unit.fetch(_RUNNING)))


async def of_account(unit: UnitOfWork, account_id: str) -> Replay | None:
    """The replay that an account was opened for, ended or not."""
    rows = await unit.fetch(_BY_ACCOUNT, {"of_account": account_id})
    return _replay_of(rows[0]) if rows else None


async def running_of(unit: UnitOfWork, person_id: str) -> Replay | None:
    """The replay of their own that a person is in."""
    rows = await unit.fetch(_RUNNING_OF, {"of_person": person_id})
    return _replay_of(rows[0]) if rows else None


async def latest_ended_of(unit: UnitOfWork, person_id: str) -> Replay | None:
    """The replay of their own that a person ended last."""
    rows = await unit.fetch(_LATEST_OF, {"of_person": person_id})
    return _replay_of(rows[0]) if rows else None


def keep(
    unit: UnitOfWork, replay: Replay, body: Mapping[str, Any], finished_at: datetime | None = None
) -> Replay:
    """Stores a new body, and the end if there is one; the commit raises VersionConflict where the stored replay is not
    as it was here: then another process plays it.
    """

    async def refusal() -> StorageError:
        return VersionConflict(replay=replay.account_id)

    row = {
        "of_account": replay.account_id,
        "was": dict(replay.body),
        "new_body": dict(body),
        "ended_at": finished_at,
    }
    unit.guard(_KEEP, row, refusal)
    return replace(replay, body=dict(body), finished_at=finished_at)


async def booked(unit: UnitOfWork, account_id: str) -> tuple[tuple[str, Decimal], ...]:
    """All postings of an account in the order they were made: ledger account and amount in USDT."""
    rows = await unit.fetch(_LINES, {"of_account": account_id})
    return tuple((row.ledger, row.amount) for row in rows)


def _replay_of(row: Row[Any]) -> Replay:
    return Replay(**row._mapping)

"""Liquidations in the journal and what was posted about them, for the post-mortem."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, select

from bot.storage import tables
from bot.storage.accounts import Account, account_of
from bot.storage.documents import reading
from bot.storage.journal import Entry
from bot.storage.unit import UnitOfWork
from engine.events import event_from_json

_events, _notices = tables.events, tables.notices
_STARTED = (
    select(_events.c.seq, _events.c.at)
    .where(_events.c.account_id == bindparam("of_account"), _events.c.kind == "liquidation-started")
    .order_by(_events.c.seq.desc())
)
_UNREAD = select(_events).where(_events.c.account_id == bindparam("of_account")).order_by(_events.c.seq)
_TOLD = select(_notices.c.key).where(_notices.c.template == "liquidated", _notices.c.at >= bindparam("since"))
_POSTED = select(_notices.c.key).where(_notices.c.key.in_(bindparam("of_keys", expanding=True)))
_NOTICES = select(_notices.c.key, _notices.c.data).where(
    _notices.c.key.in_(bindparam("of_keys", expanding=True))
)


_ACCOUNTS = select(tables.accounts).where(tables.accounts.c.person_id == bindparam("of_person"))


@dataclass(frozen=True, slots=True)
class Started:
    """The entry with which a liquidation began, and the time it was recorded."""

    seq: int
    at: datetime


@dataclass(frozen=True, slots=True)
class Unread:
    """An entry of the journal as it is stored: what it says is read by whoever needs it, in a thread if it is long."""

    account_id: str
    seq: int
    at: datetime
    market_time: datetime
    body: object

    def read(self) -> Entry:
        """Raises DatabaseTooNew or DatabaseUnusable."""
        with reading():
            return Entry(self.account_id, self.seq, self.at, self.market_time, event_from_json(self.body))


async def account(unit: UnitOfWork, person_id: str, beginning: str) -> Account | None:
    """The account of a person whose id begins so, put aside or not."""
    rows = await unit.fetch(_ACCOUNTS, {"of_person": person_id})
    return next((account_of(row) for row in rows if row.id.startswith(beginning)), None)


async def started(unit: UnitOfWork, account_id: str, limit: int) -> tuple[Started, ...]:
    """The liquidations of an account, the newest first."""
    rows = await unit.fetch(_STARTED.limit(limit), {"of_account": account_id})
    return tuple(Started(row.seq, row.at) for row in rows)


async def unread(unit: UnitOfWork, account_id: str, below: int | None) -> tuple[Unread, ...]:
    """The journal of an account from its beginning, up to the entry before `below`."""
    statement = _UNREAD if below is None else _UNREAD.where(_events.c.seq < below)
    rows = await unit.fetch(statement, {"of_account": account_id})
    return tuple(Unread(row.account_id, row.seq, row.at, row.market_time, row.body) for row in rows)


async def accounts_told(unit: UnitOfWork, since: datetime) -> tuple[str, ...]:
    """The accounts whose owners were told of a liquidation since a time."""
    rows = await unit.fetch(_TOLD, {"since": since})
    return tuple(dict.fromkeys(row.key.split(":")[1] for row in rows))


async def posted(unit: UnitOfWork, keys: Collection[str]) -> frozenset[str]:
    """Those of the keys under which a notice was posted."""
    if not keys:
        return frozenset()
    rows = await unit.fetch(_POSTED, {"of_keys": sorted(keys)})
    return frozenset(row.key for row in rows)


async def notices(unit: UnitOfWork, keys: Collection[str]) -> Mapping[str, Mapping[str, Any]]:
    """The data of the notices with these keys."""
    rows = await unit.fetch(_NOTICES, {"of_keys": sorted(keys)}) if keys else ()
    return {row.key: row.data for row in rows}

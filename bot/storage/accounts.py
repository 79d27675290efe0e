"""Margin accounts: the current state, and the journal that led to it, written together."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import accumulate
from typing import Any

from sqlalchemy import Row, bindparam, insert, select, update

from bot.storage import tables, warnings
from bot.storage.documents import reading
from bot.storage.errors import NotFound, StorageError, VersionConflict
from bot.storage.unit import UnitOfWork
from engine.account import MarginAccount
from engine.events import Event, event_to_json
from engine.ledger import postings

MAIN = "main"
REPLAY = "replay"
CHALLENGE = "challenge"


@dataclass(frozen=True, slots=True)
class Account:
    """A margin account of a person in a market; `state.version` counts its events."""

    id: str
    person_id: str
    kind: str
    market: str
    state: MarginAccount
    created_at: datetime
    archived_at: datetime | None = None


_table = tables.accounts
_COLUMNS = select(
    _table.c.id,
    _table.c.person_id,
    _table.c.kind,
    _table.c.market,
    _table.c.state,
    _table.c.created_at,
    _table.c.archived_at,
)
_BY_ID = _COLUMNS.where(_table.c.id == bindparam("of_account"))
_BY_IDS = _COLUMNS.where(_table.c.id.in_(bindparam("of_accounts", expanding=True))).order_by(_table.c.id)
_MAIN_OF = _COLUMNS.where(
    _table.c.person_id == bindparam("of_person"), _table.c.kind == MAIN, _table.c.archived_at.is_(None)
)
_EXPOSED = _COLUMNS.where(
    _table.c.market == bindparam("of_market"), _table.c.open_items > 0, _table.c.archived_at.is_(None)
).order_by(_table.c.id)
_VERSIONS_EXPOSED = select(_table.c.id, _table.c.version).where(
    _table.c.market == bindparam("of_market"), _table.c.open_items > 0, _table.c.archived_at.is_(None)
)
_INSERT = insert(_table)
_UNCHANGED = (
    _table.c.id == bindparam("of_account"),
    _table.c.version == bindparam("of_version"),
    _table.c.archived_at.is_(None),
)
_ADVANCE = (
    update(_table)
    .where(*_UNCHANGED)
    .values({name: bindparam(name) for name in ("version", "state", "open_items")})
)
_ARCHIVE = update(_table).where(*_UNCHANGED).values(archived_at=bindparam("archived_at"))
_INSERT_EVENT = insert(tables.events)
_INSERT_POSTING = insert(tables.postings)


async def main_of(unit: UnitOfWork, person_id: str) -> Account | None:
    """The person's main account; archived ones do not count."""
    rows = await unit.fetch(_MAIN_OF, {"of_person": person_id})
    return account_of(rows[0]) if rows else None


async def load(unit: UnitOfWork, account_id: str) -> Account:
    """The account with this id, archived or not. Raises NotFound."""
    rows = await unit.fetch(_BY_ID, {"of_account": account_id})
    if not rows:
        raise NotFound(account=account_id)
    return account_of(rows[0])


async def load_all(
    unit: UnitOfWork, ids: Sequence[str], damaged: Callable[[Exception], object]
) -> Sequence[Account]:
    """The accounts with these ids, archived or not, in the order of their ids; `damaged` gets what cannot be read."""
    return _readable(await unit.fetch(_BY_IDS, {"of_accounts": list(ids)}), damaged)


async def exposed(unit: UnitOfWork, market: str, damaged: Callable[[Exception], object]) -> Sequence[Account]:
    """Every account of a market that a price can change: with an open position or order; in the order of their ids.

    `damaged` gets what cannot be read.
    """
    return _readable(await unit.fetch(_EXPOSED, {"of_market": market}), damaged)


async def versions_exposed(unit: UnitOfWork, market: str) -> Mapping[str, int]:
    """The versions of the accounts that `exposed` reads, by their ids."""
    return {row.id: row.version for row in await unit.fetch(_VERSIONS_EXPOSED, {"of_market": market})}


def _readable(rows: Sequence[Row[Any]], damaged: Callable[[Exception], object]) -> Sequence[Account]:
    found = []
    for row in rows:
        try:
            found.append(account_of(row))
        except StorageError as fault:
            damaged(fault)
    return found


def create(unit: UnitOfWork, account: Account) -> None:
    """Adds an account without events (version 0); the commit raises RowRefused for a second main account."""
    if account.state.version:
        raise ValueError("a new account has no events: record them")
    unit.write(
        _INSERT,
        {
            "id": account.id,
            "person_id": account.person_id,
            "kind": account.kind,
            "market": account.market,
            "created_at": account.created_at,
            "archived_at": account.archived_at,
            **_state(account.state),
        },
    )


def record(
    unit: UnitOfWork,
    before: Account,
    events: Sequence[Event],
    at: datetime,
    market_time: datetime | None = None,
) -> Account:
    """Applies events and collects what follows: journal, postings, new state. Returns the account after them.

    `at` is the time of the wall clock, `market_time` that of the market (the same if not given). The commit raises
    VersionConflict if the account is no longer as it was `before`.
    """
    if not events:
        return before
    states = list(accumulate(events, _apply, initial=before.state))
    unit.guard(
        _ADVANCE,
        {"of_account": before.id, "of_version": before.state.version, **_state(states[-1])},
        _conflict(before),
    )
    warnings.forget_gone(unit, before.id, before.state, states[-1])
    for event, state in zip(events, states[1:], strict=True):
        _write_event(unit, before.id, state.version, event, at, market_time or at)
        _write_postings(unit, before.id, state.version, event)
    return replace(before, state=states[-1])


def archive(unit: UnitOfWork, account: Account, at: datetime) -> Account:
    """Closes an account for good; its journal stays. The commit raises VersionConflict if it changed meanwhile."""
    row = {"of_account": account.id, "of_version": account.state.version, "archived_at": at}
    unit.guard(_ARCHIVE, row, _conflict(account))
    return replace(account, archived_at=at)


def _apply(state: MarginAccount, event: Event) -> MarginAccount:
    return state.apply(event)


def _write_event(
    unit: UnitOfWork, account_id: str, seq: int, event: Event, at: datetime, market_time: datetime
) -> None:
    body = event_to_json(event)
    unit.write(
        _INSERT_EVENT,
        {
            "account_id": account_id,
            "seq": seq,
            "kind": body["type"],
            "at": at,
            "market_time": market_time,
            "body": body,
        },
    )


def _write_postings(unit: UnitOfWork, account_id: str, seq: int, event: Event) -> None:
    for line, posting in enumerate(postings(event)):
        unit.write(
            _INSERT_POSTING,
            {
                "account_id": account_id,
                "seq": seq,
                "line": line,
                "ledger": posting.account,
                "amount": posting.amount,
            },
        )


def _state(state: MarginAccount) -> dict[str, Any]:
    items = len(state.positions) + len(state.orders)
    return {"version": state.version, "state": state.to_json(), "open_items": items}


def _conflict(account: Account) -> Any:
    async def refusal() -> StorageError:
        return VersionConflict(account=account.id, version=account.state.version)

    return refusal


def account_of(row: Row[Any]) -> Account:
    """The account of a row with its columns."""
    with reading():
        state = MarginAccount.from_json(row.state)
    return Account(row.id, row.person_id, row.kind, row.market, state, row.created_at, row.archived_at)

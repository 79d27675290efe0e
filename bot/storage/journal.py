"""The journal of events and the ledger of postings, for reading."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sqlalchemy import bindparam, func, select

from bot.storage import tables
from bot.storage.documents import reading
from bot.storage.unit import UnitOfWork
from engine.account import MarginAccount, replay
from engine.events import Event, event_from_json

FUND = "fund"


@dataclass(frozen=True, slots=True)
class Entry:
    """One event of an account; `seq` is the account's version after it, `market_time` the time of the price it met."""

    account_id: str
    seq: int
    at: datetime
    market_time: datetime
    event: Event


_events = tables.events
_postings = tables.postings
_NEWEST_FIRST = (
    select(_events).where(_events.c.account_id == bindparam("of_account")).order_by(_events.c.seq.desc())
)
_COUNT = select(func.count().label("total")).where(_events.c.account_id == bindparam("of_account"))
_BODIES = (
    select(_events.c.body).where(_events.c.account_id == bindparam("of_account")).order_by(_events.c.seq)
)
_SUM = func.coalesce(
    func.sum(_postings.c.amount, type_=_postings.c.amount.type), 0, type_=_postings.c.amount.type
)
_LEDGER_SUM = select(_SUM.label("total"))
_BALANCES = (
    select(_postings.c.ledger, _SUM.label("total"))
    .where(_postings.c.account_id == bindparam("of_account"))
    .group_by(_postings.c.ledger)
    .order_by(_postings.c.ledger)
)
_FUND = (
    select(_SUM.label("total"))
    .join(tables.accounts, tables.accounts.c.id == _postings.c.account_id)
    .where(_postings.c.ledger == FUND, tables.accounts.c.market == bindparam("of_market"))
)


async def entries(
    unit: UnitOfWork,
    account_id: str,
    *,
    before_seq: int | None = None,
    limit: int = 50,
    kinds: Collection[str] | None = None,
) -> tuple[Entry, ...]:
    """An account's events, newest first; `kinds` are slugs as in `engine.events.EVENT_TYPES`."""
    statement = _NEWEST_FIRST.limit(limit)
    if before_seq is not None:
        statement = statement.where(_events.c.seq < before_seq)
    if kinds is not None:
        statement = statement.where(_events.c.kind.in_(sorted(kinds)))
    rows = await unit.fetch(statement, {"of_account": account_id})
    return tuple(Entry(row.account_id, row.seq, row.at, row.market_time, _event(row.body)) for row in rows)


async def count(unit: UnitOfWork, account_id: str, kinds: Collection[str]) -> int:
    """How many events of these kinds an account has."""
    statement = _COUNT.where(_events.c.kind.in_(sorted(kinds)))
    return int((await unit.fetch(statement, {"of_account": account_id}))[0].total)


async def replayed(unit: UnitOfWork, account_id: str) -> MarginAccount:
    """The state that the whole journal leads to; it equals the stored one."""
    rows = await unit.fetch(_BODIES, {"of_account": account_id})
    return replay(_event(row.body) for row in rows)


async def ledger_sum(unit: UnitOfWork) -> Decimal:
    """The sum over all postings of all accounts, in USDT: 0, or the books are wrong."""
    return _amount((await unit.fetch(_LEDGER_SUM))[0].total)


async def balances(unit: UnitOfWork, account_id: str) -> dict[str, Decimal]:
    """The balance of each ledger account of a margin account, in USDT."""
    rows = await unit.fetch(_BALANCES, {"of_account": account_id})
    return {row.ledger: _amount(row.total) for row in rows}


async def fund(unit: UnitOfWork, market: str) -> Decimal:
    """What a market's insurance fund has taken in less what it paid out, in USDT."""
    return _amount((await unit.fetch(_FUND, {"of_market": market}))[0].total)


def _amount(total: Decimal | None) -> Decimal:
    return total if total is not None else Decimal(0)


def _event(body: object) -> Event:
    with reading():
        return event_from_json(body)

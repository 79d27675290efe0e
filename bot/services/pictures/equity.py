"""An account's equity over time: its journal along the kept prices."""

import asyncio
from collections.abc import AsyncIterable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from bot.charts.spec import MarkKind
from bot.services.examiner import Examiner
from bot.services.kept_path import KEPT
from bot.services.pictures.price_path import width_of
from bot.services.pictures.wanted import place
from bot.storage import UnitOfWork, journal
from bot.storage.accounts import Account
from bot.storage.journal import Entry
from engine.account import MarginAccount
from engine.candles import MinuteCandle
from engine.events import Deposited, Event, FundingPaid, PositionLiquidated
from engine.formulas import unrealised_pnl
from engine.market import MarketSnapshot

MOST_MARKS = 40
"""So many marks are shown, the latest: ours."""
MOST_ENTRIES = 2_000
"""A journal that is longer has no curve: ours, so that nobody waits for the reading of it."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MINUTE = timedelta(minutes=1)
_MARKS: Mapping[type[Event], MarkKind] = {
    Deposited: MarkKind.DEPOSIT,
    FundingPaid: MarkKind.FUNDING,
    PositionLiquidated: MarkKind.LIQUIDATION,
}


@dataclass(slots=True)
class _Prices:
    """The latest known mark of each symbol; an entry price where none is known yet."""

    known: dict[str, Decimal]

    def equity(self, account: MarginAccount) -> Decimal:
        held = account.positions.values()
        open_ = (
            unrealised_pnl(
                each.side, each.quantity, each.entry_price, self.known.get(each.symbol, each.entry_price)
            )
            for each in held
        )
        return sum(open_, account.wallet)


async def equity_of(
    unit: UnitOfWork, account: Account, examiner: Examiner, market: MarketSnapshot
) -> dict[str, Any] | None:
    """The data of an account's curve at the market's time; None for a journal that is too long."""
    found = await journal.entries(unit, account.id, limit=MOST_ENTRIES + 1)
    if len(found) > MOST_ENTRIES:
        return None
    entries = found[::-1]
    begin = max(entries[0].market_time, market.time - KEPT) if entries else market.time
    traded = {str(each.event.symbol) for each in entries if hasattr(each.event, "symbol")}
    pieces = examiner.candles(unit, account, traded, begin, market.time)
    steps = await prices_by_step(pieces, market.time - begin)
    marks = {each: market.quote(each).mark for each in traded if each in market.quotes}
    return await asyncio.to_thread(equity_data, entries, steps, market.time, marks)


async def prices_by_step(
    pieces: AsyncIterable[Sequence[MinuteCandle]], length: timedelta
) -> dict[datetime, dict[str, Decimal]]:
    """The last mark of each symbol within each step of a stretch of time, by the end of the step."""
    width = width_of(length) * _MINUTE
    found: dict[datetime, dict[str, Decimal]] = {}
    async for minutes in pieces:
        for each in minutes:
            end = each.minute - (each.minute - _EPOCH) % width + width
            found.setdefault(end, {})[each.symbol] = each.mark.close
    return found


def equity_data(
    entries: Iterable[Entry],
    steps: Mapping[datetime, Mapping[str, Decimal]],
    now: datetime,
    marks: Mapping[str, Decimal],
) -> dict[str, Any]:
    """The curve as data: `entries` are the journal, oldest first, `marks` the prices of `now`.

    Points are the entries and the steps; equity is the wallet and the unrealised PnL at the prices known by then.
    """
    account, prices = MarginAccount.empty(), _Prices({})
    points: list[tuple[datetime, Decimal]] = []
    shown: list[dict[str, Any]] = []
    waiting = sorted((end, known) for end, known in steps.items() if end <= now)
    for entry in entries:
        while waiting and waiting[0][0] <= entry.market_time:
            end, known = waiting.pop(0)
            prices.known.update(known)
            _add(points, end, prices, account)
        account = account.apply(entry.event)
        _add(points, entry.market_time, prices, account)
        kind = _MARKS.get(type(entry.event))
        if kind is not None:
            shown.append({"at": entry.market_time.isoformat(), "kind": kind})
    for end, known in waiting:
        prices.known.update(known)
        _add(points, end, prices, account)
    prices.known.update(marks)
    _add(points, now, prices, account)
    return {
        "points": [[at.isoformat(), place(value)] for at, value in points],
        "marks": shown[-MOST_MARKS:],
    }


def _add(
    points: list[tuple[datetime, Decimal]], at: datetime, prices: _Prices, account: MarginAccount
) -> None:
    """A point; of several at one time the last counts. Before the first deposit there is none."""
    if not account.version:
        return
    if points and points[-1][0] == at:
        points.pop()
    points.append((at, prices.equity(account)))

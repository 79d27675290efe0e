"""What prices and funding rates were: one-minute candles of mark and last, and the rates of past timestamps."""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any

from sqlalchemy import Row, and_, bindparam, delete, func, insert, select

from bot.storage.tables import candles, funding_rates
from bot.storage.unit import UnitOfWork
from engine.candles import MinuteCandle
from engine.resimulation import Candle

Rates = Mapping[tuple[str, datetime], Decimal]
"""Funding rates, fractions per interval, by symbol and settlement time (UTC)."""
EIGHT_PLACES = Decimal("1e-8")

_PUT = insert(candles)
_REPLACE = delete(candles).where(
    candles.c.market == bindparam("of_market"),
    candles.c.minute == bindparam("of_minute"),
    candles.c.symbol == bindparam("of_symbol"),
)
_BETWEEN = (
    select(candles)
    .where(
        candles.c.market == bindparam("of_market"),
        candles.c.minute >= bindparam("begin"),
        candles.c.minute < bindparam("end"),
    )
    .order_by(candles.c.minute, candles.c.symbol)
)
_newest = (
    select(candles.c.symbol, func.max(candles.c.minute).label("minute"))
    .where(candles.c.market == bindparam("of_market"), candles.c.minute >= bindparam("since"))
    .group_by(candles.c.symbol)
    .subquery()
)
_LATEST = (
    select(candles)
    .join(_newest, and_(_newest.c.symbol == candles.c.symbol, _newest.c.minute == candles.c.minute))
    .where(candles.c.market == bindparam("of_market"))
)
_RATES = select(funding_rates).where(
    funding_rates.c.market == bindparam("of_market"), funding_rates.c.at >= bindparam("since")
)
_PUT_RATE = insert(funding_rates)
_REPLACE_RATE = delete(funding_rates).where(
    funding_rates.c.market == bindparam("of_market"),
    funding_rates.c.at == bindparam("of_time"),
    funding_rates.c.symbol == bindparam("of_symbol"),
)
_PURGES = (
    delete(candles).where(candles.c.minute < bindparam("older")),
    delete(funding_rates).where(funding_rates.c.at < bindparam("older")),
)


def put(unit: UnitOfWork, market: str, minutes: Iterable[MinuteCandle]) -> None:
    """Stores candles, to 8 places; one of the same minute and symbol is replaced."""
    kept = tuple(minutes)
    for each in kept:
        which = {"of_market": market, "of_minute": each.minute, "of_symbol": each.symbol}
        unit.write(_REPLACE, which)
    for each in kept:
        prices = {"market": market, "minute": each.minute, "symbol": each.symbol}
        unit.write(_PUT, {**prices, **_row("mark", each.mark), **_row("last", each.last)})


async def between(
    unit: UnitOfWork, market: str, symbols: Collection[str] | None, begin: datetime, end: datetime
) -> tuple[MinuteCandle, ...]:
    """Candles of the minutes that start in [begin, end), of all symbols if None, in the order of minute and symbol."""
    statement = _BETWEEN if symbols is None else _BETWEEN.where(candles.c.symbol.in_(sorted(symbols)))
    rows = await unit.fetch(statement, {"of_market": market, "begin": begin, "end": end})
    return tuple(_candle_of(row) for row in rows)


async def latest(unit: UnitOfWork, market: str, since: datetime) -> Mapping[str, MinuteCandle]:
    """The newest candle of every symbol that has one since a time."""
    rows = await unit.fetch(_LATEST, {"of_market": market, "since": since})
    return {row.symbol: _candle_of(row) for row in rows}


def put_rates(unit: UnitOfWork, market: str, rates: Rates) -> None:
    """Stores the rate that each symbol had at a funding timestamp; one that is there is replaced."""
    for symbol, at in rates:
        unit.write(_REPLACE_RATE, {"of_market": market, "of_time": at, "of_symbol": symbol})
    for (symbol, at), rate in rates.items():
        unit.write(_PUT_RATE, {"market": market, "at": at, "symbol": symbol, "rate": _eight(rate)})


async def rates(unit: UnitOfWork, market: str, since: datetime) -> Rates:
    """Recorded funding rates by symbol and timestamp, as a MarketSnapshot takes them."""
    rows = await unit.fetch(_RATES, {"of_market": market, "since": since})
    return {(row.symbol, row.at): row.rate for row in rows}


def purge(unit: UnitOfWork, older: datetime) -> None:
    """Forgets what is older."""
    for statement in _PURGES:
        unit.write(statement, {"older": older})


def _row(price: str, candle: Candle) -> dict[str, Any]:
    return {f"{price}_{part}": _eight(getattr(candle, part)) for part in ("open", "high", "low", "close")}


def _candle_of(row: Row[Any]) -> MinuteCandle:
    mark = Candle(row.mark_open, row.mark_high, row.mark_low, row.mark_close)
    last = Candle(row.last_open, row.last_high, row.last_low, row.last_close)
    return MinuteCandle(row.symbol, row.minute, mark, last)


def _eight(price: Decimal) -> Decimal:
    return price.quantize(EIGHT_PLACES, ROUND_HALF_EVEN)

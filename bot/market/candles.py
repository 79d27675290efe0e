"""One-minute candles of what a market showed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from engine.candles import MinuteCandle
from engine.market import MarketSnapshot, Quote
from engine.resimulation import Candle

MINUTE = timedelta(minutes=1)


@dataclass(slots=True)
class _Open:
    """A minute that has not ended; `at` is the time of its newest quote."""

    minute: datetime
    at: datetime
    mark: Candle
    last: Candle


class Minutes:
    """Gathers snapshots into candles of mark and last by symbol; nothing is invented for a minute without a quote.

    A quote belongs to the minute of its own time. A symbol's minute ends with its first quote of a later one, or when
    the market's time is a whole minute past it, so that a price that comes late is not lost. A quote older than the
    newest of its symbol is ignored.
    """

    def __init__(self, begun: Iterable[MinuteCandle] = ()) -> None:
        """`begun`: minutes under way that were written down before, to be gone on with."""
        self._open = {each.symbol: _Open(each.minute, each.minute, each.mark, each.last) for each in begun}
        self._ended: dict[str, datetime] = {}

    def add(self, market: MarketSnapshot) -> tuple[MinuteCandle, ...]:
        """Take in a snapshot; the candles of the minutes that ended with it, in the order of minute and symbol."""
        ended = [*self._overdue(market.time)]
        for quote in market.quotes.values():
            ended += self._take(quote)
        return tuple(sorted(ended, key=lambda candle: (candle.minute, candle.symbol)))

    def current(self) -> tuple[MinuteCandle, ...]:
        """The candles of the minutes under way, as far as they have come; they go on."""
        return tuple(
            MinuteCandle(symbol, held.minute, held.mark, held.last)
            for symbol, held in sorted(self._open.items())
        )

    def flush(self) -> tuple[MinuteCandle, ...]:
        """The candles of the minutes under way, as far as they have come; nothing more is added to these."""
        left = [self._close(symbol) for symbol in tuple(self._open)]
        return tuple(sorted(left, key=lambda candle: (candle.minute, candle.symbol)))

    def _take(self, quote: Quote) -> Iterator[MinuteCandle]:
        minute = quote.at.replace(second=0, microsecond=0)
        if minute <= self._ended.get(quote.symbol, minute - MINUTE):
            return
        held = self._open.get(quote.symbol)
        if held is not None and quote.at < held.at:
            return
        if held is not None and minute > held.minute:
            yield self._close(quote.symbol)
            held = None
        if held is None:
            self._open[quote.symbol] = _Open(minute, quote.at, _first(quote.mark), _first(quote.last))
            return
        held.at = quote.at
        held.mark, held.last = _then(held.mark, quote.mark), _then(held.last, quote.last)

    def _overdue(self, now: datetime) -> Iterator[MinuteCandle]:
        for symbol, held in tuple(self._open.items()):
            if now >= held.minute + 2 * MINUTE:
                yield self._close(symbol)

    def _close(self, symbol: str) -> MinuteCandle:
        held = self._open.pop(symbol)
        self._ended[symbol] = held.minute
        return MinuteCandle(symbol, held.minute, held.mark, held.last)


def _first(price: Decimal) -> Candle:
    return Candle(price, price, price, price)


def _then(candle: Candle, price: Decimal) -> Candle:
    return Candle(candle.open, max(candle.high, price), min(candle.low, price), price)

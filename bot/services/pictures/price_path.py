"""Candles of a picture: one-minute candles merged into some dozens, by the marks."""

from collections.abc import AsyncIterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from engine.candles import MinuteCandle
from engine.resimulation import Candle

MOST_BARS = 96
WIDTHS = (1, 2, 3, 5, 10, 15, 30, 60, 120, 240, 480, 720, 1440)
"""Minutes of a bar."""
_MINUTE = timedelta(minutes=1)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
Bars = Sequence[tuple[datetime, Candle]]


@dataclass(frozen=True, slots=True)
class KeptBar:
    """A bar as it was kept: when it begins (ISO) and its four prices."""

    at: str
    prices: tuple[float, float, float, float]


def width_of(length: timedelta) -> int:
    """The minutes of a bar with which a stretch of time has some dozens of them."""
    minutes = length / _MINUTE
    return next((each for each in WIDTHS if minutes / each <= MOST_BARS), WIDTHS[-1])


async def bars_of(pieces: AsyncIterable[Sequence[MinuteCandle]], symbol: str, length: timedelta) -> Bars:
    """The marks of a symbol over a stretch of time, as bars in the order of time; gaps stay gaps."""
    width = width_of(length) * _MINUTE
    found: dict[datetime, Candle] = {}
    async for minutes in pieces:
        for each in minutes:
            if each.symbol == symbol:
                start = each.minute - (each.minute - _EPOCH) % width
                found[start] = joined(found.get(start), each.mark)
    return tuple(found.items())


def alone(at: datetime, price: Decimal) -> Bars:
    """One bar of one price, for a chart of levels where no candles are kept."""
    return ((at - (at - _EPOCH) % _MINUTE, Candle(price, price, price, price)),)


def joined(before: Candle | None, now: Candle) -> Candle:
    """Two candles, one after the other, as one."""
    if before is None:
        return now
    return Candle(before.open, max(before.high, now.high), min(before.low, now.low), now.close)


def bars_data(bars: Bars) -> dict[str, Any]:
    """Bars as data to keep: the first one's time, and of each the minutes since and its prices."""
    if not bars:
        return {"start": None, "rows": []}
    start = bars[0][0]
    rows = [[(at - start) // _MINUTE, *map(_short, _prices(candle))] for at, candle in bars]
    return {"start": start.isoformat(), "rows": rows}


def bars_from(kept: Mapping[str, Any]) -> Iterator[KeptBar]:
    """The bars that bars_data wrote."""
    for minutes, opened, high, low, close in kept["rows"]:
        at = datetime.fromisoformat(kept["start"]) + minutes * _MINUTE
        yield KeptBar(at.isoformat(), (float(opened), float(high), float(low), float(close)))


def _prices(candle: Candle) -> tuple[Decimal, Decimal, Decimal, Decimal]:
    return candle.open, candle.high, candle.low, candle.close


def _short(price: Decimal) -> str:
    return f"{price.normalize():f}"

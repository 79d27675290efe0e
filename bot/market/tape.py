"""A tape: recorded key points of one famous day, the facts that a replay is built from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import ClassVar, Literal

from engine.market import MarketSnapshot
from engine.position import Side

Extreme = Literal["low", "high"]


@dataclass(frozen=True, slots=True)
class Candle:
    """Open, high, low and close of one interval, in units of the series' step."""

    open: int
    high: int
    low: int
    close: int

    @property
    def rising(self) -> bool:
        return self.close >= self.open


@dataclass(frozen=True, slots=True)
class Series:
    """The candles of one symbol; a price in USDT is `ticks · step`, the step being the finest digit on record.

    The step is not the contract's tick of today: recorded prices may be finer or coarser. `seed` decides how the path
    wanders between the candles' prices.
    """

    symbol: str
    step: Decimal
    candles: tuple[Candle, ...]
    seed: str

    def price(self, ticks: int) -> Decimal:
        return ticks * self.step


@dataclass(frozen=True, slots=True)
class MinuteNote:
    """What is known of a single minute, in ticks of the noted symbol; `pin` puts that extreme of the hour there."""

    at: datetime
    price: int
    bound: Literal["low", "high", "close"] | None = None
    pin: Extreme | None = None


@dataclass(frozen=True, slots=True)
class MinuteNotes:
    """Notes on one symbol from a related contract: they tell when things happened, the candles how far they went."""

    symbol: str
    source: str
    points: tuple[MinuteNote, ...]


@dataclass(frozen=True, slots=True)
class MarkLow:
    """The lowest mark price known of one hour, in USDT, where the last price fell further; `step` is its finest digit."""

    symbol: str
    hour: datetime
    mark: Decimal
    last: Decimal
    step: Decimal = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class AdlStrike:
    """Auto-deleveraging that the replay's script brings at a minute: ours, nobody recorded who was struck where.

    It closes positions of `side` whose place in the queue (docs/margin.md §Liquidation, 7) is at least `least_rank`, at
    the market's own `price` of that minute, which stands for the unknown bankruptcy prices of the other side.
    """

    at: datetime
    symbol: str
    side: Side
    least_rank: Decimal
    price: Literal["mark", "last"]

    def price_in(self, market: MarketSnapshot) -> Decimal:
        """At what the struck position is closed, in USDT. Raises UnknownSymbol, PriceStale."""
        quote = market.quote(self.symbol)
        return quote.mark if self.price == "mark" else quote.last


@dataclass(frozen=True, slots=True)
class Tape:
    """Facts of a day with their source; times are UTC, `series` holds one candle per interval and symbol.

    `stand_in`: prices of another kind of market (spot) take the place of the perpetual's.
    """

    reconstruction: ClassVar[Literal[True]] = True
    """Whatever is finer than a candle is not recorded but built (bot/market/path.py): show it as such."""

    id: str
    title: str
    venue: str
    stand_in: bool
    source: str
    transcribed: date
    start: datetime
    interval: timedelta
    series: Mapping[str, Series]
    minutes: MinuteNotes | None
    mark_lows: tuple[MarkLow, ...]
    adl: tuple[AdlStrike, ...] = ()

    @property
    def hours(self) -> int:
        """How many intervals the tape has."""
        return len(next(iter(self.series.values())).candles)

    @property
    def length(self) -> timedelta:
        return self.hours * self.interval

    @property
    def end(self) -> datetime:
        return self.start + self.length

    def hour_start(self, hour: int) -> datetime:
        return self.start + hour * self.interval

    def hour_at(self, time: datetime) -> int:
        """The number of the interval that contains a time; the end belongs to the last one. Raises ValueError."""
        if not self.start <= time <= self.end:
            raise ValueError(f"{time} is not on the tape {self.id}")
        return min((time - self.start) // self.interval, self.hours - 1)

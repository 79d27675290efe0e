"""The kept one-minute candles as the path that a retold life is led along: merged where there are many."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import groupby

from bot.storage import UnitOfWork, candles
from engine.candles import MinuteCandle
from engine.resimulation import Candle

KEPT = timedelta(days=30)
MINUTE = timedelta(minutes=1)
MOST_SPANS = 2_000
"""A path of more candles than this is told in longer ones: ours."""
_AT_ONCE = timedelta(hours=12)
_WIDTHS = (1, 2, 3, 4, 5, 6, 8, 10, 12, 15, 16, 20, 24, 30, 40, 48, 60)
"""Minutes of a merged candle: they all divide 4 hours, so that none reaches over a funding timestamp."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Span:
    """How mark prices went from `start` on, by symbol."""

    start: datetime
    candles: Mapping[str, Candle]


@dataclass(frozen=True, slots=True)
class Path:
    """Spans in the order of time; `width`: the minutes of a merged one."""

    spans: tuple[Span, ...] = ()
    width: int = 1

    @property
    def known_from(self) -> datetime | None:
        """Where the path begins; None where there is none."""
        return self.spans[0].start if self.spans else None


def minute_of(at: datetime) -> datetime:
    """The minute that a time lies in."""
    return at - (at - _EPOCH) % MINUTE


def width_for(length: timedelta, most: int = MOST_SPANS) -> int:
    """The minutes of a candle with which a stretch of time has at most so many of them; 60 at most."""
    minutes = length / MINUTE
    return next((each for each in _WIDTHS if minutes / each <= most), _WIDTHS[-1])


def merged(
    minutes: Iterable[MinuteCandle], width: int = 1, apart: Collection[datetime] = ()
) -> Iterator[Span]:
    """Candles of so many minutes, by the marks; minutes that are `apart` stay alone.

    A merged candle has the first open, the last close and the extremes; which extreme comes first is settled against
    the account, as within a minute (ours; docs/margin.md §Scenarios).
    """

    def belongs(each: MinuteCandle) -> tuple[datetime, bool]:
        alone = each.minute in apart
        return each.minute if alone else each.minute - (each.minute - _EPOCH) % (width * MINUTE), alone

    for _, together in groupby(minutes, belongs):
        found: dict[str, Candle] = {}
        start: datetime | None = None
        for each in together:
            start = start or each.minute
            before, now = found.get(each.symbol, each.mark), each.mark
            extremes = max(before.high, now.high), min(before.low, now.low)
            found[each.symbol] = Candle(before.open, *extremes, now.close)
        if start is not None:
            yield Span(start, found)


async def kept_path(
    unit: UnitOfWork,
    market: str,
    symbols: Collection[str],
    begin: datetime,
    end: datetime,
    apart: Collection[datetime] = (),
    most: int = MOST_SPANS,
) -> Path:
    """What is kept of a market's path from the minute of `begin` up to `end`, in about `most` spans.

    It is read and merged half a day at a time, so that nobody else waits for all of it.
    """
    width = width_for(end - begin, most)
    spans: list[Span] = []
    at = minute_of(begin)
    while at < end:
        until = min(at - (at - _EPOCH) % _AT_ONCE + _AT_ONCE, end)
        spans += merged(await candles.between(unit, market, symbols, at, until), width, apart)
        at = until
    return Path(tuple(spans), width)

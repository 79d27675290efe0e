"""How much positions are one and the same bet: correlations of hourly returns, and what they make of a book.

Chances, not money: floats. The effective number of bets is the square of the diversification ratio (Choueifaty and
Coignard, 2008): the sum of what each position swings alone, over what they swing together.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import combinations, pairwise
from math import atanh, log, sqrt, tanh
from statistics import NormalDist

from bot.services.swings import Swings
from bot.storage import UnitOfWork, candles
from engine.margin import PositionFigures
from engine.position import PositionKey

LOOKED_BACK = timedelta(days=7)
ENOUGH = 24
"""So many hourly returns, a whole day of them, are the least to judge by (ours)."""
_HOUR = timedelta(hours=1)
_LAST = timedelta(minutes=2)
"""An hour's close is that of its last minute, or the one before; without either the hour is not known (ours)."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_NINETY_FIVE = NormalDist().inv_cdf(0.975)


@dataclass(frozen=True, slots=True)
class Hourly:
    """Covariances of log returns per second, from so many hourly returns; `swings` is None where they are too few."""

    hours: int
    swings: Swings | None


@dataclass(frozen=True, slots=True)
class Link:
    """The correlation of two symbols, and the bounds that hold it with 95 % (Fisher's z) if it was measured."""

    symbols: tuple[str, str]
    correlation: float
    bounds: tuple[float, float] | None


@dataclass(frozen=True, slots=True)
class Together:
    """Several positions over a day, in USDT, one standard deviation: `alone` each, `joint` all, and `unrelated` if none
    had to do with another.

    `bets`: what they count as, from 1 to their number. `offset`: the share of the summed swings that cancels, from 0 to 1.
    `measured`: from kept prices; otherwise from what is usual. `hours`: how many hourly returns there were.
    """

    alone: Mapping[PositionKey, float]
    joint: float
    unrelated: float
    bets: float
    offset: float
    links: tuple[Link, ...]
    measured: bool
    hours: int


async def hourly(unit: UnitOfWork, market: str, symbols: Iterable[str], now: datetime) -> Hourly:
    """How these symbols moved together in the last seven days of a market, by the closes of the mark price."""
    wanted = tuple(sorted(set(symbols)))
    closes: list[dict[str, float] | None] = []
    end = now - (now - _EPOCH) % _HOUR
    at = end - LOOKED_BACK
    while at <= end:
        kept = await candles.between(unit, market, wanted, at - _LAST, at)
        found = {each.symbol: log(each.mark.close) for each in kept}
        closes.append(found if len(found) == len(wanted) else None)
        at += _HOUR
    return covaried(wanted, closes)


def covaried(symbols: tuple[str, ...], closes: Sequence[Mapping[str, float] | None]) -> Hourly:
    """Realised covariances of log closes an hour apart; an hour that is not known ends one row and begins another."""
    returns = [
        [now[symbol] - before[symbol] for symbol in symbols]
        for before, now in pairwise(closes)
        if before is not None and now is not None
    ]
    count = len(returns)
    if count < ENOUGH:
        return Hourly(count, None)
    seconds = count * _HOUR.total_seconds()
    places = range(len(symbols))
    rows = tuple(tuple(sum(each[a] * each[b] for each in returns) / seconds for b in places) for a in places)
    if any(rows[place][place] <= 0 for place in places):
        return Hourly(count, None)
    return Hourly(count, Swings(symbols, rows, float(count)))


def together(held: Sequence[PositionFigures], found: Hourly, usual: Swings) -> Together:
    """What several positions are together; where too little is kept, by the covariances that are `usual`."""
    known = usual if found.swings is None else found.swings
    measured = found.swings is not None
    worth = {each.position.key: float(each.position.side.sign * each.notional) for each in held}
    day = 24 * _HOUR.total_seconds()
    alone = {key: abs(size) * known.deviation(key[0], day) for key, size in worth.items()}
    variance = sum(
        one * other * covariance(known, a[0], b[0]) * day
        for a, one in worth.items()
        for b, other in worth.items()
    )
    joint, summed = sqrt(max(0.0, variance)), sum(alone.values())
    bets = len(worth) if joint * len(worth) ** 0.5 <= summed else (summed / joint) ** 2
    return Together(
        alone=alone,
        joint=joint,
        unrelated=sqrt(sum(each**2 for each in alone.values())),
        bets=max(1.0, float(bets)),
        offset=1 - joint / summed if summed else 0.0,
        links=tuple(
            _links(known, sorted({symbol for symbol, _ in worth}), found.hours if measured else None)
        ),
        measured=measured,
        hours=found.hours,
    )


def covariance(known: Swings, one: str, other: str) -> float:
    """The covariance of two symbols' log returns per second."""
    return known.covariance[known.symbols.index(one)][known.symbols.index(other)]


def beta(known: Swings, symbol: str, leading: str) -> float:
    """By how much a symbol's log price usually moves with one of the leading symbol's."""
    return covariance(known, symbol, leading) / covariance(known, leading, leading)


def _links(known: Swings, symbols: Sequence[str], hours: int | None) -> Iterable[Link]:
    for pair in combinations(symbols, 2):
        deviations = known.deviation(pair[0], 1.0) * known.deviation(pair[1], 1.0)
        found = max(-1.0, min(1.0, covariance(known, *pair) / deviations))
        yield Link(pair, found, None if hours is None else bounds(found, hours))


def bounds(correlation: float, count: int) -> tuple[float, float]:
    """Between what the true correlation lies with 95 %, were returns normal (Fisher, 1915); real ones are wilder."""
    if abs(correlation) >= 1.0:
        return correlation, correlation
    place, error = atanh(correlation), _NINETY_FIVE / sqrt(count - 3)
    return tanh(place - error), tanh(place + error)

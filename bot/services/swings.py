"""How much prices swing: variances and covariances of stored one-minute candles, else those usual for a contract.

Chances, not money: floats.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import log, sqrt

from bot.market import Levels, load_levels
from bot.storage import UnitOfWork, candles
from engine.candles import MinuteCandle

LOOKED_BACK = timedelta(hours=24)
SPAN = 300
"""Seconds of one return: so long that the jitter of single ticks does not count as a swing (ours)."""
ENOUGH = 48
"""So many returns, four hours of them, are the least to judge by (ours)."""
_YEAR = 365 * 24 * 3600.0
_UNKNOWN = 1.0
"""Volatility per year of a contract of which nothing is known (ours)."""


@dataclass(frozen=True, slots=True)
class Swings:
    """Covariances of log returns per second, a row for each symbol in order.

    `hours`: how many hours of stored prices they come from; None: too few, so what is usual is taken.
    """

    symbols: tuple[str, ...]
    covariance: tuple[tuple[float, ...], ...]
    hours: float | None

    def deviation(self, symbol: str, seconds: float) -> float:
        """The standard deviation of a symbol's log return over a time."""
        place = self.symbols.index(symbol)
        return sqrt(self.covariance[place][place] * seconds)


async def swings(unit: UnitOfWork, market: str, symbols: Iterable[str], now: datetime) -> Swings:
    """How these symbols swung in the last 24 hours of a market, or usually swing."""
    wanted = tuple(sorted(set(symbols)))
    kept = await candles.between(unit, market, wanted, now - LOOKED_BACK, now)
    return measured(wanted, kept) or usual(wanted, load_levels())


def measured(symbols: tuple[str, ...], kept: Sequence[MinuteCandle]) -> Swings | None:
    """Realised covariances of the mark price over spans of five minutes; None where they are too few or none moved."""
    closes: dict[str, dict[int, float]] = {symbol: {} for symbol in symbols}
    for each in kept:
        closes[each.symbol][int(each.minute.timestamp()) // SPAN] = log(each.mark.close)
    common = set.intersection(*(set(of_one) for of_one in closes.values())) if closes else set()
    ends = sorted(each for each in common if each - 1 in common)
    if len(ends) < ENOUGH:
        return None
    returns = [[closes[symbol][end] - closes[symbol][end - 1] for end in ends] for symbol in symbols]
    rows = tuple(
        tuple(sum(map(_product, one, other)) / (len(ends) * SPAN) for other in returns) for one in returns
    )
    if any(rows[place][place] <= 0 for place in range(len(symbols))):
        return None
    return Swings(symbols, rows, len(ends) * SPAN / 3600)


def usual(symbols: tuple[str, ...], levels: Levels) -> Swings:
    """The covariances of the simulated market's model: a common factor and each contract's own part."""
    common = levels.market.volatility**2
    known = levels.symbols
    betas: Mapping[str, float] = {
        s: known[s].beta if s in known else _UNKNOWN / sqrt(common) for s in symbols
    }
    own: Mapping[str, float] = {s: known[s].volatility if s in known else 0.0 for s in symbols}
    rows = tuple(
        tuple((betas[a] * betas[b] * common + (own[a] ** 2 if a == b else 0.0)) / _YEAR for b in symbols)
        for a in symbols
    )
    return Swings(symbols, rows, None)


def _product(one: float, other: float) -> float:
    return one * other

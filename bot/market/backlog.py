"""Snapshots that wait for a consumer slower than the stream, merged without losing where prices have been."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal

from engine.decimals import exact
from engine.market import MarketSnapshot


class Backlog:
    """A queue of snapshots, oldest first, that stays short.

    While the consumer keeps up, every snapshot is handed over. What piles up is thinned to real snapshots, none made
    up: the newest, and for the mark and the last price of each symbol those of its highest and lowest point since the
    last one handed over, of its deepest fall and of its steepest rise (both ends, for trailing stops). So a price that
    went up all the while leaves one snapshot, one that went both ways leaves its turning point too, and no trigger is
    jumped over. Lost can be a moment in between at which several symbols of one cross account stood worse together
    than at each one's own extreme: ours.
    """

    def __init__(self) -> None:
        self._waiting: list[MarketSnapshot] = []
        self._taken: MarketSnapshot | None = None
        self.merged = 0

    def __len__(self) -> int:
        return len(self._waiting)

    def put(self, market: MarketSnapshot) -> None:
        """Add the newest snapshot."""
        self._waiting.append(market)
        if len(self._waiting) > 1:
            anchored = self._waiting if self._taken is None else [self._taken, *self._waiting]
            kept = telling(anchored)
            first = len(anchored) - len(self._waiting)
            thinned = [each for n, each in enumerate(anchored) if n >= first and n in kept]
            self.merged += len(self._waiting) - len(thinned)
            self._waiting = thinned

    def take(self) -> MarketSnapshot:
        """Hand over the oldest. Raises IndexError if none waits."""
        self._taken = self._waiting.pop(0)
        return self._taken


@exact
def telling(markets: Sequence[MarketSnapshot]) -> frozenset[int]:
    """The places of the snapshots that a queue must keep; the first counts as known already and is the reference."""
    kept = {len(markets) - 1}
    for symbol in markets[-1].quotes:
        quotes = [(n, each.quotes[symbol]) for n, each in enumerate(markets) if symbol in each.quotes]
        kept.update(_turns([(n, quote.mark) for n, quote in quotes]))
        kept.update(_turns([(n, quote.last) for n, quote in quotes]))
    return frozenset(kept)


def _turns(path: Sequence[tuple[int, Decimal]]) -> Iterator[int]:
    """Places of the highest and the lowest price and of both ends of the deepest fall and the steepest rise."""
    top = bottom = path[0]
    fall = rise = (path[0], path[0])
    for point in path[1:]:
        price = point[1]
        if price > top[1]:
            top = point
        elif price < bottom[1]:
            bottom = point
        if price * fall[0][1] < fall[1][1] * top[1]:
            fall = (top, point)
        if price * rise[0][1] > rise[1][1] * bottom[1]:
            rise = (bottom, point)
    yield from (place for place, _ in (top, bottom, *fall, *rise))

"""The prices of every symbol: as quoted, and as integers where something depends on them."""

from __future__ import annotations

import numpy as np

from engine.market import Quote
from engine.watch.columns import Column
from engine.watch.scales import LANES, LAST, MARK, OutOfDomain, Scales

UNPRICED = 2**62
"""Stands on the lanes of a symbol that has had no price yet."""


class Prices:
    """Quotes come in with every tick; they become integers only when something is to be evaluated."""

    def __init__(self, scales: Scales) -> None:
        count = len(scales.grids)
        self._grids = scales.grids
        self.quotes: list[Quote | None] = [None] * count
        self.behind = bytearray(count)
        """Set for symbols whose quote has changed since its integers were made."""
        self.units = Column(np.int64, LANES * count)
        self.units.all[:] = UNPRICED
        self.beyond: set[int] = set()
        """Symbols whose price the integers cannot hold; they keep the integers of the price before."""

    def catch_up(self, number: int) -> None:
        """Make the integers of one symbol."""
        quote = self.quotes[number]
        self.behind[number] = 0
        if quote is None:
            return
        grid, units, lane = self._grids[number], self.units.at, LANES * number
        try:
            mark, last = grid.units(quote.mark), grid.units(quote.last)
        except OutOfDomain:
            self.beyond.add(number)
            return
        self.beyond.discard(number)
        units[lane + MARK], units[lane + MARK + 1] = mark
        units[lane + LAST], units[lane + LAST + 1] = last

    def catch_up_all(self) -> None:
        for number, behind in enumerate(self.behind):
            if behind:
                self.catch_up(number)

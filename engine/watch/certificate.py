"""How far prices may move before a unit has to be looked at again: in plain integers, one unit at a time.

Health of a unit at a surface (a margin ratio t) is t·balance − maintenance: above zero nothing is to be done
(docs/margin.md §Liquidation, whose condition includes equality). On its lane every leg's part of it rises with the
price, as no maintenance rate reaches t. So with every leg at or above its edge health is at least that of the corner,
where all are at their edges; and a guard is set only where the corner itself has been found healthy.
"""

from __future__ import annotations

from bisect import bisect_left
from typing import Final

from engine.watch.book import Book
from engine.watch.guards import ALWAYS
from engine.watch.prices import UNPRICED, Prices
from engine.watch.scales import FURTHEST, LANES, RISING, Grid, Scales

WIDEST = 0.9
"""Greatest radius of a box, as a part of the price."""
NARROWER = 0.999
TRIES = 4
EXACTLY = 1 - 1e-9
"""Keeps the float that proposes a radius from proposing one that is too wide by its rounding."""


Side = tuple[int, Grid, int, int, int, int]
"""One leg of a unit: slot, grid, sign (−1 on a rising lane), size (money of one price unit), basis, price at the mark.

A plain tuple, because every look at a unit makes one of each leg.
"""
PRICE: Final = 5


class Certificates:
    """Sets the guards of units; `corners` counts evaluations of a box's corner, `evaluations` those of a unit."""

    def __init__(self, book: Book, scales: Scales, prices: Prices) -> None:
        self._book = book
        self._scales = scales
        self._prices = prices
        self.evaluations = 0
        self.corners = 0

    def guard(self, unit: int, surface: int) -> bool:
        """Guard a unit at a surface, if it is healthy there; if not, nothing is changed.

        A unit with a symbol that has no price yet is guarded so that the first price fires it.
        """
        self.evaluations += 1
        sides = self._sides(unit)
        wallet = self._book.units.wallet.at[unit]
        move = self._book.guards.move
        if len(sides) == 1:
            (side,) = sides
            edge = self.threshold(side, wallet, surface)
            if side[PRICE] < edge:
                return False
            move(side[0], max(-FURTHEST, min(FURTHEST, edge)))
            return True
        if UNPRICED in [side[PRICE] for side in sides]:
            for side in sides:
                move(side[0], ALWAYS)
            return True
        edges = self.box(sides, wallet, surface)
        if edges is None:
            return False
        for side, edge in zip(sides, edges, strict=True):
            move(side[0], edge)
        return True

    def health(self, unit: int, surface: int) -> int | None:
        """Health at the marks, None if one of them is missing."""
        self.evaluations += 1
        sides = self._sides(unit)
        prices = [side[PRICE] for side in sides]
        if UNPRICED in prices:
            return None
        return self.health_at(sides, prices, self._book.units.wallet.at[unit], surface)

    def threshold(self, side: Side, wallet: int, surface: int) -> int:
        """The lowest price on its lane at which a single leg is healthy.

        Maintenance is the greatest of its brackets' lines, so health is the least; from the root of one line to that
        of the line in force there, upward, until it is the same.
        """
        _, grid, sign, size, basis, _ = side
        need, caps = surface * (basis - wallet), grid.caps
        bracket = 0
        edge = -ALWAYS
        while True:
            slope = (surface - sign * grid.rates[bracket]) * size
            root = (need - grid.amounts[bracket]) // slope + 1
            if root <= edge:
                return edge
            edge = root
            there = bisect_left(caps, sign * size * edge)
            if there == bracket:
                return edge
            bracket = there

    def box(self, sides: list[Side], wallet: int, surface: int) -> list[int] | None:
        """Edges of a box whose corner is healthy, as wide as it goes; None if not even the marks are."""
        balance, required, slopes = wallet, 0, 0
        for _, grid, sign, size, basis, price in sides:
            worth = size * price
            notional = worth * sign
            bracket = bisect_left(grid.caps, notional)
            rate = grid.rates[bracket]
            balance += worth - basis
            required += rate * notional - grid.amounts[bracket]
            slopes += (surface - sign * rate) * notional
        health = surface * balance - required
        if health <= 0:
            return None
        radius = min(WIDEST, health / slopes * EXACTLY) if slopes else WIDEST
        for _ in range(TRIES):
            edges = [price - int(radius * price * sign) for _, _, sign, _, _, price in sides]
            at_corner = self.corner(sides, edges, wallet, surface)
            if at_corner > 0:
                return edges
            radius *= health / (health - at_corner) * NARROWER
        return [side[PRICE] for side in sides]

    def corner(self, sides: list[Side], edges: list[int], wallet: int, surface: int) -> int:
        """Health where every leg is at its edge."""
        self.corners += 1
        return self.health_at(sides, edges, wallet, surface)

    def health_at(self, sides: list[Side], prices: list[int], wallet: int, surface: int) -> int:
        balance, required = wallet, 0
        for (_, grid, sign, size, basis, _), price in zip(sides, prices, strict=True):
            worth = size * price
            notional = worth * sign
            bracket = bisect_left(grid.caps, notional)
            balance += worth - basis
            required += grid.rates[bracket] * notional - grid.amounts[bracket]
        return surface * balance - required

    def _sides(self, unit: int) -> list[Side]:
        legs, units, behind = self._book.legs, self._prices.units.at, self._prices.behind
        grids, following = self._scales.grids, legs.next.at
        found: list[Side] = []
        leg = self._book.units.leg.at[unit]
        while leg >= 0:
            lane = legs.lane.at[leg]
            number = lane // LANES
            if behind[number]:
                self._prices.catch_up(number)
            grid = grids[number]
            size = grid.value * legs.lots.at[leg]
            sign = -1 if lane & RISING else 1
            found.append((legs.slot.at[leg], grid, sign, size, legs.basis.at[leg], units[lane]))
            leg = following[leg]
        return found

"""A full scan that must find nothing: written apart from what it checks, reading only rows and guards.

It sorts legs by unit, seeks maintenance as the greatest line of all brackets, and reckons in 64-bit integers where
they suffice, else in Python's. Checked are every unit at the marks of a snapshot, every unit where its legs are
guarded (the corner), every order, and the order among the guards themselves.
"""

from __future__ import annotations

from collections.abc import Collection
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from engine.market import MarketSnapshot
from engine.watch.book import Book
from engine.watch.guards import ALWAYS, BLOCK, PARKED
from engine.watch.prices import UNPRICED, Prices
from engine.watch.scales import Ints, Scales

Bools = NDArray[np.bool_]


def audit(
    book: Book, scales: Scales, prices: Prices, market: MarketSnapshot, pending: Collection[int]
) -> tuple[str, ...]:
    """One line for each fault: overdue and not proposed, a corner that is not healthy, a guard lost or out of order.

    `market` is the snapshot last ticked with.
    """
    return tuple(_Audit(book, scales, prices, market, pending).faults())


class _Audit:
    def __init__(
        self, book: Book, scales: Scales, prices: Prices, market: MarketSnapshot, pending: Collection[int]
    ) -> None:
        self._book = book
        self._scales = scales
        self._pending = np.zeros(book.accounts.used + 1, np.bool_)
        self._pending[list(pending)] = True
        self._prices = self._units(prices, market)
        rows = np.flatnonzero(book.legs.unit.all[: book.legs.used] >= 0)
        self._legs = rows[np.argsort(book.legs.unit.all[rows], kind="stable")]

    def faults(self) -> list[str]:
        return [*self._guards(), *self._orders(), *self._positions()]

    def _units(self, prices: Prices, market: MarketSnapshot) -> Ints:
        """All lanes at the snapshot's fresh prices, at the last known ones elsewhere."""
        found = prices.units.all.copy()
        for number, symbol in enumerate(self._scales.symbols):
            if symbol not in market.quotes or not market.fresh(symbol) or number in prices.beyond:
                continue
            quote, unit = market.quotes[symbol], Fraction(self._scales.grids[number].unit)
            for place, price in enumerate((quote.mark, quote.last)):
                exactly = Fraction(price) / unit
                found[4 * number + 2 * place] = exactly.__floor__()
                found[4 * number + 2 * place + 1] = (-exactly).__floor__()
        return found

    def _guards(self) -> list[str]:
        """Slots and owners belong to each other, tops and limits are the greatest edges, bounds their prices."""
        book, guards = self._book, self._book.guards
        faults = []
        for lane, blocks in enumerate(guards.blocks):
            edges = guards.edges.all.reshape(-1, BLOCK)[blocks]
            tops = edges.max(axis=1, initial=PARKED)
            if not np.array_equal(tops, guards.tops.all[blocks]):
                faults.append(f"lane {lane}: tops")
            limit = int(tops.max(initial=PARKED))
            unit = self._scales.grids[lane // 4].unit * (-1 if lane % 2 else 1)
            if guards.limits[lane] != limit or Fraction(guards.bounds[lane]) != Fraction(unit) * limit:
                faults.append(f"lane {lane}: limit")
            if (edges.ravel()[guards.counts[lane] :] != PARKED).any():
                faults.append(f"lane {lane}: edges of nothing")
        for name, table, owner in (
            ("leg", book.legs, book.legs.unit),
            ("order", book.orders, book.orders.account),
        ):
            rows = np.flatnonzero(owner.all[: table.used] >= 0)
            slots = table.slot.all[rows]
            owners = guards.owners.all[slots]
            wanted = rows if name == "leg" else ~rows
            lanes = guards.lanes.all[slots // BLOCK]
            lost = rows[(owners != wanted) | (lanes != table.lane.all[rows])]
            faults += [f"{name} {row}: not where it is guarded" for row in lost.tolist()]
            if len(rows) != len(table):
                faults.append(f"{len(table)} {name}s, {len(rows)} with an owner")
        if sum(guards.counts) != len(book.legs) + len(book.orders):
            faults.append("guards of nothing")
        return faults

    def _orders(self) -> list[str]:
        """An order that is reached is pending; any other is guarded at its price."""
        orders = self._book.orders
        rows = np.flatnonzero(orders.account.all[: orders.used] >= 0)
        edges = orders.edge.all[rows]
        pending = self._pending[orders.account.all[rows]]
        reached = edges > self._prices[orders.lane.all[rows]]
        guarded = self._book.guards.edges.all[orders.slot.all[rows]] == edges
        return [f"order {row}: not guarded" for row in rows[~pending & (reached | ~guarded)].tolist()]

    def _positions(self) -> list[str]:
        """Health of every unit at the marks, at liquidation, and at its corner, at its surface."""
        if not len(self._legs):
            return []
        book, legs = self._book, self._legs
        of = book.legs.unit.all[legs]
        starts = np.flatnonzero(np.diff(of, prepend=-1))
        units = of[starts]
        pending = self._pending[book.units.account.all[units]]
        lanes = book.legs.lane.all[legs].astype(np.int64)
        marks = self._prices[lanes]
        edges = book.guards.edges.all[book.legs.slot.all[legs]]
        unpriced = np.logical_or.reduceat(marks == UNPRICED, starts)
        whole = np.full(len(units), self._scales.whole)
        sick = self._unhealthy(starts, units, marks, whole, ~unpriced & ~pending)
        faults = [f"{self._name(unit)}: overdue" for unit in units[sick].tolist()]
        always = np.logical_or.reduceat(edges == ALWAYS, starts)
        parked = np.logical_or.reduceat(edges == PARKED, starts)
        beyond = np.logical_or.reduceat((edges > marks) & (edges != ALWAYS), starts)
        faults += [f"{self._name(unit)}: parked" for unit in units[parked & ~pending].tolist()]
        faults += [f"{self._name(unit)}: beyond its guard" for unit in units[beyond & ~pending].tolist()]
        surfaces = book.units.surface.all[units].astype(np.int64)
        corner = np.where(lanes % 2, np.minimum(edges, -1), np.maximum(edges, 0))
        sick = self._unhealthy(starts, units, corner, surfaces, ~always & ~parked)
        return [*faults, *(f"{self._name(unit)}: corner" for unit in units[sick].tolist())]

    def _unhealthy(self, starts: Ints, units: Ints, prices: Ints, surfaces: Ints, wanted: Bools) -> Bools:
        """Which of the wanted units are not healthy at prices of their legs."""
        book, legs, scales = self._book, self._legs, self._scales
        number = book.legs.lane.all[legs] // 4
        value = scales.value[number]
        lots, basis = book.legs.lots.all[legs], book.legs.basis.all[legs]
        extent = np.abs(value.astype(np.float64) * lots * prices) + np.abs(basis)
        large = np.add.reduceat(extent, starts) + np.abs(book.units.wallet.all[units]) >= scales.reach * 2
        worth = value * lots * prices
        notional = np.abs(worth)
        lines = scales.rates[number] * notional[:, None] - scales.amounts[number]
        balance = book.units.wallet.all[units] + np.add.reduceat(worth - basis, starts)
        required = np.add.reduceat(lines.max(axis=1), starts)
        found = surfaces * balance <= required
        for place in np.flatnonzero(large & wanted).tolist():
            first = int(starts[place])
            last = int(starts[place + 1]) if place + 1 < len(starts) else len(legs)
            found[place] = self._sick(units[place], range(first, last), prices, int(surfaces[place]))
        overdue: Bools = found & wanted
        return overdue

    def _sick(self, unit: int, places: range, prices: Ints, surface: int) -> bool:
        """The same in Python's integers."""
        book, total = self._book, 0
        for place in places:
            leg = int(self._legs[place])
            grid = self._scales.grids[book.legs.lane.at[leg] // 4]
            worth = grid.value * book.legs.lots.at[leg] * int(prices[place])
            lines = (r * abs(worth) - a for r, a in zip(grid.rates, grid.amounts, strict=True))
            total += surface * (worth - book.legs.basis.at[leg]) - max(lines)
        return bool(total + surface * book.units.wallet.at[unit] <= 0)

    def _name(self, unit: int) -> str:
        return f"{self._book.keys[self._book.units.account.at[unit]]} unit {unit}"

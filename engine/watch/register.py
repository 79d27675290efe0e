"""Brings the rows of an account in line with what it is now, and tells which of them are new or changed."""

from __future__ import annotations

import numpy as np

from engine.position import PositionKey, Side
from engine.watch.book import Book
from engine.watch.columns import NONE
from engine.watch.guards import PARKED
from engine.watch.intake import Integers, Leg
from engine.watch.proposals import Alert
from engine.watch.scales import LANES, RISING, THRESHOLDS, Ints, Scales

Unit = PositionKey | None
"""An isolated position by its key, or the cross account."""


class Register:
    """Writes units, legs and orders; knows which units have been `warned`, in the order of when they were looked at."""

    def __init__(self, book: Book, scales: Scales) -> None:
        self._book = book
        self._scales = scales
        sides = (Side.LONG, Side.SHORT)
        self._positions = [
            (symbol, sides[lane & RISING]) for symbol in scales.symbols for lane in range(LANES)
        ]
        self._thresholds = {scales.surface(ratio): ratio for ratio in THRESHOLDS}
        self.warned: dict[int, None] = {}

    def alerts(self, units: Ints) -> list[Alert]:
        """What is to be said of units: account, position (None for cross), threshold."""
        book, rows = self._book, self._book.units
        lanes = book.legs.lane.all[rows.leg.all[units]]
        isolated = rows.isolated.all[units].astype(np.bool_)
        return [
            Alert(book.keys[row], None if lane < 0 else self._positions[lane], self._thresholds[threshold])
            for row, lane, threshold in zip(
                rows.account.all[units].tolist(),
                np.where(isolated, lanes, NONE).tolist(),
                rows.threshold.all[units].tolist(),
                strict=True,
            )
        ]

    def place_units(self, row: int, found: Integers, threshold: int, warned: frozenset[Unit]) -> list[int]:
        """Write all units of an account; returns those that differ from what they were."""
        book = self._book
        isolated: dict[int, int] = {}
        crossed = NONE
        for unit in book.units_of(row):
            if not book.units.isolated.at[unit]:
                crossed = unit
                continue
            lane = book.legs.lane.at[book.units.leg.at[unit]]
            if lane in found.isolated:
                isolated[lane] = unit
            else:
                self.remove(unit)
        touched = []
        for lane, (leg, wallet) in found.isolated.items():
            unit = isolated.get(lane, NONE)
            if unit == NONE:
                unit = book.add_unit(row, isolated=True)
            told = bool(warned) and self._positions[lane] in warned
            if self._unit(unit, wallet, threshold, told=told) | self._legs(unit, {lane: leg}):
                touched.append(unit)
        if found.cross:
            if crossed == NONE:
                crossed = book.add_unit(row, isolated=False)
            changed = self._unit(crossed, found.wallet, threshold, told=None in warned)
            if self._legs(crossed, found.cross) | changed:
                touched.append(crossed)
        elif crossed != NONE:
            self.remove(crossed)
        return touched

    def place_orders(self, row: int, wanted: list[tuple[int, int]]) -> list[int]:
        """Write the prices that an account's orders wait for; returns the rows of new ones, which are parked."""
        book, orders = self._book, self._book.orders
        held = [(orders.lane.at[order], orders.edge.at[order], order) for order in book.orders_of(row)]
        missing = list(wanted)
        for lane, edge, order in held:
            if (lane, edge) in missing:
                missing.remove((lane, edge))
            else:
                book.remove_order(order)
        return [book.add_order(row, lane, edge) for lane, edge in missing]

    def remove(self, unit: int) -> None:
        """Take a unit out."""
        self.warned.pop(unit, None)
        self._book.remove_unit(unit)

    def _unit(self, unit: int, wallet: int, threshold: int, *, told: bool) -> bool:
        """Write wallet and surface of a unit; returns whether they are others."""
        units = self._book.units
        if not threshold:
            self.warned.pop(unit, None)
        elif told:
            self.warned[unit] = None
        surface = threshold if threshold and unit not in self.warned else self._scales.whole
        before = units.wallet.at[unit], units.surface.at[unit]
        units.wallet.at[unit], units.surface.at[unit] = wallet, surface
        units.threshold.at[unit] = threshold
        return before != (wallet, surface)

    def _legs(self, unit: int, wanted: dict[int, Leg]) -> bool:
        """Write the legs of a unit; returns whether any is another."""
        book, legs = self._book, self._book.legs
        changed = False
        held = {}
        for leg in book.legs_of(unit):
            lane = legs.lane.at[leg]
            if lane in wanted:
                held[lane] = leg
            else:
                book.remove_leg(leg)
                changed = True
        for lane, (lots, basis) in wanted.items():
            row = held.get(lane)
            if row is None:
                book.add_leg(unit, lane, lots, basis, PARKED)
                changed = True
            elif legs.lots.at[row] != lots or legs.basis.at[row] != basis:
                legs.lots.at[row], legs.basis.at[row] = lots, basis
                changed = True
        return changed

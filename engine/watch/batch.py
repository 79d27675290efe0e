"""The same certificates for many units at once, in vectors of 64-bit integers.

The steps are those of `certificate`; units too large for the vectors, or without a price, are left to it.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from engine.watch.book import Book
from engine.watch.certificate import EXACTLY, NARROWER, TRIES, WIDEST
from engine.watch.guards import PARKED
from engine.watch.prices import UNPRICED, Prices
from engine.watch.scales import FURTHEST, LANES, RISING, Ints, Scales

Bools = NDArray[np.bool_]
Floats = NDArray[np.float64]


class Verdict(NamedTuple):
    """Units by what was found: due, past the threshold of their account only now, or left to be looked at singly."""

    due: Ints
    warned: Ints
    left: Ints


class Legs(NamedTuple):
    """Legs of chosen units: `of` is the place of their unit among these; `size` the money of one price unit."""

    row: Ints
    of: Ints
    number: Ints
    sign: Ints
    size: Ints
    basis: Ints
    price: Ints

    def only(self, chosen: Bools, places: Ints) -> Legs:
        """Those that are chosen, their units renumbered."""
        kept = Legs(*(column[chosen] for column in self))
        return kept._replace(of=places[kept.of])


class Batch:
    """Evaluates units and sets their guards; counts as `Certificates` does."""

    def __init__(self, book: Book, scales: Scales, prices: Prices) -> None:
        self._book = book
        self._scales = scales
        self._prices = prices
        self.evaluations = 0
        self.corners = 0

    def examine(self, units: Ints) -> Verdict:
        """Find which units are due (their guards are parked) and which past their warning; guard the others anew."""
        self._prices.catch_up_all()
        self.evaluations += len(units)
        legs = self._legs(units)
        wallets = self._book.units.wallet.all[units]
        apart = self._apart(legs, wallets)
        left = units[apart]
        if apart.any():
            units, wallets, legs = self._without(apart, units, wallets, legs)
        surfaces = self._book.units.surface.all[units].astype(np.int64)
        balance, required, slopes = self._sums(legs, wallets, surfaces)
        healthy = surfaces * balance > required
        alive = self._scales.whole * balance > required
        warned = alive & ~healthy & (surfaces < self._scales.whole)
        due = ~healthy & ~warned
        if warned.any():
            self._book.units.surface.all[units[warned]] = self._scales.whole
            surfaces[warned] = self._scales.whole
            _, _, slopes = self._sums(legs, wallets, surfaces)
        edges = self._edges(legs, wallets, surfaces, surfaces * balance - required, slopes)
        edges[due[legs.of]] = PARKED
        self._book.guards.move_many(self._book.legs.slot.all[legs.row], edges)
        return Verdict(units[due], units[warned], left)

    def healthy(self, units: Ints, surfaces: Ints) -> Bools:
        """Which units are healthy at a surface each; one that is left to be looked at singly is not."""
        self._prices.catch_up_all()
        self.evaluations += len(units)
        legs, wallets = self._legs(units), self._book.units.wallet.all[units]
        balance, required, _ = self._sums(legs, wallets, surfaces)
        found: Bools = (surfaces * balance > required) & ~self._apart(legs, wallets)
        return found

    def _legs(self, units: Ints) -> Legs:
        """Walk the chains of all units side by side."""
        book = self._book
        rows, of = [], []
        row = book.units.leg.all[units]
        place = np.arange(len(units))
        while len(row):
            rows.append(row)
            of.append(place)
            row = book.legs.next.all[row]
            more = row >= 0
            row, place = row[more], place[more]
        found = np.concatenate(rows).astype(np.int64)
        lane = book.legs.lane.all[found].astype(np.int64)
        number = lane // LANES
        size = self._scales.value[number] * book.legs.lots.all[found]
        price = self._prices.units.all[lane]
        sign = 1 - 2 * (lane & RISING)
        return Legs(found, np.concatenate(of), number, sign, size, book.legs.basis.all[found], price)

    def _apart(self, legs: Legs, wallets: Ints) -> Bools:
        """Units beyond the reach of the vectors, at the marks and wherever their guards may come to lie."""
        extent = np.abs(legs.size.astype(np.float64) * legs.price) + np.abs(legs.basis)
        total = np.bincount(legs.of, extent, len(wallets)) + np.abs(wallets)
        apart: Bools = total >= self._scales.reach
        apart[legs.of[legs.price == UNPRICED]] = True
        return apart

    def _without(self, apart: Bools, units: Ints, wallets: Ints, legs: Legs) -> tuple[Ints, Ints, Legs]:
        kept = ~apart
        places = np.cumsum(kept) - 1
        return units[kept], wallets[kept], legs.only(kept[legs.of], places)

    def _sums(self, legs: Legs, wallets: Ints, surfaces: Ints) -> tuple[Ints, Ints, Floats]:
        """Balance, maintenance on the scale of rates, and how fast health falls with all prices, per unit."""
        worth = legs.size * legs.price
        notional = worth * legs.sign
        rate, required_of = self._maintenance(legs, notional)
        balance, required = wallets.copy(), np.zeros(len(wallets), np.int64)
        np.add.at(balance, legs.of, worth - legs.basis)
        np.add.at(required, legs.of, required_of)
        falls = (surfaces[legs.of] - legs.sign * rate) * notional.astype(np.float64)
        slopes: Floats = np.bincount(legs.of, falls, len(wallets)).astype(np.float64)
        return balance, required, slopes

    def _maintenance(self, legs: Legs, notional: Ints) -> tuple[Ints, Ints]:
        """Rate and maintenance of every leg; few are beyond the first brackets, so those are sought step by step."""
        scales = self._scales
        bracket = np.zeros(len(notional), np.int64)
        place = np.flatnonzero(notional > scales.caps[legs.number, 0])
        while len(place):
            bracket[place] += 1
            above = notional[place] > scales.caps[legs.number[place], bracket[place]]
            place = place[above]
        rate = scales.rates[legs.number, bracket]
        return rate, rate * notional - scales.amounts[legs.number, bracket]

    def _edges(self, legs: Legs, wallets: Ints, surfaces: Ints, health: Ints, slopes: Floats) -> Ints:
        """Thresholds of units with one leg, boxes of the others; those not healthy get what is not used."""
        count = np.bincount(legs.of, minlength=len(wallets))
        single = count[legs.of] == 1
        edges = np.empty(len(legs.of), np.int64)
        if single.any():
            alone = legs.only(single, np.arange(len(wallets)))
            edges[single] = self.thresholds(alone, wallets[alone.of], surfaces[alone.of])
        if not single.all():
            boxed = count > 1
            places = np.cumsum(boxed) - 1
            several = legs.only(~single, places)
            edges[~single] = self.boxes(
                several, wallets[boxed], surfaces[boxed], health[boxed], slopes[boxed]
            )
        return edges

    def thresholds(self, legs: Legs, wallets: Ints, surfaces: Ints) -> Ints:
        """The lowest price on its lane at which each single leg is healthy: the greatest root of its brackets' lines."""
        scales = self._scales
        need = surfaces * (legs.basis - wallets)
        edges = np.full(len(need), -FURTHEST)
        for bracket in range(scales.rates.shape[1]):
            slope = (surfaces - legs.sign * scales.rates[legs.number, bracket]) * legs.size
            root = (need - scales.amounts[legs.number, bracket]) // slope + 1
            np.maximum(edges, root, out=edges)
        return edges

    def boxes(self, legs: Legs, wallets: Ints, surfaces: Ints, health: Ints, slopes: Floats) -> Ints:
        """Edges of boxes whose corners are healthy, as wide as they go, of no width after the last try."""
        radius = np.full(len(wallets), WIDEST)
        np.divide(health * EXACTLY, slopes, out=radius, where=slopes > 0)
        radius = np.clip(radius, 0.0, WIDEST)
        edges = legs.price.copy()
        open_ = health > 0
        chosen = open_[legs.of]
        for _ in range(TRIES):
            if not chosen.any():
                break
            places = np.cumsum(open_) - 1
            part = legs.only(chosen, places)
            reach = (radius[open_][part.of] * part.price * part.sign).astype(np.int64)
            corner = part.price - reach
            at_corner = self.corners_of(part, corner, wallets[open_], surfaces[open_])
            good = at_corner > 0
            held = good[part.of]
            edges[np.flatnonzero(chosen)[held]] = corner[held]
            tried = np.flatnonzero(open_)
            before = health[tried]
            narrower = before / np.maximum(before - at_corner.astype(np.float64), 1.0) * NARROWER
            radius[tried] *= np.where(good, 1.0, narrower)
            open_[tried[good]] = False
            chosen = open_[legs.of]
        return edges

    def corners_of(self, legs: Legs, edges: Ints, wallets: Ints, surfaces: Ints) -> Ints:
        """Health of units where every leg is at its edge."""
        self.corners += len(wallets)
        balance, required, _ = self._sums(legs._replace(price=edges), wallets, surfaces)
        return surfaces * balance - required

"""How else one would find whom a tick concerns: a Decimal loop, a numpy scan of everything, one of the symbol alone.

They test liquidation and triggers only, not the warnings the watch gives too; their layout is the best for a scan:
legs by symbol, in float64, so that each symbol's prices and brackets are scalars of its slice.
"""

from __future__ import annotations

from decimal import Decimal

import numpy as np

from benchmarks.engine import naive_mark
from benchmarks.watch_book import Floats, Ints, Rows
from engine import Contract
from engine.watch.scales import LANES, Scales


class Scans:
    """The book laid out for scans."""

    def __init__(self, rows: Rows, scales: Scales, levels: Floats) -> None:
        order = np.argsort(rows.leg_lane // LANES, kind="stable")
        symbol = rows.leg_lane[order] // LANES
        count = len(scales.grids)
        self.starts = np.searchsorted(symbol, np.arange(count + 1)).tolist()
        self.unit = rows.leg_unit[order]
        self.sign = 1.0 - 2.0 * (rows.leg_lane[order] & 1)
        self.size = (scales.value[symbol] * rows.leg_lots[order]).astype(np.float64)
        self.basis = rows.leg_basis[order].astype(np.float64)
        self.wallet = rows.unit_wallet.astype(np.float64)
        self.units = [float(grid.unit) for grid in scales.grids]
        self.caps = [np.array(grid.caps, np.float64) for grid in scales.grids]
        self.rates = [np.array(grid.rates) / scales.whole for grid in scales.grids]
        self.amounts = [np.array(grid.amounts) / scales.whole for grid in scales.grids]
        self.triggers: list[tuple[Ints, Ints]] = []
        self.owners: list[tuple[Ints, Ints]] = []
        for number in range(count):
            sides = [np.flatnonzero(rows.order_lane // LANES == number)]
            mine = sides[0]
            parts = [mine[(rows.order_lane[mine] & 1) == side] for side in (0, 1)]
            self.triggers.append((rows.order_edge[parts[0]], rows.order_edge[parts[1]]))
            self.owners.append((rows.order_account[parts[0]], rows.order_account[parts[1]]))
        self.terms = np.empty(len(self.unit))
        self.sums: Floats = np.zeros(len(self.wallet))
        self.full(levels)
        self.sums = np.bincount(self.unit, self.terms, len(self.wallet)).astype(np.float64)

    def term(self, number: int, price: float) -> Floats:
        """Profit less maintenance of all legs of a symbol."""
        part = slice(self.starts[number], self.starts[number + 1])
        size = self.size[part] * (price / self.units[number])
        bracket = np.searchsorted(self.caps[number], size)
        required = size * self.rates[number][bracket] - self.amounts[number][bracket]
        found: Floats = self.sign[part] * size - self.basis[part] - required
        return found

    def reached(self, number: int, price: float) -> Ints:
        ticks = price / self.units[number]
        falling, rising = self.triggers[number]
        owners = self.owners[number]
        return np.concatenate([owners[0][falling > ticks], owners[1][rising > -ticks]])

    def full(self, levels: Floats) -> tuple[Ints, list[Ints]]:
        """Units that are due and accounts with an order that is reached, of the whole book."""
        reached = []
        for number, price in enumerate(levels.tolist()):
            self.terms[self.starts[number] : self.starts[number + 1]] = self.term(number, price)
            reached.append(self.reached(number, price))
        balance = self.wallet + np.bincount(self.unit, self.terms, len(self.wallet))
        return np.flatnonzero(balance <= 0), reached

    def slice(self, number: int, price: float) -> tuple[Ints, Ints]:
        """The same for one symbol, with the sums of all units kept from tick to tick."""
        part = slice(self.starts[number], self.starts[number + 1])
        term, units = self.term(number, price), self.unit[part]
        self.sums[units] += term - self.terms[part]
        self.terms[part] = term
        due = units[self.wallet[units] + self.sums[units] <= 0]
        return due, self.reached(number, price)


def decimal_loop(
    known: dict[str, Contract], positions: int
) -> tuple[list[dict[str, Decimal]], list[dict[str, Decimal]]]:
    """Rows for the loop: so many positions of one contract, and its brackets."""
    contract = next(iter(known.values()))
    brackets = [{"cap": b.cap, "rate": b.rate, "amount": b.amount} for b in contract.brackets]
    rows = [
        {
            "q": Decimal(number % 977 + 1) / 1000,
            "entry": Decimal(59000 + number % 1999),
            "mark": Decimal("60000.05"),
            "leverage": Decimal(10),
            "side": Decimal(1 if number % 2 else -1),
            "wallet": Decimal(number % 313 + 7000),
            "trigger": Decimal(50000 + number % 313),
        }
        for number in range(positions)
    ]
    return rows, brackets


def loop(rows: list[dict[str, Decimal]], brackets: list[dict[str, Decimal]]) -> list[dict[str, Decimal]]:
    """Positions that are due, or whose trigger is reached."""
    due = []
    for row in rows:
        pnl, _, required = naive_mark(row, brackets)
        if row["wallet"] + pnl <= required or row["mark"] <= row["trigger"]:
            due.append(row)
    return due

"""Contracts as integers: prices in units, sizes in lots, money in millionths of a USDT, rates as whole numbers.

Every rounding goes against the account, so that the watch looks early and never late (ours, docs/watch.md). A contract
has four lanes, 4·number + 0…3: the mark falling, the mark rising, the last price falling, the last price rising. On a
rising lane prices carry a minus sign: whatever is watched is then reached by a price that falls.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from math import floor

import numpy as np
from numpy.typing import NDArray

from engine.contracts import Contract, check_brackets
from engine.decimals import exact
from engine.errors import ContractError

Ints = NDArray[np.int64]

LANES = 4
MARK, LAST = 0, 2
FALLING, RISING = 0, 1
MILLION = Decimal(1_000_000)
THRESHOLDS = tuple(Decimal(percent) / 100 for percent in (60, 70, 80, 90))
"""Margin ratios at which an account can have itself warned."""
HYSTERESIS = Decimal("0.05")
"""How far below its threshold a margin ratio has to come before the warning is taken back: ours."""
FURTHEST = 2**61
"""Integers of an account stay below this; an account that has larger ones is looked at in Decimal at every tick."""
LARGEST_UNITS = 2**53
"""Greatest price in units."""


class OutOfDomain(Exception):
    """An account, or a price, that the integers cannot hold."""


@dataclass(frozen=True, slots=True)
class Grid:
    """One contract in integers. `value`: money of one lot times one price unit.

    `unit` is the tick, or a multiple of it where tick·step is finer than a millionth of a USDT. `caps` are upper ends
    of all brackets but the last in money; bracket k asks for rates[k]·notional − amounts[k], in money times the scale
    of rates.
    """

    number: int
    unit: Decimal
    step: Decimal
    value: int
    caps: tuple[int, ...]
    rates: tuple[int, ...]
    amounts: tuple[int, ...]

    def bracket(self, notional: int) -> int:
        """Place of a notional's bracket (docs/margin.md §Brackets)."""
        return bisect_left(self.caps, notional)

    def units(self, price: Decimal) -> tuple[int, int]:
        """A price on the falling and on the rising lanes, both rounded down. Raises OutOfDomain."""
        down = floor(price // self.unit)
        if down >= LARGEST_UNITS:
            raise OutOfDomain
        return down, -(down + 1 if price % self.unit else down)


class Scales:
    """All contracts in integers, each as a `Grid` and together as tables for vectors.

    `whole` is the scale of rates and so the ratio of liquidation, 10,000 unless a maintenance rate is finer.
    Raises ContractError for brackets that are inconsistent or whose rate reaches the lowest threshold: there the
    margin ratio of a long position could rise with the price, and no guard below it would be one.
    """

    def __init__(self, contracts: Mapping[str, Contract]) -> None:
        finest = 4
        for symbol, contract in contracts.items():
            check_brackets(contract.brackets, symbol)
            if contract.brackets[-1].rate >= THRESHOLDS[0]:
                raise ContractError(symbol, f"a maintenance rate of {contract.brackets[-1].rate}")
            digits = (int(each.rate.normalize().as_tuple().exponent) for each in contract.brackets)
            finest = max(finest, -min(digits))
        self.whole = 10**finest
        self.reach = FURTHEST // self.whole
        """What an account may come to, in money, to be reckoned in vectors of 64-bit integers."""
        self.symbols = tuple(contracts)
        self.grids = tuple(_grid(n, one, self.whole) for n, one in enumerate(contracts.values()))
        self.number = {symbol: number for number, symbol in enumerate(contracts)}
        self.by_symbol = dict(zip(contracts, self.grids, strict=True))
        width = max((len(grid.rates) for grid in self.grids), default=1)
        self.value = np.array([grid.value for grid in self.grids], np.int64)
        self.caps, self.rates, self.amounts = (
            np.array([_padded(grid, self.reach, width, column) for grid in self.grids], np.int64).reshape(
                -1, width
            )
            for column in range(3)
        )

    @exact
    def surface(self, ratio: Decimal) -> int:
        """A margin ratio on the scale of rates."""
        return int(ratio * self.whole)


@exact
def _grid(number: int, contract: Contract, whole: int) -> Grid:
    finest, parts = (contract.tick * contract.step * MILLION).as_integer_ratio()
    brackets = contract.brackets
    return Grid(
        number=number,
        unit=contract.tick * parts,
        step=contract.step,
        value=finest,
        caps=tuple(floor(each.cap * MILLION) for each in brackets[:-1]),
        rates=tuple(int(each.rate * whole) for each in brackets),
        amounts=tuple(floor(each.amount * MILLION * whole) for each in brackets),
    )


def _padded(grid: Grid, reach: int, width: int, column: int) -> list[int]:
    """A row of a table: brackets that no account in reach can come to are left out, the last one fills the rest."""
    used = min(bisect_left(grid.caps, reach) + 1, len(grid.rates))
    rows = [[*grid.caps[: used - 1], 2**62], grid.rates[:used], grid.amounts[:used]]
    return [*rows[column], *[rows[column][-1]] * (width - used)]

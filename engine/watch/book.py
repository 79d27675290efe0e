"""Accounts, their units, legs and open orders as rows of integers.

A unit is what is liquidated together: one isolated position, or all cross positions of an account. Rows of one
account are linked, so that only what has changed is touched; rows that were given back have NONE for an owner.
"""

from __future__ import annotations

import numpy as np

from engine.watch.columns import NONE, Column, Table
from engine.watch.guards import Guards
from engine.watch.scales import Scales


class Accounts(Table):
    """`unit` and `order` are the first of each."""

    def __init__(self) -> None:
        self.unit, self.order = Column(np.int32), Column(np.int32)
        super().__init__(self.unit, self.order)


class Units(Table):
    """`wallet`: what stands behind it, rounded down. `surface`: the margin ratio it is guarded at, on the scale of
    rates; `threshold`: the one that its account is to be warned at, 0 for none. `leg` is the first one, `next` the
    account's next unit.
    """

    def __init__(self) -> None:
        self.wallet = Column(np.int64)
        self.surface, self.threshold = Column(np.int32), Column(np.int32)
        self.account, self.isolated = Column(np.int32), Column(np.int32)
        self.leg, self.next = Column(np.int32), Column(np.int32)
        super().__init__(
            self.wallet, self.surface, self.threshold, self.account, self.isolated, self.leg, self.next
        )


class Legs(Table):
    """Positions: `lots`, `basis` (signed cost of entry, rounded up), their mark's `lane`, `unit` and place in `Guards`."""

    def __init__(self) -> None:
        self.lots, self.basis = Column(np.int64), Column(np.int64)
        self.lane, self.unit = Column(np.int32), Column(np.int32)
        self.next, self.slot = Column(np.int32), Column(np.int32)
        super().__init__(self.lots, self.basis, self.lane, self.unit, self.next, self.slot)


class Orders(Table):
    """Prices that an order waits for: `edge` on a `lane`, which its guard has too unless it is parked."""

    def __init__(self) -> None:
        self.edge = Column(np.int64)
        self.lane, self.account = Column(np.int32), Column(np.int32)
        self.next, self.slot = Column(np.int32), Column(np.int32)
        super().__init__(self.edge, self.lane, self.account, self.next, self.slot)


class Book:
    """All rows, and the guards that belong to them."""

    def __init__(self, scales: Scales, guards: type[Guards] = Guards) -> None:
        self.accounts, self.units, self.legs, self.orders = Accounts(), Units(), Legs(), Orders()
        self.guards = guards(scales, self.legs.slot, self.orders.slot)
        self.keys: list[str] = []
        self.numbers: dict[str, int] = {}

    def account(self, key: str) -> int:
        """The row of an account, a new one if it has none."""
        found = self.numbers.get(key)
        if found is not None:
            return found
        row = self.accounts.take()
        self.accounts.unit.at[row] = self.accounts.order.at[row] = NONE
        if row == len(self.keys):
            self.keys.append(key)
        else:
            self.keys[row] = key
        self.numbers[key] = row
        return row

    def forget(self, account: int) -> None:
        """Give back the row of an account without units and orders."""
        del self.numbers[self.keys[account]]
        self.keys[account] = ""
        self.accounts.free.append(account)

    def units_of(self, account: int) -> list[int]:
        return _chain(self.accounts.unit.at[account], self.units.next)

    def legs_of(self, unit: int) -> list[int]:
        return _chain(self.units.leg.at[unit], self.legs.next)

    def orders_of(self, account: int) -> list[int]:
        return _chain(self.accounts.order.at[account], self.orders.next)

    def add_unit(self, account: int, *, isolated: bool) -> int:
        units = self.units
        row = units.take()
        units.account.at[row], units.isolated.at[row] = account, int(isolated)
        units.leg.at[row] = NONE
        units.next.at[row], self.accounts.unit.at[account] = self.accounts.unit.at[account], row
        return row

    def add_leg(self, unit: int, lane: int, lots: int, basis: int, edge: int) -> int:
        legs = self.legs
        row = legs.take()
        legs.unit.at[row], legs.lane.at[row] = unit, lane
        legs.lots.at[row], legs.basis.at[row] = lots, basis
        legs.next.at[row], self.units.leg.at[unit] = self.units.leg.at[unit], row
        self.guards.add(lane, edge, row)
        return row

    def add_order(self, account: int, lane: int, edge: int) -> int:
        orders = self.orders
        row = orders.take()
        orders.account.at[row], orders.lane.at[row], orders.edge.at[row] = account, lane, edge
        orders.next.at[row], self.accounts.order.at[account] = self.accounts.order.at[account], row
        self.guards.add(lane, edge, ~row)
        return row

    def remove_unit(self, unit: int) -> None:
        """Take a unit out with its legs."""
        for leg in self.legs_of(unit):
            self.remove_leg(leg)
        _unlink(self.accounts.unit, self.units.account.at[unit], self.units.next, unit)
        self.units.account.at[unit] = NONE
        self.units.free.append(unit)

    def remove_leg(self, leg: int) -> None:
        self.guards.remove(self.legs.slot.at[leg])
        _unlink(self.units.leg, self.legs.unit.at[leg], self.legs.next, leg)
        self.legs.unit.at[leg] = NONE
        self.legs.free.append(leg)

    def remove_order(self, order: int) -> None:
        self.guards.remove(self.orders.slot.at[order])
        _unlink(self.accounts.order, self.orders.account.at[order], self.orders.next, order)
        self.orders.account.at[order] = NONE
        self.orders.free.append(order)

    @property
    def size(self) -> int:
        """Bytes of all columns, without the keys."""
        return sum(each.size for each in (self.accounts, self.units, self.legs, self.orders, self.guards))


def _chain(row: int, following: Column) -> list[int]:
    found = []
    after = following.at
    while row >= 0:
        found.append(row)
        row = after[row]
    return found


def _unlink(first: Column, owner: int, following: Column, row: int) -> None:
    """Take a row out of its owner's chain."""
    at = first.at[owner]
    if at == row:
        first.at[owner] = following.at[row]
        return
    while following.at[at] != row:
        at = following.at[at]
    following.at[at] = following.at[row]

"""What the watch answers."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

from engine.position import PositionKey


class Alert(NamedTuple):
    """A margin ratio that has come past an account's threshold: of an isolated position, or of the cross account (None)."""

    account: str
    position: PositionKey | None
    threshold: Decimal


@dataclass(frozen=True, slots=True)
class Proposals:
    """`due`: accounts to be settled, sorted: a liquidation, a trigger or a limit may be met; the engine decides.

    `warned`: ratios that have reached their threshold; `calmed`: those that were, and have come back far enough.
    """

    due: tuple[str, ...] = ()
    warned: tuple[Alert, ...] = ()
    calmed: tuple[Alert, ...] = ()


NOTHING = Proposals()


@dataclass(frozen=True, slots=True)
class Counts:
    """Since the watch was made: `fired` guards that a price has passed, `evaluations` of units, `corners` of boxes that
    were reckoned, accounts `proposed`; and how many accounts, units, legs, orders, `pending` accounts and `warned` units
    there are now, in how many bytes without the keys.
    """

    ticks: int
    fired: int
    evaluations: int
    corners: int
    proposed: int
    accounts: int
    units: int
    legs: int
    orders: int
    pending: int
    warned: int
    size: int

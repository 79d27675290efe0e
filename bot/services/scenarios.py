"""What may be imagined of an account: the changes that a learner names, in order."""

from dataclasses import dataclass
from decimal import Decimal
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class Shifted:
    """All prices of a symbol move by a fraction: -0.1 is ten percent down; no symbol: those of all positions."""

    symbol: str | None
    fraction: Decimal


@dataclass(frozen=True, slots=True)
class Priced:
    """All prices of a symbol stand at so many USDT."""

    symbol: str
    price: Decimal


@dataclass(frozen=True, slots=True)
class MarginMoved:
    """So many USDT are added to an isolated position, or taken out where below zero; no symbol: the only one."""

    symbol: str | None
    amount: Decimal


@dataclass(frozen=True, slots=True)
class ClosedOut:
    """A position is closed at the market; no symbol: all positions."""

    symbol: str | None


Change: TypeAlias = Shifted | Priced | MarginMoved | ClosedOut
Changes: TypeAlias = tuple[Change, ...]

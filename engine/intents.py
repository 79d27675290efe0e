"""What a trader can ask of the paper exchange (a closed union)."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from engine.position import MarginMode, PositionMode, Side
from engine.resting import Order


@dataclass(frozen=True, slots=True)
class Deposit:
    """Give paper money: amount in USDT, above zero, truncated to 8 places."""

    amount: Decimal


@dataclass(frozen=True, slots=True)
class Open:
    """A market order. One-way: opens, adds, reduces or flips, as the position stands. Hedge: `side` names the leg,
    which is opened or added to and never reduced.

    `quantity` in coins, a multiple of the contract's step. Leverage and mode, if named, are set first and
    stand or fall with the order. `checked`: a fill told again that had rested; it was checked when it was accepted,
    so that only the cross wallet must cover what it moves.
    """

    symbol: str
    side: Side
    quantity: Decimal
    leverage: int | None = None
    mode: MarginMode | None = None
    checked: bool = False


@dataclass(frozen=True, slots=True)
class Close:
    """A reduce-only market order; None closes all, more than the position is cut to it.

    `side` names the position; it may be left out where only one is open.
    """

    symbol: str
    quantity: Decimal | None = None
    side: Side | None = None


@dataclass(frozen=True, slots=True)
class ChangeMargin:
    """Move USDT between the cross wallet and an isolated position; negative takes out. `side` as in Close."""

    symbol: str
    amount: Decimal
    side: Side | None = None


@dataclass(frozen=True, slots=True)
class ChangeLeverage:
    """Set the leverage of a symbol, for both legs in hedge mode."""

    symbol: str
    leverage: int


@dataclass(frozen=True, slots=True)
class ChangeMode:
    """Set the margin mode of a symbol, for both legs in hedge mode."""

    symbol: str
    mode: MarginMode


@dataclass(frozen=True, slots=True)
class ChangePositionMode:
    """Set the position mode of the account."""

    mode: PositionMode


@dataclass(frozen=True, slots=True)
class Place:
    """Give an order that can rest, not yet numbered; a limit order that crosses fills at once."""

    order: Order


@dataclass(frozen=True, slots=True)
class CancelOrder:
    """Take back an open order."""

    number: int


@dataclass(frozen=True, slots=True)
class CancelOrders:
    """Take back all open orders, or those of a symbol."""

    symbol: str | None = None


@dataclass(frozen=True, slots=True)
class Deleverage:
    """Close a position by auto-deleveraging at a bankruptcy price, where a recorded tape says so."""

    symbol: str
    side: Side
    price: Decimal


@dataclass(frozen=True, slots=True)
class Settle:
    """Take the whole account through one tick: what falls due, what is liquidated, triggered and filled."""


Intent = (
    Deposit
    | Open
    | Close
    | ChangeMargin
    | ChangeLeverage
    | ChangeMode
    | ChangePositionMode
    | Place
    | CancelOrder
    | CancelOrders
    | Deleverage
    | Settle
)

"""What happened to an order (part of the union of engine.events)."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from engine.resting import CancelReason, Order


@dataclass(frozen=True, slots=True)
class OrderAccepted:
    """The order has its number and rests."""

    order: Order


@dataclass(frozen=True, slots=True)
class OrderTrailed:
    """A trailing stop became active, or the market went its way: the price it trails from now."""

    number: int
    symbol: str
    extreme: Decimal


@dataclass(frozen=True, slots=True)
class OrderTriggered:
    """The watched price reached the trigger: the order fills, rests as a limit order, or expires next."""

    number: int
    symbol: str
    price: Decimal


@dataclass(frozen=True, slots=True)
class OrderFilled:
    """The order is done; the position's own events follow with what it changed and cost."""

    number: int
    symbol: str
    quantity: Decimal
    price: Decimal
    maker: bool


@dataclass(frozen=True, slots=True)
class OrderCancelled:
    number: int
    symbol: str
    reason: CancelReason


@dataclass(frozen=True, slots=True)
class OrderExpired:
    """A triggered order was refused; `code` and `exchange_code` are those of the refusal."""

    number: int
    symbol: str
    code: str
    exchange_code: int | None


OrderEvent = OrderAccepted | OrderTrailed | OrderTriggered | OrderFilled | OrderCancelled | OrderExpired

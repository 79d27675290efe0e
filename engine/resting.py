"""Orders that rest in an account until the market reaches them (docs/margin.md §Orders and fills)."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from engine.position import PositionKey, Side


class OrderType(StrEnum):
    """What an order waits for, and what it becomes then."""

    LIMIT = "limit"
    STOP_MARKET = "stop-market"
    STOP_LIMIT = "stop-limit"
    TAKE_PROFIT_MARKET = "take-profit-market"
    TAKE_PROFIT_LIMIT = "take-profit-limit"
    TRAILING_STOP = "trailing-stop"

    @property
    def limited(self) -> bool:
        """Whether it has a limit price."""
        return self in {OrderType.LIMIT, OrderType.STOP_LIMIT, OrderType.TAKE_PROFIT_LIMIT}

    @property
    def takes_profit(self) -> bool:
        return self in {OrderType.TAKE_PROFIT_MARKET, OrderType.TAKE_PROFIT_LIMIT}


class TimeInForce(StrEnum):
    """What becomes of a limit order that does not fill at once, or does."""

    GTC = "gtc"
    IOC = "ioc"
    FOK = "fok"
    POST_ONLY = "post-only"


class Watched(StrEnum):
    """The price that triggers."""

    MARK = "mark"
    LAST = "last"


class CancelReason(StrEnum):
    """Why an order was cancelled."""

    REQUESTED = "requested"
    LIQUIDATION = "liquidation"
    POSITION_GONE = "position-gone"
    UNFUNDED = "unfunded"
    NOT_FILLED = "not-filled"


@dataclass(frozen=True, slots=True)
class Order:
    """An order: `direction` LONG buys, SHORT sells; prices in USDT, quantity in coins.

    `quantity` is None with `close_position` alone. `leg` names the position in hedge mode and is None in one-way.
    `trigger` is the price that triggers, for a trailing stop the one that activates it (None: at once) and `callback`
    the fraction it may fall back. `extreme`: the best price a trailing stop has seen since. The exchange gives the
    number; 0 before that.
    """

    symbol: str
    direction: Side
    kind: OrderType
    quantity: Decimal | None
    price: Decimal | None = None
    trigger: Decimal | None = None
    callback: Decimal | None = None
    leg: Side | None = None
    watched: Watched = Watched.MARK
    time_in_force: TimeInForce = TimeInForce.GTC
    reduce_only: bool = False
    close_position: bool = False
    number: int = 0
    triggered: bool = False
    extreme: Decimal | None = None

    @property
    def closes(self) -> bool:
        """Whether it can only reduce: reduce-only, close-position, or against its leg in hedge mode."""
        return self.reduce_only or self.close_position or self.leg not in {None, self.direction}

    @property
    def against(self) -> PositionKey:
        """The position it would reduce."""
        return self.symbol, self.direction.opposite if self.leg is None else self.leg

    @property
    def waits(self) -> bool:
        """Whether it still waits for its trigger."""
        return self.kind is not OrderType.LIMIT and not self.triggered

    @property
    def reserves(self) -> bool:
        """Whether margin is held for it: a resting limit order that can open."""
        return not (self.waits or self.closes)

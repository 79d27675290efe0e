"""Plans and what became of them: the exit, the most that may be lost, the reason; and the act beside it (rules are ours)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any, assert_never

from bot.storage.journal import Entry
from engine.decimals import ZERO, exact
from engine.events import (
    AdlStruck,
    FundingPaid,
    PositionClosed,
    PositionIncreased,
    PositionLiquidated,
    PositionOpened,
    PositionReduced,
)
from engine.order_events import OrderAccepted, OrderFilled
from engine.position import MarginMode, PositionKey, Side
from engine.resting import Order, OrderType


class Exit(StrEnum):
    """How somebody means to get out."""

    TARGET = "target"
    STOP = "stop"
    HAND = "hand"
    END = "end"


class Loss(StrEnum):
    """The most that somebody accepts to lose: a part of equity at the time, or the position's margin."""

    ONE = "1%"
    TWO = "2%"
    FIVE = "5%"
    TEN = "10%"
    MARGIN = "margin"


class Reason(StrEnum):
    """Why somebody opens."""

    TREND = "trend"
    TURN = "turn"
    HEDGE = "hedge"
    TRYING = "trying"
    FEELING = "feeling"


class Way(StrEnum):
    """How a position really ended."""

    TARGET = "target"
    STOP = "stop"
    HAND = "hand"
    LIQUIDATED = "liquidated"
    ADL = "adl"


_SHARES = {Loss.ONE: "0.01", Loss.TWO: "0.02", Loss.FIVE: "0.05", Loss.TEN: "0.1"}


@dataclass(frozen=True, slots=True)
class Planned:
    """A plan; `equity` and `version` are those of the account when it was made, in USDT and events."""

    exit: Exit
    loss: Loss
    reason: Reason
    equity: Decimal
    version: int

    @property
    @exact
    def accepted(self) -> Decimal | None:
        """The loss that is accepted, in USDT; None: the margin, whatever that will be."""
        return None if self.loss is Loss.MARGIN else self.equity * Decimal(_SHARES[self.loss])

    def to_json(self) -> dict[str, Any]:
        """The plan as JSON values."""
        return {
            "exit": self.exit.value,
            "loss": self.loss.value,
            "reason": self.reason.value,
            "equity": str(self.equity),
            "version": self.version,
        }

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> "Planned":
        """The plan that to_json wrote; raises KeyError or ValueError on anything else."""
        return cls(
            Exit(kept["exit"]),
            Loss(kept["loss"]),
            Reason(kept["reason"]),
            Decimal(kept["equity"]),
            int(kept["version"]),
        )


@dataclass(slots=True)
class Act:
    """What was done after a plan: `net` is the result after all costs, `stake` the margin that was put in, in USDT.

    `way` None: still open; `opened` None: not opened yet.
    """

    opened: int | None = None
    way: Way | None = None
    closed_at: datetime | None = None
    net: Decimal = ZERO
    stake: Decimal = ZERO


@exact
def act_of(key: PositionKey, entries: Iterable[Entry]) -> Act:
    """The first life of a position in entries of the journal, which are given from the oldest."""
    act = Act()
    orders: dict[int, Order] = {}
    filled: Order | None = None
    for entry in entries:
        event = entry.event
        if isinstance(event, OrderAccepted):
            orders[event.order.number] = event.order
        if isinstance(event, OrderFilled):
            filled = orders.get(event.number)
            continue
        if getattr(event, "key", None) != key:
            filled = None
            continue
        match event:
            case PositionOpened() | PositionIncreased():
                if act.opened is None:
                    act.opened = entry.seq
                act.net -= event.fee
                act.stake += _stake(event)
            case FundingPaid() if act.opened is not None:
                act.net += event.amount
            case PositionReduced() | PositionClosed() | AdlStruck() if act.opened is not None:
                act.net += event.realised - event.fee + event.fund_gap
            case PositionLiquidated() if act.opened is not None:
                act.net += event.realised - event.clearance_fee + event.fund_gap
            case _:
                pass
        way = _way(event, filled) if act.opened is not None else None
        filled = None
        if way is not None:
            act.way, act.closed_at = way, entry.at
            break
    return act


def _stake(event: PositionOpened | PositionIncreased) -> Decimal:
    if event.mode is MarginMode.ISOLATED:
        return event.transfer
    return event.quantity * event.price / event.leverage


def _way(event: object, filled: Order | None) -> Way | None:
    """How an event ended the position, None where it did not."""
    match event:
        case PositionLiquidated():
            return Way.LIQUIDATED if event.whole else None
        case AdlStruck():
            return Way.ADL
        case PositionClosed():
            if filled is None or filled.kind is OrderType.LIMIT:
                return Way.HAND
            return Way.TARGET if filled.kind.takes_profit else Way.STOP
        case _:
            return None


@exact
def allowed(plan: Planned, act: Act) -> Decimal:
    """The most that the plan accepts to lose, in USDT."""
    accepted = plan.accepted
    return act.stake if accepted is None else accepted


def went_by(plan: Planned, act: Act) -> bool:
    """Whether the act went by the plan: no more was lost than accepted, and the way out was the planned one.

    A stop is never against a plan, a liquidation always is; being deleveraged is nobody's doing.
    """
    if act.way is Way.LIQUIDATED or -act.net > allowed(plan, act):
        return False
    match plan.exit:
        case Exit.TARGET:
            return act.way is not Way.HAND or act.net > ZERO
        case Exit.STOP:
            return True
        case Exit.HAND:
            return act.way is not None
        case Exit.END:
            return act.way is not Way.HAND
        case _:
            assert_never(plan.exit)


def key_of(symbol: str, side: str) -> PositionKey:
    """The position that a stored plan is about."""
    return symbol, Side(side)

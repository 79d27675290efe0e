"""What somebody must have asked for, told from what the journal says happened: each act is decided once more."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from decimal import Decimal

from engine.account import MarginAccount
from engine.decimals import ZERO
from engine.errors import EngineError
from engine.events import (
    Event,
    ExcessCancelled,
    LeverageChanged,
    MarginChanged,
    ModeChanged,
    PositionClosed,
    PositionIncreased,
    PositionModeChanged,
    PositionOpened,
    PositionReduced,
)
from engine.exchange import decide
from engine.intents import (
    CancelOrder,
    ChangeLeverage,
    ChangeMargin,
    ChangeMode,
    ChangePositionMode,
    Close,
    Intent,
    Open,
    Place,
    Settle,
)
from engine.market import MarketSnapshot
from engine.order_events import OrderAccepted, OrderCancelled
from engine.position import PositionMode
from engine.resting import CancelReason


def taken(account: MarginAccount, rest: Sequence[Event], market: MarketSnapshot) -> int:
    """How many of the next events one request explains: decided anew at this market, it gives exactly these; 0: none does."""
    for intent in _wishes(account, rest):
        try:
            events = decide(intent, account, market)
        except EngineError:
            continue
        if events and events == tuple(rest[: len(events)]):
            return len(events)
    return 0


def _wishes(account: MarginAccount, rest: Sequence[Event]) -> Iterator[Intent]:
    """The requests that can begin with the next event; what a tick does at the end."""
    event = rest[0]
    match event:
        case LeverageChanged():
            yield ChangeLeverage(event.symbol, event.leverage)
        case ModeChanged():
            yield ChangeMode(event.symbol, event.mode)
        case PositionModeChanged():
            yield ChangePositionMode(event.mode)
        case MarginChanged():
            yield ChangeMargin(event.symbol, event.amount, event.side)
        case PositionOpened() | PositionIncreased():
            yield Open(event.symbol, event.side, event.quantity)
        case PositionReduced() | PositionClosed():
            yield from _closes(account, event, rest)
        case OrderAccepted():
            yield Place(replace(event.order, number=0, triggered=False, extreme=None))
        case OrderCancelled(reason=CancelReason.REQUESTED):
            yield CancelOrder(event.number)
        case _:
            pass
    yield Settle()


def _closes(
    account: MarginAccount, event: PositionReduced | PositionClosed, rest: Sequence[Event]
) -> Iterator[Intent]:
    """A close, or an opposite order that closes and perhaps opens the other way."""
    if account.position_mode is PositionMode.ONE_WAY:
        beyond = _beyond(event.symbol, rest)
        if beyond > ZERO:
            yield Open(event.symbol, event.side.opposite, event.quantity + beyond)
        yield Open(event.symbol, event.side.opposite, event.quantity)
    yield Close(event.symbol, event.quantity, event.side)


def _beyond(symbol: str, rest: Sequence[Event]) -> Decimal:
    """What an order that closed a position went on to open, or would have."""
    for each in rest[1:]:
        if isinstance(each, PositionOpened | ExcessCancelled) and each.symbol == symbol:
            return each.quantity
        if not isinstance(each, OrderCancelled):
            break
    return ZERO

"""What a tick did to orders, as data for its notice: filled, triggered, expired or cancelled, and what followed."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from engine.account import MarginAccount
from engine.events import Event, Fill, PositionClosed, PositionReduced
from engine.order_events import OrderCancelled, OrderExpired, OrderFilled, OrderTriggered
from engine.resting import CancelReason, Order

HAPPENINGS = (OrderFilled, OrderTriggered, OrderExpired, OrderCancelled)


def order_data(order: Order) -> dict[str, Any]:
    """An order as cards show it: `purpose` says what it is for."""
    return {
        "number": order.number,
        "symbol": order.symbol,
        "base": order.symbol.removesuffix("USDT"),
        "direction": order.direction,
        "closes": order.closes,
        "purpose": purpose_of(order),
        "quantity": order.quantity,
        "price": order.price,
        "trigger": order.trigger,
        "callback": order.callback,
        "extreme": order.extreme,
        "watched": order.watched,
        "force": order.time_in_force,
        "leg": order.leg,
    }


def purpose_of(order: Order) -> str:
    """`limit`, `stop` (an entry), `sl`, `tp` or `trail`."""
    if order.callback is not None:
        return "trail"
    if order.trigger is None:
        return "limit"
    if not order.closes:
        return "stop"
    return "tp" if order.kind.takes_profit else "sl"


def notice_data(events: Sequence[Event], before: MarginAccount, now: datetime) -> dict[str, Any] | None:
    """The data of the `order_notice` template; None where nothing happened to an order that must be told.

    A trigger that is followed by its fill, its expiry or its cancellation is told by that.
    """
    ended = {each.number for each in events if isinstance(each, OrderFilled | OrderExpired | OrderCancelled)}
    rows = [
        _row(each, events[place + 1 :], before.orders)
        for place, each in enumerate(events)
        if isinstance(each, HAPPENINGS) and not (isinstance(each, OrderTriggered) and each.number in ended)
    ]
    return {"at": now.isoformat(), "rows": rows} if rows else None


def _row(
    event: OrderFilled | OrderTriggered | OrderExpired | OrderCancelled,
    following: Sequence[Event],
    orders: Mapping[int, Order],
) -> dict[str, Any]:
    row = {**order_data(orders[event.number]), "at_price": None, "fills": [], "code": None, "reason": None}
    match event:
        case OrderTriggered():
            return {**row, "what": "triggered", "at_price": event.price}
        case OrderExpired():
            return {**row, "what": "expired", "code": event.code}
        case OrderCancelled():
            return {**row, "what": "cancelled", "reason": event.reason}
        case OrderFilled():
            fills = [_fill(each) for each in _own(following)]
            quantity = {"quantity": event.quantity}
            return {**row, **quantity, "what": "filled", "at_price": event.price, "fills": fills}


def _own(following: Sequence[Event]) -> list[Fill]:
    """The position's own events right after a fill, up to what happened to another order."""
    found: list[Fill] = []
    for each in following:
        if isinstance(each, OrderCancelled) and each.reason is CancelReason.POSITION_GONE:
            continue  # went with what this fill closed; a fill that turns a position round goes on behind it
        if isinstance(each, HAPPENINGS):
            break
        if isinstance(each, Fill):
            found.append(each)
    return found


def _fill(event: Fill) -> dict[str, Any]:
    closing = isinstance(event, PositionReduced | PositionClosed)
    realised = event.realised if isinstance(event, PositionReduced | PositionClosed) else None
    return {
        "side": event.side,
        "quantity": event.quantity,
        "closing": closing,
        "fee": event.fee,
        "net": None if realised is None else realised - event.fee,
    }

"""Entries of the journal as data."""

from typing import Any

from bot.commands.cards import base_of
from bot.services.order_notices import order_data
from bot.services.portfolio import Entry
from engine.events import (
    AdlStruck,
    Deposited,
    FundingPaid,
    MarginChanged,
    PositionClosed,
    PositionIncreased,
    PositionLiquidated,
    PositionModeChanged,
    PositionOpened,
    PositionReduced,
    event_to_json,
)
from engine.order_events import (
    OrderAccepted,
    OrderCancelled,
    OrderExpired,
    OrderFilled,
    OrderTriggered,
)


def entry_data(entry: Entry) -> dict[str, Any]:
    """One line of the history."""
    event = entry.event
    data: dict[str, Any] = {"at": entry.at.isoformat(), "what": event_to_json(event)["type"]}
    match event:
        case Deposited():
            return {**data, "amount": event.amount}
        case FundingPaid():
            paid = {"amount": event.amount, "rate": event.rate, "side": event.side}
            return {**data, "base": base_of(event.symbol), **paid}
        case OrderAccepted():
            return {**data, "order": order_data(event.order)}
        case OrderTriggered() | OrderFilled() | OrderCancelled() | OrderExpired():
            return {**data, **_of_order(event)}
        case PositionModeChanged():
            return {**data, "mode": event.mode}
        case MarginChanged():
            return {**data, "base": base_of(event.symbol), "amount": event.amount}
        case PositionOpened() | PositionIncreased():
            realised, fee = None, event.fee
        case PositionReduced() | PositionClosed() | AdlStruck():
            realised, fee = event.realised, event.fee
        case PositionLiquidated():
            realised, fee = event.realised, event.clearance_fee
        case _:
            return data
    return {
        **data,
        "symbol": event.symbol,
        "base": base_of(event.symbol),
        "side": event.side,
        "mode": event.mode,
        "quantity": event.quantity,
        "price": event.price,
        "realised": realised,
        "fee": fee,
    }


def _of_order(event: OrderTriggered | OrderFilled | OrderCancelled | OrderExpired) -> dict[str, Any]:
    data = {"number": event.number, "symbol": event.symbol, "base": base_of(event.symbol)}
    match event:
        case OrderTriggered():
            return {**data, "price": event.price}
        case OrderFilled():
            return {**data, "price": event.price, "quantity": event.quantity}
        case OrderCancelled():
            return {**data, "reason": event.reason}
        case OrderExpired():
            return {**data, "code": event.code}

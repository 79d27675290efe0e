"""Entries of the journal as data."""

from typing import Any

from bot.commands.cards import base_of
from bot.services.portfolio import Entry
from engine.events import (
    Deposited,
    MarginChanged,
    PositionClosed,
    PositionIncreased,
    PositionLiquidated,
    PositionOpened,
    PositionReduced,
    event_to_json,
)


def entry_data(entry: Entry) -> dict[str, Any]:
    """One line of the history."""
    event = entry.event
    data: dict[str, Any] = {"at": entry.at.isoformat(), "what": event_to_json(event)["type"]}
    match event:
        case Deposited():
            return {**data, "amount": event.amount}
        case MarginChanged():
            return {**data, "base": base_of(event.symbol), "amount": event.amount}
        case PositionOpened() | PositionIncreased():
            realised, fee = None, event.fee
        case PositionReduced() | PositionClosed():
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

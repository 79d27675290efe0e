"""Entries of the journal as data for a list of what happened."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from bot.services.order_notices import order_data
from bot.storage.journal import Entry
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
from engine.order_events import OrderAccepted, OrderCancelled, OrderExpired, OrderFilled, OrderTriggered


def happening(entry: Entry, at: datetime) -> dict[str, Any]:
    """One line, as the template `_happenings` words it; `at` is the time it shows."""
    event = entry.event
    data: dict[str, Any] = {"at": at.isoformat(), "what": event_to_json(event)["type"]}
    match event:
        case Deposited():
            return {**data, "amount": event.amount}
        case FundingPaid():
            paid = {"amount": event.amount, "rate": event.rate, "side": event.side}
            return {**data, "base": _base(event.symbol), **paid}
        case OrderAccepted():
            return {**data, "order": order_data(event.order)}
        case OrderTriggered() | OrderFilled() | OrderCancelled() | OrderExpired():
            return {**data, **_of_order(event)}
        case PositionModeChanged():
            return {**data, "mode": event.mode}
        case MarginChanged():
            return {**data, "base": _base(event.symbol), "amount": event.amount}
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
        "base": _base(event.symbol),
        "side": event.side,
        "mode": event.mode,
        "quantity": event.quantity,
        "price": event.price,
        "realised": realised,
        "fee": fee,
    }


def fundings_together(entries: Sequence[Entry]) -> list[dict[str, Any]]:
    """Lines by the market's time, the funding that followed on one another in one line `fundings`."""
    rows: list[dict[str, Any]] = []
    for each in entries:
        row = happening(each, each.market_time)
        before = rows[-1] if rows else None
        if isinstance(each.event, FundingPaid) and before is not None:
            if before["what"] == "fundings":
                before["amount"] += each.event.amount
                before["times"] += 1
                before["at"] = row["at"]
                continue
            if before["what"] == "funding-paid":
                total: Decimal = before["amount"] + each.event.amount
                rows[-1] = {"at": row["at"], "what": "fundings", "times": 2, "amount": total}
                continue
        rows.append(row)
    return rows


def _of_order(event: OrderTriggered | OrderFilled | OrderCancelled | OrderExpired) -> dict[str, Any]:
    data = {"number": event.number, "symbol": event.symbol, "base": _base(event.symbol)}
    match event:
        case OrderTriggered():
            return {**data, "price": event.price}
        case OrderFilled():
            return {**data, "price": event.price, "quantity": event.quantity}
        case OrderCancelled():
            return {**data, "reason": event.reason}
        case OrderExpired():
            return {**data, "code": event.code}


def _base(symbol: str) -> str:
    return symbol.removesuffix("USDT")

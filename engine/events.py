"""What happened to an account (a closed union), and its JSON form.

An event carries every figure its application needs, so that a journal keeps its meaning when formulas change.
Money in USDT at most 8 places; quantities in coins; prices in USDT.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from functools import cache
from typing import get_type_hints

from engine.decimals import text
from engine.errors import MalformedData, NewerVersion
from engine.order_events import (
    OrderAccepted,
    OrderCancelled,
    OrderEvent,
    OrderExpired,
    OrderFilled,
    OrderTrailed,
    OrderTriggered,
)
from engine.position import MarginMode, PositionMode, Side
from engine.position_events import (
    AdlStruck,
    ExcessCancelled,
    Fill,
    FundingPaid,
    LiquidationStarted,
    PositionClosed,
    PositionIncreased,
    PositionLiquidated,
    PositionOpened,
    PositionReduced,
    Reduction,
)
from engine.reading import Fields
from engine.resting import Order
from engine.stored import order_json, read_order

__all__ = [
    "EVENT_TYPES",
    "EVENT_VERSION",
    "AdlStruck",
    "Deposited",
    "Event",
    "ExcessCancelled",
    "Fill",
    "FundingPaid",
    "LeverageChanged",
    "LiquidationStarted",
    "MarginChanged",
    "ModeChanged",
    "PositionClosed",
    "PositionIncreased",
    "PositionLiquidated",
    "PositionModeChanged",
    "PositionOpened",
    "PositionReduced",
    "Reduction",
    "event_from_json",
    "event_to_json",
]

EVENT_VERSION = 2
"""Version 2 added position modes, resting orders and funding; what version 1 wrote reads as it stands."""


@dataclass(frozen=True, slots=True)
class Deposited:
    """Paper money was given."""

    amount: Decimal


@dataclass(frozen=True, slots=True)
class LeverageChanged:
    symbol: str
    leverage: int
    previous: int


@dataclass(frozen=True, slots=True)
class ModeChanged:
    symbol: str
    mode: MarginMode


@dataclass(frozen=True, slots=True)
class PositionModeChanged:
    mode: PositionMode


@dataclass(frozen=True, slots=True)
class MarginChanged:
    """Margin moved between cross wallet and isolated wallet; negative: taken out."""

    symbol: str
    side: Side
    amount: Decimal


Event = (
    Deposited
    | LeverageChanged
    | ModeChanged
    | PositionModeChanged
    | MarginChanged
    | PositionOpened
    | PositionIncreased
    | PositionReduced
    | PositionClosed
    | AdlStruck
    | FundingPaid
    | ExcessCancelled
    | LiquidationStarted
    | PositionLiquidated
    | OrderEvent
)

EVENT_TYPES: dict[str, type[Event]] = {
    "deposited": Deposited,
    "leverage-changed": LeverageChanged,
    "mode-changed": ModeChanged,
    "position-mode-changed": PositionModeChanged,
    "margin-changed": MarginChanged,
    "position-opened": PositionOpened,
    "position-increased": PositionIncreased,
    "position-reduced": PositionReduced,
    "position-closed": PositionClosed,
    "adl-struck": AdlStruck,
    "funding-paid": FundingPaid,
    "excess-cancelled": ExcessCancelled,
    "liquidation-started": LiquidationStarted,
    "position-liquidated": PositionLiquidated,
    "order-accepted": OrderAccepted,
    "order-trailed": OrderTrailed,
    "order-triggered": OrderTriggered,
    "order-filled": OrderFilled,
    "order-cancelled": OrderCancelled,
    "order-expired": OrderExpired,
}
_SLUGS = {kind: slug for slug, kind in EVENT_TYPES.items()}


def event_to_json(event: Event) -> dict[str, object]:
    """The event as JSON-ready values: "type", "v", decimals as text."""
    written: dict[str, object] = {"type": _SLUGS[type(event)], "v": EVENT_VERSION}
    for field in fields(event):
        value = getattr(event, field.name)
        written[field.name] = _written(value)
    return written


def _written(value: object) -> object:
    if isinstance(value, Decimal):
        return text(value)
    if isinstance(value, datetime):
        return value.isoformat()
    return order_json(value) if isinstance(value, Order) else value


def event_from_json(data: object) -> Event:
    """Read what event_to_json wrote. Raises MalformedData, or NewerVersion."""
    source = Fields(data, "event")
    slug = source.string("type")
    source.where = f"event {slug[:40]}"
    version = source.integer("v")
    if version > EVENT_VERSION:
        raise NewerVersion(source.where, f"version {version}")
    kind = EVENT_TYPES.get(slug)
    if kind is None or version < 1:
        raise MalformedData(source.where, f"unknown type or version {version}")
    values = {
        name: _value(source, name, hint)
        for name, hint in _hints(slug).items()
        if version > 1 or source.has(name) or name not in _SINCE_2
    }
    source.done()
    return kind(**values)  # type: ignore[arg-type]


_SINCE_2 = {"at"}


@cache
def _hints(slug: str) -> dict[str, object]:
    kind = EVENT_TYPES[slug]
    hints = get_type_hints(kind)
    return {field.name: hints[field.name] for field in fields(kind)}


def _value(source: Fields, name: str, hint: object) -> object:
    """One field by its declared type."""
    if hint is Decimal:
        return source.decimal(name)
    if hint is str:
        return source.string(name)
    if hint is bool:
        return source.boolean(name)
    if hint is int:
        return source.integer(name)
    if hint in {datetime, datetime | None}:
        return _time(source, name, hint)
    if hint is Order:
        return read_order(source.fields(name))
    if isinstance(hint, type) and issubclass(hint, StrEnum):
        return source.choice(name, hint)
    return _nullable(source, name, hint)


def _time(source: Fields, name: str, hint: object) -> datetime | None:
    found = source.time(name)
    if found is None and hint is datetime:
        raise source.fault(name, "not a time")
    return found


def _nullable(source: Fields, name: str, hint: object) -> object:
    """A field that may be null: declared as `X | None`."""
    if source.is_null(name):
        return source.take(name)
    for inner in (Decimal, str, int, Side):
        if hint == inner | None:
            return _value(source, name, inner)
    raise MalformedData(source.where, f"{name} has no readable type")  # pragma: no cover

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
from engine.position import MarginMode, PositionKey, PositionMode, Side
from engine.reading import Fields
from engine.resting import Order
from engine.stored import order_json, read_order

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


@dataclass(frozen=True, slots=True)
class Fill:
    """What all fills of a trader's orders carry; `side` is the position's, `fee` the trading fee."""

    symbol: str
    side: Side
    mode: MarginMode
    quantity: Decimal
    price: Decimal
    mark: Decimal
    fee: Decimal

    @property
    def key(self) -> PositionKey:
        return (self.symbol, self.side)


@dataclass(frozen=True, slots=True)
class PositionOpened(Fill):
    """`transfer`: what left the cross wallet for the isolated one, fee included; 0 in cross.

    `at`: the market's time, from which funding counts (None in events of version 1).
    """

    leverage: int
    fee_rate: Decimal
    transfer: Decimal
    at: datetime | None = None

    @property
    def realised(self) -> Decimal:
        return Decimal(0)


@dataclass(frozen=True, slots=True)
class PositionIncreased(Fill):
    """`entry_price` and `fee_rate` are the averages after the fill; `transfer` as when opened."""

    leverage: int
    fee_rate: Decimal
    transfer: Decimal
    entry_price: Decimal

    @property
    def realised(self) -> Decimal:
        return Decimal(0)


@dataclass(frozen=True, slots=True)
class Reduction(Fill):
    """Shared by partial and whole closes.

    `released` left the isolated wallet (0 in cross), `fund_gap` is what the insurance fund paid; the cross wallet
    changed by released + realised - fee + fund_gap.
    """

    entry_price: Decimal
    realised: Decimal
    released: Decimal
    fund_gap: Decimal


@dataclass(frozen=True, slots=True)
class PositionReduced(Reduction):
    """Part of a position was closed by the trader."""


@dataclass(frozen=True, slots=True)
class PositionClosed(Reduction):
    """The whole position was closed by the trader."""


@dataclass(frozen=True, slots=True)
class AdlStruck(Reduction):
    """The whole position was closed by auto-deleveraging, at a bankruptcy price and without a fee."""


@dataclass(frozen=True, slots=True)
class FundingPaid:
    """Funding of one settlement time: `amount` was received, below zero paid; by the isolated wallet, if there is one.

    An amount and rate of 0 on a position opened before funding was kept says from when it counts.
    """

    symbol: str
    side: Side
    mode: MarginMode
    quantity: Decimal
    mark: Decimal
    rate: Decimal
    amount: Decimal
    at: datetime

    @property
    def key(self) -> PositionKey:
        return (self.symbol, self.side)


@dataclass(frozen=True, slots=True)
class ExcessCancelled:
    """The part of a flipping order beyond the old position was refused; the close stands.

    `code` and `exchange_code` are those of the refusal.
    """

    symbol: str
    side: Side
    quantity: Decimal
    code: str
    exchange_code: int | None


@dataclass(frozen=True, slots=True)
class LiquidationStarted:
    """The condition was met: isolated names its position, cross is the whole account (symbol and side None)."""

    mode: MarginMode
    symbol: str | None
    side: Side | None
    balance: Decimal
    maintenance: Decimal


@dataclass(frozen=True, slots=True)
class PositionLiquidated:
    """A position was reduced or closed by the exchange; there is no trading fee on it.

    `clearance_fee` went to the insurance fund, `waived_fee` is the part that could not be paid, `fund_gap` what the
    fund paid in. `left`: the margin balance that remains, of the position (isolated; returned if `whole`) or of the
    cross account. The cross wallet changed by released + realised - clearance_fee + fund_gap.
    """

    symbol: str
    side: Side
    mode: MarginMode
    quantity: Decimal
    price: Decimal
    mark: Decimal
    entry_price: Decimal
    bankruptcy_price: Decimal | None
    realised: Decimal
    clearance_fee: Decimal
    waived_fee: Decimal
    released: Decimal
    fund_gap: Decimal
    left: Decimal
    whole: bool

    @property
    def key(self) -> PositionKey:
        return (self.symbol, self.side)


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

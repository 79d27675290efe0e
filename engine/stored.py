"""The parts of a stored account: positions, orders and settings as JSON-ready values, and back."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from engine.decimals import ZERO, text
from engine.errors import MalformedData
from engine.position import (
    DEFAULT_SETTINGS,
    MarginMode,
    Position,
    PositionKey,
    PositionMode,
    Side,
    SymbolSettings,
)
from engine.reading import Fields
from engine.resting import Order, OrderType, TimeInForce, Watched


def position_json(position: Position) -> dict[str, object]:
    wallet = position.isolated_wallet
    return {
        "symbol": position.symbol,
        "side": position.side,
        "quantity": text(position.quantity),
        "entry_price": text(position.entry_price),
        "isolated_wallet": None if wallet is None else text(wallet),
        "opening_fee_rate": text(position.opening_fee_rate),
        "funded": None if position.funded is None else position.funded.isoformat(),
    }


def read_position(fields: Fields) -> Position:
    """Raises MalformedData."""
    cross = fields.is_null("isolated_wallet")
    if cross:
        fields.take("isolated_wallet")
    position = Position(
        symbol=fields.string("symbol"),
        side=fields.choice("side", Side),
        quantity=fields.positive("quantity"),
        entry_price=fields.positive("entry_price"),
        isolated_wallet=None if cross else fields.decimal("isolated_wallet"),
        opening_fee_rate=fields.decimal("opening_fee_rate"),
        funded=fields.time("funded") if fields.has("funded") else None,
    )
    fields.done()
    return position


def read_positions(
    source: Fields, settings: Mapping[str, SymbolSettings], mode: PositionMode
) -> dict[PositionKey, Position]:
    """All positions of an account, as its settings and position mode allow them. Raises MalformedData."""
    positions: dict[PositionKey, Position] = {}
    for fields in source.rows("positions"):
        position = read_position(fields)
        if position.key in positions:
            raise MalformedData(fields.where, "twice the same position")
        if settings.get(position.symbol, DEFAULT_SETTINGS).mode is not position.mode:
            raise MalformedData(fields.where, "margin mode differs from the symbol's")
        if mode is PositionMode.ONE_WAY and (position.symbol, position.side.opposite) in positions:
            raise MalformedData(fields.where, "two legs in one-way mode")
        positions[position.key] = position
    return positions


def order_json(order: Order) -> dict[str, object]:
    return {
        "number": order.number,
        "symbol": order.symbol,
        "direction": order.direction,
        "kind": order.kind,
        "quantity": _or_null(order.quantity),
        "price": _or_null(order.price),
        "trigger": _or_null(order.trigger),
        "callback": _or_null(order.callback),
        "leg": order.leg,
        "watched": order.watched,
        "time_in_force": order.time_in_force,
        "reduce_only": order.reduce_only,
        "close_position": order.close_position,
        "triggered": order.triggered,
        "extreme": _or_null(order.extreme),
    }


def read_order(fields: Fields) -> Order:
    """Raises MalformedData."""
    leg = fields.take("leg") if fields.is_null("leg") else fields.choice("leg", Side)
    order = Order(
        number=fields.integer("number"),
        symbol=fields.string("symbol"),
        direction=fields.choice("direction", Side),
        kind=fields.choice("kind", OrderType),
        quantity=_positive_or_null(fields, "quantity"),
        price=_positive_or_null(fields, "price"),
        trigger=_positive_or_null(fields, "trigger"),
        callback=_positive_or_null(fields, "callback"),
        leg=leg if isinstance(leg, Side) else None,
        watched=fields.choice("watched", Watched),
        time_in_force=fields.choice("time_in_force", TimeInForce),
        reduce_only=fields.boolean("reduce_only"),
        close_position=fields.boolean("close_position"),
        triggered=fields.boolean("triggered"),
        extreme=_positive_or_null(fields, "extreme"),
    )
    fields.done()
    if order.number < 1 or (order.kind.limited and order.price is None):
        raise MalformedData(fields.where, "an order without number or price")
    if (order.quantity is None) is not order.close_position:
        raise MalformedData(fields.where, "quantity and close_position contradict each other")
    return order


def read_orders(source: Fields) -> tuple[dict[int, Order], int]:
    """Open orders and the next number. Raises MalformedData."""
    following = source.integer("next_order")
    orders: dict[int, Order] = {}
    for fields in source.rows("orders"):
        order = read_order(fields)
        if order.number <= max(orders, default=0) or order.number >= following:
            raise MalformedData(fields.where, "order numbers do not ascend")
        orders[order.number] = order
    if following < 1:
        raise MalformedData(source.where, f"impossible order number {following}")
    return orders, following


def _or_null(value: Decimal | None) -> str | None:
    return None if value is None else text(value)


def _positive_or_null(fields: Fields, name: str) -> Decimal | None:
    if fields.is_null(name):
        fields.take(name)
        return None
    value = fields.decimal(name)
    if value <= ZERO:
        raise fields.fault(name, "not above zero")
    return value


def settings_json(settings: SymbolSettings) -> dict[str, object]:
    return {"leverage": settings.leverage, "mode": settings.mode}


def read_settings(fields: Fields) -> SymbolSettings:
    """Raises MalformedData."""
    settings = SymbolSettings(fields.integer("leverage"), fields.choice("mode", MarginMode))
    fields.done()
    if settings.leverage < 1:
        raise MalformedData(fields.where, f"leverage {settings.leverage}")
    return settings

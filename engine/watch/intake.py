"""An account of the engine as integers, rounded against it."""

from __future__ import annotations

from collections.abc import Collection
from decimal import Decimal
from math import ceil, floor
from typing import NamedTuple

from engine.account import MarginAccount
from engine.decimals import ONE, exact
from engine.position import Position, Side
from engine.resting import Order, OrderType, Watched
from engine.watch.guards import ALWAYS
from engine.watch.scales import (
    FALLING,
    FURTHEST,
    LANES,
    LAST,
    MILLION,
    RISING,
    Grid,
    OutOfDomain,
    Scales,
)

_SIGNED_MILLION = {Side.LONG: MILLION, Side.SHORT: -MILLION}
_STOPS = frozenset({OrderType.STOP_MARKET, OrderType.STOP_LIMIT})

Leg = tuple[int, int]
"""Lots and basis."""


class Integers(NamedTuple):
    """What the watch keeps of an account: legs by lane, isolated ones with their wallet, orders as (lane, edge)."""

    isolated: dict[int, tuple[Leg, int]]
    cross: dict[int, Leg]
    wallet: int
    orders: list[tuple[int, int]]


@exact
def integers(account: MarginAccount, scales: Scales, beyond: Collection[int]) -> Integers:
    """Raises OutOfDomain for what they cannot hold, unknown symbols and those whose price is `beyond` included."""
    isolated: dict[int, tuple[Leg, int]] = {}
    cross: dict[int, Leg] = {}
    orders: list[tuple[int, int]] = []
    wallet, grids = account.wallet, scales.by_symbol
    try:
        for (symbol, side), position in account.positions.items():
            grid = grids[symbol]
            lane = LANES * grid.number + (side is Side.SHORT)
            own = position.isolated_wallet
            if own is None:
                cross[lane] = _leg(position, grid)
            else:
                isolated[lane] = _leg(position, grid), _bounded(floor(own * MILLION))
                wallet -= own
        for order in account.orders.values():
            orders += order_edges(order, grids[order.symbol])
    except KeyError:
        raise OutOfDomain from None
    if beyond and _uses(account, [scales.symbols[number] for number in beyond]):
        raise OutOfDomain
    return Integers(isolated, cross, _bounded(floor(wallet * MILLION)) if cross else 0, orders)


def _uses(account: MarginAccount, symbols: Collection[str]) -> bool:
    held = {symbol for symbol, _ in account.positions} | {order.symbol for order in account.orders.values()}
    return not held.isdisjoint(symbols)


def _bounded(number: int) -> int:
    if -FURTHEST < number < FURTHEST:
        return number
    raise OutOfDomain


def _leg(position: Position, grid: Grid) -> Leg:
    quantity = position.quantity
    lots = floor(quantity / grid.step)
    basis = ceil(quantity * position.entry_price * _SIGNED_MILLION[position.side])
    if lots * grid.step != quantity or not (lots * grid.value < FURTHEST and -FURTHEST < basis < FURTHEST):
        raise OutOfDomain
    return lots, basis


def order_edges(order: Order, grid: Grid) -> list[tuple[int, int]]:
    """Lane and edge of all prices at which something happens to an order.

    A trailing stop has two: its trigger, and its extreme, since each new one has to be recorded. Off the grid of
    prices an edge may be a unit early.
    """
    base = LANES * grid.number
    buys = order.direction is Side.LONG
    if not order.waits:
        lane = base + LAST + (FALLING if buys else RISING)
        return [(lane, _reached(order.price, grid, lane) if order.price else ALWAYS)]
    if order.watched is Watched.LAST:
        base += LAST
    if order.kind is not OrderType.TRAILING_STOP:
        lane = base + (RISING if buys is (order.kind in _STOPS) else FALLING)
        return [(lane, _reached(order.trigger or ONE, grid, lane))]
    back, forth = (base + RISING, base + FALLING) if buys else (base + FALLING, base + RISING)
    extreme = order.extreme
    if extreme is None:
        return [(forth, ALWAYS if order.trigger is None else _reached(order.trigger, grid, forth))]
    fallen = order.callback or ONE
    stop = extreme * (ONE + fallen if buys else ONE - fallen)
    return [(back, _reached(stop, grid, back)), (forth, -grid.units(extreme)[back & RISING])]


def _reached(price: Decimal, grid: Grid, lane: int) -> int:
    """Edge that fires at a price and beyond."""
    return grid.units(price)[lane & RISING] + 1

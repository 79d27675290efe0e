"""One tick of one account: funding, liquidation, triggers, resting orders, liquidation again.

docs/margin.md §One tick.
"""

from __future__ import annotations

from decimal import Decimal

from engine.account import MarginAccount
from engine.decimals import ONE, exact
from engine.errors import NoPosition, Refusal
from engine.events import Event
from engine.fills import Trade, after, book
from engine.funding import pay_funding
from engine.liquidation import liquidate
from engine.market import MarketSnapshot, Quote
from engine.order_events import OrderCancelled, OrderExpired, OrderFilled, OrderTrailed, OrderTriggered
from engine.placing import active, enter, filled_quantity, reached, take, watched, without
from engine.position import Side
from engine.resting import CancelReason, Order, OrderType


@exact
def settle(account: MarginAccount, market: MarketSnapshot) -> tuple[Event, ...]:
    """Everything a snapshot does to an account, in the order of docs/margin.md §One tick.

    A stale or missing price liquidates nobody, triggers and fills nothing.
    """
    events: list[Event] = list(pay_funding(account, market))
    account = after(account, events)
    liquidated = liquidate(account, market)
    events += liquidated
    account = after(account, liquidated)
    traded: list[Event] = []
    for phase in (_triggered, _touched):
        for number in sorted(account.orders):
            order = account.orders.get(number)  # an earlier one may have taken it along
            if order is None or not market.trades(order.symbol):
                continue
            happened = phase(order, account, market)
            account = after(account, happened)
            traded += happened
    if traded:
        traded += liquidate(account, market)
    return (*events, *traded)


def _triggered(order: Order, account: MarginAccount, market: MarketSnapshot) -> tuple[Event, ...]:
    """An order whose trigger is reached is checked now, and fills, rests or expires."""
    if not order.waits:
        return ()
    price = watched(order, market.quote(order.symbol))
    if order.kind is OrderType.TRAILING_STOP:
        trailed, due = _trail(order, price)
        account = after(account, trailed)
    else:
        trailed, due = (), reached(order, price)
    if not due:
        return trailed
    triggered = OrderTriggered(order.number, order.symbol, price)
    account = account.apply(triggered)
    try:
        done = (enter if order.kind.limited else take)(account.orders[order.number], account, market)
    except Refusal as refusal:
        done = (OrderExpired(order.number, order.symbol, refusal.code, refusal.exchange_code),)
    return (*trailed, triggered, *done)


def _trail(order: Order, price: Decimal) -> tuple[tuple[OrderTrailed, ...], bool]:
    """Follow the price, and say whether it has fallen back by the callback."""
    if not active(order, price):
        return (), False
    buys = order.direction is Side.LONG
    before = price if order.extreme is None else order.extreme
    extreme = min(before, price) if buys else max(before, price)
    moved = () if extreme == order.extreme else (OrderTrailed(order.number, order.symbol, extreme),)
    callback = order.callback or ONE
    due = price >= extreme * (ONE + callback) if buys else price <= extreme * (ONE - callback)
    return moved, due


def _touched(order: Order, account: MarginAccount, market: MarketSnapshot) -> tuple[Event, ...]:
    """A resting limit order fills whole at its price, as maker, when the last price touches it."""
    quote = market.quote(order.symbol)
    if order.waits or not _touches(order, quote):
        return ()
    price = order.price or quote.last
    try:
        quantity = filled_quantity(order, account)
    except NoPosition:
        return (OrderCancelled(order.number, order.symbol, CancelReason.POSITION_GONE),)
    trade = Trade(
        order.symbol, order.direction, quantity, price, order.leg, order.price, maker=True, checked=True
    )
    filled = OrderFilled(order.number, order.symbol, quantity, price, maker=True)
    try:
        return (filled, *book(trade, without(order, account), market))
    except Refusal:
        return (OrderCancelled(order.number, order.symbol, CancelReason.UNFUNDED),)


def _touches(order: Order, quote: Quote) -> bool:
    price = order.price or quote.last
    return quote.last <= price if order.direction is Side.LONG else quote.last >= price

"""Accepting, entering and taking back orders that can rest (docs/margin.md §Orders and fills)."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from engine.account import MarginAccount
from engine.contracts import Contract
from engine.decimals import ONE, ZERO, exact
from engine.errors import (
    BadOrder,
    BadPrice,
    CallbackRate,
    InsufficientMargin,
    NoPosition,
    NotFilled,
    OverPositionLimit,
    PriceBand,
    PriceTick,
    SideMismatch,
    UnknownOrder,
    WouldTake,
    WouldTrigger,
)
from engine.events import Event
from engine.fills import Trade, after, book
from engine.legs import available
from engine.market import LARGEST_PRICE, SMALLEST_PRICE, MarketSnapshot, Quote
from engine.order_events import OrderAccepted, OrderCancelled, OrderFilled
from engine.orders import check_minimum, check_quantity, fill_price, order_cost
from engine.position import PositionMode, Side
from engine.resting import CancelReason, Order, OrderType, TimeInForce, Watched

BAND = Decimal("0.05")
"""How far beyond the mark a limit price may lie against its own interest: ours."""
LEAST_CALLBACK = Decimal("0.001")
MOST_CALLBACK = Decimal("0.1")


@exact
def place(order: Order, account: MarginAccount, market: MarketSnapshot) -> tuple[Event, ...]:
    """Accept an order, and fill it if it is a limit order that crosses. Raises Refusal."""
    contract, quote = market.contract(order.symbol), market.quote(order.symbol)
    order = replace(order, number=account.next_order, triggered=False, extreme=None)
    _check_shape(order, account, contract)
    _check_prices(order, contract, quote)
    if order.closes and order.against not in account.positions:
        raise NoPosition(symbol=order.symbol)
    if order.quantity is not None and not order.closes:
        at = order.price or order.trigger or quote.mark
        check_minimum(contract, order.quantity, at, account.settings_of(order.symbol).leverage)
    if order.kind is OrderType.TRAILING_STOP and active(order, watched(order, quote)):
        order = replace(order, extreme=watched(order, quote))
    elif order.kind is not OrderType.LIMIT and order.kind is not OrderType.TRAILING_STOP:
        price = watched(order, quote)
        if reached(order, price):
            raise WouldTrigger(symbol=order.symbol, trigger=order.trigger or ZERO, price=price)
    accepted = OrderAccepted(order)
    if order.kind is not OrderType.LIMIT:
        return (accepted,)
    entered = enter(order, account, market)
    return (accepted, *entered)


def cancel(number: int, account: MarginAccount) -> OrderCancelled:
    """Raises UnknownOrder."""
    order = account.orders.get(number)
    if order is None:
        raise UnknownOrder(number=number)
    return OrderCancelled(number, order.symbol, CancelReason.REQUESTED)


@exact
def enter(order: Order, account: MarginAccount, market: MarketSnapshot) -> tuple[Event, ...]:
    """What a limit order meets when it enters the book, accepted or triggered: it fills, rests or is cancelled.

    `account` may hold it already (triggered) or not yet. Raises Refusal, if it is not to enter.
    """
    contract, quote = market.contract(order.symbol), market.quote(order.symbol)
    price = order.price or ZERO
    best = fill_price(contract, quote, market.fill_rule, order.direction, ZERO)
    buys = order.direction is Side.LONG
    if price >= best if buys else price <= best:
        if order.time_in_force is TimeInForce.POST_ONLY:
            raise WouldTake(symbol=order.symbol, price=price, best=best)
        return take(order, account, market)
    if order.time_in_force is TimeInForce.FOK:
        raise NotFilled(symbol=order.symbol, price=price, best=best)
    if order.time_in_force is TimeInForce.IOC:
        return (OrderCancelled(order.number, order.symbol, CancelReason.NOT_FILLED),)
    if not order.closes:
        _check_margin(order, without(order, account), market)
    return ()


@exact
def take(order: Order, account: MarginAccount, market: MarketSnapshot) -> tuple[Event, ...]:
    """Fill an order at the market, a limit order at its price if that is better. Raises Refusal."""
    quantity = filled_quantity(order, account)
    quote, contract = market.quote(order.symbol), market.contract(order.symbol)
    price = fill_price(contract, quote, market.fill_rule, order.direction, quantity)
    if order.price is not None:
        price = min(price, order.price) if order.direction is Side.LONG else max(price, order.price)
    trade = Trade(order.symbol, order.direction, quantity, price, order.leg, order.price)
    filled = OrderFilled(order.number, order.symbol, quantity, price, maker=False)
    return (filled, *book(trade, without(order, account), market))


def filled_quantity(order: Order, account: MarginAccount) -> Decimal:
    """What is left to fill: closing orders are cut to the position. Raises NoPosition."""
    if not order.closes:
        return order.quantity or ZERO
    held = account.positions.get(order.against)
    if held is None:
        raise NoPosition(symbol=order.symbol)
    return held.quantity if order.quantity is None else min(order.quantity, held.quantity)


def without(order: Order, account: MarginAccount) -> MarginAccount:
    """The account with the order's reservation released."""
    if order.number not in account.orders:
        return account
    return after(account, [OrderCancelled(order.number, order.symbol, CancelReason.REQUESTED)])


def watched(order: Order, quote: Quote) -> Decimal:
    """The price that triggers the order."""
    return quote.mark if order.watched is Watched.MARK else quote.last


def reached(order: Order, price: Decimal) -> bool:
    """Whether a stop or take-profit order's trigger is reached: a stop buys above, a take-profit below."""
    trigger = order.trigger or ZERO
    rises = (order.direction is Side.LONG) is not order.kind.takes_profit
    return price >= trigger if rises else price <= trigger


def active(order: Order, price: Decimal) -> bool:
    """Whether a trailing stop follows the price: it does from the activation price on, or at once without one."""
    if order.extreme is not None or order.trigger is None:
        return True
    return price <= order.trigger if order.direction is Side.LONG else price >= order.trigger


def _check_margin(order: Order, account: MarginAccount, market: MarketSnapshot) -> None:
    """What rests is reserved at its limit price; the part that closes a position costs no open loss.

    Raises OverPositionLimit or InsufficientMargin.
    """
    symbol, quantity = order.symbol, order.quantity or ZERO
    leverage = account.settings_of(symbol).leverage
    cost = order_cost(account, market, symbol, order.direction, quantity, price=order.price)
    limit = market.contract(symbol).max_notional(leverage)
    if cost.notional > limit:
        raise OverPositionLimit(symbol=symbol, notional=cost.notional, limit=limit, leverage=leverage)
    held = None if order.leg is not None else account.positions.get(order.against)
    opens = max(ZERO, quantity - (ZERO if held is None else held.quantity))
    loss = cost.open_loss * opens / quantity
    spare = available(account, market)
    if cost.margin + loss > spare:
        raise InsufficientMargin(
            symbol=symbol,
            cost=cost.margin + loss,
            available=spare,
            margin=cost.margin,
            open_loss=loss,
            price=cost.price,
            quantity=quantity,
            leverage=leverage,
        )


def _check_shape(order: Order, account: MarginAccount, contract: Contract) -> None:
    """Raises SideMismatch, BadOrder, BadQuantity, QuantityStep, BadPrice, PriceTick or CallbackRate."""
    kind, symbol = order.kind, order.symbol
    if (order.leg is not None) is not (account.position_mode is PositionMode.HEDGE):
        raise SideMismatch(symbol=symbol, mode=account.position_mode)
    if order.close_position and (kind.limited or order.quantity is not None):
        raise BadOrder(symbol=symbol, field="close-position")
    if not order.close_position:
        if order.quantity is None:
            raise BadOrder(symbol=symbol, field="quantity")
        check_quantity(contract, order.quantity)
    if (order.price is not None) is not kind.limited:
        raise BadOrder(symbol=symbol, field="price")
    if order.time_in_force is not TimeInForce.GTC and not kind.limited:
        raise BadOrder(symbol=symbol, field="time-in-force")
    trails = kind is OrderType.TRAILING_STOP
    if (order.callback is not None) is not trails:
        raise BadOrder(symbol=symbol, field="callback")
    if not trails and (order.trigger is not None) is (kind is OrderType.LIMIT):
        raise BadOrder(symbol=symbol, field="trigger")
    for price in (order.price, order.trigger):
        if price is not None:
            check_price(price, contract)
    rate = order.callback
    if rate is not None and not (rate.is_finite() and LEAST_CALLBACK <= rate <= MOST_CALLBACK):
        raise CallbackRate(symbol=symbol, callback=rate, least=LEAST_CALLBACK, most=MOST_CALLBACK)


def check_finite(price: Decimal, symbol: str) -> None:
    """Raises BadPrice."""
    if not price.is_finite() or not SMALLEST_PRICE <= price <= LARGEST_PRICE:
        raise BadPrice(symbol=symbol, price=price)


def check_price(price: Decimal, contract: Contract) -> None:
    """Raises BadPrice or PriceTick."""
    check_finite(price, contract.symbol)
    if contract.round_price(price, up=False) != price:
        raise PriceTick(symbol=contract.symbol, price=price, tick=contract.tick)


def _check_prices(order: Order, contract: Contract, quote: Quote) -> None:
    """Raises PriceBand: no buying far above the mark (or the trigger), no selling far below it."""
    if order.price is None:
        return
    base = quote.mark if order.trigger is None else order.trigger
    bound = base * (ONE + order.direction.sign * BAND)
    if order.direction is Side.LONG and order.price > bound:
        raise PriceBand(symbol=contract.symbol, price=order.price, most=bound)
    if order.direction is Side.SHORT and order.price < bound:
        raise PriceBand(symbol=contract.symbol, price=order.price, least=bound)

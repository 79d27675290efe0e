"""What a fill does to an account: it opens, adds, reduces or flips (docs/margin.md §Orders and fills)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import TypeVar

from engine.account import MarginAccount
from engine.decimals import ZERO, exact, round_entry, truncate
from engine.errors import InsufficientMargin, OverPositionLimit, Refusal
from engine.events import (
    AdlStruck,
    Event,
    ExcessCancelled,
    PositionClosed,
    PositionIncreased,
    PositionOpened,
    PositionReduced,
    Reduction,
)
from engine.formulas import open_loss, trading_fee
from engine.legs import available
from engine.market import MarketSnapshot
from engine.order_events import OrderCancelled
from engine.orders import order_cost
from engine.position import MarginMode, Position, PositionKey, Side
from engine.resting import CancelReason


@dataclass(frozen=True, slots=True)
class Trade:
    """A fill about to be booked: `direction` LONG buys; `leg` is the position in hedge mode, None in one-way.

    `limit` is the price a limit order is costed at. What opens is checked against the cap and what is available,
    unless it was when the order was accepted: then `checked`.
    """

    symbol: str
    direction: Side
    quantity: Decimal
    price: Decimal
    leg: Side | None = None
    limit: Decimal | None = None
    maker: bool = False
    checked: bool = False


def after(account: MarginAccount, events: Iterable[Event]) -> MarginAccount:
    """The account after events."""
    for event in events:
        account = account.apply(event)
    return account


@exact
def book(trade: Trade, account: MarginAccount, market: MarketSnapshot) -> tuple[Event, ...]:
    """The events of a fill. Raises OverPositionLimit or InsufficientMargin if nothing of it can be done.

    A position that it closes takes the orders that could only have reduced it along.
    """
    opens = trade.leg is trade.direction
    held = None if opens else account.positions.get((trade.symbol, trade.direction.opposite))
    if held is None:
        return (_increase(trade, trade.quantity, account, market),)
    events: list[Event] = [_reduction(trade, held, account, market)]
    account = account.apply(events[0])
    if held.key not in account.positions:
        gone = orphaned(account, held.key)
        events += gone
        account = after(account, gone)
    excess = trade.quantity - held.quantity
    if excess > ZERO:
        try:
            events.append(_increase(trade, excess, account, market))
        except Refusal as refusal:
            events.append(
                ExcessCancelled(trade.symbol, trade.direction, excess, refusal.code, refusal.exchange_code)
            )
    return tuple(events)


def orphaned(account: MarginAccount, gone: PositionKey) -> tuple[OrderCancelled, ...]:
    """Cancels the orders that could only have reduced a position that is no more."""
    return tuple(
        OrderCancelled(order.number, order.symbol, CancelReason.POSITION_GONE)
        for order in account.orders.values()
        if order.closes and order.against == gone
    )


def _increase(
    trade: Trade, quantity: Decimal, account: MarginAccount, market: MarketSnapshot
) -> PositionOpened | PositionIncreased:
    """Check what opens or adds, and fill it. Raises OverPositionLimit or InsufficientMargin."""
    symbol, side, price = trade.symbol, trade.direction, trade.price
    contract, quote = market.contract(symbol), market.quote(symbol)
    settings = account.settings_of(symbol)
    leverage = settings.leverage
    loss = open_loss(side, quantity, price, quote.mark)
    transfer = ZERO
    if settings.mode is MarginMode.ISOLATED:
        transfer = truncate(quantity * price / leverage + loss)
    _check(trade, quantity, transfer, account, market)
    rate = contract.maker if trade.maker else contract.taker
    fee = trading_fee(quantity, price, rate)
    held = account.positions.get((symbol, side))
    if held is None:
        return PositionOpened(
            symbol=symbol,
            side=side,
            mode=settings.mode,
            quantity=quantity,
            price=price,
            mark=quote.mark,
            fee=fee,
            leverage=leverage,
            fee_rate=rate,
            transfer=transfer,
            at=market.time,
        )
    entry, blended = _averages(held, quantity, price, rate)
    return PositionIncreased(
        symbol=symbol,
        side=side,
        mode=settings.mode,
        quantity=quantity,
        price=price,
        mark=quote.mark,
        fee=fee,
        leverage=leverage,
        fee_rate=blended,
        transfer=transfer,
        entry_price=entry,
    )


def _check(
    trade: Trade, quantity: Decimal, transfer: Decimal, account: MarginAccount, market: MarketSnapshot
) -> None:
    """Raises OverPositionLimit or InsufficientMargin. The cross wallet must cover a transfer in any case."""
    symbol = trade.symbol
    leverage = account.settings_of(symbol).leverage
    spare = account.cross_wallet
    funded = transfer <= max(ZERO, spare)  # cross moves nothing, whatever its wallet
    if trade.checked and funded:
        return
    order = order_cost(account, market, symbol, trade.direction, quantity, price=trade.limit)
    if not trade.checked:
        limit = market.contract(symbol).max_notional(leverage)
        if order.notional > limit:
            raise OverPositionLimit(symbol=symbol, notional=order.notional, limit=limit, leverage=leverage)
        free = available(account, market)
        if order.cost > free:
            spare = free
        elif funded:
            return
    raise InsufficientMargin(
        symbol=symbol,
        cost=max(order.cost, transfer),
        available=spare,
        margin=order.margin,
        open_loss=order.open_loss,
        price=order.price,
        quantity=quantity,
        leverage=leverage,
    )


def _averages(held: Position, quantity: Decimal, price: Decimal, rate: Decimal) -> tuple[Decimal, Decimal]:
    """Entry price and opening fee rate after adding, weighted by size and by notional."""
    before, added = held.quantity * held.entry_price, quantity * price
    entry = round_entry((before + added) / (held.quantity + quantity))
    if held.opening_fee_rate == rate:
        return entry, rate
    return entry, round_entry((before * held.opening_fee_rate + added * rate) / (before + added))


def _reduction(
    trade: Trade, held: Position, account: MarginAccount, market: MarketSnapshot
) -> PositionReduced | PositionClosed:
    """Realise PnL on part or all of a position."""
    quantity = min(trade.quantity, held.quantity)
    contract = market.contract(held.symbol)
    fee = trading_fee(quantity, trade.price, contract.maker if trade.maker else contract.taker)
    if quantity == held.quantity:
        return _realised(PositionClosed, held, quantity, trade.price, fee, account, market)
    return _realised(PositionReduced, held, quantity, trade.price, fee, account, market)


def strike(held: Position, price: Decimal, account: MarginAccount, market: MarketSnapshot) -> AdlStruck:
    """Close a whole position by auto-deleveraging: at a given price, without fee."""
    return _realised(AdlStruck, held, held.quantity, price, ZERO, account, market)


K = TypeVar("K", bound=Reduction)


@exact
def _realised(
    kind: type[K],
    held: Position,
    quantity: Decimal,
    price: Decimal,
    fee: Decimal,
    account: MarginAccount,
    market: MarketSnapshot,
) -> K:
    """The event of a reduction; a shortfall stays with the position, then the fund.

    docs/margin.md §Orders and fills: never the cross wallet for an isolated position; a cross wallet below zero with
    no cross position left is made up by the fund.
    """
    whole = quantity == held.quantity
    realised = truncate(held.side.sign * quantity * (price - held.entry_price))
    released = gap = ZERO
    wallet = held.isolated_wallet
    if wallet is not None:
        share = wallet if whole else truncate(wallet * quantity / held.quantity)
        shortfall = max(ZERO, fee - realised - share)
        taken = min(shortfall, max(ZERO, wallet - share))
        released = share + taken
        gap = shortfall - taken
    elif whole and not any(p.mode is MarginMode.CROSS for k, p in account.positions.items() if k != held.key):
        gap = max(ZERO, fee - realised - account.cross_wallet)
    return kind(
        symbol=held.symbol,
        side=held.side,
        mode=held.mode,
        quantity=quantity,
        price=price,
        mark=market.quote(held.symbol).mark,
        fee=fee,
        entry_price=held.entry_price,
        realised=realised,
        released=released,
        fund_gap=gap,
    )

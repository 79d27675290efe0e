"""The paper exchange: decide what an intent does to an account, or refuse it.

docs/margin.md §Orders and fills, §Refusals.
"""

from __future__ import annotations

from typing import assert_never

from engine.account import MarginAccount
from engine.decimals import ZERO, exact, truncate
from engine.errors import (
    AddMarginShort,
    BadAmount,
    LeverageLowered,
    LeverageTooHigh,
    LeverageUnaffordable,
    MarginNotMoved,
    MarginOnCross,
    MarginWithoutPosition,
    ModeLocked,
    ModeLockedByOrders,
    ModeUnchanged,
    NoPosition,
    OverPositionLimit,
    PositionModeLocked,
    PositionModeLockedByOrders,
    PositionModeUnchanged,
    RemoveMarginShort,
    SideMismatch,
)
from engine.events import (
    Deposited,
    Event,
    LeverageChanged,
    MarginChanged,
    ModeChanged,
    PositionModeChanged,
)
from engine.fills import Trade, after, book, orphaned, strike
from engine.funding import pay_funding
from engine.intents import (
    CancelOrder,
    CancelOrders,
    ChangeLeverage,
    ChangeMargin,
    ChangeMode,
    ChangePositionMode,
    Close,
    Deleverage,
    Deposit,
    Intent,
    Open,
    Place,
    Settle,
)
from engine.legs import available, free_totals, leg_of
from engine.liquidation import refuse_if_due
from engine.margin import max_add, max_remove
from engine.market import MarketSnapshot
from engine.orders import LARGEST_AMOUNT, check_amount, check_minimum, check_quantity, fill_price
from engine.placing import cancel, check_finite, place
from engine.position import MarginMode, Position, PositionMode, Side
from engine.reservations import exposures
from engine.settlement import settle


@exact
def decide(intent: Intent, account: MarginAccount, market: MarketSnapshot) -> tuple[Event, ...]:
    """The events that carry out an intent, to be applied in order; the account itself is not changed.

    Funding that has fallen due is paid before anything else.

    Raises Refusal. Setting a leverage to what it is yields no events.
    """
    match intent:
        case Deposit():
            return _deposit(intent, account)
        case Settle():
            return settle(account, market)
        case ChangePositionMode():
            return _change_position_mode(intent.mode, account)
        case _:
            paid = pay_funding(account, market)
            account = after(account, paid)
    match intent:
        case Deleverage():
            return (*paid, *_deleverage(intent, account, market))
        case Place() | CancelOrder() | CancelOrders():
            refuse_if_due(account, market)
            return (*paid, *_order(intent, account, market))
        case Open() | Close() | ChangeMargin() | ChangeLeverage() | ChangeMode():
            market.contract(intent.symbol)
            refuse_if_due(account, market)
            return (*paid, *_traded(intent, account, market))
        case _:
            assert_never(intent)


def _order(
    intent: Place | CancelOrder | CancelOrders, account: MarginAccount, market: MarketSnapshot
) -> tuple[Event, ...]:
    match intent:
        case Place():
            return place(intent.order, account, market)
        case CancelOrder():
            return (cancel(intent.number, account),)
        case CancelOrders():
            return tuple(
                cancel(number, account)
                for number, order in account.orders.items()
                if intent.symbol in {None, order.symbol}
            )
        case _:
            assert_never(intent)


def _traded(
    intent: Open | Close | ChangeMargin | ChangeLeverage | ChangeMode,
    account: MarginAccount,
    market: MarketSnapshot,
) -> tuple[Event, ...]:
    match intent:
        case Open():
            return _open(intent, account, market)
        case Close():
            return _close(intent, account, market)
        case ChangeMargin():
            return _change_margin(intent, account, market)
        case ChangeLeverage():
            return _change_leverage(intent.symbol, intent.leverage, account, market)
        case ChangeMode():
            if account.settings_of(intent.symbol).mode is intent.mode:
                raise ModeUnchanged(symbol=intent.symbol, mode=intent.mode)
            return _change_mode(intent.symbol, intent.mode, account)
        case _:
            assert_never(intent)


def _deposit(intent: Deposit, account: MarginAccount) -> tuple[Event, ...]:
    most = LARGEST_AMOUNT - account.wallet
    check_amount(intent.amount, most)
    amount = truncate(intent.amount)
    if amount == ZERO:
        raise BadAmount(amount=intent.amount, most=most)
    return (Deposited(amount),)


def _change_mode(symbol: str, mode: MarginMode, account: MarginAccount) -> tuple[Event, ...]:
    current = account.settings_of(symbol).mode
    if current is mode:
        return ()
    if account.legs(symbol):
        raise ModeLocked(symbol=symbol, mode=current)
    if any(order.symbol == symbol for order in account.orders.values()):
        raise ModeLockedByOrders(symbol=symbol, mode=current)
    return (ModeChanged(symbol, mode),)


def _change_position_mode(mode: PositionMode, account: MarginAccount) -> tuple[Event, ...]:
    if account.position_mode is mode:
        raise PositionModeUnchanged(mode=mode)
    for order in account.orders.values():
        raise PositionModeLockedByOrders(symbol=order.symbol, mode=account.position_mode)
    held = account.in_order()
    if held:
        raise PositionModeLocked(symbol=held[0].symbol, mode=account.position_mode)
    return (PositionModeChanged(mode),)


def _deleverage(intent: Deleverage, account: MarginAccount, market: MarketSnapshot) -> tuple[Event, ...]:
    market.contract(intent.symbol)
    check_finite(intent.price, intent.symbol)
    held = account.positions.get((intent.symbol, intent.side))
    if held is None:
        raise NoPosition(symbol=intent.symbol)
    struck = strike(held, intent.price, account, market)
    return (struck, *orphaned(account.apply(struck), held.key))


def _named(account: MarginAccount, symbol: str, side: Side | None) -> Position | None:
    """The position an intent is about. Raises SideMismatch if its side does not say which, or is not the open one."""
    legs = account.legs(symbol)
    if side is None:
        if len(legs) > 1:
            raise SideMismatch(symbol=symbol, mode=account.position_mode)
        return legs[0] if legs else None
    found = account.positions.get((symbol, side))
    if found is None and legs and account.position_mode is PositionMode.ONE_WAY:
        raise SideMismatch(symbol=symbol, mode=account.position_mode)
    return found


def _change_leverage(
    symbol: str, leverage: int, account: MarginAccount, market: MarketSnapshot
) -> tuple[Event, ...]:
    contract = market.contract(symbol)
    current = account.settings_of(symbol).leverage
    if not 1 <= leverage <= contract.max_leverage:
        raise LeverageTooHigh(symbol=symbol, leverage=leverage, most=contract.max_leverage)
    if leverage == current:
        return ()
    if leverage < current and any(held.mode is MarginMode.ISOLATED for held in account.legs(symbol)):
        raise LeverageLowered(symbol=symbol, leverage=leverage, current=current)
    standing = [one for one in exposures(account, market, symbol) if one.largest > ZERO]
    for one in standing:
        limit = contract.max_notional(leverage)
        if leverage > current and one.largest > limit:
            raise OverPositionLimit(symbol=symbol, notional=one.largest, limit=limit, leverage=leverage)
    if standing and leverage < current:
        needed = sum((one.requirement(leverage) - one.requirement(current) for one in standing), ZERO)
        spare = available(account, market)
        if needed > spare:
            raise LeverageUnaffordable(
                symbol=symbol, leverage=leverage, current=current, needed=needed, available=spare
            )
    return (LeverageChanged(symbol, leverage, current),)


def _change_margin(intent: ChangeMargin, account: MarginAccount, market: MarketSnapshot) -> tuple[Event, ...]:
    symbol = intent.symbol
    check_amount(intent.amount.copy_abs())
    if account.settings_of(symbol).mode is MarginMode.CROSS:
        raise MarginOnCross(symbol=symbol)
    held = _named(account, symbol, intent.side)
    if held is None:
        raise MarginWithoutPosition(symbol=symbol)
    amount = truncate(intent.amount)
    if amount == ZERO:
        raise MarginNotMoved(symbol=symbol, amount=intent.amount)
    leg = leg_of(account, held, market)
    if amount > ZERO:
        most = max_add(free_totals(account, market))
        if amount > most:
            raise AddMarginShort(symbol=symbol, amount=amount, most=most)
    else:
        most = max_remove(leg)
        if -amount > most:
            raise RemoveMarginShort(symbol=symbol, amount=-amount, most=most)
    return (MarginChanged(symbol, held.side, amount),)


def _close(intent: Close, account: MarginAccount, market: MarketSnapshot) -> tuple[Event, ...]:
    contract = market.contract(intent.symbol)
    if intent.quantity is not None:
        check_quantity(contract, intent.quantity)
    held = _named(account, intent.symbol, intent.side)
    if held is None:
        raise NoPosition(symbol=intent.symbol)
    quantity = held.quantity if intent.quantity is None else min(intent.quantity, held.quantity)
    direction = held.side.opposite
    price = fill_price(contract, market.quote(intent.symbol), market.fill_rule, direction, quantity)
    return book(Trade(intent.symbol, direction, quantity, price), account, market)


def _open(intent: Open, account: MarginAccount, market: MarketSnapshot) -> tuple[Event, ...]:
    symbol, side, quantity = intent.symbol, intent.side, intent.quantity
    contract, quote = market.contract(symbol), market.quote(symbol)
    check_quantity(contract, quantity)
    events: list[Event] = []
    if intent.mode is not None:
        events += _change_mode(symbol, intent.mode, account)
        account = after(account, events)
    if intent.leverage is not None:
        changed = _change_leverage(symbol, intent.leverage, account, market)
        events += changed
        account = after(account, changed)
    check_minimum(contract, quantity, quote.mark, account.settings_of(symbol).leverage)
    price = fill_price(contract, quote, market.fill_rule, side, quantity)
    leg = side if account.position_mode is PositionMode.HEDGE else None
    return (
        *events,
        *book(Trade(symbol, side, quantity, price, leg, checked=intent.checked), account, market),
    )

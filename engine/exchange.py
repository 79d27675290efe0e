"""The paper exchange: decide what an intent does to an account, or refuse it.

docs/margin.md §Orders and fills, §Refusals.
"""

from __future__ import annotations

from decimal import Decimal
from typing import assert_never

from engine.account import MarginAccount
from engine.decimals import ZERO, exact, round_entry, truncate
from engine.errors import (
    AddMarginShort,
    BadAmount,
    InsufficientMargin,
    LeverageLowered,
    LeverageTooHigh,
    LeverageUnaffordable,
    MarginNotMoved,
    MarginOnCross,
    MarginWithoutPosition,
    ModeLocked,
    ModeUnchanged,
    NoPosition,
    OverPositionLimit,
    PositionModeLocked,
    PositionModeUnchanged,
    Refusal,
    RemoveMarginShort,
    SideMismatch,
)
from engine.events import (
    Deposited,
    Event,
    ExcessCancelled,
    LeverageChanged,
    MarginChanged,
    ModeChanged,
    PositionClosed,
    PositionIncreased,
    PositionModeChanged,
    PositionOpened,
    PositionReduced,
)
from engine.formulas import open_loss, trading_fee
from engine.intents import (
    ChangeLeverage,
    ChangeMargin,
    ChangeMode,
    ChangePositionMode,
    Close,
    Deposit,
    Intent,
    Open,
    Settle,
)
from engine.liquidation import refuse_if_due, settle
from engine.margin import available, cross_legs, cross_totals, leg_of, max_add, max_remove
from engine.market import MarketSnapshot
from engine.orders import LARGEST_AMOUNT, check_amount, check_minimum, check_quantity, fill_price, order_cost
from engine.position import MarginMode, Position, PositionMode, Side


@exact
def decide(intent: Intent, account: MarginAccount, market: MarketSnapshot) -> tuple[Event, ...]:
    """The events that carry out an intent, to be applied in order; the account itself is not changed.

    Raises Refusal. Setting a leverage to what it is yields no events.
    """
    match intent:
        case Deposit():
            return _deposit(intent, account)
        case Settle():
            return settle(account, market)
        case ChangePositionMode():
            return _change_position_mode(intent.mode, account)
        case Open() | Close() | ChangeMargin() | ChangeLeverage() | ChangeMode():
            market.contract(intent.symbol)
            refuse_if_due(account, market)
        case _:
            assert_never(intent)
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
    return (ModeChanged(symbol, mode),)


def _change_position_mode(mode: PositionMode, account: MarginAccount) -> tuple[Event, ...]:
    if account.position_mode is mode:
        raise PositionModeUnchanged(mode=mode)
    held = account.in_order()
    if held:
        raise PositionModeLocked(symbol=held[0].symbol, mode=account.position_mode)
    return (PositionModeChanged(mode),)


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
    legs = [leg_of(account, held, market) for held in account.legs(symbol)]
    if leverage < current and any(leg.position.mode is MarginMode.ISOLATED for leg in legs):
        raise LeverageLowered(symbol=symbol, leverage=leverage, current=current)
    limit = contract.max_notional(leverage)
    for leg in legs:
        if leverage > current and leg.notional > limit:
            raise OverPositionLimit(symbol=symbol, notional=leg.notional, limit=limit, leverage=leverage)
    if legs and leverage < current:
        needed = sum((leg.notional / leverage - leg.initial for leg in legs), ZERO)
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
        most = max_add(cross_totals(account, cross_legs(account, market)))
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
    price = fill_price(contract, market.quote(intent.symbol), market.fill_rule, held.side.opposite, quantity)
    return (_reduction(account, held, quantity, price, market),)


def _open(intent: Open, account: MarginAccount, market: MarketSnapshot) -> tuple[Event, ...]:
    symbol, side, quantity = intent.symbol, intent.side, intent.quantity
    contract, quote = market.contract(symbol), market.quote(symbol)
    check_quantity(contract, quantity)
    events: list[Event] = []
    if intent.mode is not None:
        events += _change_mode(symbol, intent.mode, account)
        account = _after(account, events)
    if intent.leverage is not None:
        changed = _change_leverage(symbol, intent.leverage, account, market)
        events += changed
        account = _after(account, changed)
    check_minimum(contract, quantity, quote.mark, account.settings_of(symbol).leverage)
    price = fill_price(contract, quote, market.fill_rule, side, quantity)
    held = None if account.position_mode is PositionMode.HEDGE else account.position(symbol)
    if held is None or held.side is side:
        return (*events, _increase(account, market, symbol, side, quantity, price))
    reduction = _reduction(account, held, min(quantity, held.quantity), price, market)
    events.append(reduction)
    excess = quantity - held.quantity
    if excess > ZERO:
        account = account.apply(reduction)
        try:
            events.append(_increase(account, market, symbol, side, excess, price))
        except Refusal as refusal:
            events.append(ExcessCancelled(symbol, side, excess, refusal.code, refusal.exchange_code))
    return tuple(events)


def _after(account: MarginAccount, events: list[Event] | tuple[Event, ...]) -> MarginAccount:
    for event in events:
        account = account.apply(event)
    return account


def _increase(
    account: MarginAccount, market: MarketSnapshot, symbol: str, side: Side, quantity: Decimal, price: Decimal
) -> PositionOpened | PositionIncreased:
    """Check an order that opens or adds, and fill it. Raises OverPositionLimit or InsufficientMargin."""
    contract, quote = market.contract(symbol), market.quote(symbol)
    settings = account.settings_of(symbol)
    leverage = settings.leverage
    order = order_cost(account, market, symbol, side, quantity)
    limit = contract.max_notional(leverage)
    if order.notional > limit:
        raise OverPositionLimit(symbol=symbol, notional=order.notional, limit=limit, leverage=leverage)
    spare = available(account, market)
    loss = open_loss(side, quantity, price, quote.mark)
    transfer = ZERO
    if settings.mode is MarginMode.ISOLATED:
        transfer = truncate(quantity * price / leverage + loss)
    if order.cost > spare or transfer > account.cross_wallet:
        raise InsufficientMargin(
            symbol=symbol,
            cost=max(order.cost, transfer),
            available=spare if order.cost > spare else account.cross_wallet,
            margin=order.margin,
            open_loss=order.open_loss,
            price=order.price,
            quantity=quantity,
            leverage=leverage,
        )
    rate = contract.taker
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


def _averages(held: Position, quantity: Decimal, price: Decimal, rate: Decimal) -> tuple[Decimal, Decimal]:
    """Entry price and opening fee rate after adding, weighted by size and by notional."""
    before, added = held.quantity * held.entry_price, quantity * price
    entry = round_entry((before + added) / (held.quantity + quantity))
    if held.opening_fee_rate == rate:
        return entry, rate
    return entry, round_entry((before * held.opening_fee_rate + added * rate) / (before + added))


def _reduction(
    account: MarginAccount, held: Position, quantity: Decimal, price: Decimal, market: MarketSnapshot
) -> PositionReduced | PositionClosed:
    """Realise PnL on part or all of a position; a shortfall stays with the position, then the fund.

    docs/margin.md §Orders and fills: never the cross wallet for an isolated position; a cross wallet below zero with
    no cross position left is made up by the fund.
    """
    whole = quantity == held.quantity
    realised = truncate(held.side.sign * quantity * (price - held.entry_price))
    fee = trading_fee(quantity, price, market.contract(held.symbol).taker)
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
    kind = PositionClosed if whole else PositionReduced
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

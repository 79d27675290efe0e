"""Liquidation of what the mark has made due (docs/margin.md §Liquidation, steps 1 to 6)."""

from __future__ import annotations

from decimal import Decimal

from engine.account import MarginAccount
from engine.decimals import ZERO, exact, round_entry, truncate
from engine.errors import BeingLiquidated
from engine.events import Event, LiquidationStarted, PositionLiquidated
from engine.fills import after
from engine.legs import (
    CrossTotals,
    Leg,
    backing,
    bankruptcy_of,
    cross_legs,
    cross_totals,
    leg_of,
    partner_of,
)
from engine.market import MarketSnapshot
from engine.order_events import OrderCancelled
from engine.orders import fill_price
from engine.position import MarginMode, Position
from engine.resting import CancelReason


@exact
def liquidate(account: MarginAccount, market: MarketSnapshot) -> tuple[Event, ...]:
    """Test isolated positions by symbol, long first, then the cross account; carry out what is due.

    A stale or missing price liquidates nobody: it spares its isolated position, or the whole cross account.
    """
    events: list[Event] = []
    for position in account.in_order():
        if position.isolated_wallet is not None and market.trades(position.symbol):
            account, done = _settle_isolated(account, position, market)
            events += done
    if _priced(_cross(account), market):
        events += _settle_cross(account, market)
    return tuple(events)


@exact
def refuse_if_due(account: MarginAccount, market: MarketSnapshot) -> None:
    """Raises BeingLiquidated if anything in the account meets the condition at this snapshot."""
    for position in account.in_order():
        wallet = position.isolated_wallet
        if wallet is not None and market.trades(position.symbol):
            leg = leg_of(account, position, market)
            if wallet + leg.pnl <= leg.maintenance:
                raise BeingLiquidated(
                    symbol=position.symbol, balance=wallet + leg.pnl, maintenance=leg.maintenance
                )
    cross = _cross(account)
    if _priced(cross, market):
        totals = cross_totals(account, cross_legs(account, market))
        if totals.due:
            raise BeingLiquidated(
                symbol=cross[0].symbol, balance=totals.balance, maintenance=totals.maintenance
            )


def _cross(account: MarginAccount) -> list[Position]:
    return [position for position in account.in_order() if position.isolated_wallet is None]


def _priced(positions: list[Position], market: MarketSnapshot) -> bool:
    """Whether there are any, each with a price."""
    return bool(positions) and all(market.trades(position.symbol) for position in positions)


def _settle_isolated(
    account: MarginAccount, position: Position, market: MarketSnapshot
) -> tuple[MarginAccount, list[Event]]:
    events: list[Event] = []
    while True:
        held = account.positions.get(position.key)
        if held is None or held.isolated_wallet is None:
            return account, events
        leg = leg_of(account, held, market)
        balance = held.isolated_wallet + leg.pnl
        if balance > leg.maintenance:
            return account, events
        if not events:
            events.append(
                LiquidationStarted(
                    mode=MarginMode.ISOLATED,
                    symbol=held.symbol,
                    side=held.side,
                    balance=balance,
                    maintenance=leg.maintenance,
                )
            )
            events += _cancelled(account, MarginMode.ISOLATED, held.symbol)
            account = after(account, events)
        event = _liquidate(leg, None, cross_totals(account, ()), market, balance)
        account = account.apply(event)
        events.append(event)


def _settle_cross(account: MarginAccount, market: MarketSnapshot) -> list[Event]:
    events: list[Event] = []
    while True:
        legs = cross_legs(account, market)
        totals = cross_totals(account, legs)
        if not totals.due:
            return events
        if not events:
            events.append(
                LiquidationStarted(
                    mode=MarginMode.CROSS,
                    symbol=None,
                    side=None,
                    balance=totals.balance,
                    maintenance=totals.maintenance,
                )
            )
            events += _cancelled(account, MarginMode.CROSS, None)
            account = after(account, events)
        largest = max(legs, key=lambda leg: leg.maintenance)  # the first of equals: symbol, long first
        event = _liquidate(largest, partner_of(largest, legs), totals, market, totals.balance)
        account = account.apply(event)
        events.append(event)


def _cancelled(account: MarginAccount, mode: MarginMode, symbol: str | None) -> list[Event]:
    """Open orders go first: isolated those of the symbol, in cross those of every cross symbol."""
    return [
        OrderCancelled(order.number, order.symbol, CancelReason.LIQUIDATION)
        for order in account.orders.values()
        if symbol in {None, order.symbol} and account.settings_of(order.symbol).mode is mode
    ]


def _quantity(leg: Leg, balance: Decimal) -> Decimal:
    """How much to sell off at once: whole in bracket 1 or with nothing left, else down to the next floor."""
    held = leg.position.quantity
    if leg.bracket == 0 or balance <= ZERO:
        return held
    excess = leg.notional - leg.contract.brackets[leg.bracket].floor
    part = leg.contract.ceil_quantity(excess / leg.mark)
    rest = held - part
    return held if rest * leg.mark < leg.contract.min_notional else part


def _liquidate(
    leg: Leg, partner: Leg | None, totals: CrossTotals, market: MarketSnapshot, balance: Decimal
) -> PositionLiquidated:
    """Fill at the market, book loss and clearance fee; the fund takes what the last one cannot pay."""
    position, contract = leg.position, leg.contract
    isolated = position.isolated_wallet
    quantity = _quantity(leg, balance)
    whole = quantity == position.quantity
    price = fill_price(
        contract, market.quote(position.symbol), market.fill_rule, position.side.opposite, quantity
    )
    realised = truncate(position.side.sign * quantity * (price - position.entry_price))
    rest = position.side.sign * (position.quantity - quantity) * (leg.mark - position.entry_price)
    bare, _ = backing(leg, totals)
    balance_after = bare + realised + rest
    due = truncate(contract.liquidation_fee * quantity * price)
    fee = min(due, max(ZERO, truncate(balance_after)))
    if isolated is not None:
        released = isolated if whole else fee - realised
        gap = max(ZERO, -(isolated + realised - fee)) if whole else ZERO
    else:
        released = ZERO
        gap = max(ZERO, -(totals.wallet + realised - fee)) if whole and totals.positions == 1 else ZERO
    bankrupt = bankruptcy_of(leg, partner, totals)
    return PositionLiquidated(
        symbol=position.symbol,
        side=position.side,
        mode=position.mode,
        quantity=quantity,
        price=price,
        mark=leg.mark,
        entry_price=position.entry_price,
        bankruptcy_price=None if bankrupt is None else round_entry(bankrupt),
        realised=realised,
        clearance_fee=fee,
        waived_fee=due - fee,
        released=released,
        fund_gap=gap,
        left=truncate(balance_after - fee + gap),
        whole=whole,
    )

"""The figures of positions and accounts at the mark.

docs/margin.md §State and rounding, §Liquidation, §Orders and fills.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal

from engine.account import MarginAccount
from engine.contracts import Bracket
from engine.decimals import ZERO, exact
from engine.errors import NoPosition
from engine.formulas import adl_rank, break_even, margin_ratio, roe
from engine.legs import (
    CrossTotals,
    Leg,
    backing,
    backing_of_both,
    bankruptcy_of,
    both_legs,
    cross_legs,
    cross_totals,
    leg_of,
    legs_of,
    partner_of,
    partners,
)
from engine.market import MarketSnapshot
from engine.position import MarginMode, Position, PositionKey, SymbolSettings
from engine.reservations import reservations
from engine.solver import LiquidationPrice, solve_both_legs, solve_liquidation

__all__ = [
    "AccountFigures",
    "CrossTotals",
    "Leg",
    "LiquidationPrice",
    "PositionFigures",
    "account_figures",
    "adl_rank",
    "cross_legs",
    "cross_totals",
    "figures_of",
    "leg_of",
    "margin_ratio",
    "max_add",
    "max_remove",
    "max_withdraw",
    "position_figures",
    "solve_liquidation",
]


@dataclass(frozen=True, slots=True)
class PositionFigures:
    """Everything a card shows of a position, at its mark. USDT; `roe`, `ratio`, `distance` are fractions.

    `margin`: isolated: the isolated wallet; cross: the initial margin. `balance` and `ratio`: of the position, or in
    cross of the whole cross account. `bankruptcy_price` is None where no price above zero uses up the balance.
    `max_remove`: the most margin that can be taken out (0 in cross).
    """

    position: Position
    settings: SymbolSettings
    mark: Decimal
    notional: Decimal
    pnl: Decimal
    roe: Decimal
    initial_margin: Decimal
    maintenance: Decimal
    bracket: Bracket
    margin: Decimal
    balance: Decimal
    ratio: Decimal
    liquidation: LiquidationPrice
    bankruptcy_price: Decimal | None
    break_even: Decimal
    distance: Decimal | None
    max_remove: Decimal


@dataclass(frozen=True, slots=True)
class AccountFigures:
    """An account at the marks. USDT; `cross_ratio` is 0 without a cross position, 1 at a balance not above zero.

    `equity` is the wallet plus all unrealised PnL; `max_add` the most margin that isolated positions can be given.
    """

    wallet: Decimal
    cross_wallet: Decimal
    unrealised: Decimal
    equity: Decimal
    cross_balance: Decimal
    cross_maintenance: Decimal
    cross_initial: Decimal
    isolated_orders: Decimal
    cross_ratio: Decimal
    available: Decimal
    max_withdraw: Decimal
    max_add: Decimal
    positions: tuple[PositionFigures, ...]


@exact
def max_add(totals: CrossTotals) -> Decimal:
    """The most that can be moved into isolated positions (docs/margin.md §Orders and fills)."""
    return max(ZERO, min(totals.wallet - totals.isolated_orders - totals.maintenance, totals.available))


@exact
def max_remove(leg: Leg) -> Decimal:
    """The most that can be taken out of an isolated position; 0 in cross."""
    wallet = leg.position.isolated_wallet
    if wallet is None:
        return ZERO
    return max(ZERO, min(wallet - leg.maintenance, wallet + leg.pnl - leg.initial))


@exact
def max_withdraw(totals: CrossTotals) -> Decimal:
    """The most that could leave the account (docs/margin.md §Orders and fills)."""
    kept = totals.wallet - totals.isolated_orders - totals.maintenance
    return max(ZERO, min(kept, totals.balance - totals.initial - totals.isolated_orders))


def _liquidation_of(leg: Leg, partner: Leg | None, totals: CrossTotals) -> LiquidationPrice:
    position, brackets = leg.position, leg.contract.brackets
    if partner is None:
        wallet = backing(leg, totals)[1]
        return solve_liquidation(position.side, position.quantity, position.entry_price, wallet, brackets)
    wallet = backing_of_both(leg, partner, totals)[1]
    return solve_both_legs(both_legs(leg, partner), wallet, brackets, leg.mark)


@exact
def figures_of(
    account: MarginAccount, leg: Leg, totals: CrossTotals, partner: Leg | None = None
) -> PositionFigures:
    """Figures of one leg, the sums over the cross positions being known, and the other cross leg of its symbol."""
    position = leg.position
    isolated, initial = position.isolated_wallet, leg.initial
    balance = totals.balance if isolated is None else isolated + leg.pnl
    required = totals.maintenance if isolated is None else leg.maintenance
    liquidation = _liquidation_of(leg, partner, totals)
    if balance <= required:
        liquidation = replace(liquidation, status="now")
    return PositionFigures(
        position=position,
        settings=account.settings_of(position.symbol),
        mark=leg.mark,
        notional=leg.notional,
        pnl=leg.pnl,
        roe=roe(leg.pnl, initial),
        initial_margin=initial,
        maintenance=leg.maintenance,
        bracket=leg.contract.brackets[leg.bracket],
        margin=initial if isolated is None else isolated,
        balance=balance,
        ratio=margin_ratio(required, balance),
        liquidation=liquidation,
        bankruptcy_price=bankruptcy_of(leg, partner, totals),
        break_even=break_even(position.side, position.entry_price, position.opening_fee_rate),
        distance=None if liquidation.price is None else abs(leg.mark - liquidation.price) / leg.mark,
        max_remove=max_remove(leg),
    )


@exact
def position_figures(account: MarginAccount, key: PositionKey, market: MarketSnapshot) -> PositionFigures:
    """Figures of one position. Raises NoPosition, UnknownSymbol or PriceStale (in cross for any cross symbol)."""
    position = account.positions.get(key)
    if position is None:
        raise NoPosition(symbol=key[0])
    legs = cross_legs(account, market) if position.mode is MarginMode.CROSS else ()
    leg = leg_of(account, position, market)
    return figures_of(account, leg, cross_totals(account, legs), partner_of(leg, legs))


@exact
def account_figures(account: MarginAccount, market: MarketSnapshot) -> AccountFigures:
    """Figures of an account and all its positions, by symbol, long first. Raises UnknownSymbol or PriceStale."""
    legs = legs_of(account, market)
    cross = (leg for leg in legs if leg.position.isolated_wallet is None)
    totals = cross_totals(account, cross, reservations(account, market))
    pairs = partners(legs)
    unrealised = sum((leg.pnl for leg in legs), ZERO)
    return AccountFigures(
        wallet=account.wallet,
        cross_wallet=totals.wallet,
        unrealised=unrealised,
        equity=account.wallet + unrealised,
        cross_balance=totals.balance,
        cross_maintenance=totals.maintenance,
        cross_initial=totals.initial,
        isolated_orders=totals.isolated_orders,
        cross_ratio=margin_ratio(totals.maintenance, totals.balance),
        available=totals.available,
        max_withdraw=max_withdraw(totals),
        max_add=max_add(totals),
        positions=tuple(figures_of(account, leg, totals, pairs.get(leg.position.key)) for leg in legs),
    )

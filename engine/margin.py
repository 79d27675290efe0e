"""Figures of positions and accounts at the mark, and the formulas they come from.

docs/margin.md §State and rounding, §Liquidation, §Orders and fills.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import pairwise
from typing import NamedTuple

from engine.account import MarginAccount
from engine.contracts import Bracket, Contract, bracket_index
from engine.decimals import ZERO, exact
from engine.errors import NoPosition
from engine.formulas import (
    adl_rank,
    assumed_price,
    available_balance,
    bankruptcy_price,
    break_even,
    initial_margin,
    isolated_wallet_at_open,
    maintenance,
    margin_ratio,
    margin_requirement,
    notional,
    open_loss,
    roe,
    trading_fee,
    unrealised_pnl,
)
from engine.market import MarketSnapshot
from engine.position import MarginMode, Position, PositionKey, Side, SymbolSettings
from engine.reservations import NOTHING_RESERVED, Reservations, reservations
from engine.solver import BothLegs, LiquidationPrice, liquidation_price, solve_both_legs, solve_liquidation

__all__ = [
    "AccountFigures",
    "CrossTotals",
    "Leg",
    "LiquidationPrice",
    "PositionFigures",
    "account_figures",
    "adl_rank",
    "assumed_price",
    "available",
    "available_balance",
    "backing",
    "bankruptcy_of",
    "bankruptcy_price",
    "break_even",
    "cross_legs",
    "cross_totals",
    "initial_margin",
    "isolated_wallet_at_open",
    "leg_of",
    "liquidation_price",
    "maintenance",
    "margin_ratio",
    "margin_requirement",
    "max_add",
    "max_remove",
    "notional",
    "open_loss",
    "position_figures",
    "roe",
    "solve_liquidation",
    "trading_fee",
    "unrealised_pnl",
]


class Leg(NamedTuple):
    """A position seen at its mark: what sums over positions need, in USDT; `bracket` counts from 0.

    A tuple, because every tick makes one of every position.
    """

    position: Position
    contract: Contract
    leverage: int
    mark: Decimal
    notional: Decimal
    pnl: Decimal
    initial: Decimal
    maintenance: Decimal
    bracket: int


@dataclass(frozen=True, slots=True)
class CrossTotals:
    """Sums over all cross positions at mark, with the cross wallet, in USDT.

    `initial` holds the margin of cross orders too, `isolated_orders` that of orders on isolated symbols.
    """

    wallet: Decimal
    pnl: Decimal
    initial: Decimal
    maintenance: Decimal
    positions: int
    isolated_orders: Decimal = ZERO

    @property
    @exact
    def balance(self) -> Decimal:
        """Cross margin balance."""
        return self.wallet + self.pnl

    @property
    @exact
    def available(self) -> Decimal:
        """What new orders may cost, not below zero."""
        return max(ZERO, available_balance(self.wallet, self.pnl, self.initial, self.isolated_orders))

    @property
    def due(self) -> bool:
        """Whether the condition of liquidation is met: balance <= maintenance, with a position open."""
        return self.positions > 0 and self.balance <= self.maintenance


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
def leg_of(account: MarginAccount, position: Position, market: MarketSnapshot) -> Leg:
    """One position at its mark. Raises UnknownSymbol or PriceStale."""
    contract = market.contract(position.symbol)
    mark = market.quote(position.symbol).mark
    size = position.quantity * mark
    leverage = account.settings_of(position.symbol).leverage
    index = bracket_index(contract.brackets, size)
    bracket = contract.brackets[index]
    moved = mark - position.entry_price if position.side is Side.LONG else position.entry_price - mark
    return Leg(
        position,
        contract,
        leverage,
        mark,
        size,
        position.quantity * moved,
        size / leverage,
        size * bracket.rate - bracket.amount,
        index,
    )


def cross_legs(account: MarginAccount, market: MarketSnapshot) -> tuple[Leg, ...]:
    """All cross positions at their marks, by symbol, long first. Raises UnknownSymbol or PriceStale."""
    return tuple(leg_of(account, p, market) for p in account.in_order() if p.mode is MarginMode.CROSS)


@exact
def cross_totals(
    account: MarginAccount, legs: Iterable[Leg], reserved: Reservations = NOTHING_RESERVED
) -> CrossTotals:
    """Sums over cross legs (docs/margin.md §State and rounding) and, if given, over open orders."""
    pnl = initial = required = ZERO
    count = 0
    for leg in legs:
        pnl += leg.pnl
        initial += leg.initial
        required += leg.maintenance
        count += 1
    for _, margin in reserved.cross:
        initial += margin
    isolated = sum((margin for _, margin in reserved.isolated), ZERO)
    return CrossTotals(account.cross_wallet, pnl, initial, required, count, isolated)


def free_totals(account: MarginAccount, market: MarketSnapshot) -> CrossTotals:
    """The sums with all open orders. Raises PriceStale or UnknownSymbol."""
    return cross_totals(account, cross_legs(account, market), reservations(account, market))


def available(account: MarginAccount, market: MarketSnapshot) -> Decimal:
    """Balance that new orders may use, USDT, never below 0. Marks of isolated positions without orders do not matter.

    Raises PriceStale or UnknownSymbol for the symbol of a cross position, or of a position with an open order.
    """
    return free_totals(account, market).available


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


@exact
def backing(leg: Leg, totals: CrossTotals) -> tuple[Decimal, Decimal]:
    """Wallet behind one position, without and with the other cross positions' maintenance taken off, in USDT.

    The first answers for bankruptcy, the second (WB' of docs/margin.md §Liquidation) for liquidation.
    """
    wallet = leg.position.isolated_wallet
    if wallet is not None:
        return wallet, wallet
    others = totals.wallet + (totals.pnl - leg.pnl)
    return others, others - (totals.maintenance - leg.maintenance)


def partner_of(leg: Leg, legs: Iterable[Leg]) -> Leg | None:
    """The other cross leg of the same symbol, which shares its price; None outside hedge mode."""
    if leg.position.isolated_wallet is not None:
        return None
    wanted = (leg.position.symbol, leg.position.side.opposite)
    return next((other for other in legs if other.position.key == wanted), None)


def _partners(legs: tuple[Leg, ...]) -> dict[PositionKey, Leg]:
    """Of every cross leg the other one; they stand side by side in reading order."""
    found: dict[PositionKey, Leg] = {}
    for first, second in pairwise(legs):
        if first.position.symbol == second.position.symbol and first.position.isolated_wallet is None:
            found[first.position.key] = second
            found[second.position.key] = first
    return found


def both_legs(leg: Leg, partner: Leg) -> BothLegs:
    """The two legs of a symbol, long first."""
    first, second = (leg, partner) if leg.position.side is Side.LONG else (partner, leg)
    long, short = first.position, second.position
    return BothLegs(long.quantity, long.entry_price, short.quantity, short.entry_price)


@exact
def backing_of_both(leg: Leg, partner: Leg, totals: CrossTotals) -> tuple[Decimal, Decimal]:
    """Wallet behind both cross legs of a symbol, without and with the others' maintenance taken off, in USDT."""
    bare = totals.wallet + (totals.pnl - leg.pnl - partner.pnl)
    return bare, bare - (totals.maintenance - leg.maintenance - partner.maintenance)


@exact
def bankruptcy_of(leg: Leg, partner: Leg | None, totals: CrossTotals) -> Decimal | None:
    """Price that uses up the balance behind a position, None where no price above zero does.

    With both cross legs of a symbol the price moves both (ours, docs/margin.md §State and rounding).
    """
    held = leg.position
    if partner is None:
        price = bankruptcy_price(held.side, held.quantity, held.entry_price, backing(leg, totals)[0])
        return price if price > ZERO else None
    legs = both_legs(leg, partner)
    net = legs.long_quantity - legs.short_quantity
    if net == ZERO:
        return None
    price = (legs.cost - backing_of_both(leg, partner, totals)[0]) / net
    return price if price > ZERO else None


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
    isolated = position.isolated_wallet
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
        roe=leg.pnl / leg.initial,
        initial_margin=leg.initial,
        maintenance=leg.maintenance,
        bracket=leg.contract.brackets[leg.bracket],
        margin=leg.initial if isolated is None else isolated,
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
    legs = tuple(leg_of(account, position, market) for position in account.in_order())
    cross = (leg for leg in legs if leg.position.mode is MarginMode.CROSS)
    totals = cross_totals(account, cross, reservations(account, market))
    partners = _partners(legs)
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
        positions=tuple(figures_of(account, leg, totals, partners.get(leg.position.key)) for leg in legs),
    )

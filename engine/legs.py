"""Positions at their marks, the sums over those that share the cross wallet, and what stands behind each.

docs/margin.md §State and rounding, §Liquidation, §Orders and fills.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise
from typing import NamedTuple

from engine.account import MarginAccount
from engine.contracts import Contract, bracket_index
from engine.decimals import ZERO, exact
from engine.formulas import available_balance, bankruptcy_price
from engine.market import MarketSnapshot
from engine.position import Position, PositionKey, Side
from engine.reservations import NOTHING_RESERVED, Reservations, reservations
from engine.solver import BothLegs


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
    maintenance: Decimal
    bracket: int

    @property
    @exact
    def initial(self) -> Decimal:
        """Initial margin at mark."""
        return self.notional / self.leverage


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


def _leg(account: MarginAccount, position: Position, market: MarketSnapshot) -> Leg:
    """One position at its mark. Raises UnknownSymbol or PriceStale."""
    symbol, quantity = position.symbol, position.quantity
    contract = market.contract(symbol)
    mark = market.quote(symbol).mark
    size = quantity * mark
    index = bracket_index(contract.brackets, size)
    bracket = contract.brackets[index]
    moved = mark - position.entry_price if position.side is Side.LONG else position.entry_price - mark
    return Leg(
        position,
        contract,
        account.settings_of(symbol).leverage,
        mark,
        size,
        quantity * moved,
        size * bracket.rate - bracket.amount,
        index,
    )


leg_of = exact(_leg)  # sums over positions enter the decimal context once, for all of them


@exact
def legs_of(account: MarginAccount, market: MarketSnapshot) -> tuple[Leg, ...]:
    """All positions at their marks, by symbol, long first. Raises UnknownSymbol or PriceStale."""
    return tuple([_leg(account, position, market) for position in account.in_order()])


@exact
def cross_legs(account: MarginAccount, market: MarketSnapshot) -> tuple[Leg, ...]:
    """All cross positions at their marks, by symbol, long first. Raises UnknownSymbol or PriceStale."""
    return tuple([_leg(account, p, market) for p in account.in_order() if p.isolated_wallet is None])


@exact
def cross_totals(
    account: MarginAccount, legs: Iterable[Leg], reserved: Reservations = NOTHING_RESERVED
) -> CrossTotals:
    """Sums over cross legs (docs/margin.md §State and rounding) and, if given, over open orders."""
    pnl = initial = required = ZERO
    count = 0
    for leg in legs:
        pnl += leg.pnl
        initial += leg.notional / leg.leverage  # leg.initial, the context being set already
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
def backing(leg: Leg, totals: CrossTotals) -> tuple[Decimal, Decimal]:
    """Wallet behind one position, without and with the other cross positions' maintenance taken off, in USDT.

    The first answers for bankruptcy, the second (WB' of docs/margin.md §Liquidation) for liquidation.
    """
    wallet = leg.position.isolated_wallet
    if wallet is not None:
        return wallet, wallet
    others = totals.wallet + (totals.pnl - leg.pnl)
    return others, others - (totals.maintenance - leg.maintenance)


@exact
def backing_of_both(leg: Leg, partner: Leg, totals: CrossTotals) -> tuple[Decimal, Decimal]:
    """Wallet behind both cross legs of a symbol, without and with the others' maintenance taken off, in USDT."""
    bare = totals.wallet + (totals.pnl - leg.pnl - partner.pnl)
    return bare, bare - (totals.maintenance - leg.maintenance - partner.maintenance)


def partner_of(leg: Leg, legs: Iterable[Leg]) -> Leg | None:
    """The other cross leg of the same symbol, which shares its price; None outside hedge mode."""
    if leg.position.isolated_wallet is not None:
        return None
    wanted = (leg.position.symbol, leg.position.side.opposite)
    return next((other for other in legs if other.position.key == wanted), None)


def partners(legs: tuple[Leg, ...]) -> dict[PositionKey, Leg]:
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

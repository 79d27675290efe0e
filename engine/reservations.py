"""Margin that open orders hold (docs/margin.md §Orders and fills)."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from engine.account import MarginAccount
from engine.decimals import ZERO, exact
from engine.formulas import margin_requirement
from engine.market import MarketSnapshot
from engine.position import MarginMode, PositionMode, Side


@dataclass(frozen=True, slots=True)
class Exposure:
    """A position (in hedge mode: a leg) with the orders that could add to it, in USDT; shorts below zero."""

    position: Decimal
    bids: Decimal
    asks: Decimal

    @property
    @exact
    def largest(self) -> Decimal:
        """The greatest size the position can come to."""
        return max(abs(self.position + self.bids), abs(self.position - self.asks))

    def requirement(self, leverage: int) -> Decimal:
        return margin_requirement(self.position, self.bids, self.asks, leverage)

    @exact
    def order_margin(self, leverage: int) -> Decimal:
        """What the orders add to the margin of the position alone."""
        return max(ZERO, self.requirement(leverage) - abs(self.position) / leverage)

    @exact
    def with_order(self, direction: Side, size: Decimal) -> Exposure:
        if direction is Side.LONG:
            return Exposure(self.position, self.bids + size, self.asks)
        return Exposure(self.position, self.bids, self.asks + size)


@exact
def exposure(account: MarginAccount, market: MarketSnapshot, symbol: str, leg: Side) -> Exposure:
    """What stands on a symbol; in hedge mode of one leg. Raises PriceStale or UnknownSymbol if a position does."""
    hedge = account.position_mode is PositionMode.HEDGE
    held = account.positions.get((symbol, leg)) if hedge else account.position(symbol)
    signed = ZERO if held is None else held.side.sign * held.quantity * market.quote(symbol).mark
    sums = {Side.LONG: ZERO, Side.SHORT: ZERO}
    for order in account.orders.values():
        if order.symbol == symbol and order.reserves and not (hedge and order.leg is not leg):
            sums[order.direction] += (order.quantity or ZERO) * (order.price or ZERO)
    return Exposure(signed, sums[Side.LONG], sums[Side.SHORT])


def exposures(account: MarginAccount, market: MarketSnapshot, symbol: str) -> tuple[Exposure, ...]:
    """One exposure in one-way mode, long and short in hedge mode."""
    legs = tuple(Side) if account.position_mode is PositionMode.HEDGE else (Side.LONG,)
    return tuple(exposure(account, market, symbol, leg) for leg in legs)


@dataclass(frozen=True, slots=True)
class Reservations:
    """Order margin by symbol, in USDT: of cross symbols, which is part of their initial margin, and of isolated ones."""

    cross: tuple[tuple[str, Decimal], ...] = ()
    isolated: tuple[tuple[str, Decimal], ...] = ()


NOTHING_RESERVED = Reservations()


@exact
def reservations(account: MarginAccount, market: MarketSnapshot) -> Reservations:
    """What all open orders hold, by symbol. Raises PriceStale or UnknownSymbol for an order beside a position."""
    symbols = sorted({order.symbol for order in account.orders.values() if order.reserves})
    if not symbols:
        return NOTHING_RESERVED
    found: dict[MarginMode, list[tuple[str, Decimal]]] = {MarginMode.CROSS: [], MarginMode.ISOLATED: []}
    for symbol in symbols:
        settings = account.settings_of(symbol)
        held = sum((one.order_margin(settings.leverage) for one in exposures(account, market, symbol)), ZERO)
        found[settings.mode].append((symbol, held))
    return Reservations(tuple(found[MarginMode.CROSS]), tuple(found[MarginMode.ISOLATED]))

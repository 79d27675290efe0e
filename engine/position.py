"""A position in one contract and the settings of its symbol."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from engine.decimals import ONE


class Side(StrEnum):
    """Which way a position profits."""

    LONG = "long"
    SHORT = "short"

    @property
    def sign(self) -> Decimal:
        """+1 for long, -1 for short."""
        return ONE if self is Side.LONG else -ONE

    @property
    def opposite(self) -> Side:
        return Side.SHORT if self is Side.LONG else Side.LONG


class MarginMode(StrEnum):
    """What stands behind a position: its own isolated wallet, or the whole cross wallet."""

    ISOLATED = "isolated"
    CROSS = "cross"


class PositionMode(StrEnum):
    """Whether a symbol has one position, or a long and a short leg side by side."""

    ONE_WAY = "one-way"
    HEDGE = "hedge"


@dataclass(frozen=True, slots=True)
class Position:
    """An open position: quantity in coins above zero, entry price in USDT at 13 decimals.

    `isolated_wallet` is None in cross mode. `opening_fee_rate` is the rate of the opening fills, a fraction,
    weighted by notional (docs/margin.md §State and rounding, break-even). `funded`: the time up to which funding is
    settled; None for positions opened before funding was kept.
    """

    symbol: str
    side: Side
    quantity: Decimal
    entry_price: Decimal
    isolated_wallet: Decimal | None
    opening_fee_rate: Decimal
    funded: datetime | None = None

    @property
    def mode(self) -> MarginMode:
        return MarginMode.CROSS if self.isolated_wallet is None else MarginMode.ISOLATED

    @property
    def key(self) -> PositionKey:
        return (self.symbol, self.side)


PositionKey = tuple[str, Side]
"""Sorts by symbol, long first: the order of every procedure that visits several positions."""


@dataclass(frozen=True, slots=True)
class SymbolSettings:
    """Leverage and margin mode of a symbol; untouched symbols have the defaults (ours)."""

    leverage: int = 3
    mode: MarginMode = MarginMode.ISOLATED


DEFAULT_SETTINGS = SymbolSettings()

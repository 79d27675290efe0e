"""What happened to a position (part of the union of engine.events)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from engine.position import MarginMode, PositionKey, Side


@dataclass(frozen=True, slots=True)
class Fill:
    """What all fills of a trader's orders carry; `side` is the position's, `fee` the trading fee."""

    symbol: str
    side: Side
    mode: MarginMode
    quantity: Decimal
    price: Decimal
    mark: Decimal
    fee: Decimal

    @property
    def key(self) -> PositionKey:
        return (self.symbol, self.side)


@dataclass(frozen=True, slots=True)
class PositionOpened(Fill):
    """`transfer`: what left the cross wallet for the isolated one, fee included; 0 in cross.

    `at`: the market's time, from which funding counts (None in events of version 1).
    """

    leverage: int
    fee_rate: Decimal
    transfer: Decimal
    at: datetime | None = None

    @property
    def realised(self) -> Decimal:
        return Decimal(0)


@dataclass(frozen=True, slots=True)
class PositionIncreased(Fill):
    """`entry_price` and `fee_rate` are the averages after the fill; `transfer` as when opened."""

    leverage: int
    fee_rate: Decimal
    transfer: Decimal
    entry_price: Decimal

    @property
    def realised(self) -> Decimal:
        return Decimal(0)


@dataclass(frozen=True, slots=True)
class Reduction(Fill):
    """Shared by partial and whole closes.

    `released` left the isolated wallet (0 in cross), `fund_gap` is what the insurance fund paid; the cross wallet
    changed by released + realised - fee + fund_gap.
    """

    entry_price: Decimal
    realised: Decimal
    released: Decimal
    fund_gap: Decimal


@dataclass(frozen=True, slots=True)
class PositionReduced(Reduction):
    """Part of a position was closed by the trader."""


@dataclass(frozen=True, slots=True)
class PositionClosed(Reduction):
    """The whole position was closed by the trader."""


@dataclass(frozen=True, slots=True)
class AdlStruck(Reduction):
    """The whole position was closed by auto-deleveraging, at a bankruptcy price and without a fee."""


@dataclass(frozen=True, slots=True)
class FundingPaid:
    """Funding of one settlement time: `amount` was received, below zero paid; by the isolated wallet, if there is one.

    An amount and rate of 0 on a position opened before funding was kept says from when it counts.
    """

    symbol: str
    side: Side
    mode: MarginMode
    quantity: Decimal
    mark: Decimal
    rate: Decimal
    amount: Decimal
    at: datetime

    @property
    def key(self) -> PositionKey:
        return (self.symbol, self.side)


@dataclass(frozen=True, slots=True)
class ExcessCancelled:
    """The part of a flipping order beyond the old position was refused; the close stands.

    `code` and `exchange_code` are those of the refusal.
    """

    symbol: str
    side: Side
    quantity: Decimal
    code: str
    exchange_code: int | None


@dataclass(frozen=True, slots=True)
class LiquidationStarted:
    """The condition was met: isolated names its position, cross is the whole account (symbol and side None)."""

    mode: MarginMode
    symbol: str | None
    side: Side | None
    balance: Decimal
    maintenance: Decimal


@dataclass(frozen=True, slots=True)
class PositionLiquidated:
    """A position was reduced or closed by the exchange; there is no trading fee on it.

    `clearance_fee` went to the insurance fund, `waived_fee` is the part that could not be paid, `fund_gap` what the
    fund paid in. `left`: the margin balance that remains, of the position (isolated; returned if `whole`) or of the
    cross account. The cross wallet changed by released + realised - clearance_fee + fund_gap.
    """

    symbol: str
    side: Side
    mode: MarginMode
    quantity: Decimal
    price: Decimal
    mark: Decimal
    entry_price: Decimal
    bankruptcy_price: Decimal | None
    realised: Decimal
    clearance_fee: Decimal
    waived_fee: Decimal
    released: Decimal
    fund_gap: Decimal
    left: Decimal
    whole: bool

    @property
    def key(self) -> PositionKey:
        return (self.symbol, self.side)

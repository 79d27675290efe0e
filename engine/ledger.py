"""Double-entry postings of events: every set sums to exactly zero, no amount has more than 8 places."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import assert_never

from engine.decimals import ZERO, exact
from engine.events import (
    AdlStruck,
    Deposited,
    Event,
    ExcessCancelled,
    FundingPaid,
    LeverageChanged,
    LiquidationStarted,
    MarginChanged,
    ModeChanged,
    PositionClosed,
    PositionIncreased,
    PositionLiquidated,
    PositionModeChanged,
    PositionOpened,
    PositionReduced,
)
from engine.order_events import (
    OrderAccepted,
    OrderCancelled,
    OrderExpired,
    OrderFilled,
    OrderTrailed,
    OrderTriggered,
)
from engine.position import Side

WALLET = "wallet"
GRANT = "grant"
FEES = "fees"
REALISED = "realised"
FUND = "fund"
FUNDING = "funding"


@dataclass(frozen=True, slots=True)
class Posting:
    """USDT put on an account (negative: taken off). "wallet" is the cross wallet."""

    account: str
    amount: Decimal


def isolated_account(symbol: str, side: Side) -> str:
    """Name of an isolated wallet, as "isolated:BTCUSDT:long"."""
    return f"isolated:{symbol}:{side}"


@exact
def postings(event: Event) -> tuple[Posting, ...]:
    """What an event books; empty if it moves no money. Amounts of zero are left out.

    Each figure was truncated once when the event was made and stands the same on both sides, so nothing remains
    for a rounding account (docs/margin.md §State and rounding).
    """
    match event:
        case Deposited(amount=amount):
            return _booked((WALLET, amount), (GRANT, -amount))
        case MarginChanged(amount=amount):
            return _booked((WALLET, -amount), (isolated_account(event.symbol, event.side), amount))
        case PositionOpened(transfer=transfer, fee=fee) | PositionIncreased(transfer=transfer, fee=fee):
            if event.mode == "cross":
                return _booked((WALLET, -fee), (FEES, fee))
            own = isolated_account(event.symbol, event.side)
            return _booked((WALLET, -transfer), (own, transfer - fee), (FEES, fee))
        case FundingPaid(amount=amount):
            own = WALLET if event.mode == "cross" else isolated_account(event.symbol, event.side)
            return _booked((own, amount), (FUNDING, -amount))
        case PositionReduced() | PositionClosed() | AdlStruck():
            return _reduction(event, fees=event.fee, fund=-event.fund_gap)
        case PositionLiquidated():
            return _reduction(event, fees=ZERO, fund=event.clearance_fee - event.fund_gap)
        case OrderAccepted() | OrderTrailed() | OrderTriggered() | OrderFilled() | OrderCancelled():
            return ()
        case (
            OrderExpired()
            | LeverageChanged()
            | ModeChanged()
            | PositionModeChanged()
            | ExcessCancelled()
            | LiquidationStarted()
        ):
            return ()
        case _:
            assert_never(event)


def _reduction(
    event: PositionReduced | PositionClosed | AdlStruck | PositionLiquidated, *, fees: Decimal, fund: Decimal
) -> tuple[Posting, ...]:
    wallet = event.released + event.realised - fees - fund
    return _booked(
        (isolated_account(event.symbol, event.side), -event.released),
        (WALLET, wallet),
        (REALISED, -event.realised),
        (FEES, fees),
        (FUND, fund),
    )


def _booked(*lines: tuple[str, Decimal]) -> tuple[Posting, ...]:
    return tuple(Posting(account, amount) for account, amount in lines if amount != ZERO)

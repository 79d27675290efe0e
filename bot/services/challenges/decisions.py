"""What a life in a challenge was made of, told from its journal: positions from their opening to their end.

A decision is a position from its first fill to its last. Its effect on the score is what it brought as a share of the
start balance (realised and, where it is still open at the end, unrealised PnL, less fees, with funding), less 0.5 for
each time it was liquidated; partial liquidations at one tick are one. Ours.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from bot.services.challenges.life import Happened
from bot.services.challenges.score import PER_LIQUIDATION
from engine.account import MarginAccount
from engine.decimals import ZERO, exact
from engine.events import (
    AdlStruck,
    FundingPaid,
    LiquidationStarted,
    PositionClosed,
    PositionIncreased,
    PositionLiquidated,
    PositionOpened,
    PositionReduced,
)
from engine.position import MarginMode, PositionKey, Side


class Ended(StrEnum):
    """How a position ended."""

    CLOSED = "closed"
    LIQUIDATED = "liquidated"
    STRUCK = "struck"
    OPEN = "open"


@dataclass(slots=True)
class Decision:
    """One position. `net` in USDT; `leverage` the highest it was opened or added to with."""

    symbol: str
    side: Side
    mode: MarginMode
    leverage: int
    opened: datetime
    at: datetime
    ended: Ended = Ended.OPEN
    net: Decimal = ZERO
    liquidations: int = 0

    @exact
    def effect(self, start: Decimal) -> Decimal:
        """What it did to the score, about: as the module says."""
        return self.net / start - PER_LIQUIDATION * self.liquidations


@dataclass(slots=True)
class Told:
    """A whole life: its decisions in the order of their openings, fees and funding, the first liquidation."""

    decisions: list[Decision] = field(default_factory=list)
    fees: Decimal = ZERO
    funding: Decimal = ZERO
    liquidated: datetime | None = None

    @property
    def leverage(self) -> int:
        """The highest leverage of any fill; 0 without one."""
        return max((each.leverage for each in self.decisions), default=0)


@exact
def told(journal: Sequence[Happened], marks: Mapping[str, Decimal], end: datetime) -> Told:
    """A journal, oldest event first, told as decisions; what is open counts at these marks."""
    found, going = Told(), dict[PositionKey, Decision]()
    account = MarginAccount.empty()
    for at, event in journal:
        account = account.apply(event)
        match event:
            case PositionOpened():
                made = Decision(event.symbol, event.side, event.mode, event.leverage, at, at, net=-event.fee)
                going[event.key] = made
                found.decisions.append(made)
                found.fees += event.fee
            case PositionIncreased():
                going[event.key].leverage = max(going[event.key].leverage, event.leverage)
                going[event.key].net -= event.fee
                found.fees += event.fee
            case FundingPaid():
                going[event.key].net += event.amount
                found.funding += event.amount
            case PositionReduced() | PositionClosed() | AdlStruck():
                going[event.key].net += event.realised - event.fee + event.fund_gap
                found.fees += event.fee
                if not isinstance(event, PositionReduced):
                    how = Ended.STRUCK if isinstance(event, AdlStruck) else Ended.CLOSED
                    _end(going, event.key, how, at)
            case LiquidationStarted():
                found.liquidated = found.liquidated or at
                _liquidated(going, event)
            case PositionLiquidated():
                going[event.key].net += event.realised - event.clearance_fee + event.fund_gap
                going[event.key].at = at
                if event.whole:
                    _end(going, event.key, Ended.LIQUIDATED, at)
            case _:
                continue
    for key, made in going.items():
        held = account.positions[key]
        mark = marks.get(held.symbol, held.entry_price)
        made.net += held.side.sign * held.quantity * (mark - held.entry_price)
        made.at = end
    return found


def _end(going: dict[PositionKey, Decision], key: PositionKey, how: Ended, at: datetime) -> None:
    made = going.pop(key)
    made.ended, made.at = how, at


def _liquidated(going: Mapping[PositionKey, Decision], event: LiquidationStarted) -> None:
    """The liquidation is the isolated position's, or that of the largest loser of the cross account."""
    if event.symbol is not None and event.side is not None:
        going[event.symbol, event.side].liquidations += 1
        return
    cross = [each for each in going.values() if each.mode is MarginMode.CROSS]
    if cross:
        min(cross, key=lambda each: each.net).liquidations += 1

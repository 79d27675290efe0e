"""Auto-deleveraging where a tape scripts it: a position's place in the queue, and what happens to who is struck.

docs/margin.md §Liquidation, 7. The crowd around a learner is ours: nobody publishes a queue.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from bot.market.tape import AdlStrike, Tape
from engine.account import MarginAccount
from engine.decimals import ONE, ZERO, exact
from engine.events import AdlStruck
from engine.formulas import adl_score
from engine.margin import PositionFigures, position_figures
from engine.market import MarketSnapshot
from engine.position import Side

CROWD = (ZERO, Decimal("0.1"), Decimal("0.2"), Decimal("0.5"), ONE)
"""From which share of the fifth lamp's rank on a position's first, second … fifth lamp is lit: ours."""
USUAL_FIFTH = Decimal("0.006")
"""The rank of the fifth lamp where the tape has no script for a contract and side: ours."""


def rank_of(figures: PositionFigures, account: MarginAccount) -> Decimal:
    """A position's rank in the queue; 0 for one without a profit. In cross, wallet and margin ratio are the account's."""
    if figures.balance <= ZERO:
        return ZERO
    wallet = figures.position.isolated_wallet
    return adl_score(figures.pnl, account.cross_wallet if wallet is None else wallet, figures.ratio)


def fifth_of(tape: Tape, symbol: str, side: Side) -> Decimal:
    """The rank from which all five lamps are lit: the least one that the tape's script strikes."""
    scripted = [each.least_rank for each in tape.adl if (each.symbol, each.side) == (symbol, side)]
    return min(scripted, default=USUAL_FIFTH)


@exact
def lamps(rank: Decimal, fifth: Decimal) -> int:
    """How many of the five lamps are lit; none without a profit."""
    return sum(rank >= share * fifth for share in CROWD) if rank > ZERO else 0


@dataclass(frozen=True, slots=True)
class Hit:
    """A scripted strike that reaches an open position."""

    strike: AdlStrike
    figures: PositionFigures
    rank: Decimal


def hits(strikes: Sequence[AdlStrike], account: MarginAccount, market: MarketSnapshot) -> list[Hit]:
    """The scripted strikes that reach a position of an account now."""
    found = []
    for strike in strikes:
        if (strike.symbol, strike.side) not in account.positions or not market.fresh(strike.symbol):
            continue
        figures = position_figures(account, (strike.symbol, strike.side), market)
        rank = rank_of(figures, account)
        if rank >= strike.least_rank and rank > ZERO:
            found.append(Hit(strike, figures, rank))
    return found


def struck_data(event: AdlStruck, hit: Hit, account: MarginAccount) -> dict[str, Any]:
    """The data of the `adl_struck` template for an account before it was struck; amounts in USDT."""
    figures, isolated = hit.figures, hit.figures.position.isolated_wallet
    wallet = account.cross_wallet if isolated is None else isolated
    return {
        "symbol": event.symbol,
        "base": event.symbol.removesuffix("USDT"),
        "side": event.side,
        "mode": event.mode,
        "leverage": figures.settings.leverage,
        "quantity": event.quantity,
        "entry": event.entry_price,
        "price": event.price,
        "realised": event.realised,
        "released": event.released,
        "pnl": figures.pnl,
        "wallet": wallet,
        "ratio": figures.ratio,
        "rank": hit.rank,
        "lamps": lamps(hit.rank, hit.strike.least_rank),
        "least": hit.strike.least_rank,
    }

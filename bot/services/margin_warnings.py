"""How near an account is to liquidation, and what a warning of it says and offers."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import ROUND_DOWN, ROUND_UP, Decimal
from typing import Any

from bot.services.attention import Attention
from bot.storage.warnings import CROSS, Warned, subject_of
from engine.account import MarginAccount
from engine.decimals import exact
from engine.errors import Refusal
from engine.exchange import decide
from engine.intents import ChangeMargin
from engine.margin import (
    PositionFigures,
    account_figures,
    cross_legs,
    cross_totals,
    leg_of,
    margin_ratio,
    position_figures,
)
from engine.market import MarketSnapshot
from engine.position import MarginMode

AGAIN_AFTER = timedelta(days=1)
RELIEVED = Decimal("0.25")
"""The margin ratio that the margin which a warning offers to add leads to (ours)."""
_CENT = Decimal("0.01")


def ratios(account: MarginAccount, market: MarketSnapshot) -> dict[str, Decimal]:
    """The margin ratio (a fraction) of each isolated position and of cross; none where a price is stale or missing."""
    found = {}
    cross_priced = True
    for position in account.in_order():
        priced = position.symbol in market.contracts and market.fresh(position.symbol)
        if position.isolated_wallet is None:
            cross_priced = cross_priced and priced
        elif priced:
            leg = leg_of(account, position, market)
            found[subject_of(position)] = margin_ratio(leg.maintenance, position.isolated_wallet + leg.pnl)
    if cross_priced and any(each.mode is MarginMode.CROSS for each in account.positions.values()):
        totals = cross_totals(account, cross_legs(account, market))
        found[CROSS] = margin_ratio(totals.maintenance, totals.balance)
    return found


@dataclass(frozen=True, slots=True)
class Verdict:
    """What follows from a ratio: the row to keep in place of the old one, and whether a warning is given."""

    row: Warned
    tells: bool


def judge(chosen: Attention, ratio: Decimal, before: Warned | None, now: datetime) -> Verdict | None:
    """What a ratio means after the latest warning of its subject; None: nothing new.

    A warning is given at the threshold and again at every higher stage; once the danger has passed and returns, after
    a day, or earlier if it is worse than before.
    """
    stage = chosen.stage(ratio)
    if stage is None:
        over = before is not None and not before.calm and chosen.calm(ratio)
        return Verdict(Warned(before.stage, before.at, calm=True), tells=False) if before and over else None
    worse = before is None or stage > before.stage
    again = before is not None and before.calm and now - before.at >= AGAIN_AFTER
    return Verdict(Warned(stage, now, calm=False), tells=True) if worse or again else None


def warning_data(
    account: MarginAccount, subject: str, stage: int, market: MarketSnapshot, now: datetime
) -> dict[str, Any]:
    """The data of the `margin_warning` template."""
    held = [each for each in account.in_order() if subject_of(each) == subject]
    rows = [position_figures(account, each.key, market) for each in held]
    largest = max(rows, key=lambda each: each.notional)
    isolated = subject != CROSS
    relief = _relief(account, largest, market) if isolated else None
    return {
        "at": now.isoformat(),
        "mode": MarginMode.ISOLATED if isolated else MarginMode.CROSS,
        "stage": stage,
        "ratio": largest.ratio,
        "balance": largest.balance,
        "maintenance": _required(account, largest, market),
        "positions": [_row(each) for each in rows],
        "largest": _row(largest),
        "hedged": len(account.legs(largest.position.symbol)) > 1,
        "relief": relief,
    }


def _required(account: MarginAccount, figures: PositionFigures, market: MarketSnapshot) -> Decimal:
    if figures.position.isolated_wallet is not None:
        return figures.maintenance
    return cross_totals(account, cross_legs(account, market)).maintenance


def _row(figures: PositionFigures) -> dict[str, Any]:
    held = figures.position
    return {
        "symbol": held.symbol,
        "base": held.symbol.removesuffix("USDT"),
        "side": held.side,
        "quantity": held.quantity,
        "mark": figures.mark,
        "liquidation": figures.liquidation.price,
        "liquidation_status": figures.liquidation.status,
        "distance": figures.distance,
    }


def _relief(
    account: MarginAccount, figures: PositionFigures, market: MarketSnapshot
) -> dict[str, Any] | None:
    """How much margin makes the ratio a quarter, as far as it is there, and where liquidation is then."""
    try:
        most = account_figures(account, market).max_add.quantize(_CENT, ROUND_DOWN)
        amount = min(most, wanting(figures))
        if amount <= 0:
            return None
        after = tried(account, ChangeMargin(figures.position.symbol, amount, figures.position.side), market)
        moved = position_figures(after, figures.position.key, market)
    except Refusal:
        return None
    return {"amount": amount, "liquidation": moved.liquidation.price, "status": moved.liquidation.status}


@exact
def wanting(figures: PositionFigures) -> Decimal:
    """The margin that brings the ratio of an isolated position down to a quarter, in whole cents."""
    return (figures.maintenance / RELIEVED - figures.balance).quantize(_CENT, ROUND_UP)


def tried(account: MarginAccount, intent: Any, market: MarketSnapshot) -> MarginAccount:
    """The account as an intent would leave it; nothing is recorded. Raises Refusal."""
    for event in decide(intent, account, market):
        account = account.apply(event)
    return account

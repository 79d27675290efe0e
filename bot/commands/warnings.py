"""Warnings of the rules of thumb: which apply to an order, with their figures."""

from decimal import Decimal
from typing import Any

from engine.intents import Open
from engine.position import MarginMode
from engine.scenario import Outcome

HEALTHY_LEVERAGE = 5
MOST_RISK = Decimal("0.03")
EXPERIENCED_TRADES = 10
SMALL_ACCOUNT = Decimal(10_000)


def warnings_of(intent: Open, chosen: Outcome, equity: Decimal, closed_trades: int) -> list[dict[str, Any]]:
    """The warnings for an order in its chosen mode; an order that only reduces needs none."""
    if chosen.figures is None or (chosen.closes > 0 and not chosen.flips):
        return []
    found: list[dict[str, Any]] = []
    if intent.leverage is not None and intent.leverage > HEALTHY_LEVERAGE:
        found.append({"code": "leverage", "leverage": intent.leverage, "healthy": HEALTHY_LEVERAGE})
    elif intent.leverage == HEALTHY_LEVERAGE:
        found.append({"code": "leverage-limit", "healthy": HEALTHY_LEVERAGE})
    if equity > 0 and chosen.most_lost > MOST_RISK * equity:
        share = chosen.most_lost / equity
        found.append({"code": "risk", "share": share, "rule": MOST_RISK, "mode": chosen.mode})
    if chosen.mode is MarginMode.CROSS and closed_trades < EXPERIENCED_TRADES:
        found.append({"code": "cross-beginner", "trades": closed_trades, "enough": EXPERIENCED_TRADES})
    if chosen.mode is MarginMode.CROSS and equity <= SMALL_ACCOUNT:
        found.append({"code": "cross-small", "small": SMALL_ACCOUNT})
    return found

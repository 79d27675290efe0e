"""Warnings of the rules of thumb: which apply to an order, with their figures."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from engine.intents import Open
from engine.position import MarginMode
from engine.scenario import Outcome

HEALTHY_LEVERAGE = 5
MOST_RISK = Decimal("0.03")
EXPERIENCED_TRADES = 10
SMALL_ACCOUNT = Decimal(10_000)


@dataclass(frozen=True, slots=True)
class Stop:
    """What a stop at a price comes to: `loss` in USDT with fees (below zero a gain), `late`: it is liquidated before."""

    price: Decimal
    loss: Decimal
    late: bool


def warnings_of(
    intent: Open, chosen: Outcome, equity: Decimal, closed_trades: int, stop: Stop | None = None
) -> list[dict[str, Any]]:
    """The warnings for an order in its chosen mode; an order that only reduces needs none."""
    if chosen.figures is None or (chosen.closes > 0 and not chosen.flips):
        return []
    lost = chosen.most_lost if stop is None or stop.late else min(stop.loss, chosen.most_lost)
    return general_warnings(intent.leverage, chosen.mode, lost, equity, closed_trades, stop)


def general_warnings(
    leverage: int | None,
    mode: MarginMode,
    lost: Decimal,
    equity: Decimal,
    closed_trades: int,
    stop: Stop | None,
    *,
    waits: bool = False,
) -> list[dict[str, Any]]:
    """The warnings for what opens; `lost` is the most it can lose, at its stop if it has one; `waits`: it opens later."""
    found: list[dict[str, Any]] = []
    if leverage is not None and leverage > HEALTHY_LEVERAGE:
        found.append({"code": "leverage", "leverage": leverage, "healthy": HEALTHY_LEVERAGE})
    elif leverage == HEALTHY_LEVERAGE:
        found.append({"code": "leverage-limit", "healthy": HEALTHY_LEVERAGE})
    if equity > 0 and lost > MOST_RISK * equity:
        found.append({"code": "risk", "share": lost / equity, "rule": MOST_RISK, "mode": mode})
    if mode is MarginMode.CROSS and closed_trades < EXPERIENCED_TRADES:
        found.append({"code": "cross-beginner", "trades": closed_trades, "enough": EXPERIENCED_TRADES})
    if mode is MarginMode.CROSS and equity <= SMALL_ACCOUNT:
        found.append({"code": "cross-small", "small": SMALL_ACCOUNT})
    if stop is None:
        found.append({"code": "no-stop-yet" if waits else "no-stop"})
    elif stop.late:
        found.append({"code": "late-stop"})
    return found

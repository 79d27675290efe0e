"""A debrief as the data of its card: names and times are the real ones, prices and sizes those the learner saw."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from bot.services.debrief import STAKE, Debrief, Plan
from bot.services.tapes import Reel
from engine.decimals import ZERO, exact
from engine.events import AdlStruck, Event, PositionClosed, PositionLiquidated, PositionReduced


@exact
def debrief_data(life: Debrief, reel: Reel, ledger: str, *, whole: bool) -> dict[str, Any]:
    """The data of the `debrief` template; amounts in USDT, `whole`: the tape was played to its end."""
    real = reel.real
    result = life.curve.equity - life.start
    return {
        "tape": real.id,
        "number": reel.number,
        "hidden": reel.hidden,
        "title": real.title,
        "venue": real.venue,
        "stand_in": real.stand_in,
        "starts": real.start.isoformat(),
        "ends": real.end.isoformat(),
        "coins": [
            {"alias": _base(symbol), "base": _base(reel.symbol_of(symbol))} for symbol in reel.tape.series
        ],
        "ended": _real_time(reel, life.ended),
        "whole": whole,
        "start": life.start,
        "equity": life.curve.equity,
        "result": result,
        "share": _share(result, life.start),
        "fall": life.curve.fall,
        "fall_share": life.curve.share,
        "fall_at": None if life.curve.at is None else _real_time(reel, life.curve.at),
        "trades": life.trades,
        "liquidations": life.liquidations,
        "struck": life.struck,
        "fees": life.fees,
        "clearance": life.clearance,
        "funding": life.funding,
        "left_open": life.left_open,
        "moments": [_moment(reel, *each) for each in life.moments],
        "plans": [_plan(reel, each, life.start) for each in life.plans],
        "plan_base": _base(reel.symbol_of(life.plans[0].symbol)) if life.plans else "",
        "stake": STAKE,
        "ledger": ledger,
    }


def _moment(reel: Reel, at: datetime, event: Event, net: Decimal) -> dict[str, Any]:
    match event:
        case PositionLiquidated():
            what = "liquidated"
        case AdlStruck():
            what = "struck"
        case PositionReduced() | PositionClosed():
            what = "closed"
        case _:
            raise ValueError(type(event).__name__)
    return {
        "at": _real_time(reel, at),
        "what": what,
        "symbol": event.symbol,
        "base": _base(event.symbol),
        "side": event.side,
        "quantity": event.quantity,
        "price": event.price,
        "net": net,
    }


def _plan(reel: Reel, plan: Plan, start: Decimal) -> dict[str, Any]:
    result = plan.curve.equity - start
    return {
        "leverage": plan.leverage,
        "mode": plan.mode,
        "refusal": plan.refusal,
        "liquidated_at": None if plan.liquidated_at is None else _real_time(reel, plan.liquidated_at),
        "equity": plan.curve.equity,
        "result": result,
        "share": _share(result, start),
        "fall_share": plan.curve.share,
        "funding": plan.funding,
    }


def _share(result: Decimal, start: Decimal) -> Decimal:
    return result / start if start > ZERO else ZERO


def _real_time(reel: Reel, shown: datetime) -> str:
    return (shown if reel.disguise is None else reel.disguise.time(shown)).isoformat()


def _base(symbol: str) -> str:
    return symbol.removesuffix("USDT")

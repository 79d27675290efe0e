"""Pictures of how something ended: a liquidation with its alternatives, a tape with other plans."""

import math
from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from bot.charts.spec import LevelKind
from bot.services.examiner import Examiner
from bot.services.pictures.account_specs import EVENTS
from bot.services.pictures.price_path import Bars, bars_data, bars_of, joined, width_of
from bot.services.tapes import Reel
from bot.storage import UnitOfWork
from bot.storage.accounts import Account
from engine.resimulation import Candle

BEFORE = Decimal("0.05")
"""So much of its length the path begins earlier and ends later than the position: ours."""
LEAST = timedelta(minutes=5)
MOST_EVENTS = 8
_LIQUIDATION = {"isolated": LevelKind.LIQUIDATION_ISOLATED, "cross": LevelKind.LIQUIDATION_CROSS}


async def postmortem_picture(
    unit: UnitOfWork, account: Account, examiner: Examiner, data: Mapping[str, Any]
) -> dict[str, Any]:
    """The path of what was liquidated first, from the data of the `postmortem` card and the kept candles.

    Where no candles are kept, the prices at which something happened take their place.
    """
    first = data["positions"][0]
    symbol = first["symbol"]
    events = [
        {"at": row["at"], "what": row["what"], "price": row["price"]}
        for row in (*data["first"], *data["rest"])
        if row["what"] in EVENTS and row.get("symbol") == symbol
    ]
    begin, end = (datetime.fromisoformat(each) for each in (data["first"][0]["at"], data["at"]))
    room = max(LEAST, (end - begin) * float(BEFORE))
    length = end - begin + 2 * room
    pieces = examiner.candles(unit, account, {symbol}, begin - room, end + room)
    bars = await bars_of(pieces, symbol, length) or _points(events)
    levels = [{"kind": LevelKind.ENTRY, "price": first["entry"]}]
    if first["liquidation"] is not None:
        levels.append({"kind": _LIQUIDATION[data["mode"]], "price": first["liquidation"]})
    done = [each for each in data["alternatives"] if each["refusal"] is None]
    return {
        "symbol": symbol,
        "base": first["base"],
        "bars": bars_data(bars),
        "levels": levels,
        "events": events[-MOST_EVENTS:],
        "result": data["sum"]["result"],
        "alternatives": [
            {name: each[name] for name in ("name", "mode", "leverage", "amount", "result")} for each in done
        ],
    }


def _points(events: list[dict[str, Any]]) -> Bars:
    at = {datetime.fromisoformat(each["at"]): Decimal(each["price"]) for each in events}
    return tuple((when, Candle(price, price, price, price)) for when, price in sorted(at.items()))


def debrief_picture(reel: Reel, data: Mapping[str, Any]) -> dict[str, Any]:
    """The coin that the plans held, up to where the tape was left, and the equities at the end beside each other.

    Times are the real ones, prices those that the learner saw.
    """
    tape, start = reel.tape, reel.real.start
    series = tape.series[reel.alias_of(next(iter(reel.real.series)))]
    width = max(1, width_of(tape.length) // 60)
    left = math.ceil((datetime.fromisoformat(data["ended"]) - start) / tape.interval)
    hours: dict[int, Candle] = {}
    for number, each in enumerate(series.candles[: max(1, left)]):
        prices = (series.price(ticks) for ticks in (each.open, each.high, each.low, each.close))
        hour = number - number % width
        hours[hour] = joined(hours.get(hour), Candle(*prices))
    bars = [(start + hour * tape.interval, candle) for hour, candle in hours.items()]
    return {
        "base": data["plan_base"],
        "bars": bars_data(bars),
        "equity": data["equity"],
        "plans": [
            {"leverage": each["leverage"], "mode": each["mode"], "equity": each["equity"]}
            for each in data["plans"]
            if each["refusal"] is None
        ],
    }

"""A post-mortem as data for its template; amounts in USDT."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from bot.services.case import Case
from bot.services.examination import Examined, Shown
from bot.services.happenings import fundings_together, happening
from bot.services.kept_path import minute_of
from bot.services.portfolio import TRADES
from bot.services.warnings_given import Warned
from bot.storage.journal import Entry
from engine.candles import MinuteCandle
from engine.events import EVENT_TYPES

FIRST_ROWS, LAST_ROWS = 3, 4
PAGE = 12
PREFIX = 4
"""Letters of an account's id that buttons carry: enough to tell the few accounts of one person apart."""
_TOLD = tuple(EVENT_TYPES[each] for each in TRADES)


def place_of(account_id: str, seq: int) -> str:
    """What buttons name a liquidation by: its place in the journal, and the beginning of the account's id."""
    return f"{seq}.{account_id[:PREFIX]}"


def postmortem_data(it: Examined, warned: Sequence[Warned]) -> dict[str, Any]:
    """The data of the `postmortem` template: all of it, and of a long timeline its first and last lines."""
    rows = timeline(it.case, warned)
    left_out = max(0, len(rows) - FIRST_ROWS - LAST_ROWS)
    if left_out > 1:
        first, last = rows[:FIRST_ROWS], rows[-LAST_ROWS:]
    else:
        first, last, left_out = rows, [], 0
    return {**examined_data(it), "first": first, "left_out": left_out, "rest": last}


def timeline(case: Case, warned: Sequence[Warned]) -> list[dict[str, Any]]:
    """What happened from the opening to the liquidation, the oldest first; funding that followed on another is one line."""
    entries = [each for each in case.entries if each.seq >= case.since and _concerns(case, each)]
    rows = fundings_together([each for each in entries if each.seq < case.seq])
    for it in warned:
        place = sum(datetime.fromisoformat(row["at"]) <= it.at for row in rows)
        rows.insert(place, {"at": it.at.isoformat(), "what": "warned", "stage": it.stage})
    return rows + [happening(each, each.market_time) for each in entries if each.seq >= case.seq]


def timeline_page(case: Case, warned: Sequence[Warned], page: int) -> tuple[list[dict[str, Any]], int, int]:
    """One page of the timeline, its number from 1, and how many there are; one beyond the last is the last."""
    rows = timeline(case, warned)
    pages = max(1, -(-len(rows) // PAGE))
    page = min(max(1, page), pages)
    return rows[(page - 1) * PAGE : page * PAGE], page, pages


def _concerns(case: Case, entry: Entry) -> bool:
    """Whether an entry is told: in cross all that moved the wallet, else what concerns the position."""
    event = entry.event
    if not isinstance(event, _TOLD):
        return False
    if not case.isolated:
        return True
    symbol, side = case.keys[0]
    order = getattr(event, "order", None)
    if order is not None:
        return bool(order.symbol == symbol)
    return getattr(event, "symbol", None) == symbol and getattr(event, "side", side) is side


def examined_data(it: Examined) -> dict[str, Any]:
    """The data of the `postmortem` template, without the timeline."""
    return {
        "place": place_of(it.case.entries[-1].account_id, it.case.seq),
        "at": it.case.at.isoformat(),
        "mode": it.case.started.mode,
        "balance": it.case.started.balance,
        "maintenance": it.case.started.maintenance,
        "positions": [_position_data(it.case, each, first=place == 0) for place, each in enumerate(it.shown)],
        "sum": {
            "given": [{"name": name, "amount": amount} for name, amount in it.sum.given.items()],
            "behind": it.sum.behind,
            "realised": it.sum.realised,
            "fee": it.sum.fee,
            "waived": sum((each.waived_fee for each in it.case.fills), Decimal(0)),
            "fund": it.sum.fund,
            "left": it.sum.left,
            "result": it.sum.result,
        },
        "open_still": it.case.isolated and it.case.keys[0] in it.case.after.positions,
        **_alternatives_data(it),
        "about": it.about,
    }


def _position_data(case: Case, shown: Shown, *, first: bool) -> dict[str, Any]:
    """A position that was liquidated. Of several in cross one condition took all: a price is told of the first alone."""
    symbol, side = shown.key
    fills = [each for each in case.fills if each.key == shown.key]
    fill = fills[0]
    liquidation = shown.liquidation if first else None
    slipped = None if liquidation is None else (liquidation - fill.price) * side.sign * fill.quantity
    return {
        "symbol": symbol,
        "base": symbol.removesuffix("USDT"),
        "side": side,
        "leverage": shown.leverage,
        "quantity": case.before.positions[shown.key].quantity,
        "entry": fill.entry_price,
        "mark": fill.mark,
        "last": shown.last,
        "liquidation": liquidation,
        "slipped": slipped if slipped is not None and slipped > 0 else None,
        "minute": None if shown.minute is None else _extremes(shown.minute, long=side.sign > 0),
        "fills": [
            {"quantity": each.quantity, "price": each.price, "realised": each.realised, "whole": each.whole}
            for each in fills
        ],
    }


def _extremes(minute: MinuteCandle, *, long: bool) -> dict[str, Decimal]:
    """How far mark and last went against the position within the minute."""
    if long:
        return {"mark": minute.mark.low, "last": minute.last.low}
    return {"mark": minute.mark.high, "last": minute.last.high}


def _alternatives_data(it: Examined) -> dict[str, Any]:
    if it.comparison is None:
        return {"alternatives": [], "exact": True, "known_from": None, "path": "none"}
    rows = [
        {
            "name": each.tried.name,
            "leverage": None,
            "mode": None,
            "price": None,
            "amount": None,
            "symbol": None,
            **each.tried.figures,
            "refusal": None
            if each.refused is None
            else {"code": each.refused.code, "figures": dict(each.refused.figures)},
            "liquidated": [_end(*end) for end in each.liquidated],
            "closed": [_end(*end) for end in each.closed],
            "open": [symbol.removesuffix("USDT") for symbol in each.open],
            "result": it.sum.result + each.difference,
            "better": each.difference > 0,
            "by": abs(each.difference),
        }
        for each in it.comparison.fates
    ]
    begin = minute_of(it.case.opened_at)
    known = it.known_from
    path = "whole" if known is not None and known <= begin else "none" if known is None else "part"
    if begin == minute_of(it.case.at):
        path = "whole"  # opened and liquidated in one minute: the journal's own prices are all there is
    return {
        "alternatives": rows,
        "exact": it.comparison.exact,
        "known_from": None if known is None else known.isoformat(),
        "path": path,
    }


def _end(symbol: str, at: datetime, price: Decimal) -> dict[str, Any]:
    return {"symbol": symbol, "base": symbol.removesuffix("USDT"), "at": at.isoformat(), "price": price}

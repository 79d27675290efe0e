"""What else could have been done: the same life along the same prices, each time with one thing changed.

Which alternatives are tried is ours (docs/postmortem.md).
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from bot.services.case import Case
from bot.services.reliving import Lived, Refused, live
from bot.services.retelling import Retold
from engine.decimals import exact
from engine.errors import Refusal
from engine.events import PositionClosed, PositionLiquidated, PositionOpened
from engine.intents import Open, Place
from engine.margin import account_figures
from engine.market import MarketSnapshot
from engine.position import MarginMode, PositionKey, Side
from engine.resimulation import (
    AsItWas,
    Change,
    LowerLeverage,
    MarginAdded,
    OtherMode,
    Smaller,
    WithStop,
)

LOW_LEVERAGE = 3
HALF = Decimal("0.5")


@dataclass(frozen=True, slots=True)
class Tried:
    """An alternative: its name and figures, and the change it is."""

    name: str
    change: Change
    figures: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Fate:
    """What became of the liquidated positions in an alternative.

    `refused`: it could not be done. `liquidated` and `closed`: symbols with time and price, the first of each;
    `open`: symbols still open at the end. `difference`: by how many USDT the account is better off at the end than it
    was, open positions at their marks.
    """

    tried: Tried
    refused: Refusal | None
    liquidated: tuple[tuple[str, datetime, Decimal], ...]
    closed: tuple[tuple[str, datetime, Decimal], ...]
    open: tuple[str, ...]
    difference: Decimal


@dataclass(frozen=True, slots=True)
class Comparison:
    """All alternatives; `exact`: along the kept prices the life with nothing changed ends as the real one did."""

    fates: tuple[Fate, ...]
    exact: bool


def considered(case: Case, liquidation: Decimal | None, market: MarketSnapshot) -> Iterator[Tried]:
    """Up to five things that could have been different; `liquidation` is the price shown of what was liquidated first."""
    first = case.before.positions[case.fills[0].key]
    if liquidation is not None:
        distance = _half_way(first.entry_price, liquidation)
        at = first.entry_price * (1 - first.side.sign * distance)
        price = market.contract(first.symbol).round_price(at, up=first.side is Side.LONG)
        yield Tried("stop", WithStop(distance), {"price": price, "symbol": first.symbol})
    leverage = max(case.before.settings_of(symbol).leverage for symbol, _ in case.keys)
    lower = LOW_LEVERAGE if leverage > LOW_LEVERAGE else 1
    if leverage > lower:
        yield Tried("leverage", LowerLeverage(lower), {"leverage": lower})
    mode = MarginMode.CROSS if case.isolated else MarginMode.ISOLATED
    yield Tried("mode", OtherMode(), {"mode": mode})
    yield Tried("half", Smaller(HALF))
    if case.isolated:
        again = _put_in(case)
        yield Tried("margin", MarginAdded(again), {"amount": again})


def compared(case: Case, retold: Retold, liquidation: Decimal | None) -> Comparison:
    """Live every alternative; seconds for a long path, so that it belongs into a thread."""
    real = live(retold, AsItWas())
    market = retold.moments[-1].market
    as_it_was = (real.account.wallet, real.account.positions) == (case.after.wallet, case.after.positions)
    fates = tuple(
        _fate(case, each, live(retold, each.change), real, market)
        for each in considered(case, liquidation, market)
    )
    return Comparison(fates, as_it_was)


def _fate(case: Case, tried: Tried, lived: Lived, real: Lived, market: MarketSnapshot) -> Fate:
    keys = set(case.keys)
    ended = {
        kind: tuple(
            (each.symbol, at, each.price)
            for at, each in lived.happened
            if isinstance(each, kind) and each.key in keys
        )
        for kind in (PositionLiquidated, PositionClosed)
    }
    return Fate(
        tried=tried,
        refused=_refusal(lived, real, keys),
        liquidated=_first(ended[PositionLiquidated]),
        closed=_first(ended[PositionClosed]),
        open=tuple(symbol for symbol, side in case.keys if (symbol, side) in lived.account.positions),
        difference=_worth(lived, market) - _worth(real, market),
    )


def _refusal(lived: Lived, real: Lived, keys: set[PositionKey]) -> Refusal | None:
    """The first refusal that the real life did not meet and that concerns what was liquidated."""
    met = {(each.market.time, type(each.intent)) for each in real.refused}
    for each in lived.refused:
        if (each.market.time, type(each.intent)) not in met and _concerns(each, keys):
            return each.refusal
    return None


def _concerns(refused: Refused, keys: set[PositionKey]) -> bool:
    intent = refused.intent
    if isinstance(intent, Open):
        return (intent.symbol, intent.side) in keys
    asked = intent.order if isinstance(intent, Place) else intent
    return getattr(asked, "symbol", None) in {symbol for symbol, _ in keys}


def _first(
    ended: tuple[tuple[str, datetime, Decimal], ...],
) -> tuple[tuple[str, datetime, Decimal], ...]:
    """The first end of each symbol."""
    return tuple({symbol: (symbol, at, price) for symbol, at, price in reversed(ended)}.values())[::-1]


def _worth(lived: Lived, market: MarketSnapshot) -> Decimal:
    """Equity at the end."""
    return account_figures(lived.account, market).equity


@exact
def _half_way(entry: Decimal, liquidation: Decimal) -> Decimal:
    """Half the way from the entry to the liquidation price, as a fraction of the entry."""
    return abs(entry - liquidation) / entry / 2


def _put_in(case: Case) -> Decimal:
    """The margin that an isolated position was opened with."""
    opened = next(each.event for each in case.entries if each.seq == case.since)
    return opened.transfer if isinstance(opened, PositionOpened) else Decimal(0)

"""The examination of a liquidation: its case, the prices it met, the sum, and what else could have been done."""

from collections.abc import AsyncIterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from bot.services.alternatives import Comparison, compared
from bot.services.case import Case
from bot.services.kept_path import Path, Span, merged, minute_of, width_for
from bot.services.liquidation_sum import Sum, sum_of
from bot.services.retelling import Retold, moments
from engine.candles import MinuteCandle
from engine.errors import Refusal
from engine.explain import Derivation, explain
from engine.margin import position_figures
from engine.market import MarketSnapshot
from engine.position import MarginMode, PositionKey

MOST_SPANS = 700
"""A path of more candles than this is lived in longer ones: ours."""
HIGH_LEVERAGE = 10
FUNDING_SHARE = Decimal("0.2")
STEPS_OF_BRACKETS = 2


@dataclass(frozen=True, slots=True)
class Shown:
    """What the cards showed of a position right before it was liquidated; `minute`: its candle, if it is kept.

    `last`: the last price at that moment, if it is known.
    """

    key: PositionKey
    liquidation: Decimal | None
    leverage: int
    last: Decimal | None
    minute: MinuteCandle | None


@dataclass(frozen=True, slots=True)
class Examined:
    """Everything a post-mortem says; `comparison` is None where it was not asked for."""

    case: Case
    sum: Sum
    shown: tuple[Shown, ...]
    known_from: datetime | None
    comparison: Comparison | None
    about: str


def examine(
    case: Case,
    path: Path,
    market: MarketSnapshot,
    last: Mapping[str, Decimal],
    now: Sequence[MinuteCandle] = (),
) -> Examined:
    """Examine a case along the prices before its last minute; `now` are the candles of that minute.

    `market` has the contracts and the fill rule, `last` the last prices at the liquidation, as far as they are known.
    It takes long: it belongs into a thread.
    """
    retold = retold_of(case, market, path)
    shown = tuple(_shown(case, key, retold.moments[-1].market, last, now) for key in case.keys)
    comparison = compared(case, retold, shown[0].liquidation)
    total = sum_of(case)
    return Examined(case, total, shown, path.known_from, comparison, _about(case, total, shown))


async def path_of(case: Case, pieces: AsyncIterable[Sequence[MinuteCandle]]) -> Path:
    """One-minute candles as the path of a case, merged as they come in; minutes in which something happened stay alone."""
    apart = {minute_of(each.market_time) for each in case.life}
    width = width_for(case.at - case.opened_at, MOST_SPANS)
    spans: list[Span] = []
    async for minutes in pieces:
        spans += merged(minutes, width, apart)
    return Path(tuple(spans), width)


def retold_of(case: Case, market: MarketSnapshot, path: Path | None = None) -> Retold:
    """The life up to the liquidation, as moments; the last one has the prices that it met."""
    return moments(case.entries, market, path, since=case.since, until=case.at)


def derived(case: Case, market: MarketSnapshot, figure: str) -> Derivation:
    """Why a figure of what was liquidated first was what it was, right before."""
    symbol, side = case.keys[0]
    met = retold_of(case, market).moments[-1].market
    return explain(figure, case.before, met, symbol, side=side)


def _shown(
    case: Case,
    key: PositionKey,
    met: MarketSnapshot,
    last: Mapping[str, Decimal],
    now: Sequence[MinuteCandle],
) -> Shown:
    symbol = key[0]
    try:
        liquidation = position_figures(case.before, key, met).liquidation.price
    except Refusal:
        liquidation = None
    return Shown(
        key=key,
        liquidation=liquidation,
        leverage=case.before.settings_of(symbol).leverage,
        last=last.get(symbol),
        minute=next((each for each in now if each.symbol == symbol), None),
    )


def _about(case: Case, total: Sum, shown: Sequence[Shown]) -> str:
    """The skill that it has most to do with, by a rule of ours (docs/postmortem.md)."""
    cross = [held for held in case.before.positions.values() if held.mode is MarginMode.CROSS]
    put_in = total.given.get("margin", Decimal(0))
    if not case.isolated and len(cross) > 1:
        return "cross"
    if len(case.fills) >= STEPS_OF_BRACKETS and len(case.keys) == 1:
        return "brackets"
    if put_in and -total.given.get("funding", Decimal(0)) >= FUNDING_SHARE * put_in:
        return "funding"
    if max(each.leverage for each in shown) > HIGH_LEVERAGE:
        return "leverage"
    guarded = {order.against for order in case.before.orders.values() if order.closes and order.waits}
    if not guarded & set(case.keys):
        return "stops"
    return "liquidation"

"""The same life again with one thing changed: the other margin mode, lower leverage, a stop, margin added, less size.

Fills follow the fill rule on the recorded prices, so the same order fills at the same price.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import ROUND_CEILING, Decimal
from typing import assert_never

from engine.account import MarginAccount
from engine.decimals import ONE, ZERO, exact
from engine.errors import Refusal
from engine.events import Event, PositionLiquidated
from engine.exchange import decide
from engine.fills import after
from engine.intents import ChangeLeverage, ChangeMargin, ChangeMode, Close, Intent, Open, Place, Settle
from engine.market import MarketSnapshot
from engine.position import MarginMode, Position, PositionMode, Side
from engine.resting import Order, OrderType

LONGEST_STEP = Decimal("0.002")
"""How far a price moves at most between two settlements of a candle, as a fraction: ours."""


@dataclass(frozen=True, slots=True)
class Candle:
    """Prices of a span, mark and last alike, in USDT."""

    open: Decimal
    high: Decimal
    low: Decimal
    close: Decimal

    def path(self, side: Side | None) -> tuple[Decimal, ...]:
        """Its four prices, the extreme that hurts a position of this side first (ours; docs/margin.md §Scenarios)."""
        if side is Side.SHORT:
            return self.open, self.high, self.low, self.close
        return self.open, self.low, self.high, self.close


@dataclass(frozen=True, slots=True)
class Moment:
    """What the market was, what was asked of the exchange then, and how prices went on until the next moment."""

    market: MarketSnapshot
    intents: tuple[Intent, ...] = ()
    candles: Mapping[str, Candle] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class AsItWas:
    """Nothing changed."""


@dataclass(frozen=True, slots=True)
class OtherMode:
    """Isolated for cross and cross for isolated."""


@dataclass(frozen=True, slots=True)
class LowerLeverage:
    """Every order at no more than this leverage."""

    leverage: int


@dataclass(frozen=True, slots=True)
class Smaller:
    """Every order at a share of its size, cut to the step."""

    share: Decimal


@dataclass(frozen=True, slots=True)
class WithStop:
    """Every opened position gets a stop at a distance from its entry price, a fraction."""

    distance: Decimal


@dataclass(frozen=True, slots=True)
class MarginAdded:
    """Every opened isolated position gets this much more margin, in USDT."""

    amount: Decimal


Change = AsItWas | OtherMode | LowerLeverage | Smaller | WithStop | MarginAdded


@dataclass(frozen=True, slots=True)
class Rerun:
    """How it went: `refused` are the intents the exchange would not do, with the number of their moment."""

    account: MarginAccount
    events: tuple[Event, ...]
    refused: tuple[tuple[int, Intent, Refusal], ...]

    @property
    def liquidations(self) -> tuple[PositionLiquidated, ...]:
        return tuple(event for event in self.events if isinstance(event, PositionLiquidated))


def twin(moments: Sequence[Moment], start: MarginAccount | None = None) -> Rerun:
    """The same fills in the other margin mode; what it could not afford is among the refused."""
    return rerun(moments, OtherMode(), start)


@exact
def rerun(moments: Sequence[Moment], change: Change, start: MarginAccount | None = None) -> Rerun:
    """Live the moments again with one thing changed, from an account that holds nothing yet, or an empty one.

    Each market is settled, then come its intents, then the prices of its candles, each settled too.
    """
    account = MarginAccount.empty() if start is None else start
    events: list[Event] = []
    refused: list[tuple[int, Intent, Refusal]] = []
    for number, moment in enumerate(moments):
        market = moment.market
        done = decide(Settle(), account, market)
        for intent in moment.intents:
            account, events = after(account, done), [*events, *done]
            done = ()
            for asked in _altered(intent, change, account, market):
                try:
                    more = decide(asked, account, market)
                except Refusal as refusal:
                    refused.append((number, asked, refusal))
                    continue
                account = after(account, more)
                events += more
            follows = _follow_up(intent, change, account, market)
            if follows is not None:
                try:
                    done = decide(follows, account, market)
                except Refusal as refusal:
                    refused.append((number, follows, refusal))
        account, events = after(account, done), [*events, *done]
        for prices in _paths(account, moment):
            for symbol, price in prices.items():
                market = market.with_mark(symbol, price)
            done = decide(Settle(), account, market)
            account, events = after(account, done), [*events, *done]
    return Rerun(account, tuple(events), tuple(refused))


def _paths(account: MarginAccount, moment: Moment) -> list[dict[str, Decimal]]:
    """The way of every candle, in step and in steps of at most LONGEST_STEP, so that nothing is jumped over.

    Which extreme comes first is settled by what is held at the start.
    """
    if not moment.candles:
        return []
    paths = {symbol: candle.path(_heavier(account, symbol)) for symbol, candle in moment.candles.items()}
    found = [{symbol: path[0] for symbol, path in paths.items()}]
    for leg in range(3):
        ends = {symbol: (path[leg], path[leg + 1]) for symbol, path in paths.items()}
        far = max(abs(until / start - ONE) for start, until in ends.values())
        steps = max(1, int((far / LONGEST_STEP).to_integral_value(ROUND_CEILING)))
        found += [
            {symbol: start + (until - start) * step / steps for symbol, (start, until) in ends.items()}
            for step in range(1, steps + 1)
        ]
    return found


def _heavier(account: MarginAccount, symbol: str) -> Side | None:
    """The side of the larger leg."""
    legs = account.legs(symbol)
    return max(legs, key=lambda held: held.quantity).side if legs else None


def _altered(
    intent: Intent, change: Change, account: MarginAccount, market: MarketSnapshot
) -> tuple[Intent, ...]:
    """The intent as it would have been given."""
    match change:
        case AsItWas() | WithStop() | MarginAdded():
            return (intent,)
        case OtherMode():
            return (_in_other_mode(intent, account),)
        case LowerLeverage(leverage=most):
            return (_at_most(intent, most, account),)
        case Smaller(share=share):
            return (_scaled(intent, share, market),)
        case _:
            assert_never(change)


def _in_other_mode(intent: Intent, account: MarginAccount) -> Intent:
    if isinstance(intent, ChangeMode):
        return replace(intent, mode=_other(intent.mode))
    if isinstance(intent, Open):
        settings = account.settings.get(intent.symbol)
        if intent.mode is not None:
            return replace(intent, mode=_other(intent.mode))
        if settings is None:  # never touched: it was isolated
            return replace(intent, mode=MarginMode.CROSS)
    return intent


def _other(mode: MarginMode) -> MarginMode:
    return MarginMode.CROSS if mode is MarginMode.ISOLATED else MarginMode.ISOLATED


def _at_most(intent: Intent, most: int, account: MarginAccount) -> Intent:
    if isinstance(intent, ChangeLeverage):
        return replace(intent, leverage=min(most, intent.leverage))
    if isinstance(intent, Open):
        named = intent.leverage
        leverage = account.settings_of(intent.symbol).leverage if named is None else named
        return intent if named is None and leverage <= most else replace(intent, leverage=min(most, leverage))
    return intent


def _scaled(intent: Intent, share: Decimal, market: MarketSnapshot) -> Intent:
    if isinstance(intent, Open) or (isinstance(intent, Close) and intent.quantity is not None):
        contract = market.contract(intent.symbol)
        return replace(intent, quantity=contract.floor_quantity((intent.quantity or ZERO) * share))
    if isinstance(intent, Place) and intent.order.quantity is not None:
        contract = market.contract(intent.order.symbol)
        less = contract.floor_quantity(intent.order.quantity * share)
        return Place(replace(intent.order, quantity=less))
    return intent


def _follow_up(
    intent: Intent, change: Change, account: MarginAccount, market: MarketSnapshot
) -> Intent | None:
    """What a changed trader would have done right after an open."""
    if not isinstance(intent, Open):
        return None
    held = account.positions.get((intent.symbol, intent.side))
    if held is None:
        return None
    if isinstance(change, MarginAdded) and held.isolated_wallet is not None:
        return ChangeMargin(held.symbol, change.amount, held.side)
    if isinstance(change, WithStop) and not any(o.against == held.key for o in account.orders.values()):
        return Place(_stop(held, change.distance, account, market))
    return None


def _stop(held: Position, distance: Decimal, account: MarginAccount, market: MarketSnapshot) -> Order:
    at = held.entry_price * (ONE - held.side.sign * distance)
    price = market.contract(held.symbol).round_price(at, up=held.side is Side.LONG)
    leg = held.side if account.position_mode is PositionMode.HEDGE else None
    return Order(
        held.symbol,
        held.side.opposite,
        OrderType.STOP_MARKET,
        None,
        trigger=price,
        leg=leg,
        close_position=True,
    )

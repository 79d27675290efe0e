"""Scenes of lessons, played by the engine on throw-away accounts in a market without friction."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import assert_never

from bot.content.lessons import Lesson, Scene
from bot.content.scenes import (
    Act,
    Closed,
    Deleveraged,
    FundingDue,
    Hedged,
    Leveraged,
    LimitSet,
    MarginMoved,
    Move,
    Opened,
    Priced,
    Step,
    StopSet,
)
from bot.services.sizes import Coins, Margin, Notional, Size, quantity_of
from engine.account import MarginAccount
from engine.contracts import Contract
from engine.decimals import exact
from engine.errors import EngineError, Refusal
from engine.events import Event
from engine.exchange import decide
from engine.fills import after
from engine.intents import (
    ChangeLeverage,
    ChangeMargin,
    ChangePositionMode,
    Close,
    Deleverage,
    Deposit,
    Intent,
    Open,
    Place,
    Settle,
)
from engine.market import FRICTIONLESS, MarketSnapshot, Quote
from engine.position import PositionMode, Side
from engine.resting import Order, OrderType, Watched

DAWN = datetime(2026, 1, 1, 1, tzinfo=UTC)
"""When every scene begins: an hour after a settlement of funding."""
_FUNDING_HOUR = timedelta(hours=8)


class SceneFault(Exception):
    """A scene that cannot be played as it is written, or a figure that it does not have."""


@dataclass(frozen=True, slots=True)
class Played:
    """A scene at its end: what was deposited, the account, its whole journal, and the last refusal, if any."""

    deposit: Decimal
    account: MarginAccount
    market: MarketSnapshot
    events: tuple[Event, ...] = ()
    refusal: Refusal | None = None


def play(lesson: Lesson, contracts: Mapping[str, Contract]) -> Mapping[str, Played]:
    """All scenes of a lesson by name; raises SceneFault."""
    played: dict[str, Played] = {}
    for name, scene in lesson.scenes.items():
        found = _begun(name, scene, contracts) if scene.start is None else played[scene.start]
        for symbol, price in scene.prices.items() if scene.start is not None else ():
            found = replace(found, market=found.market.with_mark(symbol, price))
        for step in scene.steps:
            try:
                found = _stepped(found, step)
            except (EngineError, SceneFault) as fault:
                raise SceneFault(f"{lesson.id}: scene {name}: {step.words}: {fault!r}") from fault
        played[name] = found
    return played


def _begun(name: str, scene: Scene, contracts: Mapping[str, Contract]) -> Played:
    assert scene.wallet is not None
    quotes = {
        symbol: Quote(symbol, price, price, price, Decimal(0), None, DAWN)
        for symbol, price in scene.prices.items()
    }
    market = MarketSnapshot(f"scene {name}", DAWN, quotes, contracts, FRICTIONLESS)
    return _done(Played(scene.wallet, MarginAccount.empty(), market), Deposit(scene.wallet))


def _done(played: Played, intent: Intent) -> Played:
    events = decide(intent, played.account, played.market)
    account = after(played.account, events)
    return replace(played, account=account, events=(*played.events, *events))


def _stepped(played: Played, step: Step) -> Played:
    try:
        done = _acted(played, step.act)
    except Refusal as refusal:
        if not step.refused:
            raise
        return replace(played, refusal=refusal)
    if step.refused:
        raise SceneFault("was not refused")
    return done


def _acted(played: Played, act: Act) -> Played:
    match act:
        case Priced(moves, which):
            return _done(replace(played, market=_moved(played.market, moves, which)), Settle())
        case FundingDue(symbol, rate):
            return _done(replace(played, market=_funded(played.market, symbol, rate)), Settle())
        case _:
            return _done(played, _intent(played, act))


def _intent(played: Played, act: Act) -> Intent:
    match act:
        case Opened(symbol, side, leverage, mode):
            quantity = quantity_of(_size(act), symbol, leverage, played.account, played.market)
            return Open(symbol, side, quantity, leverage, mode)
        case Closed(symbol, share):
            held = played.account.position(symbol)
            whole = held is None or share == 1
            return Close(symbol, None if whole or held is None else held.quantity * share)
        case MarginMoved(symbol, amount):
            return ChangeMargin(symbol, amount)
        case StopSet(symbol):
            return Place(_stop(played.account, act))
        case LimitSet(symbol, side, leverage, mode, price, margin):
            settings = played.account.settings_of(symbol)
            if (settings.leverage, settings.mode) != (leverage, mode):
                raise SceneFault(f"the symbol is set to {settings.leverage}x {settings.mode}")
            size = quantity_of(Margin(margin), symbol, leverage, played.account, played.market, price)
            return Place(Order(symbol, side, OrderType.LIMIT, size, price))
        case Leveraged(symbol, leverage):
            return ChangeLeverage(symbol, leverage)
        case Hedged():
            return ChangePositionMode(PositionMode.HEDGE)
        case Deleveraged(symbol, price):
            held = played.account.position(symbol)
            return Deleverage(symbol, Side.LONG if held is None else held.side, price)
        case Priced() | FundingDue():
            raise AssertionError(act)
        case _:
            assert_never(act)


def _size(act: Opened) -> Size:
    if act.coins is not None:
        return Coins(act.coins, act.symbol)
    if act.notional is not None:
        return Notional(act.notional)
    assert act.margin is not None
    return Margin(act.margin)


def _stop(account: MarginAccount, act: StopSet) -> Order:
    held = account.position(act.symbol)
    if held is None:
        raise SceneFault("nothing to stop")
    leg = held.side if account.position_mode is PositionMode.HEDGE else None
    direction, watched = held.side.opposite, Watched(act.watched)
    if act.limit is None:
        return Order(
            act.symbol,
            direction,
            OrderType.STOP_MARKET,
            None,
            trigger=act.trigger,
            leg=leg,
            watched=watched,
            close_position=True,
        )
    return Order(
        act.symbol,
        direction,
        OrderType.STOP_LIMIT,
        held.quantity,
        act.limit,
        act.trigger,
        leg=leg,
        watched=watched,
        reduce_only=True,
    )


@exact
def _moved(market: MarketSnapshot, moves: tuple[Move, ...], which: str) -> MarketSnapshot:
    quotes = dict(market.quotes)
    for move in moves:
        quote = market.quote(move.symbol)
        old = quote.mark if which == "mark" else quote.last
        price = old * (1 + move.fraction) if move.fraction is not None else move.price
        assert price is not None
        mark = quote.mark if which == "last" else price
        last = quote.last if which == "mark" else price
        index = price if which == "price" else quote.index
        quotes[move.symbol] = replace(quote, mark=mark, last=last, index=index)
    return replace(market, quotes=quotes)


def _funded(market: MarketSnapshot, symbol: str, rate: Decimal) -> MarketSnapshot:
    """The market at the next settlement; other symbols pay nothing then."""
    due = market.time + _FUNDING_HOUR - (market.time - DAWN + timedelta(hours=1)) % _FUNDING_HOUR
    quotes = {
        each: replace(
            quote,
            at=due,
            next_funding=due + _FUNDING_HOUR,
            funding_rate=rate if each == symbol else Decimal(0),
        )
        for each, quote in market.quotes.items()
    }
    return replace(market, time=due, quotes=quotes)

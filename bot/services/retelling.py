"""An account's journal told again: moments that the engine can live through once more, as it was or with one thing changed."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal

from bot.services.kept_path import Path, Span, minute_of
from bot.storage.journal import Entry
from engine.account import MarginAccount, replay
from engine.contracts import Contract
from engine.decimals import ZERO, exact
from engine.events import (
    AdlStruck,
    Deposited,
    Event,
    FundingPaid,
    LeverageChanged,
    LiquidationStarted,
    MarginChanged,
    PositionClosed,
    PositionIncreased,
    PositionLiquidated,
    PositionModeChanged,
    PositionOpened,
    PositionReduced,
)
from engine.formulas import trading_fee
from engine.intents import (
    ChangeLeverage,
    ChangeMargin,
    ChangePositionMode,
    Close,
    Deleverage,
    Deposit,
    Intent,
    Open,
)
from engine.liquidation import liquidate
from engine.market import FRICTIONLESS, MarketSnapshot, Quote
from engine.order_events import OrderEvent
from engine.position import Side
from engine.resimulation import Candle, Moment

KINDS = (
    "deposited",
    "leverage-changed",
    "mode-changed",
    "position-mode-changed",
    "margin-changed",
    "position-opened",
    "position-increased",
    "position-reduced",
    "position-closed",
    "adl-struck",
    "funding-paid",
    "liquidation-started",
    "position-liquidated",
)
"""The entries of a journal that a life is told from; orders are told by their fills."""
Traded = PositionOpened | PositionIncreased | PositionReduced | PositionClosed
Marked = Traded | AdlStruck | PositionLiquidated | FundingPaid


@dataclass(frozen=True, slots=True)
class Retold:
    """Moments in the order of time, and the account that they start from."""

    start: MarginAccount
    moments: tuple[Moment, ...]


def moments(
    entries: Sequence[Entry],
    market: MarketSnapshot,
    path: Path | None = None,
    rates: Mapping[tuple[str, datetime], Decimal] | None = None,
    *,
    since: int = 1,
    until: datetime | None = None,
) -> Retold:
    """A journal (oldest entry first) as moments, to be lived through by `reliving.live` or `engine.resimulation.rerun`.

    `market` is the market as it is now: its contracts and fill rule hold throughout, and the last moment is it. With
    `until`, a market's time, the story ends there instead, before what comes later. `since` is the number (seq) of the
    first entry that is retold: those before it make the account that the story starts from, so that the life of one
    position can be told from the state before it. `rates` are recorded funding rates by symbol and timestamp; those
    that the journal names go before them.

    Deposits, changes of leverage and of the position mode, moved margin and auto-deleveraging are asked for again.
    A fill becomes a market order that meets its very price and fee rate; it names its margin mode, so that changes of
    the mode need not be told. Liquidations and funding are not asked for: they follow from the prices, those at which
    they happened among them. Orders are told by their fills alone; one that rested held margin before, which is
    left out, and is not checked again when it fills (ours).

    Between moments the candles of the path are lived through, also that of the minute in which something happened,
    behind it: in doubt an extreme came after (ours). Extremes at which the account would have been liquidated as it
    really was, though it was not, came before or at different times; of such a candle only the way to its close counts.
    Where no path is kept, only the journal's own prices count. A liquidation in several steps at one tick is told at
    the price of the first, so a step may end a little differently than it did.
    """
    whole = [
        each
        for each in entries
        if not isinstance(each.event, OrderEvent) and (until is None or each.market_time <= until)
    ]
    start = replay(each.event for each in whole if each.seq < since)
    told = [each for each in whole if each.seq >= since]
    teller = _Teller(market, path or Path(), {**(rates or {}), **_paid(whole)}, start)
    teller.know(each.event for each in whole if each.seq < since)
    if told:
        teller.skip(minute_of(told[0].market_time))
    for together in _at_once(told):
        teller.tell(together)
    teller.follow(market.time if until is None else until)
    if until is None:
        teller.found.append(Moment(replace(market, funding={**teller.rates, **market.funding})))
    return Retold(start, tuple(teller.found))


@dataclass(slots=True)
class _Teller:
    """Tells a story from its beginning: the marks known so far, and the spans of the path that are still ahead."""

    market: MarketSnapshot
    path: Path
    rates: Mapping[tuple[str, datetime], Decimal]
    account: MarginAccount
    found: list[Moment] = field(default_factory=list)
    marks: dict[str, Decimal] = field(default_factory=dict)
    place: int = 0
    entered: bool = False

    def know(self, events: Iterable[Event]) -> None:
        """Take note of the marks that events met."""
        self.marks |= {each.symbol: each.mark for each in events if isinstance(each, Marked)}

    def skip(self, minute: datetime) -> None:
        """Leave out the path before a minute, but for the marks it ends with."""
        while (span := self._ahead) is not None and span.start < minute:
            self.marks |= {symbol: candle.close for symbol, candle in span.candles.items()}
            self.place += 1

    def follow(self, until: datetime) -> None:
        """Tell the path of the minutes that begin before a time."""
        while (span := self._ahead) is not None and span.start < until:
            market = self._snapshot(span.start)
            candles = span.candles
            if self._contradicts(candles, market):
                candles = {symbol: _plain(each) for symbol, each in candles.items()}
            self.found.append(Moment(market, (), candles))
            self.marks |= {symbol: each.close for symbol, each in candles.items()}
            self.place += 1
            self.entered = False

    def tell(self, together: Sequence[Entry]) -> None:
        """Tell what happened at one time."""
        at, events = together[0].market_time, [each.event for each in together]
        self.follow(minute_of(at))
        span = self._ahead
        if span is not None and span.start == minute_of(at) and not self.entered:
            self.entered = True
            self.marks |= {symbol: candle.open for symbol, candle in span.candles.items()}
        self.know(events)
        follows: list[Event] = []
        for event in events:
            self.account = self.account.apply(event)
            if isinstance(event, FundingPaid | LiquidationStarted | PositionLiquidated):
                follows.append(event)
                continue
            self._settle(at, follows)
            follows = []
            self._ask(at, event)
        self._settle(at, follows)

    def _settle(self, at: datetime, follows: Sequence[Event]) -> None:
        """What follows from prices alone: the moment has those at which it happened."""
        if follows:
            prices = {
                each.symbol: each.price for each in reversed(follows) if isinstance(each, PositionLiquidated)
            }
            self.found.append(Moment(self._snapshot(at, prices)))

    def _ask(self, at: datetime, event: Event) -> None:
        asked = _asked(event)
        if asked is None:
            return
        market = self._snapshot(at)
        if isinstance(event, Traded):
            contract = market.contract(event.symbol)
            charged = _as_charged(event, contract)
            market = replace(
                self._snapshot(at, {event.symbol: event.price}),
                contracts={**market.contracts, event.symbol: charged},
            )
            if isinstance(asked, Open) and charged.taker == contract.maker != contract.taker:
                asked = replace(asked, checked=True)
        self.found.append(Moment(market, (asked,)))

    def _snapshot(self, at: datetime, prices: Mapping[str, Decimal] | None = None) -> MarketSnapshot:
        """The market by the marks known; at `prices`, last ones, orders fill exactly."""
        quotes = {
            symbol: Quote(symbol, mark, (prices or {}).get(symbol, mark), mark, ZERO, None, at)
            for symbol, mark in self.marks.items()
        }
        rule = self.market.fill_rule if prices is None else FRICTIONLESS
        return MarketSnapshot(self.market.name, at, quotes, self.market.contracts, rule, funding=self.rates)

    def _contradicts(self, candles: Mapping[str, Candle], market: MarketSnapshot) -> bool:
        """Whether the account as it really was would have been liquidated on this way, as it was not.

        Balance less maintenance is concave along a straight way, so that its ends tell.
        """
        if not self.account.positions:
            return False
        paths = {symbol: each.path(self._heavier(symbol)) for symbol, each in candles.items()}
        for place in (1, 2):
            for symbol, path in paths.items():
                market = market.with_mark(symbol, path[place])
            if liquidate(self.account, market):
                return True
        return False

    def _heavier(self, symbol: str) -> Side | None:
        legs = self.account.legs(symbol)
        return max(legs, key=lambda held: held.quantity).side if legs else None

    @property
    def _ahead(self) -> Span | None:
        return self.path.spans[self.place] if self.place < len(self.path.spans) else None


def _at_once(entries: Iterable[Entry]) -> Iterator[list[Entry]]:
    """Entries that one tick or one request wrote: of one time, and of one mark where they name it."""
    together: list[Entry] = []
    marks: dict[str, Decimal] = {}
    for each in entries:
        event = each.event
        same = together and (each.at, each.market_time) == (together[0].at, together[0].market_time)
        if together and not (
            same and (not isinstance(event, Marked) or marks.get(event.symbol, event.mark) == event.mark)
        ):
            yield together
            together, marks = [], {}
        together.append(each)
        if isinstance(event, Marked):
            marks[event.symbol] = event.mark
    if together:
        yield together


def _plain(candle: Candle) -> Candle:
    """A candle without the extremes beyond its open and its close."""
    first, last = candle.open, candle.close
    return Candle(first, max(first, last), min(first, last), last)


def _asked(event: Event) -> Intent | None:
    """What was asked of the exchange, told from what it did; None for what follows or needs not be told."""
    match event:
        case Deposited(amount=amount):
            return Deposit(amount)
        case LeverageChanged(symbol=symbol, leverage=leverage):
            return ChangeLeverage(symbol, leverage)
        case PositionModeChanged(mode=mode):
            return ChangePositionMode(mode)
        case MarginChanged(symbol=symbol, side=side, amount=amount):
            return ChangeMargin(symbol, amount, side)
        case PositionOpened() | PositionIncreased():
            return Open(event.symbol, event.side, event.quantity, None, event.mode)
        case PositionReduced() | PositionClosed():
            return Close(event.symbol, event.quantity, event.side)
        case AdlStruck():
            return Deleverage(event.symbol, event.side, event.price)
        case _:
            return None


@exact
def _as_charged(event: Traded, contract: Contract) -> Contract:
    """The contract with the fee rate that a fill was charged, and no minimum: what is left of a flip may be small."""
    rates = (contract.taker, contract.maker)
    size = event.quantity * event.price
    charged = (each for each in rates if trading_fee(event.quantity, event.price, each) == event.fee)
    return replace(contract, taker=next(charged, event.fee / size), min_notional=ZERO)


def _paid(entries: Iterable[Entry]) -> dict[tuple[str, datetime], Decimal]:
    """Funding rates that were paid by, by symbol and timestamp."""
    events = (each.event for each in entries if isinstance(each.event, FundingPaid))
    return {(each.symbol, each.at): each.rate for each in events}

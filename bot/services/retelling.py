"""An account's journal told again: moments that the engine can live through once more, as it was or with one thing changed."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from itertools import groupby

from bot.services.kept_path import Path, Span, minute_of
from bot.storage.journal import Entry
from engine.account import MarginAccount, replay
from engine.contracts import Contract
from engine.decimals import ZERO, exact
from engine.errors import Refusal
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
from engine.market import FRICTIONLESS, MarketSnapshot, Quote
from engine.resimulation import Candle, Change, Moment, rerun

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


@dataclass(frozen=True, slots=True)
class Lived:
    """How a retold life went: what happened and what was refused, each with the market's time."""

    account: MarginAccount
    happened: tuple[tuple[datetime, Event], ...]
    refused: tuple[tuple[datetime, Intent, Refusal], ...]

    @property
    def liquidations(self) -> tuple[tuple[datetime, PositionLiquidated], ...]:
        return tuple((at, each) for at, each in self.happened if isinstance(each, PositionLiquidated))


def moments(
    entries: Sequence[Entry],
    market: MarketSnapshot,
    path: Path | None = None,
    rates: Mapping[str, Mapping[datetime, Decimal]] | None = None,
    *,
    since: int = 1,
    until: datetime | None = None,
) -> Retold:
    """A journal (oldest entry first) as moments, to be lived through by `live` or `engine.resimulation.rerun`.

    `market` is the market as it is now: its contracts and fill rule hold throughout, and the last moment is it. With
    `until`, a market's time, the story ends there instead, before what comes later. `since` is the number (seq) of the
    first entry that is retold: those before it make the account that the story starts from, so that the life of one
    position can be told from the state before it. `rates` are recorded funding rates by symbol and timestamp; those
    that the journal names go before them.

    Deposits, changes of leverage and of the position mode, moved margin and auto-deleveraging are asked for again.
    A fill becomes a market order that meets its very price and fee rate; it names its margin mode, so that changes of
    the mode need not be told. Liquidations and funding are not asked for: they follow from the prices, those at which
    they happened among them. Orders are told by their fills alone; so a fill that rested is checked again when it
    fills, and holds no margin before (ours).

    Between moments the candles of the path are lived through. Of the minute in which something happened the prices
    before it are left out, and of a symbol that took on risk then (opened, added to, margin taken out) also the
    extremes after it, since they may have come before (ours). Where no path is kept only the journal's own prices count.
    """
    whole = [each for each in entries if until is None or each.market_time <= until]
    start = replay(each.event for each in whole if each.seq < since and not _of_order(each.event))
    told = [each for each in whole if each.seq >= since]
    teller = _Teller(market, path or Path(), _recorded(whole, rates or {}))
    teller.know(each.event for each in whole if each.seq < since)
    if told:
        teller.skip(minute_of(told[0].market_time))
    for _, together in groupby(told, lambda each: (each.at, each.market_time)):
        teller.tell(list(together))
    teller.follow(market.time if until is None else until)
    if until is None:
        teller.found.append(Moment(replace(market, funding={**teller.rates, **market.funding})))
    return Retold(start, tuple(teller.found))


def live(retold: Retold, change: Change) -> Lived:
    """Live through a story with one thing changed; heavy for a long path, so that it belongs into a thread."""
    account = retold.start
    happened: list[tuple[datetime, Event]] = []
    refused: list[tuple[datetime, Intent, Refusal]] = []
    for moment in retold.moments:
        if not (account.positions or account.orders or moment.intents):
            continue
        went = rerun((moment,), change, account)
        account, at = went.account, moment.market.time
        happened += ((at, each) for each in went.events)
        refused += ((at, intent, refusal) for _, intent, refusal in went.refused)
    return Lived(account, tuple(happened), tuple(refused))


@dataclass(slots=True)
class _Teller:
    """Tells a story from its beginning: the marks known so far, and the spans of the path that are still ahead."""

    market: MarketSnapshot
    path: Path
    rates: Mapping[tuple[str, datetime], Decimal]
    found: list[Moment] = field(default_factory=list)
    marks: dict[str, Decimal] = field(default_factory=dict)
    place: int = 0
    entered: bool = False
    risked: set[str] = field(default_factory=set)

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
            candles = {symbol: self._rest(symbol, each) for symbol, each in span.candles.items()}
            self.found.append(Moment(self._snapshot(span.start), (), candles))
            self.marks |= {symbol: each.close for symbol, each in candles.items()}
            self.place += 1
            self.entered = False
            self.risked.clear()

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
            prices = {each.symbol: each.price for each in reversed(follows) if isinstance(each, PositionLiquidated)}
            self.found.append(Moment(self._snapshot(at, prices)))

    def _ask(self, at: datetime, event: Event) -> None:
        asked = _asked(event)
        if asked is None:
            return
        if isinstance(event, PositionOpened | PositionIncreased) or (
            isinstance(event, MarginChanged) and event.amount < ZERO
        ):
            self.risked.add(event.symbol)
        market = self._snapshot(at)
        if isinstance(event, Traded):
            market = replace(
                self._snapshot(at, {event.symbol: event.price}),
                contracts={**market.contracts, event.symbol: _as_charged(event, market.contract(event.symbol))},
            )
        self.found.append(Moment(market, (asked,)))

    def _snapshot(self, at: datetime, prices: Mapping[str, Decimal] | None = None) -> MarketSnapshot:
        """The market by the marks known; at `prices`, last ones, orders fill exactly."""
        quotes = {
            symbol: Quote(symbol, mark, (prices or {}).get(symbol, mark), mark, ZERO, None, at)
            for symbol, mark in self.marks.items()
        }
        rule = self.market.fill_rule if prices is None else FRICTIONLESS
        return MarketSnapshot(
            self.market.name, at, quotes, self.market.contracts, rule, funding=self.rates
        )

    def _rest(self, symbol: str, candle: Candle) -> Candle:
        """What counts of a candle: all of it, or what can follow on what happened within it."""
        now = self.marks.get(symbol)
        if not self.entered or now is None:
            return candle
        if symbol in self.risked:
            return Candle(now, max(now, candle.close), min(now, candle.close), candle.close)
        return Candle(now, max(now, candle.high), min(now, candle.low), candle.close)

    @property
    def _ahead(self) -> Span | None:
        return self.path.spans[self.place] if self.place < len(self.path.spans) else None


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


def _recorded(
    entries: Iterable[Entry], rates: Mapping[str, Mapping[datetime, Decimal]]
) -> Mapping[tuple[str, datetime], Decimal]:
    """Funding rates as a market keeps them: what was paid by goes before what was recorded."""
    found = {(symbol, at): rate for symbol, kept in rates.items() for at, rate in kept.items()}
    paid = (each.event for each in entries if isinstance(each.event, FundingPaid))
    return found | {(each.symbol, each.at): each.rate for each in paid}


def _of_order(event: Event) -> bool:
    return type(event).__module__ == "engine.order_events"

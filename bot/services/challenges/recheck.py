"""Leads one journal along the path once more, and says what the rules do not explain.

On a tape the whole market is known: what each step must have done is decided anew, and so is every act. In the live
market only minutes are kept: prices are held against their ranges, and nothing may be left unliquidated at a close.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from itertools import groupby

from bot.services.challenges.asked import taken
from bot.services.challenges.calm import Calm, calm_of
from bot.services.challenges.life import Happened, Marked
from bot.services.challenges.proof_file import Minute, RulesLine
from bot.services.challenges.track import MINUTE, Track, between
from bot.services.deleveraging import hits
from engine.account import MarginAccount
from engine.contracts import Contract
from engine.decimals import ONE
from engine.errors import EngineError
from engine.events import Deposited, Event, LeverageChanged
from engine.exchange import decide
from engine.intents import Deleverage, Deposit, Settle
from engine.liquidation import liquidate
from engine.market import FillRule, MarketSnapshot, Quote
from engine.order_events import OrderAccepted

MOST_TOLD = 5
"""So many differences of one account are told."""


class Torn(Exception):
    """The journal does not hang together: nothing after this place can be checked."""


@dataclass(slots=True)
class Recheck:
    """One account on its way; `found` are the differences, in English, for whoever verifies."""

    rules: RulesLine
    account: MarginAccount = field(default_factory=MarginAccount.empty)
    found: list[str] = field(default_factory=list)
    calm: Calm | None = None

    def say(self, at: datetime, what: str) -> None:
        self.found.append(f"{at.isoformat()}: {what}")

    def apply(self, at: datetime, event: Event) -> None:
        try:
            self.account = self.account.apply(event)
        except (EngineError, ArithmeticError) as fault:
            self.say(at, f"the journal does not hang together ({type(event).__name__})")
            raise Torn from fault

    def on_tape(self, journal: Sequence[Happened], track: Track, allowed: frozenset[str]) -> None:
        """Check against every step of a tape; `allowed`: the symbols that may be traded, as the tape shows them."""
        groups = iter([(at, [event for _, event in each]) for at, each in groupby(journal, _time)])
        waiting = next(groups, None)
        before = track.snapshots[0]
        if waiting is not None and waiting[0] < before.time:
            self.say(waiting[0], "something happened before the start of the tape")
        for market in track.snapshots:
            while waiting is not None and waiting[0] < market.time:
                self.calm = None
                self._acts(waiting[1], between(before, waiting[0]), allowed)
                waiting = next(groups, None)
            here: list[Event] = []
            if waiting is not None and waiting[0] == market.time:
                here = waiting[1]
                waiting = next(groups, None)
            if here or not self._calm(track, before.time, market):
                self._step(here, track, before.time, market, allowed)
                self.calm = calm_of(self.account, market)
            before = market
        if waiting is not None:
            self.say(waiting[0], "something happened after the end of the tape")

    def _calm(self, track: Track, since: datetime, market: MarketSnapshot) -> bool:
        """Whether a step can do nothing."""
        if not (self.account.positions or self.account.orders):
            return True
        return self.calm is not None and self.calm.holds(market) and not track.struck(since, market.time)

    def _step(
        self,
        events: list[Event],
        track: Track,
        since: datetime,
        market: MarketSnapshot,
        allowed: frozenset[str],
    ) -> None:
        """One step: its script and its settlement have to be in the journal, perhaps among what was done then."""
        place = 0
        for due in (self._struck(track, since, market), self._settled(market)):
            while True:
                expected = next(due)
                if not expected or expected == tuple(events[place : place + len(expected)]):
                    for event in expected:
                        self.apply(market.time, event)
                    place += len(expected)
                    break
                if place == len(events):
                    names = ", ".join(type(each).__name__ for each in expected)
                    self.say(market.time, f"the rules demand {names}, and the journal does not have it")
                    raise Torn
                place += self._act(events[place:], market, allowed)
        while place < len(events):
            place += self._act(events[place:], market, allowed)

    def _struck(self, track: Track, since: datetime, market: MarketSnapshot) -> Iterator[tuple[Event, ...]]:
        """What the tape's script does to the account as it is each time this is asked."""
        while True:
            after, events = self.account, list[Event]()
            for hit in hits(track.struck(since, market.time), after, market):
                intent = Deleverage(hit.strike.symbol, hit.strike.side, hit.strike.price_in(market))
                done = decide(intent, after, market)
                for each in done:
                    after = after.apply(each)
                events += done
            yield tuple(events)

    def _settled(self, market: MarketSnapshot) -> Iterator[tuple[Event, ...]]:
        """What settlement does to the account as it is each time this is asked."""
        while True:
            at_stake = self.account.positions or self.account.orders
            yield decide(Settle(), self.account, market) if at_stake else ()

    def _acts(self, events: list[Event], market: MarketSnapshot, allowed: frozenset[str]) -> None:
        place = 0
        while place < len(events):
            place += self._act(events[place:], market, allowed)

    def _act(self, rest: Sequence[Event], market: MarketSnapshot, allowed: frozenset[str]) -> int:
        """One request of the member; the number of its events."""
        self._within(rest[0], market.time, allowed)
        if isinstance(rest[0], Deposited):
            many = 1 if decide(Deposit(rest[0].amount), self.account, market) == (rest[0],) else 0
        else:
            many = taken(self.account, rest, market)
        if not many:
            self.say(market.time, f"no request gives {type(rest[0]).__name__} at the prices of that moment")
        for event in rest[: many or 1]:
            self.apply(market.time, event)
        return many or 1

    def _within(self, event: Event, at: datetime, allowed: frozenset[str]) -> None:
        """The rules of the challenge itself."""
        if isinstance(event, Deposited) is not (self.account.version == 0):
            self.say(at, "the start balance is given once, before anything else")
        if isinstance(event, Deposited) and event.amount != self.rules.balance:
            self.say(at, f"{event.amount} USDT were given, not {self.rules.balance}")
        if isinstance(event, LeverageChanged) and event.leverage > self.rules.cap:
            self.say(at, f"leverage {event.leverage}, above the cap of {self.rules.cap}")
        symbol = event.order.symbol if isinstance(event, OrderAccepted) else getattr(event, "symbol", None)
        held = {each for each, _ in self.account.positions}
        if allowed and symbol is not None and symbol not in allowed | held:
            self.say(at, f"{symbol} is not traded in this challenge")

    def in_minutes(
        self, journal: Sequence[Happened], minutes: Sequence[Minute], contracts: Mapping[str, Contract]
    ) -> None:
        """Check against the minutes of the live market."""
        by_time = {each.at: each for each in minutes}
        ends = iter(sorted(by_time))
        end = next(ends, None)
        for at, event in journal:
            while end is not None and end + MINUTE <= at:
                self._close(by_time[end], contracts)
                end = next(ends, None)
            self._within(event, at, frozenset(self.rules.symbols))
            self._in_range(event, at, by_time.get(at.replace(second=0, microsecond=0)))
            self.apply(at, event)
        while end is not None:
            self._close(by_time[end], contracts)
            end = next(ends, None)

    def _in_range(self, event: Event, at: datetime, minute: Minute | None) -> None:
        """Mark and fill price lie where the minute's prices were; a fill as far beyond as the fill rule goes."""
        if not isinstance(event, Marked) or minute is None or event.symbol not in minute.prices:
            return
        prices = minute.prices[event.symbol]
        if not prices[2] <= event.mark <= prices[1]:
            self.say(at, f"the mark of {event.symbol} was not {event.mark} in that minute")
        price = getattr(event, "price", None)
        slack = FillRule().cap
        if price is not None and not prices[6] * (ONE - slack) <= price <= prices[5] * (ONE + slack):
            self.say(at, f"{event.symbol} could not be filled at {price} in that minute")

    def _close(self, minute: Minute, contracts: Mapping[str, Contract]) -> None:
        """At the end of a minute nothing may be left that had to be liquidated."""
        if not self.account.positions:
            return
        at = minute.at + MINUTE
        quotes = {
            symbol: Quote(symbol, prices[3], prices[7], prices[3], Decimal(0), None, at)
            for symbol, prices in minute.prices.items()
        }
        market = MarketSnapshot("live", at, quotes, contracts, FillRule())
        if liquidate(self.account, market):
            self.say(at, "a liquidation is missing")
            raise Torn


def _time(happened: Happened) -> datetime:
    return happened[0]

"""A market that plays a tape, at any speed, from any moment of it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from decimal import Decimal

from bot.core.clock import ManualClock
from bot.market.errors import BadPosition, BadSpeed
from bot.market.feed import OnTick
from bot.market.freshness import too_old
from bot.market.funding import PastRates, Rates
from bot.market.path import Step, steps
from bot.market.tape import AdlStrike, Tape
from bot.market.timing import checked_advance, funding_times, next_funding
from engine.contracts import Contract
from engine.funding import default_rate
from engine.market import FillRule, MarketSnapshot, Quote

SLOWEST = Decimal("0.01")
FASTEST = Decimal(100_000)
_SLACK_SECONDS = 1.0
_HOUR = timedelta(hours=1)


class ReplayFeed:
    """The reconstructed path of a tape; the clock shows the time on the tape and stops at its end.

    Every step is given, none is skipped or merged, whatever the speed: no price moves more than 0.2 % between two
    snapshots. Symbols that are not on the tape have no quote. The index is the mark price and funding the default rate,
    for no other is on record. `speed` is tape time per real time. `start` is a place on the tape: the `position` of
    another feed goes on exactly there, as if it had never stopped. Raises BadSpeed, BadPosition.
    """

    def __init__(
        self,
        tape: Tape,
        contracts: Mapping[str, Contract],
        speed: Decimal = Decimal(1),
        *,
        start: timedelta = timedelta(0),
        fill_rule: FillRule | None = None,
        stale_after: timedelta | None = None,
    ) -> None:
        if not timedelta(0) <= start < tape.length:
            most = int(tape.length.total_seconds())
            raise BadPosition(seconds=int(start.total_seconds()), most_seconds=most)
        self._tape = tape
        self._contracts = contracts
        self._fill_rule = fill_rule if fill_rule is not None else FillRule()
        self._stale_after = stale_after
        self._past = PastRates()
        self._path = steps(tape, tape.start + start)
        self._current = next(self._path)
        self._next = next(self._path, None)
        self._clock = ManualClock(tape.start + start)
        self._speed = checked_speed(speed)
        self._paused = False
        self._disturbed = asyncio.Event()

    @property
    def name(self) -> str:
        return f"replay:{self._tape.id}"

    @property
    def tape(self) -> Tape:
        return self._tape

    @property
    def clock(self) -> ManualClock:
        return self._clock

    @property
    def position(self) -> timedelta:
        """How far the tape has been played, from its start."""
        return self._clock.now() - self._tape.start

    @property
    def finished(self) -> bool:
        """Whether the last step has been given."""
        return self._next is None

    @property
    def speed(self) -> Decimal:
        return self._speed

    @speed.setter
    def speed(self, speed: Decimal) -> None:
        self._speed = checked_speed(speed)
        self._disturbed.set()

    @property
    def paused(self) -> bool:
        """Whether the tape stands still; it can be stepped by hand all the same."""
        return self._paused

    def pause(self) -> None:
        """Hold the tape where it is."""
        self._paused = True
        self._disturbed.set()

    def resume(self) -> None:
        """Play on from where it was held."""
        self._paused = False
        self._disturbed.set()

    def snapshot(self) -> MarketSnapshot:
        """Prices of the last step given, at the time on the tape."""
        return MarketSnapshot(
            name=self.name,
            time=self._clock.now(),
            quotes={
                symbol: self._quote(symbol) for symbol in self._current.last if symbol in self._contracts
            },
            contracts=self._contracts,
            fill_rule=self._fill_rule,
            stale_after=self._stale_after,
            funding=self._past.rates,
        )

    def age(self, now: datetime) -> timedelta | None:
        return max(now - self._current.time, timedelta(0))

    def stale(self, now: datetime) -> bool:
        return too_old(self.age(now), self._stale_after)

    def restore(self, rates: Rates) -> None:
        self._past.restore(rates)

    def struck(self, since: datetime, until: datetime) -> tuple[AdlStrike, ...]:
        """The scripted deleveraging later than `since` and not later than `until`, in order.

        Every minute has a step of its own, so between the snapshot before and a snapshot lie the strikes of its minute.
        """
        return tuple(
            strike
            for strike in self._tape.adl
            if since < strike.at <= until and strike.symbol in self._contracts
        )

    def advance(self, by: timedelta) -> Iterator[MarketSnapshot]:
        """One snapshot for each step of the path, and one at the end of the time if no step falls there.

        Nothing once the tape is over; what reaches beyond its end stops there.
        """
        return self._advance(checked_advance(by))

    def step(self) -> Iterator[MarketSnapshot]:
        """The next step of the path; nothing once the tape is over."""
        if self._next is not None:
            yield self._take(self._next)

    def to_next_hour(self) -> Iterator[MarketSnapshot]:
        """The steps up to the next full hour after the start of the tape, or to its end."""
        return self._advance(_HOUR - self.position % _HOUR)

    def finish(self) -> Iterator[MarketSnapshot]:
        """All that remains of the tape."""
        while self._next is not None:
            yield self._take(self._next)

    async def run(self, on_tick: OnTick) -> None:
        """Play at the set speed, holding while paused; after the last step, wait.

        Time lost by more than a second is not made up. A new speed and the end of a pause begin the step at hand anew.
        """
        loop = asyncio.get_running_loop()
        due = loop.time()
        while (step := self._next) is not None:
            self._disturbed.clear()
            due += (step.time - self._clock.now()).total_seconds() / float(self._speed)
            now = loop.time()
            due = max(due, now - _SLACK_SECONDS)
            if await self._undisturbed(None if self._paused else due - now):
                await on_tick(self._take(step))
            else:
                due = loop.time()
        await asyncio.Event().wait()

    async def _undisturbed(self, seconds: float | None) -> bool:
        """Wait so long (None: without end) and say whether nobody changed the course of things meanwhile."""
        if seconds is not None and seconds <= 0:
            await asyncio.sleep(0)
            return not self._disturbed.is_set()
        try:
            await asyncio.wait_for(self._disturbed.wait(), seconds)
        except TimeoutError:
            return not self._disturbed.is_set()
        return False

    def _advance(self, by: timedelta) -> Iterator[MarketSnapshot]:
        until = self._clock.now() + by
        while self._next is not None and self._next.time <= until:
            yield self._take(self._next)
        rest = until - self._clock.now()
        if self._next is not None and rest > timedelta(0):
            self._move(rest)
            yield self.snapshot()

    def _take(self, step: Step) -> MarketSnapshot:
        self._move(step.time - self._clock.now())
        self._current = step
        self._next = next(self._path, None)
        return self.snapshot()

    def _move(self, by: timedelta) -> None:
        """Move the clock, wake a waiting run, and record the rates of the timestamps on the way."""
        since = self._clock.now()
        until = self._clock.advance(by)
        self._disturbed.set()
        passed = {
            (symbol, at): default_rate(self._contracts[symbol].funding_interval_hours)
            for symbol in self._tape.series
            if symbol in self._contracts
            for at in funding_times(since, until, self._contracts[symbol].funding_interval_hours)
        }
        if passed:
            self._past.add(passed)

    def _quote(self, symbol: str) -> Quote:
        hours = self._contracts[symbol].funding_interval_hours
        mark = self._current.mark[symbol]
        return Quote(
            symbol=symbol,
            mark=mark,
            last=self._current.last[symbol],
            index=mark,
            funding_rate=default_rate(hours),
            next_funding=next_funding(self._clock.now(), hours),
            at=self._current.time,
        )


def checked_speed(speed: Decimal) -> Decimal:
    """`speed` itself if a replay can run at it: 0.01 to 100,000 times real time. Raises BadSpeed."""
    if not speed.is_finite() or not SLOWEST <= speed <= FASTEST:
        raise BadSpeed(speed=str(speed)[:40], least=str(SLOWEST), most=str(FASTEST))
    return speed

"""A market that plays a tape, at any speed, from any hour of it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping
from datetime import timedelta
from decimal import Decimal

from bot.core.clock import ManualClock
from bot.market.errors import BadPosition, BadSpeed
from bot.market.feed import OnTick
from bot.market.funding import default_rate
from bot.market.path import Step, steps
from bot.market.tape import Tape
from bot.market.timing import checked_advance, next_funding
from engine.contracts import Contract
from engine.market import FillRule, MarketSnapshot, Quote

SLOWEST = Decimal("0.01")
FASTEST = Decimal(100_000)
_SLACK_SECONDS = 1.0


class ReplayFeed:
    """The reconstructed path of a tape; the clock shows the time on the tape and stops at its end.

    Every step is given, none is skipped or merged, whatever the speed: no price moves more than 0.2 % between two
    snapshots. Symbols that are not on the tape have no quote. The index is the mark price and funding the default rate,
    for no other is on record. `speed` is tape time per real time; `start` a place on the tape.
    Raises BadSpeed, BadPosition.
    """

    def __init__(
        self,
        tape: Tape,
        contracts: Mapping[str, Contract],
        speed: Decimal = Decimal(1),
        *,
        start: timedelta = timedelta(0),
        fill_rule: FillRule | None = None,
    ) -> None:
        if not timedelta(0) <= start < tape.length:
            most = int(tape.length.total_seconds())
            raise BadPosition(seconds=int(start.total_seconds()), most_seconds=most)
        self._tape = tape
        self._contracts = contracts
        self._fill_rule = fill_rule if fill_rule is not None else FillRule()
        self._path = steps(tape, tape.start + start)
        self._current = next(self._path)
        self._next = next(self._path, None)
        self._clock = ManualClock(self._current.time)
        self._speed = checked_speed(speed)

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
        )

    def advance(self, by: timedelta) -> Iterator[MarketSnapshot]:
        """One snapshot for each step of the path, and one at the end of the time if no step falls there.

        Nothing once the tape is over; what reaches beyond its end stops there.
        """
        return self._advance(checked_advance(by))

    def finish(self) -> Iterator[MarketSnapshot]:
        """All that remains of the tape."""
        while self._next is not None:
            yield self._take(self._next)

    async def run(self, on_tick: OnTick) -> None:
        """Play at the set speed; after the last step, wait. Time lost by more than a second is not made up."""
        loop = asyncio.get_running_loop()
        due = loop.time()
        while (step := self._next) is not None:
            due += (step.time - self._clock.now()).total_seconds() / float(self._speed)
            now = loop.time()
            due = max(due, now - _SLACK_SECONDS)
            await asyncio.sleep(max(0.0, due - now))
            if self._next is step:
                await on_tick(self._take(step))
            else:  # advanced by hand meanwhile
                due = loop.time()
        await asyncio.Event().wait()

    def _advance(self, by: timedelta) -> Iterator[MarketSnapshot]:
        until = self._clock.now() + by
        while self._next is not None and self._next.time <= until:
            yield self._take(self._next)
        rest = until - self._clock.now()
        if self._next is not None and rest > timedelta(0):
            self._clock.advance(rest)
            yield self.snapshot()

    def _take(self, step: Step) -> MarketSnapshot:
        self._clock.advance(step.time - self._clock.now())
        self._current = step
        self._next = next(self._path, None)
        return self.snapshot()

    def _quote(self, symbol: str) -> Quote:
        hours = self._contracts[symbol].funding_interval_hours
        mark = self._current.mark[symbol]
        return Quote(
            symbol=symbol,
            mark=mark,
            last=self._current.last[symbol],
            index=mark,
            funding_rate=default_rate(hours),
            next_funding=next_funding(self._current.time, hours),
            at=self._current.time,
        )


def checked_speed(speed: Decimal) -> Decimal:
    """`speed` itself if a replay can run at it: 0.01 to 100,000 times real time. Raises BadSpeed."""
    if not speed.is_finite() or not SLOWEST <= speed <= FASTEST:
        raise BadSpeed(speed=str(speed)[:40], least=str(SLOWEST), most=str(FASTEST))
    return speed

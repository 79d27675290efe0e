"""The one interface of every price feed."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from datetime import datetime, timedelta
from typing import Protocol

from bot.core.clock import Clock
from bot.market.funding import Rates
from engine.market import MarketSnapshot

OnTick = Callable[[MarketSnapshot], Awaitable[None]]


class Feed(Protocol):
    """Prices of one market and the time they belong to.

    A quote has mark, last, index, funding rate, next funding timestamp and its own time; a snapshot carries the rates
    of the timestamps the market has passed, each the last one shown before it, for 31 days.
    """

    @property
    def name(self) -> str:
        """What the market is called in logs and on cards: `fixed`, `simulated`, `replay:<tape id>`."""
        ...

    @property
    def clock(self) -> Clock:
        """The market's own time: of a replay, the time on the tape."""
        ...

    def snapshot(self) -> MarketSnapshot:
        """The market as it is now; asking moves nothing."""
        ...

    def age(self, now: datetime) -> timedelta | None:
        """How old the newest price is at a time of this market's clock; None before the first."""
        ...

    def stale(self, now: datetime) -> bool:
        """Whether that is more than the market allows, so that nothing is decided; never where it sets no limit."""
        ...

    def restore(self, rates: Rates) -> None:
        """Take in funding rates recorded before this process; the snapshots carry them from now on."""
        ...

    def advance(self, by: timedelta) -> Iterator[MarketSnapshot]:
        """Step through time at once; the caller settles every snapshot before it asks for the next.

        An iterator that is dropped half way leaves the market at the last snapshot it gave.
        Raises BadAdvance, before anything has moved, and NotByHand where time cannot be moved.
        """
        ...

    async def run(self, on_tick: OnTick) -> None:
        """Follow real time until cancelled, awaiting `on_tick` for each snapshot before the next is made.

        What `on_tick` raises comes out here and ends the run; the feed itself may be run again.
        """
        ...

"""The one interface of every price feed."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from datetime import timedelta
from typing import Protocol

from bot.core.clock import Clock
from engine.market import MarketSnapshot

OnTick = Callable[[MarketSnapshot], Awaitable[None]]


class Feed(Protocol):
    """Prices of one market and the time they belong to."""

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

    def advance(self, by: timedelta) -> Iterator[MarketSnapshot]:
        """Step through time at once; the caller settles every snapshot before it asks for the next.

        An iterator that is dropped half way leaves the market at the last snapshot it gave.
        Raises BadAdvance, before anything has moved.
        """
        ...

    async def run(self, on_tick: OnTick) -> None:
        """Follow real time until cancelled, awaiting `on_tick` for each snapshot before the next is made.

        What `on_tick` raises comes out here and ends the run; the feed itself may be run again.
        """
        ...

"""The exchange's own prices, as they happen."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import TYPE_CHECKING

from bot.core.clock import Clock
from bot.market.backlog import Backlog
from bot.market.errors import NotByHand
from bot.market.feed import OnTick
from bot.market.freshness import age_of, too_old
from bot.market.funding import PastRates, Rates
from bot.market.live_book import LiveBook
from bot.market.live_messages import STREAMS, read_frame
from engine.contracts import Contract
from engine.market import FillRule, MarketSnapshot, Quote

if TYPE_CHECKING:
    from bot.market.live_socket import Pace

DEFAULT_ADDRESS = "wss://fstream.binance.com"
DEFAULT_STALE_AFTER = timedelta(seconds=15)
_PATH = f"/market/stream?streams={'/'.join(STREAMS)}"


@dataclass(slots=True)
class Tally:
    """What a live feed has met since its start, for metrics.

    `old`, `ahead`: events no later than one already heard, or from the future; `merged`: snapshots that a slow consumer
    never saw; `gaps`: how connections ended, by name; `gap_seconds`: from the last news before to the first after that.
    """

    connections: int = 0
    frames: int = 0
    garbage: int = 0
    old: int = 0
    ahead: int = 0
    merged: int = 0
    gaps: Counter[str] = field(default_factory=Counter)
    gap_seconds: float = 0.0


class LiveFeed:
    """Mark, index, funding and last prices from the exchange's public stream, under their own times.

    Each frame makes one snapshot; `on_tick` is awaited, and what comes meanwhile is merged as Backlog says: no extreme
    of a symbol is lost. A snapshot bears the time at which it was heard, and `snapshot()` shows the last one handed over
    at the present time, so that all see one order of things. When prices become older than `stale_after`, `on_tick` is
    called once with the old prices, and again with the first fresh ones. Before the first prices there are no quotes.

    A connection that fails is replaced, with growing pauses, and each before the exchange's limit of 24 hours; what a
    new one repeats is dropped. This machine's clock has to be right to a few seconds: ages are measured by it.
    """

    name = "live"

    def __init__(
        self,
        contracts: Mapping[str, Contract],
        clock: Clock,
        *,
        address: str = DEFAULT_ADDRESS,
        stale_after: timedelta = DEFAULT_STALE_AFTER,
        fill_rule: FillRule | None = None,
        pace: Pace | None = None,
        dice: Random | None = None,
    ) -> None:
        self._contracts = contracts
        self._clock = clock
        self._address = address.rstrip("/") + _PATH
        self._stale_after = stale_after
        self._fill_rule = fill_rule if fill_rule is not None else FillRule()
        self._pace = pace
        self._dice = dice if dice is not None else Random()
        self._book = LiveBook(PastRates())
        self._backlog = Backlog()
        self._quotes: Mapping[str, Quote] = {}
        self._newest: datetime | None = None
        self._news_at: float | None = None
        self._broken = False
        self.tally = Tally()

    @property
    def clock(self) -> Clock:
        return self._clock

    def snapshot(self) -> MarketSnapshot:
        """The prices last handed over, at the present time: their age tells."""
        return self._market(self._quotes)

    def age(self, now: datetime) -> timedelta | None:
        return age_of(self._quotes.values(), now)

    def stale(self, now: datetime) -> bool:
        return too_old(self.age(now), self._stale_after)

    def restore(self, rates: Rates) -> None:
        self._book.past.restore(rates)

    def advance(self, by: timedelta) -> Iterator[MarketSnapshot]:
        """Raises NotByHand."""
        raise NotByHand(market=self.name)

    async def run(self, on_tick: OnTick) -> None:
        arrived = asyncio.Event()
        listening = asyncio.create_task(self._listen(arrived), name="exchange")
        listening.add_done_callback(lambda _: arrived.set())
        began = self._clock.now()
        told = False  # that prices are stale
        try:
            while True:
                arrived.clear()
                now = self._clock.now()
                limit = max((quote.at for quote in self._quotes.values()), default=began) + self._stale_after
                if len(self._backlog):
                    market = self._backlog.take()
                    self._quotes = market.quotes
                    told = too_old(age_of(market.quotes.values(), market.time), self._stale_after)
                    await on_tick(market)
                elif listening.done():
                    listening.result()
                elif not told and now > limit:
                    told = True
                    await on_tick(self.snapshot())
                else:
                    await _wait(arrived, None if told else limit - now)
        finally:
            listening.cancel()
            await asyncio.gather(listening, return_exceptions=True)

    async def _listen(self, arrived: asyncio.Event) -> None:
        """Keep a connection until cancelled."""
        import aiohttp  # only where prices are live

        from bot.market.live_socket import Pace, listen

        pace = self._pace or Pace()
        loop = asyncio.get_running_loop()
        failures = 0
        async with aiohttp.ClientSession() as session:
            while True:
                began = loop.time()
                self.tally.connections += 1
                ending = await listen(session, self._address, pace, lambda frame: self._hear(frame, arrived))
                self._broken = True
                self.tally.gaps[ending.value] += 1
                if ending.expected:
                    failures = 0
                    continue
                failures = 0 if loop.time() - began >= pace.steady else failures + 1
                await asyncio.sleep(pace.delay(failures, self._dice))

    def _hear(self, frame: str, arrived: asyncio.Event) -> bool:
        """Take in a frame; whether the market's time moved on with it, so that the connection is worth keeping."""
        heard = read_frame(frame, self._contracts)
        taken = self._book.take(heard.said, self._clock.now())
        self.tally.frames += 1
        self.tally.garbage += heard.garbage
        self.tally.old += taken.old
        self.tally.ahead += taken.ahead
        quotes = self._book.quotes() if taken.new else {}
        if not quotes:
            return False
        self._backlog.put(self._market(quotes))
        self.tally.merged = self._backlog.merged
        arrived.set()
        newest = max(quote.at for quote in quotes.values())
        moved, self._newest = newest != self._newest, newest
        if moved:
            self._note_news()
        return moved

    def _note_news(self) -> None:
        """Measure the gap that ends with the first news of a new connection."""
        now = asyncio.get_running_loop().time()
        if self._broken and self._news_at is not None:
            self.tally.gap_seconds += now - self._news_at
        self._broken, self._news_at = False, now

    def _market(self, quotes: Mapping[str, Quote]) -> MarketSnapshot:
        return MarketSnapshot(
            name=self.name,
            time=self._clock.now(),
            quotes=quotes,
            contracts=self._contracts,
            fill_rule=self._fill_rule,
            stale_after=self._stale_after,
            funding=self._book.past.rates,
        )


async def _wait(event: asyncio.Event, at_most: timedelta | None) -> None:
    """Wait for an event, at most so long and a moment."""
    seconds = None if at_most is None else max(0.0, at_most.total_seconds()) + 0.001
    with suppress(TimeoutError):
        await asyncio.wait_for(event.wait(), seconds)

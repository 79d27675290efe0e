"""Recording: what prices and funding rates were, minute by minute, for as long as a story may be told from them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.market import Minutes
from bot.services.markets import MAIN_MARKET
from bot.storage import Store, candles
from bot.storage.candles import Rates
from bot.telemetry import Telemetry
from engine.candles import MinuteCandle
from engine.market import MarketSnapshot

KEPT = timedelta(days=30)
RECENT = timedelta(days=7)
"""A symbol without a price for longer than this has none to go on from."""


@dataclass(frozen=True, slots=True)
class Past:
    """What is recorded of the main market: the newest candle of each symbol, and the funding rates of 30 days."""

    latest: Mapping[str, MinuteCandle]
    rates: Rates


async def read_past(store: Store, now: datetime) -> Past:
    """Read it, once, at the start."""
    async with store.unit() as unit:
        latest = await candles.latest(unit, MAIN_MARKET, now - RECENT)
        return Past(latest, await candles.rates(unit, MAIN_MARKET, now - KEPT))


class Recording:
    """One-minute candles of the main market, kept 30 days, and the rates of its funding timestamps.

    A candle is written when its minute is over, or with `keep`, so that what just happened can be told at once.
    """

    def __init__(self, store: Store, telemetry: Telemetry, past: Past) -> None:
        self._store = store
        self._telemetry = telemetry
        self._minutes = Minutes(past.latest.values())
        self._rates = len(past.rates)

    async def tick(self, market: MarketSnapshot) -> None:
        """Take note of a snapshot; what could not be written is an incident and is lost, the tick goes on."""
        finished = self._minutes.add(market)
        new_rates = len(market.funding) != self._rates
        if not finished and not new_rates:
            return
        try:
            async with self._store.unit() as unit:
                candles.put(unit, MAIN_MARKET, finished)
                if new_rates:
                    candles.put_rates(unit, MAIN_MARKET, market.funding)
        except Exception as fault:  # noqa: BLE001 - a story untold must not keep anybody from being settled
            self._telemetry.incident(fault)
        else:
            self._rates = len(market.funding)

    async def keep(self) -> None:
        """Write the minutes that are not over yet, as far as they are known."""
        current = self._minutes.current()
        if current:
            async with self._store.unit() as unit:
                candles.put(unit, MAIN_MARKET, current)

"""Housekeeping: what is kept for a short while only is forgotten in time."""

import asyncio
from datetime import timedelta

from bot.core.clock import Clock
from bot.storage import (
    Store,
    candles,
    chat_posts,
    conversation,
    previews,
    price_alerts,
    questions,
    quiz_nights,
)
from bot.telemetry import Telemetry

KEPT_ANSWERS = timedelta(days=7)
KEPT_PREVIEWS = timedelta(days=1)
KEPT_QUESTIONS = timedelta(days=30)
KEPT_PRICES = timedelta(days=30)
KEPT_POSTS = timedelta(days=30)
EVERY_SECONDS = 3600.0


class Housekeeping:
    """Forgets answered updates, open questions, long buttons and previews that nobody can use any more."""

    def __init__(self, store: Store, clock: Clock, telemetry: Telemetry) -> None:
        self._store = store
        self._clock = clock
        self._telemetry = telemetry

    async def run(self) -> None:
        """Tidy up once an hour until cancelled."""
        while True:
            try:
                await self.tidy()
            except Exception as fault:  # noqa: BLE001 - the next hour tries again
                self._telemetry.incident(fault)
            await asyncio.sleep(EVERY_SECONDS)

    async def tidy(self) -> None:
        """Forget what is old: answers after 7 days, previews after one, prices and alerts that were met after 30."""
        now = self._clock.now()
        async with self._store.unit() as unit:
            conversation.purge(unit, now - KEPT_ANSWERS)
            previews.purge(unit, now - KEPT_PREVIEWS)
            questions.purge(unit, now - KEPT_QUESTIONS)
            candles.purge(unit, now - KEPT_PRICES)
            price_alerts.purge(unit, now - KEPT_PRICES)
            quiz_nights.purge(unit, now - KEPT_ANSWERS)
            chat_posts.purge(unit, now - KEPT_POSTS)

"""How fast notices may leave: ahead of what the platforms would refuse."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from bot.core.identity import Identity, Platform


@dataclass(frozen=True, slots=True)
class Pace:
    """`each`: the least seconds between any two messages; `same`: between two to one recipient."""

    each: float
    same: float


PACES: Mapping[Platform, Pace] = {
    # Telegram: about 30 a second over all and 1 a second in a chat; answers to people need some of it too.
    Platform.TELEGRAM: Pace(each=1 / 25, same=1.05),
    # Discord: 50 requests a second over all, of which a first direct message takes two; 5 in 5 seconds in a channel.
    Platform.DISCORD: Pace(each=1 / 20, same=1.05),
}
_KEPT = 10_000
"""So many recipients are remembered before those are forgotten who may be written to again."""


class Pacer:
    """Gives messages their turn. Evenly spaced, so that no second ever sees more of them than the platform takes."""

    def __init__(
        self,
        paces: Mapping[Platform, Pace] = PACES,
        now: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._paces = paces
        self._now = now
        self._sleep = sleep
        self._gates = {platform: asyncio.Lock() for platform in paces}
        self._free: dict[Platform, float] = {}
        self._rested: dict[Identity, float] = {}

    async def rest(self, to: Identity) -> None:
        """Wait until this recipient may be written to again."""
        wait = self._rested.get(to, 0.0) - self._now()
        if wait > 0:
            await self._sleep(wait)

    async def turn(self, to: Identity) -> None:
        """Wait for the next free place on the platform, and take it for this recipient, who has rested.

        Time counts from when the wait has really ended: a busy process must not bring two messages closer together.
        """
        pace = self._paces.get(to.platform)
        if pace is None:
            return
        async with self._gates[to.platform]:
            wait = self._free.get(to.platform, 0.0) - self._now()
            if wait > 0:
                await self._sleep(wait)
            now = self._now()
            self._free[to.platform] = now + pace.each
        self._note(to, now + pace.same, now)

    def _note(self, to: Identity, until: float, now: float) -> None:
        if len(self._rested) >= _KEPT:
            self._rested = {each: free for each, free in self._rested.items() if free > now}
        self._rested[to] = until

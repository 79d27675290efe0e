"""What drives challenges: starts, shared tapes, the table every minute, the ends, and the message that lives in the chat."""

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta

from bot.core.clock import Clock
from bot.services.challenges.ending import Endings
from bot.services.challenges.rules import Pace
from bot.services.challenges.showing import Showing
from bot.services.challenges.stage import (
    Stage,
    changed,
    entry_until,
    figures_final,
    rules_of,
    stage_of,
)
from bot.services.challenges.tallies import look
from bot.services.challenges.together import Together
from bot.services.living import FAULT_PAUSE, Screen
from bot.services.markets import MAIN_MARKET, Markets
from bot.storage import Store, VersionConflict, challenges, standings
from bot.storage.challenges import Challenge
from bot.telemetry import Telemetry

TICK = 0.5
"""Seconds between two looks while a challenge is going on."""
AT_REST = 5.0
"""Seconds between two looks while none is; a change wakes the clock at once."""
LOOK = timedelta(minutes=1)
"""So often the table is brought up to date."""
PATIENCE = timedelta(days=1)
"""So long the end of a live challenge waits for fresh prices."""


class ChallengeClock:
    """Runs all challenges and duels that are not over."""

    def __init__(
        self,
        store: Store,
        markets: Markets,
        clock: Clock,
        telemetry: Telemetry,
        together: Together,
        endings: Endings,
        showing: Showing,
        *,
        wake: Callable[[], object],
    ) -> None:
        """`wake` is called once there is something to deliver to people."""
        self._store = store
        self._markets = markets
        self._clock = clock
        self._telemetry = telemetry
        self._together = together
        self._endings = endings
        self._showing = showing
        self._deliver = wake
        self._screens: dict[str, Screen] = {}
        self._looked: dict[str, datetime] = {}
        self._again: dict[str, float] = {}
        self._wake = asyncio.Event()
        self._one_step = asyncio.Lock()
        showing.shown = self.wake

    def wake(self) -> None:
        """Look at the challenges now."""
        self._wake.set()

    async def run(self) -> None:
        """Drive challenges until cancelled."""
        try:
            while True:
                self._wake.clear()
                try:
                    running = await self.step()
                except Exception as fault:  # noqa: BLE001 - the next look does what this one could not
                    self._telemetry.incident(fault)
                    running = 0
                try:
                    async with asyncio.timeout(TICK if running else AT_REST):
                        await self._wake.wait()
                except TimeoutError:
                    continue
                await asyncio.sleep(TICK / 10)  # presses come in crowds
        finally:
            showing = [each.showing for each in self._screens.values() if each.showing is not None]
            for task in showing:
                task.cancel()
            await asyncio.gather(*showing, return_exceptions=True)

    async def drain(self) -> None:
        """Do all that is due by the clock, however far it leapt, and wait until it is shown."""
        for _ in range(100):
            await self.step(leap=True)
            showing = [each.showing for each in self._screens.values() if each.showing is not None]
            if not showing:
                return
            await asyncio.gather(*showing)

    async def step(self, *, leap: bool = False) -> int:
        """Do what is due and begin to show what has changed; returns how many challenges go on.

        `leap`: shared tapes make up for all the time that has passed since the last step (Together.advance).
        """
        async with self._one_step:
            async with self._store.unit() as unit:
                going_on = await challenges.running(unit)
            for each in going_on:
                try:
                    await self._step(each, leap=leap)
                except VersionConflict:  # it ended meanwhile, or somebody changed it: the next look sees that
                    continue
                except Exception as fault:  # noqa: BLE001 - one broken challenge must not stop the others
                    self._telemetry.incident(fault)
            ids = {each.id for each in going_on}
            await self._close_ended(self._together.open_here - ids)
            for gone in self._screens.keys() - ids:
                if self._screens[gone].showing is None:
                    del self._screens[gone]
                    self._looked.pop(gone, None)
                    self._again.pop(gone, None)
            return len(going_on)

    async def _close_ended(self, gone: frozenset[str]) -> None:
        """Close the tapes of challenges that are over; one that is only being created stays open."""
        for each in gone:
            async with self._store.unit() as unit:
                kept = await challenges.find(unit, each)
            if kept is not None and kept.ended_at is not None:
                self._together.close(each)

    async def _step(self, challenge: Challenge, *, leap: bool) -> None:
        screen = self._screens.setdefault(challenge.id, Screen())
        if screen.showing is not None:
            return
        challenge = await self._along(challenge, leap=leap)
        if await self._deserted(challenge):
            challenge = await self._called_off(challenge)
        if self._showing.now() < self._again.get(challenge.id, 0.0):
            return
        if await self._due(challenge):  # may take a while: the others do not wait for it
            screen.showing = asyncio.create_task(self._end(challenge, screen))
            return
        now = self._clock.now()
        if stage_of(challenge, now) is Stage.RUNNING and self._fresh(challenge):
            await self._look(challenge, now)
        await self._showing.look(challenge, screen, now, fresh=self._fresh(challenge))

    async def _end(self, challenge: Challenge, screen: Screen) -> None:
        try:
            await self._endings.end(challenge)
            self._deliver()
        except VersionConflict:  # somebody acted at this moment: the next look goes on
            pass
        except Exception as fault:  # noqa: BLE001 - tried again at the next look
            self._telemetry.incident(fault)
            self._again[challenge.id] = self._showing.now() + FAULT_PAUSE
        finally:
            screen.showing = None
            self.wake()

    # Time

    async def _along(self, challenge: Challenge, *, leap: bool) -> Challenge:
        """A shared tape, played on; the challenge as it is then."""
        if rules_of(challenge).pace is not Pace.TOGETHER or figures_final(challenge):
            return challenge
        async with self._store.unit() as unit:
            shared = await self._together.opened(unit, challenge)
        await self._together.advance(shared, leap=leap)
        return shared.challenge

    async def _deserted(self, challenge: Challenge) -> bool:
        """Whether it goes on with nobody in it, and nobody can come any more."""
        now = self._clock.now()
        if stage_of(challenge, now) is not Stage.RUNNING or now < entry_until(challenge):
            return False
        async with self._store.unit() as unit:
            return not await challenges.count(unit, challenge.id)

    async def _called_off(self, challenge: Challenge) -> Challenge:
        await self._showing.keep(challenge, called_off=True)
        return changed(challenge, called_off=True)

    async def _due(self, challenge: Challenge) -> bool:
        """Whether it is at its end, or on the way there."""
        now = self._clock.now()
        match stage_of(challenge, now):
            case Stage.CLOSING:
                return not figures_final(challenge)
            case Stage.RUNNING:
                pass
            case _:
                return False
        match rules_of(challenge).pace:
            case Pace.TOGETHER:
                return self._together.finished(challenge.id)
            case Pace.OWN:
                return now >= challenge.ends_at or await self._all_through(challenge, now)
            case Pace.LIVE:
                late = now >= challenge.ends_at + PATIENCE
                return now >= challenge.ends_at and (late or self._fresh(challenge))

    async def _all_through(self, challenge: Challenge, now: datetime) -> bool:
        """Whether everybody has played their tape to its end, and nobody can come any more."""
        if now < entry_until(challenge):
            return False
        async with self._store.unit() as unit:
            return not await standings.playing(unit, challenge.id)

    def _fresh(self, challenge: Challenge) -> bool:
        """Whether the prices that members are ranked by are not too old."""
        live = rules_of(challenge).pace is Pace.LIVE
        return not live or self._markets.banner(MAIN_MARKET).get("kind") != "stale"

    async def _look(self, challenge: Challenge, now: datetime) -> None:
        looked = self._looked.get(challenge.id)
        if looked is not None and timedelta(0) <= now - looked < LOOK:
            return
        async with self._store.unit() as unit:
            await look(unit, challenge, self._markets.snapshot, now)
        self._looked[challenge.id] = now

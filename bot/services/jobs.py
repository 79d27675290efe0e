"""Jobs that are due, done one after the other: claimed first, so that no two processes do the same one."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime, timedelta

from bot.core.clock import Clock
from bot.storage import Store, UnitOfWork, VersionConflict, jobs
from bot.storage.jobs import Job
from bot.telemetry import Telemetry

CLAIM = timedelta(minutes=1)
LOOK_SECONDS = 5.0
MOST_ATTEMPTS = 10
Do = Callable[[UnitOfWork, Job, datetime], Awaitable[bool]]
"""Does a job in a unit, in which it also puts or drops it; whether there is something to deliver then."""


class Jobs:
    """Does what is due, by kind of job; `wake` is called when there is something to deliver."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        telemetry: Telemetry,
        kinds: Mapping[str, Do],
        wake: Callable[[], None] = lambda: None,
    ) -> None:
        self._store = store
        self._clock = clock
        self._telemetry = telemetry
        self._kinds = kinds
        self._wake = wake

    async def run(self) -> None:
        """Do what is due until cancelled."""
        while True:
            try:
                await self.work()
            except Exception as fault:  # noqa: BLE001 - a database in trouble is asked again
                self._telemetry.incident(fault)
            await asyncio.sleep(LOOK_SECONDS)

    async def work(self) -> int:
        """Do what is due now; returns how many jobs were done. One that fails is tried again, ten times at most."""
        now = self._clock.now()
        async with self._store.unit() as unit:
            due = await jobs.due(unit, now)
        done = 0
        for job in due:
            try:
                done += await self._one(job, now)
            except VersionConflict:
                continue  # another process has it, or its person changed it meanwhile
            except Exception as fault:  # noqa: BLE001 - one that fails must not keep the others
                self._telemetry.incident(fault)
        return done

    async def _one(self, job: Job, now: datetime) -> bool:
        do = self._kinds.get(job.kind)
        if do is None:
            return False
        async with self._store.unit() as unit:
            if job.attempts >= MOST_ATTEMPTS:
                jobs.drop(unit, job.key)
                return False
            jobs.claim(unit, job, now + CLAIM)
        async with self._store.unit() as unit:
            if await do(unit, job, now):
                unit.on_commit(self._wake)
        return True

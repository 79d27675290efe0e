"""Post-mortems: soon after a liquidation its owner is told how it came about and what else could have been done."""

import asyncio
from collections import deque
from collections.abc import Callable
from datetime import timedelta

from bot.core.clock import Clock
from bot.core.identity import new_id
from bot.core.reply import plain
from bot.services.examiner import AT_ONCE, Examiner
from bot.services.markets import MarketClosed, Markets
from bot.storage import Store, accounts, liquidations, outbox
from bot.telemetry import Telemetry

MOST_WAITING = 1_000
"""Liquidations beyond so many that wait are examined only when their owner asks: ours, for days of a crash."""
LOOK_BACK = timedelta(hours=1)
TEMPLATE = "postmortem"


class PostMortems:
    """Posts a notice `postmortem` for each liquidation, once, and soon: at most two are examined at a time.

    What a process that died left undone is done by the next one, as far back as an hour. `posted` is called when there
    is something to deliver.
    """

    def __init__(
        self,
        store: Store,
        examiner: Examiner,
        markets: Markets,
        clock: Clock,
        telemetry: Telemetry,
        posted: Callable[[], None],
    ) -> None:
        self._store = store
        self._examiner = examiner
        self._markets = markets
        self._clock = clock
        self._telemetry = telemetry
        self._posted = posted
        self._waiting: deque[tuple[str, int | None]] = deque()
        self._wake = asyncio.Event()

    def after(self, account_id: str, seq: int | None = None) -> bool:
        """Have the liquidations of an account up to entry `seq` examined; call it once they are committed.

        Returns at once; False if too many wait: then nothing is posted, and the owner can still ask.
        """
        if len(self._waiting) >= MOST_WAITING:
            return False
        self._waiting.append((account_id, seq))
        self._wake.set()
        return True

    async def run(self) -> None:
        """Examine what waits until cancelled; first of all what was left undone."""
        await self._resume()
        async with asyncio.TaskGroup() as tasks:
            for number in range(AT_ONCE):
                tasks.create_task(self._work(), name=f"post-mortems-{number}")

    async def drain(self) -> None:
        """Examine all that waits now, for where nothing runs in the background."""
        while self._waiting:
            await self._next()

    async def _resume(self) -> None:
        try:
            async with self._store.unit() as unit:
                told = await liquidations.accounts_told(unit, self._clock.now() - LOOK_BACK)
        except Exception as fault:  # noqa: BLE001 - what is new is examined all the same
            self._telemetry.incident(fault)
            return
        for each in told:
            self.after(each)

    async def _work(self) -> None:
        while True:
            if self._waiting:
                await self._next()
                continue
            self._wake.clear()
            await self._wake.wait()

    async def _next(self) -> None:
        account_id, seq = self._waiting.popleft()
        try:
            if await self._post(account_id, seq):
                self._posted()
        except MarketClosed:
            return  # a replay that has ended meanwhile: its debrief tells
        except Exception as fault:  # noqa: BLE001 - one that fails must not keep the others
            self._telemetry.incident(fault)

    async def _post(self, account_id: str, seq: int | None) -> int:
        """Post what was not posted yet; returns how many."""
        now = self._clock.now()
        async with self._store.unit() as unit:
            found = await liquidations.started(unit, account_id, MOST_WAITING)
            keys = {
                _key(account_id, each.seq): each.seq
                for each in reversed(found)
                if each.at >= now - LOOK_BACK and (seq is None or each.seq <= seq)
            }
            new = keys.keys() - await liquidations.posted(unit, keys)
            account = await accounts.load(unit, account_id)
            if not new or account.archived_at is not None:
                return 0
            market = self._markets.snapshot(account.market)
            for key in (each for each in keys if each in new):
                data = await self._examiner.postmortem(unit, account, keys[key], market)
                at = self._clock.now()
                # Without a sound: the notice of the liquidation itself has just come with one.
                notice = outbox.Notice(
                    new_id(), account.person_id, TEMPLATE, plain(data), at, key, silent=True
                )
                outbox.post(unit, notice)
        return len(new)


def _key(account_id: str, seq: int) -> str:
    return f"{TEMPLATE}:{account_id}:{seq}"

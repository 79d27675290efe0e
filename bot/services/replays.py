"""Replays: people play tapes, each on an account and in a market of their own, at their own speed."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from bot.core.clock import Clock
from bot.core.identity import new_id
from bot.core.reply import plain
from bot.services.debrief import debriefed, ledger_hash
from bot.services.debrief_data import debrief_data
from bot.services.markets import Markets
from bot.services.replay_run import MARKET, Run, body_of
from bot.services.replay_walk import Settle, Walk, locked
from bot.services.tapes import Reel, Shelf
from bot.services.turn import BotTurn
from bot.storage import UnitOfWork, VersionConflict, accounts, journal, outbox, replays
from bot.storage.accounts import Account
from bot.storage.replays import Replay
from engine.account import MarginAccount
from engine.exchange import decide
from engine.intents import Deposit
from engine.market import MarketSnapshot

SAVE_SECONDS = 2.0
RETRY_SECONDS = 1.0
WHOLE_JOURNAL = 1_000_000

Ended = Callable[[UnitOfWork, Account, datetime], Awaitable[None]]
"""Hears, in the unit that puts it aside, that the tape of a challenge's account has been played to its end."""


class _Over(Exception):
    """This replay is no longer played here."""


class Replays:
    """All running replays of this process: loaded at its start, played by `run`, moved by hand through turns.

    A step of a tape is given to the account before the next is made, whatever the speed. The place on the tape is stored
    every two seconds and with each act; what happened since is in the journal, so that nothing is done twice after a
    sudden end of the process.
    """

    def __init__(
        self,
        unit: Callable[[], UnitOfWork],
        shelf: Shelf,
        markets: Markets,
        settle: Settle,
        clock: Clock,
        balance: Decimal,
        *,
        wake: Callable[[], object],
        report: Callable[[Exception], object],
    ) -> None:
        """`settle` is asked where a step does something to an account, `wake` once there is something to deliver."""
        self.shelf = shelf
        self._unit = unit
        self._markets = markets
        self._clock = clock
        self._balance = balance
        self._wake = wake
        self._walk = Walk(unit, settle, clock, wake)
        self._report = report
        self._runs: dict[str, Run] = {}
        self._players: dict[str, asyncio.Task[None]] = {}
        self._tasks: asyncio.TaskGroup | None = None
        self._saved: dict[str, float] = {}
        self._challenge_ended: Ended | None = None

    def end_through(self, ended: Ended) -> None:
        """Who hears of the ends of challenges' tapes; needed before one is begun."""
        self._challenge_ended = ended

    @property
    def live(self) -> bool:
        """Whether tapes play by themselves here; else they are moved by hand only."""
        return self._tasks is not None

    def playing(self, run: Run) -> bool:
        """Whether a tape moves by itself now."""
        return self.live and not run.feed.paused

    def place(self, run: Run) -> dict[str, Any]:
        """Where a tape stands, as data."""
        return {**run.place(), "paused": not self.playing(run)}

    async def load(self) -> None:
        """Open the markets of all replays that have not ended, once, at the start of the process.

        One whose tape is no more is put aside, so that its owner is not left in a market that cannot be opened.
        """
        lost: list[Replay] = []
        async with self._unit() as unit:
            for kept in await replays.running(unit):
                try:
                    await self._opened(unit, kept)
                except Exception as fault:  # noqa: BLE001 - one that cannot be played must not keep the others
                    self._report(fault)
                    lost += [kept] if isinstance(fault, KeyError) else []
        for kept in lost:
            async with self._unit() as unit:
                now = self._clock.now()
                accounts.archive(unit, await accounts.load(unit, kept.account_id), now)
                replays.keep(unit, kept, kept.body, finished_at=now)

    async def load_market(self, unit: UnitOfWork, name: str) -> None:
        """Open the market of a replay that another process played so far; nothing for a name that is no such market."""
        kept = await replays.of_account(unit, name.removeprefix(MARKET)) if name.startswith(MARKET) else None
        if kept is not None and kept.finished_at is None and kept.account_id not in self._runs:
            await self._opened(unit, kept)

    async def run(self) -> None:
        """Play what is not paused, each replay in a task of its own, until cancelled."""
        try:
            async with asyncio.TaskGroup() as tasks:
                self._tasks = tasks
                for run in self._runs.values():
                    self._set_going(run)
                await asyncio.Event().wait()
        finally:
            self._tasks = None
            self._players.clear()

    # What a person does

    async def of(self, turn: BotTurn) -> Run | None:
        """The tape that a person speaks of, as storage has it now: the challenge's, if that is their account here, else
        their own.
        """
        spoken_of = turn.challenge_account
        if spoken_of is not None and spoken_of.market.startswith(MARKET):
            return await self.of_account(turn.unit, spoken_of.id)
        return await self.own(turn)

    async def own(self, turn: BotTurn) -> Run | None:
        """The replay of their own that a person is in, as storage has it now."""
        return await self._current(turn.unit, lambda: replays.running_of(turn.unit, turn.person.id))

    async def of_account(self, unit: UnitOfWork, account_id: str) -> Run | None:
        """The tape that an account was opened for, if it goes on, as storage has it now."""
        return await self._current(unit, lambda: _going_on(unit, account_id))

    async def _current(self, unit: UnitOfWork, find: Callable[[], Awaitable[Replay | None]]) -> Run | None:
        kept = await find()
        if kept is None:
            return None
        run = self._runs.get(kept.account_id)
        if run is not None:
            async with run.moving:  # so that no step is being stored at this moment
                kept = await find()
                if kept is None:
                    return None
                if kept.account_id == run.account_id and kept.body == run.kept.body:
                    return run
            self._close(run)  # another process has played it on
        return await self._opened(unit, kept)

    async def latest_ended(self, turn: BotTurn) -> Reel | None:
        """The tape that a person played last, as it was played."""
        kept = await replays.latest_ended_of(turn.unit, turn.person.id)
        if kept is None or kept.body["tape"] not in self.shelf.ids:
            return None
        return self.shelf.take(kept.body["tape"], hidden=kept.body["hidden"])

    def start(self, turn: BotTurn, reel: Reel, speed: Decimal, *, paused: bool) -> Run:
        """A new replay at the first step of a tape, with an account that holds the paper balance."""
        kept = Replay(new_id(), turn.person.id, body_of(reel, speed, self._balance, paused=paused), turn.now)
        return self._begin(turn.unit, kept, accounts.REPLAY, turn.now)[0]

    def start_in_challenge(
        self,
        unit: UnitOfWork,
        person_id: str,
        challenge_id: str,
        tape: str,
        speed: Decimal,
        balance: Decimal,
        banner: Mapping[str, Any],
        now: datetime,
    ) -> Account:
        """A hidden tape at its first step, held, with an account of a challenge; its market is open after the commit."""
        reel = self.shelf.take(tape, hidden=True)
        body = body_of(reel, speed, balance, paused=True, banner=banner)
        kept = Replay(new_id(), person_id, body, now, challenge_id=challenge_id)
        return self._begin(unit, kept, accounts.CHALLENGE, now)[1]

    def _begin(self, unit: UnitOfWork, kept: Replay, kind: str, now: datetime) -> tuple[Run, Account]:
        run = Run.opened(kept, self.shelf, None)
        market = run.feed.snapshot()
        empty = Account(kept.account_id, kept.person_id, kind, run.market_name, MarginAccount.empty(), now)
        accounts.create(unit, empty)
        given = decide(Deposit(run.balance), empty.state, market)
        account = accounts.record(unit, empty, given, now, market.time)
        replays.start(unit, kept)
        unit.on_commit(lambda: self._open(run))
        return run, account

    async def pause(self, turn: BotTurn, run: Run) -> None:
        """Hold the tape."""
        run.feed.pause()
        await self._keep(turn.unit, run)

    async def resume(self, turn: BotTurn, run: Run) -> None:
        """Let it play on, once this is stored."""
        await self._keep(turn.unit, run, paused=False)
        turn.unit.on_commit(run.feed.resume)

    async def set_speed(self, turn: BotTurn, run: Run, speed: Decimal) -> None:
        """Play at another speed, now or when it is resumed."""
        run.feed.speed = speed
        await self._keep(turn.unit, run)

    async def step(self, turn: BotTurn, run: Run, by: timedelta) -> None:
        """Move a held tape on, through every step on the way; at its end the caller has to end it."""
        async with run.moving:
            await self._walk.by_hand(run, run.feed.advance(by))
        if not run.feed.finished:
            await self._keep(turn.unit, run)

    async def end(self, turn: BotTurn, run: Run, *, play_out: bool) -> dict[str, Any]:
        """End a replay where it stands, or at the end of the tape, through every step; the data of its debrief."""
        run.feed.pause()
        async with run.moving:
            await self._walk.by_hand(run, run.feed.finish() if play_out else iter(()))
            return await self._ended(turn.unit, run, turn.now)

    async def finish(self, turn: BotTurn, run: Run) -> None:
        """Play a challenge's tape to its end through every step, with what is open, and be through with it."""
        run.feed.pause()
        async with run.moving:
            await self._walk.by_hand(run, run.feed.finish())
            await self._through(turn.unit, run, turn.now)

    async def play_out(self, account_id: str) -> None:
        """The same for somebody who did not, when a challenge ends; nothing for a tape that has ended."""
        async with self._unit() as unit:
            run = await self.of_account(unit, account_id)
        if run is None:
            return
        run.feed.pause()
        async with run.moving:
            await self._walk.by_hand(run, run.feed.finish())
            async with self._unit() as unit:
                await self._through(unit, run, self._clock.now())

    async def give_up(self, unit: UnitOfWork, account_id: str, now: datetime) -> None:
        """Put a challenge's tape aside where it stands, for somebody who leaves."""
        run = await self.of_account(unit, account_id)
        if run is None:
            return
        run.feed.pause()
        async with run.moving:
            await self._put_aside(unit, run, await locked(unit, run), now)

    async def drop(self, turn: BotTurn, run: Run) -> None:
        """Put a replay aside without a debrief."""
        run.feed.pause()
        async with run.moving:
            await self._put_aside(turn.unit, run, await locked(turn.unit, run), turn.now)

    def let_go(self, account_id: str) -> None:
        """Close a tape here whose account has another owner now, or none; who asks for it has it read anew."""
        run = self._runs.get(account_id)
        if run is not None:
            self._close(run)

    async def account(self, turn: BotTurn, run: Run) -> Account:
        """The account of a replay as it is now."""
        return await accounts.load(turn.unit, run.account_id)

    # How a tape plays by itself

    async def _play(self, run: Run) -> None:
        try:
            while not run.feed.finished:
                await run.feed.run(lambda market: self._tick(run, market))
            await self._over(run)
        except _Over:
            return

    async def _tick(self, run: Run, market: MarketSnapshot) -> None:
        """One step; what goes wrong is tried again, for no step may be left out."""
        while True:
            try:
                async with run.moving:
                    await self._walk.meet(run, iter((market,)))
                    await self._save(run)
                break
            except VersionConflict as lost:  # another process plays it
                self._close(run)
                raise _Over from lost
            except Exception as fault:  # noqa: BLE001 - as the docstring says
                self._report(fault)
                await asyncio.sleep(RETRY_SECONDS)
        if run.feed.finished:
            await self._over(run)

    async def _save(self, run: Run) -> None:
        now = asyncio.get_running_loop().time()
        if run.feed.paused or now - self._saved.get(run.account_id, 0.0) < SAVE_SECONDS:
            return
        async with self._unit() as unit:
            await self._keep(unit, run)
        self._saved[run.account_id] = now

    async def _over(self, run: Run) -> None:
        """The tape has been played to its end: tell the debrief, or let the challenge know."""
        while True:
            try:
                async with run.moving, self._unit() as unit:
                    now = self._clock.now()
                    if run.of_challenge:
                        await self._through(unit, run, now)
                        break
                    data = {**await self._ended(unit, run, now), "banner": {}}
                    key = f"debrief:{run.account_id}"
                    notice = outbox.Notice(new_id(), run.kept.person_id, "debrief", plain(data), now, key)
                    outbox.post(unit, notice)
                break
            except VersionConflict:
                self._close(run)
                break
            except Exception as fault:  # noqa: BLE001 - whoever waits for the end of the tape is told in time
                self._report(fault)
                await asyncio.sleep(RETRY_SECONDS)
        self._wake()
        raise _Over

    # What is kept and what is open

    async def _keep(self, unit: UnitOfWork, run: Run, **changed: Any) -> None:
        """Store where it stands, after whoever in this process is about to."""
        await unit.lock(f"replay:{run.account_id}")
        kept = replays.keep(unit, run.kept, {**run.body(), **changed})
        unit.on_commit(lambda: run.stored(kept))

    async def _ended(self, unit: UnitOfWork, run: Run, now: datetime) -> dict[str, Any]:
        """Put a replay aside and say what it came to."""
        account = await locked(unit, run)
        entries = await journal.entries(unit, account.id, limit=WHOLE_JOURNAL)
        booked = await replays.booked(unit, account.id)
        place = run.feed.position
        life = await asyncio.to_thread(debriefed, run.reel, entries[::-1], run.balance, place)
        await self._put_aside(unit, run, account, now)
        return debrief_data(life, run.reel, ledger_hash(booked), whole=run.feed.finished)

    async def _through(self, unit: UnitOfWork, run: Run, now: datetime) -> None:
        """Put a challenge's tape aside at its end."""
        account = await locked(unit, run)
        await self._put_aside(unit, run, account, now)
        if self._challenge_ended is not None:
            await self._challenge_ended(unit, account, now)

    async def _put_aside(self, unit: UnitOfWork, run: Run, account: Account, now: datetime) -> None:
        await unit.lock(f"replay:{run.account_id}")
        accounts.archive(unit, account, now)
        replays.keep(unit, run.kept, {**run.body(), "paused": True}, finished_at=now)
        unit.on_commit(lambda: self._close(run))

    async def _opened(self, unit: UnitOfWork, kept: Replay) -> Run:
        newest = await journal.entries(unit, kept.account_id, limit=1)
        run = Run.opened(kept, self.shelf, newest[0].market_time if newest else None)
        self._open(run)
        return run

    def _open(self, run: Run) -> None:
        self._runs[run.account_id] = run
        self._markets.open(run.market_name, run.feed.snapshot, lambda: self._banner(run))
        self._set_going(run)

    def _banner(self, run: Run) -> dict[str, Any]:
        return {**run.banner(), "paused": not self.playing(run)}

    def _set_going(self, run: Run) -> None:
        if self._tasks is not None:
            name = f"replay {run.account_id}"
            self._players[run.account_id] = self._tasks.create_task(self._play(run), name=name)

    def _close(self, run: Run) -> None:
        if self._runs.get(run.account_id) is not run:
            return
        del self._runs[run.account_id]
        self._markets.close(run.market_name)
        self._saved.pop(run.account_id, None)
        player = self._players.pop(run.account_id, None)
        if player is not None and player is not asyncio.current_task():
            player.cancel()


async def _going_on(unit: UnitOfWork, account_id: str) -> Replay | None:
    kept = await replays.of_account(unit, account_id)
    return kept if kept is not None and kept.finished_at is None else None

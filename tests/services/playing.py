"""People who play tapes, for the tests of replays: their accounts, and a process that plays until it is killed."""

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from decimal import Decimal

from sqlalchemy import select

from bot.core.identity import new_id
from bot.services.debrief import ledger_hash
from bot.services.replay_run import Run
from bot.storage import accounts, replays, tables
from bot.storage.accounts import Account
from tests.harness import Talk, talking

QUICK = Decimal(100_000)
"""Tape time per real time in tests: no learner may play so fast."""

LIFE = (
    "/settings confirm off",
    "/open btc short 10x cross 2000usdt",
    "/trail btc 2%",
    "/open eth long 5x isolated 1500usdt",
    "/limit eth long @120 5x =3000",
    "/tp eth 230",
)
"""A life with everything that a step can do: funding, a trailing stop, a resting order, a liquidation."""


@asynccontextmanager
async def playing(talk: Talk) -> AsyncIterator[None]:
    """Tapes play by themselves meanwhile."""
    player = asyncio.create_task(talk.bot.replays.run())
    await asyncio.sleep(0)
    try:
        yield
    finally:
        player.cancel()
        await asyncio.gather(player, return_exceptions=True)


def runs(talk: Talk) -> list[Run]:
    """The replays that are loaded in a bot."""
    return list(talk.bot.replays._runs.values())


async def until_over(talk: Talk, seconds: float = 60.0) -> None:
    """Wait until no replay is played in a bot any more."""
    async with asyncio.timeout(seconds):
        await asyncio.gather(*talk.bot.replays._players.values())
    assert not runs(talk)


async def replay_accounts(talk: Talk) -> list[Account]:
    """All accounts of replays, the oldest first."""
    async with talk.bot.store.unit() as unit:
        columns = tables.accounts.c
        rows = await unit.fetch(
            select(columns.id).where(columns.kind == accounts.REPLAY).order_by(columns.created_at, columns.id)
        )
        return [await accounts.load(unit, row.id) for row in rows]


async def hash_of(talk: Talk, account: Account) -> str:
    """The hash of an account's ledger."""
    async with talk.bot.store.unit() as unit:
        return ledger_hash(await replays.booked(unit, account.id))


async def play_until_killed(database: str, speed: Decimal) -> None:
    """Begin the life on a tape, or go on with it, and play; whoever started this process ends it."""
    async with talking(database=database) as talk, playing(talk):
        begun = bool(await replay_accounts(talk))
        for line in ("/replay resume",) if begun else ("/replay mar-2020 named", *LIFE, "/replay resume"):
            await talk.say(line, update=new_id())  # each process counts its acts anew
        for run in runs(talk):
            run.feed.speed = speed
        print("playing", flush=True)
        await until_over(talk)
        print("over", flush=True)


if __name__ == "__main__":
    asyncio.run(play_until_killed(sys.argv[1], Decimal(sys.argv[2])))

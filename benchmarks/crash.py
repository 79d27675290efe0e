"""A crash, end to end: many accounts in SQLite through the worst hours of the October tape, while somebody chats.

Every account is decided, booked and told by the program's own settlement; nothing is delivered (that is the platforms'
pace). Chat answers are timed in the same event loop, before the crash (nobody is concerned) and during it. Prints ticks
and bookings a second, where the time went, and whether everything that was booked has its notice.

    python -m benchmarks.crash [--accounts 100000] [--from 20] [--hours 2]
"""

import argparse
import asyncio
import random
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

from bot.bootstrap import Bot, Plan, build
from bot.core.identity import ChatRef, Identity, Platform, new_id
from bot.core.request import Request, Said
from bot.market import ReplayFeed
from bot.services.markets import MAIN_MARKET
from bot.services.turn import DEFAULT_SIZE
from bot.services.watching import Watching
from bot.storage import accounts, people
from bot.storage.accounts import Account
from bot.storage.people import Person
from bot.telemetry import Telemetry
from engine.account import MarginAccount
from engine.errors import Refusal
from engine.events import Event
from engine.exchange import decide
from engine.fills import after
from engine.intents import Deposit, Intent, Open, Place
from engine.market import MarketSnapshot
from engine.position import MarginMode, Side
from engine.resting import Order, OrderType

TEMPLATES = 400
GROUP = 2_000
CALM_SECONDS = 15.0
LINES = ("/positions", "/price btc", "/portfolio", "/open btc long 5x 100", "/liq btc long 10x 500")


@dataclass
class Timing:
    """Seconds of each answer."""

    calm: list[float] = field(default_factory=list)
    crash: list[float] = field(default_factory=list)


def lives(market: MarketSnapshot, chance: random.Random) -> list[tuple[Event, ...]]:
    """Journals of invented learners: mostly long, from careful to reckless, some with a stop."""
    found: list[tuple[Event, ...]] = []
    while len(found) < TEMPLATES:
        state = MarginAccount.empty()
        journal: tuple[Event, ...] = ()
        intents: list[Intent] = [Deposit(Decimal(chance.choice((500, 1_000, 10_000))))]
        for _ in range(chance.choice((1, 1, 2, 3))):
            intents += _trade(market, chance)
        for intent in intents:
            try:
                events = decide(intent, state, market)
            except Refusal:
                continue
            state, journal = after(state, events), (*journal, *events)
        if state.positions:
            found.append(journal)
    return found


def _trade(market: MarketSnapshot, chance: random.Random) -> Sequence[Intent]:
    symbol = chance.choice(market.tradable)
    side = Side.LONG if chance.random() < 0.75 else Side.SHORT
    leverage = chance.choice((2, 3, 5, 5, 10, 10, 20, 50))
    mark = market.quotes[symbol].mark
    margin = Decimal(chance.choice((50, 100, 200, 400)))
    quantity = market.contracts[symbol].floor_quantity(margin * leverage / mark)
    order = Open(symbol, side, quantity, leverage, chance.choice(tuple(MarginMode)))
    if chance.random() < 0.8:
        return (order,)
    at = market.contracts[symbol].round_price(mark * (1 - side.sign * Decimal("0.04")), up=False)
    stop = Order(symbol, side.opposite, OrderType.STOP_MARKET, None, trigger=at, close_position=True)
    return (order, Place(stop))


async def settle_in(bot: Bot, number: int, chance: random.Random) -> None:
    """Fill the database."""
    market, now = bot.feed.snapshot(), bot.clock.now()
    journals = lives(market, chance)
    for start in range(0, number, GROUP):
        owners = [f"c{each}" for each in range(start, min(start + GROUP, number))]
        made = [
            Account(new_id(), new_id(), accounts.MAIN, MAIN_MARKET, MarginAccount.empty(), now)
            for _ in owners
        ]
        async with bot.store.unit() as unit:
            for owner, account in zip(owners, made, strict=True):
                person = Person(account.person_id, None, "UTC", True, DEFAULT_SIZE, now, True)
                people.create(unit, Identity(Platform.CONSOLE, owner), person)
            for account in made:
                accounts.create(unit, account)
        async with bot.store.unit() as unit:
            for account in made:
                accounts.record(unit, account, chance.choice(journals), now, market.time)


async def chat(bot: Bot, times: list[float], stop: asyncio.Event) -> None:
    """Somebody asks again and again, with a short pause."""
    who, chance = Identity(Platform.CONSOLE, "chatty"), random.Random(1)
    while not stop.is_set():
        said = Said(chance.choice(LINES))
        request = Request(new_id(), who, ChatRef(Platform.CONSOLE, "chatty", private=True), said)
        started = time.perf_counter()
        await bot.router.handle(request)
        times.append(time.perf_counter() - started)
        await asyncio.sleep(0.02)


async def chat_calmly(bot: Bot, times: list[float]) -> None:
    """The same chat while nothing else happens."""
    stop = asyncio.Event()
    talk = asyncio.create_task(chat(bot, times, stop))
    await asyncio.sleep(CALM_SECONDS)
    stop.set()
    await talk
    del times[: len(LINES)]  # the first of each is worded with a cold template


async def during(bot: Bot, times: list[float], feed: ReplayFeed, until: timedelta) -> tuple[int, list[float]]:
    """Play a part of the tape as fast as it can be settled, with chat; ticks and the seconds of each."""
    stop = asyncio.Event()
    talk = asyncio.create_task(chat(bot, times, stop))
    seconds = []
    for snapshot in feed.advance(until):
        started = time.perf_counter()
        await bot.settlement.tick(snapshot)
        seconds.append(time.perf_counter() - started)
        await asyncio.sleep(0)
    stop.set()
    await talk
    return len(seconds), seconds


def percentile(values: Sequence[float], share: float) -> float:
    return sorted(values)[min(len(values) - 1, int(len(values) * share))]


async def run(path: Path, number: int, start: int, hours: int) -> None:
    chance = random.Random(20251010)
    plan = Plan(f"sqlite+aiosqlite:///{path}", "replay", tape="oct-2025", seed=1, watch=True)
    async with build(plan, Telemetry("CRITICAL")) as bot:
        feed = bot.feed
        assert isinstance(feed, ReplayFeed)
        day = feed.clock.now().replace(hour=0, minute=0, second=0) + timedelta(days=1)
        for _ in feed.advance(day + timedelta(hours=start) - feed.clock.now()):
            pass
        began = time.perf_counter()
        await settle_in(bot, number, chance)
        print(f"{number:,} accounts written in {time.perf_counter() - began:.1f} s")
        began = time.perf_counter()
        proposer = bot.settlement.proposer
        assert isinstance(proposer, Watching)
        await proposer.load()
        print(f"loaded into the watch in {time.perf_counter() - began:.1f} s")
        timing = Timing()
        await chat_calmly(bot, timing.calm)
        began = time.perf_counter()
        ticks, seconds = await during(bot, timing.crash, feed, timedelta(hours=hours))
        spent = time.perf_counter() - began
    _report(path, ticks, seconds, spent, timing)


def _report(path: Path, ticks: int, seconds: list[float], spent: float, timing: Timing) -> None:
    with sqlite3.connect(path) as raw:
        of_kind = dict(raw.execute("SELECT kind, count(*) FROM events GROUP BY kind").fetchall())
        (told,) = raw.execute("SELECT count(*) FROM notices WHERE template = 'liquidated'").fetchone()
        (booked,) = raw.execute(
            "SELECT count(*) FROM (SELECT DISTINCT account_id, at FROM events WHERE kind = 'liquidation-started')"
        ).fetchone()
        (balance,) = raw.execute("SELECT sum(amount) FROM postings").fetchone()
    raw.close()
    liquidated = of_kind.get("position-liquidated", 0)
    print(
        f"crash: {ticks} ticks in {spent:.1f} s, {ticks / spent:,.0f} ticks/s; a tick: "
        f"median {statistics.median(seconds) * 1e3:.3f} ms, longest {max(seconds):.2f} s"
    )
    print(
        f"{booked:,} accounts liquidated ({liquidated:,} positions), {booked / sum(seconds):,.0f} bookings/s, "
        f"{told:,} announced, {of_kind.get('funding-paid', 0):,} funding entries; ledger sum {balance}"
    )
    calm, crash = percentile(timing.calm, 0.99), percentile(timing.crash, 0.99)
    print(
        f"chat: p99 calm {calm * 1e3:.1f} ms ({len(timing.calm)} answers), in the crash {crash * 1e3:.1f} ms "
        f"({len(timing.crash)}): {crash / calm:.1f} ×"
    )
    assert told == booked
    assert balance == 0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--accounts", type=int, default=100_000)
    parser.add_argument("--from", dest="start", type=int, default=20, help="hour of 10 October, UTC")
    parser.add_argument("--hours", type=int, default=2)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(run(Path(folder) / "crash.db", given.accounts, given.start, given.hours))


if __name__ == "__main__":
    main()

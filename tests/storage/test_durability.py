"""Many at once, and the end of a process in the middle of it."""

import asyncio
import random
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import asyncpg
import pytest
from sqlalchemy import select

from bot.core.identity import Platform
from bot.storage import (
    DatabaseLocked,
    SerializationFailure,
    Store,
    UnitOfWork,
    VersionConflict,
    accounts,
    conversation,
    journal,
    people,
    retrying,
)
from bot.storage.tables import accounts as account_table
from bot.storage.tables import processed
from engine.events import Deposited
from engine.exchange import decide
from tests.storage.scene import AT, ROOT, identity, learner, market, next_intent, person

TASKS, TRADES, ACCOUNTS = 50, 40, 25
PRICES = market({"BTCUSDT": "50000"})


async def every_account(unit: UnitOfWork) -> list[str]:
    return [row.id for row in await unit.fetch(select(account_table.c.id))]


async def assert_the_books_are_right(store: Store) -> None:
    async with store.unit() as unit:
        assert await journal.ledger_sum(unit) == 0
        for name in await every_account(unit):
            account = await accounts.load(unit, name)
            assert await journal.replayed(unit, name) == account.state
            balances = await journal.balances(unit, name)
            assert sum(balances.values()) == 0
            assert balances["wallet"] == account.state.cross_wallet


async def test_many_tasks_trade_without_an_error(store: Store) -> None:
    names = [(await learner(store, "100000"))[1].id for _ in range(ACCOUNTS)]
    chance = random.Random(7)

    async def trades(task: int, order: list[str]) -> None:
        for number, name in enumerate(order):
            async with store.unit() as unit:
                await unit.lock(f"account:{name}")
                account = await accounts.load(unit, name)
                events = decide(next_intent(account, number), account.state, PRICES)
                accounts.record(unit, account, events, AT)
                conversation.mark(unit, Platform.CONSOLE, f"{task}:{number}", {"ok": True}, AT)

    await asyncio.gather(*(trades(task, chance.choices(names, k=TRADES)) for task in range(TASKS)))
    await assert_the_books_are_right(store)
    async with store.unit() as unit:
        assert len(await unit.fetch(select(processed.c.update_id))) == TASKS * TRADES


async def test_two_processes_never_lose_each_others_trades(shared: tuple[Store, Store]) -> None:
    """The locks of one process do not reach the other: the version guard does; who loses begins anew."""
    _, account = await learner(shared[0])

    async def deposits(store: Store) -> int:
        conflicts = 0
        for _ in range(20):
            while True:
                try:
                    async with store.unit() as unit:
                        await unit.lock(f"account:{account.id}")
                        current = await accounts.load(unit, account.id)
                        accounts.record(unit, current, [Deposited(PRICES.quote("BTCUSDT").mark)], AT)
                    break
                except VersionConflict:
                    conflicts += 1
        return conflicts

    await asyncio.gather(*(deposits(store) for store in shared * 2))
    await assert_the_books_are_right(shared[0])
    async with shared[1].unit() as unit:
        assert (await accounts.load(unit, account.id)).state.version == 1 + 80


def killed_burst(url: str, first: int, seconds: float) -> list[int]:
    """Numbers that a process acknowledged before it was killed."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.storage.burst", url, str(first)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    time.sleep(seconds)
    assert process.poll() is None
    process.kill()
    said, _ = process.communicate()
    return [int(line) for line in said.splitlines(keepends=True) if line.endswith("\n")]


async def test_what_was_acknowledged_survives_a_kill_and_nothing_happens_twice(shared_url: str) -> None:
    acknowledged: list[int] = []
    chance = random.Random(11)
    for first in range(0, 5_000_000, 1_000_000):
        new = await asyncio.to_thread(killed_burst, shared_url, first, chance.uniform(0.1, 0.4))
        assert new
        acknowledged += new
    store = await Store.open(shared_url)
    await assert_the_books_are_right(store)
    async with store.unit() as unit:
        answers = {
            int(row.update_id): row.answer
            for row in await unit.fetch(select(processed.c.update_id, processed.c.answer))
        }
        assert set(acknowledged) <= set(answers)
        assert len(acknowledged) == len(set(acknowledged))
        last: dict[str, int] = {}
        for answer in answers.values():
            last[answer["account"]] = max(answer["version"], last.get(answer["account"], 0))
        for name, version in last.items():  # no trade without its answer, no answer without its trade
            assert (await accounts.load(unit, name)).state.version == version
    await store.close()


async def test_a_cancelled_commit_is_finished_before_its_lock_is_given_up(
    file_url: str, tmp_path: Path
) -> None:
    store = await Store.open(file_url)
    who = identity()
    other = sqlite3.connect(tmp_path / "data" / "marginalia.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")

    async def work() -> None:
        async with store.unit() as unit:
            await unit.lock("person:me")
            people.create(unit, who, person())

    async def find() -> bool:
        async with store.unit() as unit:
            await unit.lock("person:me")
            return await people.find(unit, who) is not None

    task = asyncio.create_task(work())
    await asyncio.sleep(0.05)
    task.cancel()
    found = asyncio.create_task(find())
    await asyncio.sleep(0.05)
    assert not task.done()
    assert not found.done()
    other.execute("ROLLBACK")
    other.close()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert await found
    await store.close()


async def test_a_database_held_by_another_process_is_reported_and_usable_again(
    file_url: str, tmp_path: Path
) -> None:
    store = await Store.open(f"{file_url}?timeout=0.1")
    who = identity()
    other = sqlite3.connect(tmp_path / "data" / "marginalia.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")

    async def work() -> None:
        async with store.unit() as unit:
            people.create(unit, who, person())

    with pytest.raises(DatabaseLocked):
        await work()
    with pytest.raises(DatabaseLocked):
        await Store.open(f"{file_url}?timeout=0.1")
    other.execute("ROLLBACK")
    other.close()
    await work()
    async with store.unit() as unit:
        assert await people.find(unit, who) is not None
    await store.close()


async def test_a_deadlock_is_retried_from_the_start(postgres_url: str) -> None:
    store = await Store.open(postgres_url)
    names = [(await learner(store))[1].id for _ in range(2)]
    rival = await asyncpg.connect(postgres_url.replace("postgresql+asyncpg://", "postgresql://"))
    await rival.execute("SET deadlock_timeout = '20s'")  # the store's transaction is the one to give way
    lock = "UPDATE accounts SET version = version WHERE id = $1"
    await rival.execute("BEGIN")
    await rival.execute(lock, names[1])
    attempts = 0

    async def both() -> None:
        nonlocal attempts
        async for attempt in retrying():
            with attempt:
                attempts += 1
                async with store.unit() as unit:
                    for name in names:
                        account = await accounts.load(unit, name)
                        accounts.record(unit, account, [Deposited(PRICES.quote("BTCUSDT").mark)], AT)

    task = asyncio.create_task(both())
    await asyncio.sleep(0.3)
    await rival.execute(lock, names[0])  # returns once the store's transaction was given up
    await rival.execute("ROLLBACK")
    await rival.close()
    await task
    assert attempts > 1
    await assert_the_books_are_right(store)
    async with store.unit() as unit:
        assert [(await accounts.load(unit, name)).state.version for name in names] == [2, 2]
    await store.close()


async def test_only_a_serialization_failure_is_retried() -> None:
    attempts = 0

    async def work(error: Exception) -> None:
        nonlocal attempts
        async for attempt in retrying(attempts=3):
            with attempt:
                attempts += 1
                raise error

    with pytest.raises(SerializationFailure):
        await work(SerializationFailure(reason="40001"))
    assert attempts == 3
    with pytest.raises(DatabaseLocked):
        await work(DatabaseLocked())
    assert attempts == 4

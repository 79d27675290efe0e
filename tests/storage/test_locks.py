"""Locks of a process: one at a time, in one order, to the end of the unit."""

import asyncio

import pytest

from bot.storage import LockOrder, Store
from bot.storage.locks import rank

pytestmark = pytest.mark.parametrize("url", ["sqlite+aiosqlite://"])


async def test_a_second_unit_waits_for_the_first_to_end(store: Store) -> None:
    seen: list[str] = []

    async def work(name: str) -> None:
        async with store.unit() as unit:
            await unit.lock("account:a")
            seen.append(f"{name} in")
            await asyncio.sleep(0.01)
            seen.append(f"{name} out")

    await asyncio.gather(work("one"), work("two"))
    assert seen == ["one in", "one out", "two in", "two out"]


async def test_other_keys_do_not_wait(store: Store) -> None:
    async with store.unit() as one, store.unit() as two:
        await one.lock("account:a")
        await asyncio.wait_for(two.lock("account:b"), 1)


async def test_a_held_key_can_be_asked_for_again(store: Store) -> None:
    async with store.unit() as unit:
        await unit.lock("account:a", "person:p")
        await asyncio.wait_for(unit.lock("person:p"), 1)
        await asyncio.wait_for(unit.lock("account:a", "account:b"), 1)


async def test_units_that_name_keys_in_any_order_do_not_block_each_other(store: Store) -> None:
    async def work(*keys: str) -> None:
        for _ in range(50):
            async with store.unit() as unit:
                await unit.lock(*keys)
                await asyncio.sleep(0)

    await asyncio.wait_for(asyncio.gather(work("account:a", "account:b"), work("account:b", "account:a")), 5)


async def test_an_earlier_key_after_a_later_one_is_refused(store: Store) -> None:
    async with store.unit() as unit:
        await unit.lock("account:b")
        with pytest.raises(LockOrder):
            await unit.lock("account:a")
        with pytest.raises(LockOrder):
            await unit.lock("person:z")


async def test_persons_come_before_chats_and_accounts(store: Store) -> None:
    keys = ["other:a", "account:a", "chat:z", "person:z"]
    assert sorted(keys, key=rank) == ["person:z", "chat:z", "account:a", "other:a"]
    async with store.unit() as unit:
        for key in reversed(keys):
            await unit.lock(key)


async def test_locks_leave_nothing_behind(store: Store) -> None:
    async def cancel_a_waiting_one_and_fail() -> None:
        async with store.unit() as unit:
            await unit.lock("account:a")
            waiting = asyncio.create_task(_hold(store, "account:a"))
            await asyncio.sleep(0)
            waiting.cancel()
            await asyncio.wait([waiting])
            assert waiting.cancelled()
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await cancel_a_waiting_one_and_fail()
    await asyncio.wait_for(_hold(store, "account:a"), 1)
    assert len(store._locks) == 0


async def _hold(store: Store, key: str) -> None:
    async with store.unit() as unit:
        await unit.lock(key)

"""The notifier: at least once, in order, however the fronts behave."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from bot.content.catalogue import load_languages
from bot.core.identity import Identity, Platform
from bot.core.sender import RetryLater, Unreachable
from bot.market import FixedFeed
from bot.services.notifier import CLAIM, FIRST_PAUSE, MOST_ATTEMPTS, Notifier
from bot.storage import outbox
from bot.telemetry import Telemetry
from tests.harness import Postbox, Talk, talking, text


@asynccontextmanager
async def liquidated(*, who: tuple[str, ...] = ("me",), **more: object) -> AsyncIterator[Talk]:
    """A talk in which somebody was liquidated and nobody told yet."""
    async with talking(wallet=1000, **more) as talk:  # type: ignore[arg-type]
        for each in who:
            await talk.dialogue("/open btc long 10x isolated 500", "!press Confirm", who=each)
        feed = talk.bot.feed
        assert isinstance(feed, FixedFeed)
        await talk.bot.settlement.tick(feed.set_price("BTCUSDT", Decimal(45_000)))
        yield talk


class Noted(Telemetry):
    """Telemetry that tells of the first incident."""

    def __init__(self, happened: asyncio.Event) -> None:
        super().__init__()
        self.happened = happened

    def incident(self, fault: BaseException) -> str:
        self.happened.set()
        return super().incident(fault)


def told(talk: Talk) -> list[str]:
    return [to.user for to, _ in talk.postbox.delivered]


async def test_what_is_due_is_delivered_once() -> None:
    async with liquidated() as talk:
        assert await talk.bot.notifier.flush() == 1
        assert await talk.bot.notifier.flush() == 0
        assert told(talk) == ["me"]
        talk.later(days=1)
        assert await talk.bot.notifier.flush() == 0


async def test_a_notice_survives_a_crash_between_commit_and_delivery(tmp_path: Path) -> None:
    database = f"sqlite+aiosqlite:///{tmp_path / 'kept.db'}"
    async with liquidated(database=database):
        pass  # the process ends here: the liquidation is kept, its notice was never tried
    async with talking(database=database, wallet=1000) as talk:
        await talk.bot.control.flush()
        assert told(talk) == ["me"]
        assert "Your wallet now: 500.00 USDT" in text(talk.postbox.delivered[0][1])


async def test_a_notice_survives_a_crash_after_it_was_claimed() -> None:
    async with liquidated() as talk:
        async with talk.bot.store.unit() as unit:
            (delivery,) = await outbox.due(unit, talk.bot.clock.now())
            outbox.claim(unit, delivery, talk.bot.clock.now() + CLAIM)
        assert await talk.bot.notifier.flush() == 0, "somebody is at it"
        talk.later(seconds=CLAIM.total_seconds() + 1)
        assert await talk.bot.notifier.flush() == 1
        assert told(talk) == ["me"]


async def test_two_notifiers_deliver_once(tmp_path: Path) -> None:
    async with liquidated(
        who=("a", "b", "c", "d"), database=f"sqlite+aiosqlite:///{tmp_path / 'kept.db'}"
    ) as talk:
        bot = talk.bot
        second = Notifier(bot.store, bot.wording, bot.clock, bot.telemetry)
        second.serve_through((talk.postbox,))
        await asyncio.gather(bot.notifier.flush(), second.flush(), bot.notifier.flush())
        assert sorted(told(talk)) == ["a", "b", "c", "d"]


async def test_who_is_unreachable_is_left_alone_until_heard_from() -> None:
    async with liquidated() as talk:
        talk.postbox.refusals = [Unreachable()]
        await talk.bot.notifier.flush()
        talk.later(days=2)
        assert await talk.bot.notifier.flush() == 0
        await talk.price("btc", 50_000)
        again = ("/open btc long 10x isolated 100usdt", "!press Confirm")
        await talk.dialogue(*again)
        await talk.price("btc", 45_000)
        assert len(talk.postbox.delivered) == 1, "who writes again is told again"


async def test_who_stays_silent_gets_no_further_notice() -> None:
    async with talking() as talk:
        await talk.dialogue("/open btc long 10x isolated 500", "!press Confirm")
        await talk.dialogue("/open eth long 10x isolated 500usdt", "!press Confirm")
        talk.postbox.refusals = [Unreachable()]
        await talk.price("btc", 45_000)
        await talk.price("eth", 2_000)
        assert len((await talk.account()).positions) == 0
        assert told(talk) == []
        assert "liquidated" in text(await talk.say("/history")), "the history tells what was missed"


async def test_a_platform_that_asks_to_wait_is_waited_for() -> None:
    async with liquidated() as talk:
        talk.postbox.refusals = [RetryLater(40)]
        await talk.bot.notifier.flush()
        talk.later(seconds=39)
        assert await talk.bot.notifier.flush() == 0
        talk.later(seconds=2)
        assert await talk.bot.notifier.flush() == 1
        assert told(talk) == ["me"]


async def test_a_front_that_fails_is_tried_ever_more_rarely_and_given_up() -> None:
    async with liquidated() as talk:
        talk.postbox.refusals = [RuntimeError("down") for _ in range(100)]
        pauses = []
        waited = timedelta(0)
        for _ in range(400_000):
            if await talk.bot.notifier.flush():
                pauses.append(waited)
                waited = timedelta(0)
                if len(pauses) == MOST_ATTEMPTS:
                    break
            step = max(FIRST_PAUSE, waited / 4)
            talk.later(seconds=step.total_seconds())
            waited += step
        assert len(pauses) == MOST_ATTEMPTS
        assert pauses[1:6] == sorted(pauses[1:6])
        assert max(pauses) <= timedelta(hours=1, minutes=20)
        talk.later(days=30)
        assert await talk.bot.notifier.flush() == 0
        assert b'kind="RuntimeError"' in talk.bot.telemetry.exposition()


async def test_one_failing_delivery_does_not_stop_the_others() -> None:
    async with liquidated(who=("a", "b", "c")) as talk:
        talk.postbox.refusals = [RuntimeError("down")]
        assert await talk.bot.notifier.flush() == 3
        assert len(told(talk)) == 2
        talk.later(minutes=1)
        await talk.bot.notifier.flush()
        assert sorted(told(talk)) == ["a", "b", "c"]


async def test_a_notice_with_the_same_key_is_dropped() -> None:
    async with liquidated() as talk:
        person = (await talk.main()).person_id
        for number in range(2):
            async with talk.bot.store.unit() as unit:
                now = talk.bot.clock.now()
                outbox.post(unit, outbox.Notice(f"n{number}", person, "preview_gone", {}, now, "same key"))
        assert await talk.bot.notifier.flush() == 2, "the liquidation and one of the two"


async def test_what_is_for_a_front_that_is_not_here_waits() -> None:
    async with liquidated() as talk:
        talk.bot.notifier.serve_through((Postbox(Platform.DISCORD),))
        assert await talk.bot.notifier.flush() == 0
        talk.bot.notifier.serve_through((talk.postbox,))
        assert await talk.bot.notifier.flush() == 1


@pytest.mark.skipif("es" not in load_languages(), reason="there is no Spanish catalogue")
async def test_a_notice_is_worded_at_delivery_in_the_readers_language_and_zone() -> None:
    async with liquidated() as talk:
        await talk.say("/settings es Asia/Tokyo")
        await talk.bot.notifier.flush()
        ((to, reply),) = talk.postbox.delivered
        assert to == Identity(Platform.CONSOLE, "me")
        assert reply.language == "es"
        assert " UTC)" in text(reply)


async def test_a_woken_notifier_delivers_at_once_and_a_locked_database_does_not_end_it(
    tmp_path: Path,
) -> None:
    path = tmp_path / "kept.db"
    async with liquidated(database=f"sqlite+aiosqlite:///{path}?timeout=0.05") as talk:
        other = sqlite3.connect(path, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        broken = asyncio.Event()
        telemetry = Noted(broken)
        notifier = Notifier(talk.bot.store, talk.bot.wording, talk.bot.clock, telemetry)
        notifier.serve_through((talk.postbox,))
        running = asyncio.create_task(notifier.run())
        try:
            async with asyncio.timeout(10):
                await broken.wait()
                other.execute("ROLLBACK")
                notifier.wake()
                await talk.postbox.arrived.wait()
        finally:
            other.close()
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)
        assert told(talk) == ["me"]

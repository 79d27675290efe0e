"""Rates of notices: ahead of what a platform would refuse, in order for everybody, and fair."""

import asyncio
import time
from contextlib import suppress
from datetime import timedelta
from itertools import pairwise
from typing import Any

from sqlalchemy import select

from bot.adapters.telegram import TelegramFront
from bot.core.identity import Identity, Platform
from bot.core.reply import Reply
from bot.core.sender import RetryLater
from bot.services.notifier import CLAIM, IN_A_ROW, Notifier
from bot.services.pacing import PACES, Pace, Pacer
from bot.storage import outbox, people, tables
from bot.telemetry import Telemetry
from tests.fakes.small_bot import SmallBot, small_router
from tests.fakes.telegram_server import TelegramServer
from tests.fakes.turns import MemoryTurns
from tests.harness import Postbox, Talk, talking


class Hours:
    """A clock that sleeping moves."""

    def __init__(self) -> None:
        self.at = 0.0

    def now(self) -> float:
        return self.at

    async def sleep(self, seconds: float) -> None:
        self.at += seconds


def to(number: int, platform: Platform = Platform.TELEGRAM) -> Identity:
    return Identity(platform, str(number))


def test_the_paces_are_ahead_of_the_platforms() -> None:
    assert 1 / PACES[Platform.TELEGRAM].each < 30
    assert PACES[Platform.TELEGRAM].same > 1
    assert 1 / PACES[Platform.DISCORD].each * 2 <= 50
    assert 5 / PACES[Platform.DISCORD].same < 5
    assert Platform.CONSOLE not in PACES


async def test_no_second_sees_more_than_the_pace_and_nobody_more_than_one_in_their_time() -> None:
    hours = Hours()
    pacer = Pacer({Platform.TELEGRAM: Pace(0.04, 1.05)}, hours.now, hours.sleep)
    turns: list[tuple[float, int]] = []
    for number in range(300):
        who = number % 40
        await pacer.rest(to(who))
        await pacer.turn(to(who))
        turns.append((hours.at, who))
    times = [at for at, _ in turns]
    assert min(later - earlier for earlier, later in pairwise(times)) >= 0.0399
    for who in range(40):
        own = [at for at, each in turns if each == who]
        assert min(later - earlier for earlier, later in pairwise(own)) >= 1.0499
    assert times[-1] <= 299 * 0.04 + 1.1, "and it is not slower than that"


async def test_a_platform_without_a_pace_waits_for_nothing() -> None:
    hours = Hours()
    pacer = Pacer(PACES, hours.now, hours.sleep)
    for _ in range(1_000):
        await pacer.rest(to(1, Platform.CONSOLE))
        await pacer.turn(to(1, Platform.CONSOLE))
    assert hours.at == 0.0


async def post(talk: Talk, who: list[Identity], each: int, template: str = "preview_gone") -> None:
    """So many notices to each of these, the first ones of all first."""
    now = talk.bot.clock.now()
    async with talk.bot.store.unit() as unit:
        for number in range(each):
            for place, identity in enumerate(who):
                person = await people.find(unit, identity)
                assert person is not None
                at = now - timedelta(seconds=1) + timedelta(microseconds=number * len(who) + place)
                key = f"{identity.user}:{number}"
                outbox.post(
                    unit, outbox.Notice(f"{number:03}{identity.user}", person.id, template, {}, at, key)
                )


async def test_two_hundred_notices_never_come_faster_than_the_pace() -> None:
    """A real front and a strict server; the pace is four times the real one, so that the test is short."""
    pace = Pace(0.01, 0.27)
    async with TelegramServer(validate=False) as server, talking() as talk:
        folk = [server.person(f"P{number}") for number in range(20)]
        who = [Identity(Platform.TELEGRAM, str(each.id)) for each in folk]
        for each, identity in zip(folk, who, strict=True):
            server.say(each, "/start")
            await talk.say("/start", identity.user, platform=Platform.TELEGRAM)
        telemetry = Telemetry()
        front = TelegramFront(
            server.token,
            small_router(SmallBot(), MemoryTurns(), telemetry),
            telemetry,
            base_url=server.base_url,
            base_file_url=server.base_file_url,
        )
        serving = asyncio.create_task(front.serve())
        try:
            await server.settled()
            await server.until(lambda: server.count == len(folk))
            before, times = len(server.asked("sendMessage")), list[tuple[float, int]]()
            await post(talk, who, 10)
            bot = talk.bot
            notifier = Notifier(
                bot.store, bot.wording, bot.clock, bot.telemetry, Pacer({Platform.TELEGRAM: pace})
            )
            notifier.serve_through((Timed(front, times),))
            started = time.monotonic()
            while await notifier.flush():
                pass
            took = time.monotonic() - started
        finally:
            serving.cancel()
            with suppress(asyncio.CancelledError):
                await serving
        sent = server.asked("sendMessage")[before:]
        assert len(sent) == len(times) == 200
        assert not any(each.status == 429 for each in server.requests)
        at = sorted(each for each, _ in times)
        for first in range(len(at)):
            within = sum(at[first] <= each < at[first] + 0.25 for each in at)
            assert within <= 30, "as many a quarter of a second as Telegram takes in a whole one"
        for each in folk:
            own = [when for when, chat in times if chat == each.id]
            assert min(later - earlier for earlier, later in pairwise(own)) >= 0.25
        assert took < 6


class Timed:
    """A front that notes when what is sent to whom."""

    platform = Platform.TELEGRAM

    def __init__(self, front: TelegramFront, times: list[tuple[float, int]]) -> None:
        self._front = front
        self._times = times

    async def send(self, to: Identity, reply: Reply) -> None:
        self._times.append((time.monotonic(), int(to.user)))
        await self._front.send(to, reply)


# The notifier


class Slow(Postbox):
    """Takes a while for every message; notes how many are on their way at once, and what arrives in which order."""

    def __init__(self, seconds: float) -> None:
        super().__init__()
        self.seconds = seconds
        self.now = self.most = 0

    async def send(self, to: Identity, reply: Reply) -> None:
        self.now += 1
        self.most = max(self.most, self.now)
        try:
            await asyncio.sleep(self.seconds)
            await super().send(to, reply)
        finally:
            self.now -= 1


async def crowd(talk: Talk, count: int) -> list[Identity]:
    for number in range(count):
        await talk.say("/price btc", f"p{number}")
    return [Identity(Platform.CONSOLE, f"p{number}") for number in range(count)]


async def test_several_are_on_their_way_at_once_but_one_after_the_other_to_each() -> None:
    async with talking() as talk:
        who = await crowd(talk, 12)
        await post(talk, who, 3)
        slow = Slow(0.02)
        talk.bot.notifier.serve_through((slow,))
        async with asyncio.timeout(10):
            while await talk.bot.notifier.flush():
                pass
        assert len(slow.delivered) == 36
        assert slow.most == 8


async def told(talk: Talk) -> list[tuple[str, str]]:
    """Person and key of what was delivered, in the order of its delivery."""
    async with talk.bot.store.unit() as unit:
        rows = await unit.fetch(
            select(tables.deliveries.c.user, tables.notices.c.key)
            .join(tables.notices, tables.notices.c.id == tables.deliveries.c.notice_id)
            .where(tables.deliveries.c.delivered_at.is_not(None))
            .order_by(tables.deliveries.c.delivered_at, tables.notices.c.at)
        )
    return [(row.user, row.key) for row in rows]


class Ticking:
    """A clock of which no two moments are the same."""

    def __init__(self, talk: Talk) -> None:
        self.talk = talk

    def now(self) -> Any:
        self.talk.later(seconds=0.000001)
        return self.talk.bot.clock.now()


async def test_the_order_to_one_person_is_kept_when_the_platform_asks_to_wait() -> None:
    async with talking() as talk:
        who = await crowd(talk, 1)
        await post(talk, who, 6)
        bot = talk.bot
        notifier = Notifier(bot.store, bot.wording, Ticking(talk), bot.telemetry)
        notifier.serve_through((talk.postbox,))
        talk.postbox.refusals = [RetryLater(30)]
        assert await notifier.flush() == 6
        assert talk.postbox.delivered == []
        assert await notifier.flush() == 0, "what comes after it waits too"
        talk.later(seconds=31)
        while await notifier.flush():
            pass
        assert [key for _, key in await told(talk)] == [f"p0:{number}" for number in range(6)]


async def test_who_gets_many_does_not_keep_the_others_waiting() -> None:
    async with talking() as talk:
        many, *others = await crowd(talk, 4)
        await post(talk, [many], 20)
        await post(talk, others, 1)
        await talk.bot.notifier.flush()
        reached = [each.user for each, _ in talk.postbox.delivered]
        assert reached.count("p0") == IN_A_ROW
        assert {"p1", "p2", "p3"} <= set(reached)
        await talk.bot.control.flush()
        assert len(talk.postbox.delivered) == 23


class Crashing(Postbox):
    """The process ends right after a message has left."""

    async def send(self, to: Identity, reply: Reply) -> None:
        await super().send(to, reply)
        raise asyncio.CancelledError


async def test_a_crash_between_sending_and_marking_sends_once_more_and_no_more() -> None:
    async with talking() as talk:
        await post(talk, await crowd(talk, 1), 1)
        crashing = Crashing()
        talk.bot.notifier.serve_through((crashing,))
        with suppress(asyncio.CancelledError):
            await talk.bot.notifier.flush()
        assert len(crashing.delivered) == 1
        talk.bot.notifier.serve_through((talk.postbox,))
        assert await talk.bot.notifier.flush() == 0, "it is claimed"
        for _ in range(3):
            talk.later(seconds=CLAIM.total_seconds() + 1)
            await talk.bot.notifier.flush()
        assert len(talk.postbox.delivered) == 1


async def test_a_silent_notice_is_a_silent_reply() -> None:
    async with talking() as talk:
        (who,) = await crowd(talk, 1)
        now = talk.bot.clock.now()
        async with talk.bot.store.unit() as unit:
            person = await people.find(unit, who)
            assert person is not None
            for silent in (True, False):
                notice = outbox.Notice(str(silent), person.id, "preview_gone", {}, now, str(silent), silent)
                outbox.post(unit, notice)
        await talk.bot.control.flush()
        assert sorted(reply.silent for _, reply in talk.postbox.delivered) == [False, True]

"""A quiz night and a quiz poll of the whole bot, over the wire: presses, alerts, limits, a restart in the middle."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.adapters.telegram import TelegramFront
from bot.adapters.telegram.backoff import Backoff
from bot.bootstrap import Bot, Plan, build
from bot.core.identity import Identity, Platform
from bot.services.groups.chat_life import ChatLife
from bot.services.living import Tempo
from bot.services.school.night import Night
from bot.services.school.night_clock import NightClock
from bot.services.school.posting import Posting
from bot.storage import UnitOfWork, people, quiz_nights, reviews
from bot.telemetry import Telemetry
from tests.fakes.nights import with_nights
from tests.fakes.telegram_objects import Group, Person, Shown
from tests.fakes.telegram_server import TelegramServer
from tests.harness import PRICES, spoken

pytestmark = pytest.mark.timeout(60)
AT_ONCE = {Platform.TELEGRAM: Tempo(step=0.0, count=None, most=10**6)}


class Whole:
    """A running bot on the fake server."""

    def __init__(self, bot: Bot, clock: NightClock, server: TelegramServer, room: Group) -> None:
        self.bot = bot
        self.clock = clock
        self.server = server
        self.room = room

    async def later(self, seconds: float) -> Shown:
        """Let time pass; the living message as the room sees it."""
        clock: Any = self.bot.clock
        clock.advance(timedelta(seconds=seconds))
        await self.clock.drain()
        return self.card

    @property
    def card(self) -> Shown:
        return self.server.shown(self.room)[-1]

    async def press(self, who: Person, label: str, on: Shown | None = None) -> str | None:
        """A press; what the presser alone is shown."""
        return (await self.server.answered(self.server.press(who, on or self.card, label))).text

    async def right(self) -> int:
        async with self.bot.store.unit() as unit:
            question = Night.of((await quiz_nights.running(unit))[0]).question
        assert question is not None
        return question.right + 1


@asynccontextmanager
async def running(server: TelegramServer, room: Group, database: str) -> AsyncIterator[Whole]:
    """The whole bot; with the same database it is the bot after a restart."""
    async with build(Plan(database, "fixed", PRICES), Telemetry(), spoken()) as bot:
        posting = Posting()
        router, clock = with_nights(bot, posting, tempos=AT_ONCE)
        front = TelegramFront(
            server.token,
            router,
            bot.telemetry,
            base_url=server.base_url,
            base_file_url=server.base_file_url,
            backoff=Backoff(0.01, 0.05),
            chats=ChatLife(bot.store, bot.clock),
        )
        posting.serve_through((front,))
        before = len(server.asked("deleteWebhook"))
        task = asyncio.create_task(front.serve())
        try:
            await server.until(lambda: len(server.asked("deleteWebhook")) > before)
            yield Whole(bot, clock, server, room)
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task


async def test_a_quiz_night_with_a_restart_in_the_middle(server: TelegramServer, tmp_path: Path) -> None:
    room, database = server.group("Room"), f"sqlite+aiosqlite:///{tmp_path / 'bot.db'}"
    ann, ben, eve = (server.person(each) for each in ("Ann", "Ben", "Eve"))
    server.owners.add((room.id, eve.id))
    async with running(server, room, database) as whole:
        server.say(ann, "/quiznight@marginalia_test_bot 2 20s", room)
        await server.settled()
        lobby = await whole.later(0)
        assert lobby.text.startswith("Quiz night")
        assert await whole.press(ben, "Join") == "You are in."
        assert await whole.press(ben, "Start now") == "Only the host or an admin of this chat can do that."
        assert await whole.press(eve, "Start now") is None
        question = await whole.later(1)
        assert question.text.startswith("Question 1 of 2")
        assert question.id == lobby.id
        right = await whole.right()
        assert (await whole.press(ben, str(right)) or "").startswith(f"Your answer: {right}.")
    async with running(server, room, database) as whole:
        await whole.later(25)
        assert (await whole.press(ben, str(right), question) or "").startswith(f"You answered {right} before")
        revealed = await whole.later(16)
        assert revealed.text.startswith("Answer 1 of 2")
        assert "1. Ben" in revealed.text
        assert "1 of 1 right" in (await whole.press(ben, "My result") or "")
        assert await whole.press(ann, "Stop") is None
        over = await whole.later(1)
        assert over.text.startswith("Quiz night · ended early")
    assert {each.id for each in server.shown(room)} == {lobby.id}
    unchanged = [each.description for each in server.refused if "not modified" not in each.description]
    assert unchanged == []


async def test_a_hundred_names_of_any_length_fit_the_scoreboard(
    server: TelegramServer, tmp_path: Path
) -> None:
    room, database = server.group("Room"), f"sqlite+aiosqlite:///{tmp_path / 'bot.db'}"
    async with running(server, room, database) as whole:
        crowd = [server.person(f"🎲<&> {number} " + "x" * 30) for number in range(100)]
        server.say(crowd[0], "/quiznight 1 300s", room)
        await server.settled()
        await whole.later(0)
        await asyncio.gather(*(whole.press(each, "Join", whole.card) for each in crowd[1:]))
        lobby = await whole.later(61)
        assert lobby.text.startswith("Question 1")
        await asyncio.gather(*(whole.press(each, "1", lobby) for each in crowd))
        assert (await whole.later(301)).text.startswith("Answer 1")
        over = await whole.later(16)
        assert over.text.startswith("Quiz night · the result")
        assert "And 70 more players" in over.text
        assert (await whole.press(crowd[50], "My result") or "").startswith("Place ")
    assert len({each.id for each in server.shown(room)}) == 1
    assert server.refused == []


async def reviewed(bot: Bot, who: Person) -> list[bool]:
    """Somebody's answers, right or wrong."""
    async with bot.store.unit() as unit:
        return await _reviewed(unit, who)


async def _reviewed(unit: UnitOfWork, who: Person) -> list[bool]:
    person = await people.find(unit, Identity(Platform.TELEGRAM, str(who.id)))
    return [] if person is None else [each.right for each in await reviews.of_person(unit, person.id)]


async def test_a_poll_of_the_whole_bot_is_graded_after_a_restart(
    server: TelegramServer, tmp_path: Path
) -> None:
    room, database = server.group("Room"), f"sqlite+aiosqlite:///{tmp_path / 'bot.db'}"
    ann, ben = server.person("Ann"), server.person("Ben")
    async with running(server, room, database):
        poll = await _polled(server, ann, room)
        await server.settled()
    assert poll.poll is not None
    right = poll.poll["correct_option_ids"][0]
    server.vote(ann, poll, right)
    server.vote(ben, poll, (right + 1) % len(poll.poll["options"]))
    server.vote(ben, poll, right)  # as no client would let him
    async with running(server, room, database) as whole:
        await server.settled()
        assert await reviewed(whole.bot, ann) == [True]
        assert await reviewed(whole.bot, ben) == [False]


async def test_a_vote_in_a_poll_that_nobody_knows_is_told_so(server: TelegramServer, tmp_path: Path) -> None:
    room, database = server.group("Room"), f"sqlite+aiosqlite:///{tmp_path / 'bot.db'}"
    ann = server.person("Ann")
    async with running(server, room, database) as whole:
        server.say(ann, "/start")
        await server.message(ann)
        poll = await _polled(server, ann, room)
        server.vote(ann, poll, 0, poll="5099999999")
        told = await server.message(ann)
        assert told.text
        assert await reviewed(whole.bot, ann) == []


async def _polled(server: TelegramServer, who: Person, room: Group) -> Shown:
    """The first question of the group that fits a poll."""
    for _ in range(30):
        server.say(who, "/quiz", room)
        asked = await server.message(room)
        if asked.poll is not None:
            return asked
    raise AssertionError("no question fits a poll")

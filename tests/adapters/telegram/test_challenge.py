"""A challenge of the whole bot over the wire: asked for by buttons, joined by a press, entered by a link, ended."""

import asyncio
from contextlib import suppress
from datetime import timedelta
from typing import Any

import pytest

from bot.adapters.telegram import TelegramFront
from bot.adapters.telegram.backoff import Backoff
from bot.bootstrap import Plan, build
from bot.telemetry import Telemetry
from tests.fakes.telegram_server import TelegramServer
from tests.harness import IN_MEMORY, PRICES, START, spoken

pytestmark = pytest.mark.timeout(60)


async def test_a_challenge_of_a_group(server: TelegramServer) -> None:
    ann, bob, room = server.person("Ann"), server.person("Bob"), server.group("Lounge")
    async with build(Plan(IN_MEMORY, "fixed", PRICES, start=START), Telemetry(), spoken()) as bot:
        front = TelegramFront(
            server.token,
            bot.router,
            bot.telemetry,
            base_url=server.base_url,
            base_file_url=server.base_file_url,
            backoff=Backoff(0.01, 0.05),
        )
        bot.quiz_nights.posting.serve_through((front,))
        bot.notifier.serve_through((front,))
        task = asyncio.create_task(front.serve())
        clock: Any = bot.clock
        try:
            await server.until(lambda: len(server.asked("deleteWebhook")) > 0)
            server.say(ann, "/challenge create", room)
            for label in ("A tape, all together", "2 hours", "10000 USDT", "20×", "5 minutes", "Begin"):
                await server.settled()
                question = server.shown(room)[-1]
                await server.answered(server.press(ann, question, label))
            await server.settled()
            assert len({each.id for each in server.shown(room)}) == 1, "one message for all questions"
            await bot.control.flush()
            card = server.shown(room)[-1]
            assert "1 member" in card.text
            told = await server.answered(server.press(bob, card, "Join"))
            assert told.text is not None
            assert told.text.startswith("You are in, with an account for it alone.")
            entered = await server.answered(server.press(bob, card, "My account"))
            assert entered.url is not None
            server.follow(bob, entered.url)
            await server.settled()
            assert "You are in. Orders are taken from the start." in server.shown(bob)[-1].text
            server.say(bob, "/portfolio")
            await server.settled()
            assert "CHALLENGE ACCOUNT" in server.shown(bob)[-1].text
            clock.advance(timedelta(hours=3))
            await bot.control.flush()
            await server.settled()
            shown = [each.text for each in server.shown(room)]
            assert "Debrief for all" in shown[-1]
            assert "It has ended." in shown[-2]
            assert "It has ended." in server.shown(bob)[-1].text
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task

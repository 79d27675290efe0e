"""Three real fronts over one bot in this process; a conversation is spoken the same way through each of them."""

import asyncio
import io
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any, Protocol

from bot.adapters.console import ConsoleFront
from bot.adapters.discord import DiscordFront
from bot.adapters.telegram import TelegramFront
from bot.bootstrap import Bot, Plan, build
from bot.core.sender import Front
from bot.telemetry import Telemetry
from tests.e2e.books import url_of
from tests.fakes.discord_acts import Shown as DiscordShown
from tests.fakes.discord_payloads import Person as DiscordPerson
from tests.fakes.discord_server import DiscordServer
from tests.fakes.telegram_objects import Person as TelegramPerson
from tests.fakes.telegram_objects import Shown as TelegramShown
from tests.fakes.telegram_server import TelegramServer

PRICES = {"BTCUSDT": Decimal(50_000)}


class Speaker(Protocol):
    """One person on one platform; each method gives what that person can read then."""

    async def say(self, command: str, **options: str) -> str: ...

    async def press(self, label: str) -> str: ...

    async def notice(self) -> str: ...


class AtTheTerminal:
    """Somebody at the terminal; `objects` are the messages as `--json` prints them, but for post-mortems."""

    def __init__(self, bot: Bot, language: str) -> None:
        self.out = io.StringIO()
        self.objects: list[dict[str, Any]] = []
        self.front = ConsoleFront(
            bot.router,
            bot.control,
            me="me",
            json=True,
            stdin=io.StringIO(),
            stdout=self.out,
            interactive=False,
            language=language,
            telemetry=bot.telemetry,
        )

    def latest(self) -> str:
        every = [json.loads(line) for line in self.out.getvalue().splitlines()]
        self.objects = [each for each in every if each["template"] != "postmortem"]
        return str(self.objects[-1]["text"])

    async def say(self, command: str, **options: str) -> str:
        await self.front.take(f"/{command} {' '.join(options.values())}")
        return self.latest()

    async def press(self, label: str) -> str:
        await self.front.take(f"!press {label}")
        return self.latest()

    async def notice(self) -> str:
        return self.latest()


class OnTelegram:
    """Somebody in a private chat on Telegram."""

    def __init__(self, server: TelegramServer, language: str) -> None:
        self.server = server
        self.me: TelegramPerson = server.person("Ann", language)
        self.card: TelegramShown | None = None

    async def notice(self) -> str:
        self.card = await self.server.message(self.me)
        return self.card.text

    async def say(self, command: str, **options: str) -> str:
        self.server.say(self.me, f"/{command} {' '.join(options.values())}")
        return await self.notice()

    async def press(self, label: str) -> str:
        assert self.card is not None
        self.server.press(self.me, self.card, label)
        return await self.notice()


class OnDiscord:
    """Somebody in a direct chat on Discord."""

    def __init__(self, server: DiscordServer, language: str) -> None:
        self.server = server
        self.me = DiscordPerson("Dana", {"en": "en-US", "es": "es-ES"}[language])
        self.card: DiscordShown | None = None
        self.read: set[int] = set()

    async def say(self, command: str, **options: str) -> str:
        act = await self.server.slash(self.me, command, None, wait=True, **options)
        (self.card,) = act.shown
        return self.seen()

    async def press(self, label: str) -> str:
        assert self.card is not None
        await self.server.press(self.me, label, self.card)
        return self.seen()

    async def notice(self) -> str:
        chat = self.server.chat(self.me).id
        await self.server.until(lambda: any(each.id not in self.read for each in self.server.sent_to(chat)))
        (self.card,) = (each for each in self.server.sent_to(chat) if each.id not in self.read)
        return self.seen()

    def seen(self) -> str:
        assert self.card is not None
        self.read.add(self.card.id)
        return self.card.text


@dataclass(frozen=True, slots=True)
class World:
    """The bot and the servers that it talks to."""

    bot: Bot
    fronts: tuple[Front, ...]


@asynccontextmanager
async def running(
    database: Path, telegram: TelegramServer, discord: DiscordServer, *, wallet: int = 1000
) -> AsyncIterator[World]:
    """A bot on a fixed market with its Telegram and Discord fronts; run again with the same database, it was restarted."""
    telemetry = Telemetry()
    plan = Plan(url_of(database), "fixed", PRICES, balance=Decimal(wallet))
    async with build(plan, telemetry) as bot:
        fronts = (
            TelegramFront(
                telegram.token,
                bot.router,
                telemetry,
                base_url=telegram.base_url,
                base_file_url=telegram.base_file_url,
            ),
            DiscordFront(
                discord.token,
                bot.router,
                telemetry,
                api_base=discord.api_base,
                gateway_url=discord.gateway_url,
            ),
        )
        starts = len(telegram.asked("deleteWebhook"))
        tasks = [asyncio.create_task(each.serve()) for each in fronts]
        bot.notifier.serve_through(fronts)
        try:
            await discord.until(lambda: discord.gateway.connected, 20)
            await telegram.until(lambda: len(telegram.asked("deleteWebhook")) > starts, 20)
            yield World(bot, fronts)
        finally:
            for each in tasks:
                each.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            await discord.until(lambda: not discord.gateway.connected, 20)

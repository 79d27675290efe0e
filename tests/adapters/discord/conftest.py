"""What the Discord tests share."""

from collections.abc import AsyncIterator

import pytest

from tests.fakes.discord_payloads import Person, Place, snowflake
from tests.fakes.discord_run import DiscordBot, serving
from tests.fakes.discord_server import DiscordServer


@pytest.fixture
def bot() -> DiscordBot:
    return DiscordBot()


@pytest.fixture
def dana() -> Person:
    return Person("Dana")


@pytest.fixture
def eve() -> Person:
    return Person("Eve")


@pytest.fixture
def room() -> Place:
    return Place(guild=snowflake())


@pytest.fixture
async def server() -> AsyncIterator[DiscordServer]:
    async with DiscordServer() as running:
        yield running


@pytest.fixture
async def discord_bot(server: DiscordServer, bot: DiscordBot) -> AsyncIterator[DiscordBot]:
    """The bot, connected and with its gate open."""
    bot.gate.set()
    async with serving(server, bot):
        yield bot

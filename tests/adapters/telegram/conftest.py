import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from typing import Any

import pytest

from bot.adapters.telegram import TelegramFront
from bot.adapters.telegram.backoff import Backoff
from bot.telemetry import Telemetry
from tests.fakes.small_bot import SmallBot, small_router
from tests.fakes.telegram_server import TelegramServer
from tests.fakes.turns import MemoryTurns

Run = Callable[..., AbstractAsyncContextManager[TelegramFront]]


@pytest.fixture
async def server() -> AsyncIterator[TelegramServer]:
    async with TelegramServer() as made:
        yield made


@pytest.fixture
def bot() -> SmallBot:
    return SmallBot()


@pytest.fixture
def turns() -> MemoryTurns:
    return MemoryTurns(lambda wanted: "es" if wanted == "es" else "en")


@pytest.fixture
def run(server: TelegramServer, bot: SmallBot, turns: MemoryTurns) -> Run:
    """Runs a front on the server; run again with the same fixtures, it is the bot after a restart."""

    @asynccontextmanager
    async def running(**options: Any) -> AsyncIterator[TelegramFront]:
        telemetry = Telemetry()
        front = TelegramFront(
            server.token,
            small_router(bot, turns, telemetry),
            telemetry,
            base_url=server.base_url,
            base_file_url=server.base_file_url,
            backoff=Backoff(0.01, 0.05),
            **options,
        )
        task = asyncio.create_task(front.serve())
        try:
            await server.until(lambda: any(each.method == "getMe" for each in server.requests))
            yield front
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task

    return running


@pytest.fixture
async def front(run: Run, server: TelegramServer) -> AsyncIterator[TelegramFront]:
    """A running front that is refused nothing."""
    async with run() as made:
        yield made
        assert server.refused == []

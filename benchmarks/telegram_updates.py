"""Updates a second of the Telegram front, against a bare echo on python-telegram-bot, on the same server.

A strict server in a process of its own holds the updates of fifty people; the clock runs from the first poll to the
last answer. The rivals echo the text and do nothing else; ours go through router, turn, wording and rendering.

    python -m benchmarks.telegram_updates [--rounds 5] [--updates 500]
"""

import argparse
import asyncio
import logging
import multiprocessing
import statistics
import tempfile
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from decimal import Decimal
from multiprocessing.connection import Connection
from pathlib import Path
from time import perf_counter, process_time
from typing import Any

from telegram import Update
from telegram.ext import Application, ContextTypes, MessageHandler, filters

from bot.adapters.telegram import TelegramFront
from bot.bootstrap import Plan, build
from bot.core.router import Router
from bot.telemetry import Telemetry, set_up_logs
from tests.fakes.small_bot import SmallBot, small_router
from tests.fakes.telegram_server import TOKEN, TelegramServer

PEOPLE = 50

Contender = Callable[[str], AbstractAsyncContextManager[None]]


def serve(pipe: Connection, text: str, updates: int) -> None:
    """The server's process: sends its address, then the seconds from the first poll to the last answer, and waits."""

    async def run() -> None:
        async with TelegramServer(validate=False) as server:
            people = [server.person(f"P{number}") for number in range(PEOPLE)]
            for number in range(updates):
                server.say(people[number % PEOPLE], text)
            pipe.send(server.base_url)
            await server.until(lambda: any(each.method == "getUpdates" for each in server.requests), 60)
            started = perf_counter()
            await server.until(lambda: server.count >= updates, 120)
            pipe.send(perf_counter() - started)
            await asyncio.to_thread(pipe.recv)

    asyncio.run(run())


async def measure(contender: Contender, text: str, updates: int) -> tuple[float, float]:
    """Updates a second that a contender answers, and its milliseconds of processor time for each."""
    context = multiprocessing.get_context("spawn")
    here, there = context.Pipe()
    process = context.Process(target=serve, args=(there, text, updates), daemon=True)
    process.start()
    busy = process_time()
    base_url = await asyncio.to_thread(here.recv)
    async with contender(base_url):
        taken: float = await asyncio.to_thread(here.recv)
    here.send("stop")
    process.join()
    return updates / taken, (process_time() - busy) / updates * 1000


@asynccontextmanager
async def front(router: Router[Any], base_url: str) -> AsyncIterator[None]:
    """Our front over any router."""
    task = asyncio.create_task(
        TelegramFront(TOKEN, router, Telemetry(), base_url=base_url, grace=0.1).serve()
    )
    yield
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task


@asynccontextmanager
async def small(base_url: str) -> AsyncIterator[None]:
    """Our front over a few commands without storage."""
    async with front(small_router(SmallBot()), base_url):
        yield


@asynccontextmanager
async def whole(base_url: str) -> AsyncIterator[None]:
    """Our front over the whole bot on an SQLite file."""
    with tempfile.TemporaryDirectory() as folder:
        prices = {"BTCUSDT": Decimal(50_000)}
        plan = Plan(f"sqlite+aiosqlite:///{Path(folder) / 'bench.db'}", "fixed", prices)
        async with build(plan, Telemetry()) as bot, front(bot.router, base_url):
            yield


def echo(*, concurrent: bool) -> Contender:
    """The rival: python-telegram-bot's own Application with one handler."""

    async def answer(update: Update, _: ContextTypes.DEFAULT_TYPE) -> None:
        assert update.message is not None
        await update.message.reply_text(update.message.text or "")

    @asynccontextmanager
    async def running(base_url: str) -> AsyncIterator[None]:
        builder = Application.builder().token(TOKEN).base_url(base_url).concurrent_updates(concurrent)
        application = builder.build()
        application.add_handler(MessageHandler(filters.TEXT, answer))
        async with application:
            await application.start()
            assert application.updater is not None
            await application.updater.start_polling(poll_interval=0, timeout=1)
            yield
            await application.updater.stop()
            await application.stop()

    return running


CONTENDERS: dict[str, tuple[Contender, str]] = {
    "front, few commands": (small, "/start"),
    "front, whole bot": (whole, "/price btc"),
    "bare echo": (echo(concurrent=False), "/start"),
    "bare echo, concurrent": (echo(concurrent=True), "/start"),
}


RIVAL = "bare echo"


async def main(rounds: int, updates: int) -> None:
    """Print each round's figures, and the medians with their ratio to the bare echoes."""
    found: dict[str, list[tuple[float, float]]] = {name: [] for name in CONTENDERS}
    for number in range(1, rounds + 1):
        for name, (contender, text) in CONTENDERS.items():
            found[name].append(await measure(contender, text, updates))
        print(f"round {number}: " + ", ".join(f"{name} {found[name][-1][0]:.0f}/s" for name in CONTENDERS))
    rates = {name: statistics.median(rate for rate, _ in each) for name, each in found.items()}
    busy = {name: statistics.median(each for _, each in pairs) for name, pairs in found.items()}
    for name, rate in rates.items():
        print(
            f"telegram, median of {rounds}: {name}: {rate:.0f} updates/s ({rate / rates[RIVAL]:.2f} × {RIVAL}), "
            f"{busy[name]:.2f} ms of processor time each ({busy[name] / busy[RIVAL]:.2f} ×)"
        )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--updates", type=int, default=500)
    given = parser.parse_args()
    set_up_logs("WARNING")
    logging.disable(logging.WARNING)
    asyncio.run(main(given.rounds, given.updates))

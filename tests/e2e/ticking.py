"""A bot to be killed: prices jump, positions are opened, liquidated and stopped out, notices are delivered to a file.

python -m tests.e2e.ticking DATABASE DELIVERED SEED
"""

import asyncio
import random
import sys
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from io import FileIO
from itertools import count
from pathlib import Path

from bot.bootstrap import Bot, Plan, build
from bot.core.identity import ChatRef, Identity, Platform
from bot.core.reply import Reply
from bot.core.request import Request, Said
from bot.market import FixedFeed
from bot.telemetry import Telemetry
from tests.e2e.books import url_of

PEOPLE = 12
ORDERS = (
    "/open btc long 20x isolated 300",
    "/open btc short 20x isolated 300 sl=50600",
    "/open eth long 25x cross 200 sl=2480",
    "/open eth short 10x cross 300",
    "/limit btc long 49900 100 5x",
)


@dataclass(frozen=True, slots=True)
class Letterbox:
    """Implements Sender: a line for each notice, on disk before the delivery counts as made."""

    file: FileIO
    platform: Platform = Platform.CONSOLE

    async def send(self, to: Identity, reply: Reply) -> None:
        self.file.write(f"{to.user} {reply.answer.template} {reply.answer.data.get('at')}\n".encode())
        await asyncio.sleep(0)  # a kill may come between the sending and its mark


async def act(bot: Bot, chance: random.Random, run: str) -> None:
    """People trade and prices jump until the end."""
    feed = bot.feed
    assert isinstance(feed, FixedFeed)
    for number in count(1):
        for _ in range(3):
            who = f"p{chance.randrange(PEOPLE)}"
            chat = ChatRef(Platform.CONSOLE, who, private=True)
            line = chance.choice((*ORDERS, "/close all", "/reset confirm"))
            said = Request(
                f"{run}-{number}-{chance.random()}", Identity(Platform.CONSOLE, who), chat, Said(line)
            )
            await bot.router.handle(said)
        btc = Decimal(50_000 + chance.randrange(-4_000, 4_000))
        feed.set_price("ETHUSDT", Decimal(2_500 + chance.randrange(-200, 200)))
        await bot.settlement.tick(feed.set_price("BTCUSDT", btc))
        bot.notifier.wake()
        print(number, flush=True)


async def main(database: Path, delivered: Path, seed: str) -> None:
    chance = random.Random(seed)
    prices = {"BTCUSDT": Decimal(50_000), "ETHUSDT": Decimal(2_500)}
    async with build(Plan(url_of(database), "fixed", prices), Telemetry("CRITICAL")) as bot:
        with FileIO(delivered, "a") as file:
            bot.notifier.serve_through((Letterbox(file),))
            for number in range(PEOPLE):
                who = Identity(Platform.CONSOLE, f"p{number}")
                chat = ChatRef(Platform.CONSOLE, who.user, private=True)
                await bot.router.handle(Request(f"{seed}-{number}", who, chat, Said("/settings confirm off")))
            if seed == "last":
                await bot.control.clock(
                    timedelta(minutes=1)
                )  # what was claimed before the kill is due again by then
                return
            notifier = asyncio.create_task(bot.notifier.run())
            try:
                await act(bot, chance, seed)
            finally:
                notifier.cancel()


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3]))

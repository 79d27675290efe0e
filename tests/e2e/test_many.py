"""Many people at once through the router, into one SQLite file. A figure is printed at the end (`-s` shows it)."""

import asyncio
import time
from decimal import Decimal
from itertools import count
from pathlib import Path

from bot.bootstrap import Bot, Plan, build
from bot.core.identity import ChatRef, Identity, Platform
from bot.core.reply import Reply
from bot.core.request import Input, Pressed, Request, Said
from bot.telemetry import Telemetry
from tests.e2e.books import audit, url_of

PEOPLE, TRADES = 50, 40


class Learner:
    """Somebody who trades without pausing; every fifth one previews each order and confirms it."""

    def __init__(self, bot: Bot, number: int, updates: "count[int]") -> None:
        self.bot = bot
        self.name = f"learner{number}"
        self.previews = number % 5 == 0
        self.updates = updates

    async def act(self, what: Input) -> Reply:
        request = Request(
            str(next(self.updates)),
            Identity(Platform.TELEGRAM, self.name),
            ChatRef(Platform.TELEGRAM, self.name, private=True),
            what,
            self.name,
        )
        reply = await self.bot.router.handle(request)
        assert reply is not None
        return reply

    async def trade(self) -> None:
        if not self.previews:
            assert (await self.act(Said("/settings confirm off"))).answer.ok
        for number in range(TRADES):
            line = ("/open btc long 5x 1%", "/open eth short 3x cross 1%", "/close btc", "/close eth half")[
                number % 4
            ]
            reply = await self.act(Said(line))
            if self.previews:
                assert reply.answer.template in {"preview_open", "preview_close"}, reply.answer
                confirm = next(each for each in reply.all_buttons() if each.label == "Confirm")
                reply = await self.act(Pressed(confirm.payload))
            assert (reply.answer.template, reply.answer.ok) == ("traded", True), reply.answer


async def test_fifty_people_trade_at_once_and_nothing_fails(tmp_path: Path) -> None:
    prices = {"BTCUSDT": Decimal(50_000), "ETHUSDT": Decimal(2_500)}
    telemetry = Telemetry()
    async with build(Plan(url_of(tmp_path / "paper.db"), "fixed", prices), telemetry) as bot:
        updates = count(1)
        learners = [Learner(bot, number, updates) for number in range(PEOPLE)]
        started = time.monotonic()
        async with asyncio.TaskGroup() as tasks:
            for each in learners:
                tasks.create_task(each.trade())
        took = time.monotonic() - started
        books = await audit(bot.store)
    assert len(books.states) == PEOPLE
    fills = [
        each
        for events in books.events.values()
        for each in events
        if type(each).__name__ in {"PositionOpened", "PositionIncreased", "PositionReduced", "PositionClosed"}
    ]
    assert len(fills) == PEOPLE * TRADES
    assert b"marginalia_incidents_total{" not in telemetry.exposition()
    print(
        f"\n{PEOPLE} people × {TRADES} trades, no error, {took:.1f} s, {PEOPLE * TRADES / took:.0f} trades/s"
    )

"""Lines in, text out: the terminal front over the small bot, in this process or, run as a program, in another."""

import asyncio
import io
import json
import os
import sys
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from typing import Any

from bot.adapters.console import ConsoleFront, at_terminal
from bot.core.identity import Identity, Platform
from bot.core.reply import Answer, Button
from bot.telemetry import Telemetry
from tests.fakes.plain_wording import PlainWording
from tests.fakes.small_bot import NotToday, SmallBot, small_router
from tests.fakes.turns import MemoryTurns

CARD = (
    "<h1>PAPER · BTC long</h1><p>A <b>worded</b> line.<br>And one more</p>"
    "<dl><dt>Entry price</dt><dd>50,000</dd><dt>Mark</dt><dd>51,000.5</dd></dl>"
    "<table><tr><th></th><th>isolated</th><th>cross</th></tr>"
    "<tr><td>Liquidation price</td><td>45,205.8</td><td>none</td></tr>"
    "<tr><td>Fee</td><td>2.5</td><td>10</td></tr></table>"
    "<ul><li>first</li><li>second</li></ul><ol><li>one</li></ol>"
    "<blockquote>Careful</blockquote><pre>q = 0.1\n\n  x = 2</pre><footer>no advice</footer>"
)


@dataclass
class Hand:
    """Implements Control: a market that knows BTC alone, and notices that wait for the next flush."""

    front: ConsoleFront | None = None
    prices: dict[str, Decimal] = field(default_factory=dict)
    moved: timedelta = timedelta(0)
    admins: list[tuple[str, str]] = field(default_factory=list)
    due: list[tuple[str, Answer]] = field(default_factory=list)

    async def price(self, symbol: str, price: Decimal) -> None:
        if symbol != "BTCUSDT" or price <= 0:
            raise NotToday
        self.prices[symbol] = price
        if price < 46000:
            why = ((Button("Why?", "start", payload="1|||start why"),),)
            self.due += [(who, Answer("Liquidated", {"price": str(price)}, why)) for who in ("me", "bob")]

    async def clock(self, by: timedelta) -> None:
        self.moved += by

    async def flush(self) -> None:
        assert self.front is not None
        while self.due:
            who, answer = self.due.pop(0)
            await self.front.send(Identity(Platform.CONSOLE, who), PlainWording().word(answer, "en", "UTC"))

    def make_admin(self, room: str, who: str) -> None:
        self.admins.append((room, who))


@dataclass
class Talk:
    """One run of the front; `turns` given again is the same database after a restart."""

    bot: SmallBot = field(default_factory=lambda: SmallBot(cards={"all": CARD}))
    hand: Hand = field(default_factory=Hand)
    turns: MemoryTurns = field(default_factory=lambda: MemoryTurns(PlainWording().language))
    stdout: io.StringIO = field(default_factory=io.StringIO)

    def front(self, stdin: Any, stdout: Any = None, **options: Any) -> ConsoleFront:
        telemetry = Telemetry()
        settings: dict[str, Any] = {
            "me": "me",
            "json": False,
            "interactive": False,
            "language": "en",
        } | options
        self.hand.front = ConsoleFront(
            small_router(self.bot, self.turns, telemetry),
            self.hand,
            stdin=stdin,
            stdout=stdout or self.stdout,
            telemetry=telemetry,
            **settings,
        )
        return self.hand.front

    async def say(self, *lines: str, **options: Any) -> list[str]:
        """The messages that lines are answered with."""
        await self.front(io.StringIO("".join(f"{line}\n" for line in lines)), **options).serve()
        said = self.stdout.getvalue()
        self.stdout = io.StringIO()
        return said.removesuffix("\n").split("\n\n") if said else []

    async def json(self, *lines: str, **options: Any) -> list[dict[str, Any]]:
        """The JSON objects that lines are answered with."""
        await self.front(io.StringIO("".join(f"{line}\n" for line in lines)), json=True, **options).serve()
        said = self.stdout.getvalue()
        self.stdout = io.StringIO()
        return [json.loads(line) for line in said.splitlines()]


def main() -> None:
    words = set(sys.argv[1:])
    interactive = at_terminal(sys.stdin, sys.stdout, os.environ.get("TERM"))
    front = Talk().front(sys.stdin, sys.stdout, json="json" in words, interactive=interactive)
    asyncio.run(front.serve())
    if "modules" in words:
        loaded = sorted({"prompt_toolkit", "wcwidth", "telegram", "discord"} & sys.modules.keys())
        sys.stdout.write(f"loaded: {loaded}\n")


if __name__ == "__main__":
    main()

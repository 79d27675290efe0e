"""A Discord front over the small bot, run against the fake server."""

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace

from bot.adapters.discord import DiscordFront
from bot.core.command import Command
from bot.core.params import Choice, ChoiceKind, SymbolKind, TextKind, param
from bot.core.reply import Answer, Button
from bot.core.words import Lexicon
from bot.telemetry import Telemetry
from tests.fakes.discord_server import DiscordServer
from tests.fakes.small_bot import SmallBot, small_router
from tests.fakes.turns import MemoryTurn, MemoryTurns


@dataclass(frozen=True, slots=True)
class ZoneKind(ChoiceKind):
    """Few offered, many known, any may be typed: what Discord suggests and does not limit."""


@dataclass(frozen=True, slots=True)
class HalfOpenKind:
    """Suggests three multiples and takes any."""

    name: str = "times"
    free: bool = False

    def read(self, word: str, lexicon: Lexicon) -> object | None:
        return int(word[:-1]) if word.endswith("x") and word[:-1].isdecimal() else None

    def read_bare(self, number: object, lexicon: Lexicon) -> object | None:
        return None

    def show(self, value: object) -> str:
        return f"{value}x"

    def choices(self, lexicon: Lexicon) -> tuple[Choice, ...]:
        return tuple(Choice(word, word) for word in ("2x", "3x", "5x"))

    def vocabulary(self, lexicon: Lexicon) -> tuple[str, ...]:
        return ("2x", "3x", "5x", "10x", "20x")


SIDE = ChoiceKind("side", {"long": "long", "short": "short"}, {"long": "Long", "short": "Short"})
MANY = ChoiceKind("many", {f"zone{number:02}": number for number in range(40)})


@dataclass(frozen=True, slots=True)
class NoteArguments:
    text: str = param(TextKind(), "What is to be noted, in as many words as it takes to be understood later")


@dataclass(frozen=True, slots=True)
class ChooseArguments:
    symbol: str = param(SymbolKind(), "Which contract", default="")
    times: int = param(HalfOpenKind(), "How many times", default=1)
    side: str = param(SIDE, "Long or short", default="")
    many: int = param(MANY, "One of many", default=0)
    plan: str = param(ChoiceKind("plan", {"x": "x"}), "Internal", default="", hidden=True)


@dataclass(frozen=True, slots=True)
class SideArguments:
    side: str = param(SIDE, "Long or short")


class DiscordBot(SmallBot):
    """The small bot with all of its commands listed, and some that only Discord finds interesting."""

    def commands(self) -> Iterable[Command[MemoryTurn]]:
        for each in super().commands():
            yield replace(each, listed=True)
        yield Command(name="note", summary="Note it", handler=self._note, arguments=NoteArguments)
        yield Command(name="choose", summary="Choose", handler=self._choose, arguments=ChooseArguments)
        yield Command(name="side", summary="Take a side", handler=self._side, arguments=SideArguments)
        yield Command(name="murmur", summary="Murmur", handler=self._murmur)
        yield Command(name="fresh", summary="Say it anew", handler=self._fresh)

    async def _note(self, turn: MemoryTurn, given: NoteArguments) -> Answer:
        return Answer("Noted", {"text": given.text})

    async def _choose(self, turn: MemoryTurn, given: ChooseArguments) -> Answer:
        return Answer("Chosen", {"times": given.times, "symbol": given.symbol, "many": given.many})

    async def _side(self, turn: MemoryTurn, given: SideArguments) -> Answer:
        return Answer("Taken", {"side": given.side})

    async def _murmur(self, turn: MemoryTurn, given: object) -> Answer:
        await self.gate.wait()
        return Answer("Murmured", {}, ((Button("Again", "murmur"),),), private=True)

    async def _fresh(self, turn: MemoryTurn, given: object) -> Answer:
        return Answer("Anew", {}, ((Button("Again", "fresh"), Button("Hidden", "secret")),), fresh=True)


@asynccontextmanager
async def serving(
    server: DiscordServer,
    bot: SmallBot,
    turns: MemoryTurns | None = None,
    *,
    patience: float = 2.0,
    telemetry: Telemetry | None = None,
) -> AsyncIterator[DiscordFront]:
    """The front, connected; it ends as a running bot does, by cancellation."""
    watched = telemetry or Telemetry()
    front = DiscordFront(
        server.token,
        small_router(bot, turns, watched),
        watched,
        api_base=server.api_base,
        gateway_url=server.gateway_url,
        patience=patience,
    )
    task = asyncio.create_task(front.serve())
    waiting = asyncio.create_task(server.ready())
    done, _ = await asyncio.wait({task, waiting}, return_when=asyncio.FIRST_COMPLETED)
    if task in done:
        waiting.cancel()
        task.result()
    async with asyncio.timeout(5):
        while not watched.fronts.labels("discord")._value.get():  # noqa: ASYNC110 - the gauge has no event
            await asyncio.sleep(0.001)
    try:
        yield front
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

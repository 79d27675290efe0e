"""A bot of a few commands made of real core objects: what the fronts' tests talk to."""

import asyncio
import html
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from bot.core.binder import Binder
from bot.core.command import Command, Registry, Visibility
from bot.core.params import ChoiceKind, SymbolKind, TextKind, param
from bot.core.reply import Answer, Button, Style
from bot.core.router import Router
from bot.core.words import Lexicon
from bot.services.files import FileMakers
from bot.telemetry import Telemetry
from tests.fakes.pictures import Makers
from tests.fakes.plain_wording import PlainWording
from tests.fakes.turns import MemoryTurn, MemoryTurns

SIDE = ChoiceKind("side", {"long": "long", "short": "short"}, {"long": "Long", "short": "Short"})
LEXICON = Lexicon({"btc": "BTCUSDT", "eth": "ETHUSDT", "btcusdt": "BTCUSDT"}, {"BTCUSDT": 125})


class NotToday(Exception):
    """A refusal that the small bot has words for."""


@dataclass(frozen=True, slots=True)
class OpenArguments:
    side: str = param(SIDE, "Long or short")
    symbol: str = param(SymbolKind(), "Which contract")


@dataclass(frozen=True, slots=True)
class WordArguments:
    word: str = param(TextKind(), "Any word", default="")


@dataclass
class SmallBot:
    """The commands and what tests may set: `cards` are the markup that `/card NAME` shows; `gate` holds `/slow`."""

    cards: dict[str, str] = field(default_factory=dict)
    gate: asyncio.Event = field(default_factory=asyncio.Event)
    ran: list[str] = field(default_factory=list)
    makers: Makers = field(default_factory=Makers)
    secret: str = ""

    def commands(self) -> Iterable[Command[MemoryTurn]]:
        def command(name: str, **more: object) -> Command[MemoryTurn]:
            return Command(name=name, handler=getattr(self, f"_{name}"), **more)  # type: ignore[arg-type]

        yield command("start", summary="Say hello", arguments=WordArguments)
        yield command("count", summary="Count one more", moves_money=True)
        yield command("open", summary="Open a position", arguments=OpenArguments, form=True)
        yield command("secret", summary="Show a secret", visibility=Visibility.PRIVATE)
        yield command("card", summary="Show a card", arguments=WordArguments)
        yield command("slow", summary="Take a while", arguments=WordArguments, listed=False)
        yield command("refuse", summary="Refuse", listed=False)
        yield command("whisper", summary="Whisper", listed=False)
        yield command("fail", summary="Break", listed=False)
        yield command("picture", summary="Show a picture", arguments=WordArguments, listed=False)
        yield command(
            "whisperpicture", summary="Show a picture to you", visibility=Visibility.PRIVATE, listed=False
        )
        yield command("language", summary="Choose a language", arguments=WordArguments)

    async def _start(self, turn: MemoryTurn, given: WordArguments) -> Answer:
        buttons = (
            Button("Count", "count", style=Style.GO, once=True),
            Button("Count together", "count", anyone=True),
            Button("Open", "open btc"),
        )
        rows = (buttons, (Button("My secret", "secret"), Button("Refuse", "refuse", style=Style.STOP)))
        return Answer("Hello", {"language": turn.language, "word": given.word}, rows)

    async def _count(self, turn: MemoryTurn, _: object) -> Answer:
        turn.facts["count"] = turn.facts.get("count", 0) + 1
        again = Button("Again", "count", once=True)
        return Answer("Counted", {"count": turn.facts["count"]}, ((again,),))

    async def _open(self, turn: MemoryTurn, given: OpenArguments) -> Answer:
        self.ran.append(f"open {given.side} {given.symbol}")
        turn.facts["side"] = given.side
        data = {"side": given.side, "symbol": given.symbol, "guess": str(turn.suggested)}
        return Answer("Opened", data, fresh=True)

    async def _secret(self, turn: MemoryTurn, _: object) -> Answer:
        return Answer("Secret", {"for": self.secret or turn.person_id})

    async def _whisper(self, turn: MemoryTurn, _: object) -> Answer:
        return Answer("Whispered", private=True)

    async def _card(self, turn: MemoryTurn, given: WordArguments) -> Answer:
        return Answer("card", {"html": self.cards[given.word]})

    async def _slow(self, turn: MemoryTurn, given: WordArguments) -> Answer:
        self.ran.append(f"slow {given.word}")
        await self.gate.wait()
        self.ran.append(f"done {given.word}")
        return Answer("Slept", {"word": given.word})

    async def _refuse(self, turn: MemoryTurn, _: object) -> Answer:
        raise NotToday

    async def _fail(self, turn: MemoryTurn, _: object) -> Answer:
        raise RuntimeError("broken on purpose")

    async def _picture(self, turn: MemoryTurn, given: WordArguments) -> Answer:
        """A picture with its number; the word says what is unusual about it."""
        number = turn.facts["pictures"] = turn.facts.get("pictures", 0) + 1
        files: dict[str, tuple[dict[str, Any], ...]] = {
            "csv": ({"kind": "csv", "number": number},),
            "both": ({"kind": "png", "number": number}, {"kind": "csv", "number": number}),
            "broken": ({"kind": "broken"},),
            "unknown": ({"kind": "elsewhere"},),
            "huge": ({"kind": "png", "number": number, "size": 10 * 2**20 + 1},),
            "flat": ({"kind": "png", "number": number, "width": 9_990},),
        }
        data = {"number": number, "more": "m" * 1_200 if given.word == "long" else "-"}
        buttons = (Button("Next", f"picture {given.word}".strip()), Button("Text", "start"))
        wanted = files.get(given.word, ({"kind": "png", "number": number},))
        return Answer("Picture", data, (buttons,), files=wanted, fresh=given.word == "fresh")

    async def _whisperpicture(self, turn: MemoryTurn, _: object) -> Answer:
        return Answer("Hidden", {}, ((Button("Text", "start"),),), files=({"kind": "png", "number": 7},))

    async def _language(self, turn: MemoryTurn, given: WordArguments) -> Answer:
        turn.language = given.word
        return Answer("Hello", {"language": given.word})


def card_of(text: str) -> str:
    """The markup of one paragraph."""
    return f"<p>{html.escape(text)}</p>"


def small_router(
    bot: SmallBot, turns: MemoryTurns | None = None, telemetry: Telemetry | None = None
) -> Router[MemoryTurn]:
    """A router over the small bot; `turns` given again is the same database after a restart."""
    wording = PlainWording()
    watched = telemetry or Telemetry()
    return Router(
        Registry(bot.commands()),
        Binder(LEXICON),
        turns or MemoryTurns(wording.language),
        wording,
        lambda fault: Answer("Not today", ok=False) if isinstance(fault, NotToday) else None,
        watched,
        files=FileMakers(bot.makers.kinds(), watched),
    )

"""The door before the router: who is let in, and what a door that fails does."""

from dataclasses import dataclass, field

from bot.core.binder import Binder
from bot.core.command import Registry
from bot.core.door import Entry
from bot.core.identity import ChatRef, Identity, Platform
from bot.core.reply import Answer, Reply
from bot.core.request import Request, Said
from bot.core.router import Router
from bot.telemetry import Telemetry
from tests.fakes.plain_wording import PlainWording
from tests.fakes.small_bot import LEXICON, SmallBot
from tests.fakes.turns import MemoryTurn, MemoryTurns


@dataclass
class OneDoor:
    """Implements Door: opens as it is told, or breaks."""

    entry: Entry = field(default_factory=Entry)
    broken: bool = False
    asked: int = 0

    async def enter(self, request: Request) -> Entry:
        self.asked += 1
        if self.broken:
            raise RuntimeError("broken on purpose")
        return self.entry

    async def in_public(self, turn: MemoryTurn) -> str | None:
        before, turn.language = turn.language, self.entry.language or turn.language
        return before

    def in_private(self, turn: MemoryTurn, language: str) -> None:
        turn.language = language


async def said(door: OneDoor, line: str, *, turns: MemoryTurns | None = None) -> Reply | None:
    router = Router(
        Registry(SmallBot().commands()),
        Binder(LEXICON),
        turns or MemoryTurns(),
        PlainWording(),
        lambda _: None,
        Telemetry(),
        door=door,
    )
    room = ChatRef(Platform.TELEGRAM, "room", private=False)
    return await router.handle(Request("u1", Identity(Platform.TELEGRAM, "ann"), room, Said(line)))


async def test_who_is_not_let_in_gets_the_doors_answer_or_nothing() -> None:
    turns = MemoryTurns()
    told = await said(OneDoor(Entry(Answer("No", ok=False))), "/count", turns=turns)
    assert told is not None
    assert told.answer.template == "No"
    assert await said(OneDoor(Entry(silence=True)), "/count", turns=turns) is None
    assert turns.opened == 0


async def test_a_door_that_breaks_keeps_nobody_out() -> None:
    door = OneDoor(broken=True)
    reply = await said(door, "/count")
    assert reply is not None
    assert (reply.answer.template, door.asked) == ("Counted", 1)


async def test_the_groups_language_is_spoken_in_public_alone() -> None:
    door = OneDoor(Entry(language="es"))
    public, private = await said(door, "/start"), await said(door, "/secret")
    whispered, unknown = await said(door, "/whisper"), await said(door, "/zzzz")
    assert [each.language for each in (public, private, whispered, unknown) if each] == [
        *("es", "en", "en", "es")
    ]
    assert public is not None
    assert public.answer.data["language"] == "es"


async def test_talk_that_is_not_for_the_bot_is_not_even_asked_about() -> None:
    door = OneDoor()
    room = ChatRef(Platform.TELEGRAM, "room", private=False)
    who = Identity(Platform.TELEGRAM, "ann")
    router = Router(
        Registry(SmallBot().commands()),
        Binder(LEXICON),
        MemoryTurns(),
        PlainWording(),
        lambda _: None,
        Telemetry(),
        door=door,
    )
    assert await router.handle(Request("u", who, room, Said("hello", addressed=False))) is None
    assert door.asked == 0

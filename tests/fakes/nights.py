"""A bot with quiz nights, and a room whose messages are kept: what tests of quiz nights speak to."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from decimal import Decimal
from functools import cache
from itertools import count
from typing import Any

from bot.bootstrap import Bot, Plan, build
from bot.commands.quiz import QuizCommands
from bot.commands.quiznight import QuizNightCommands
from bot.core.binder import Binder
from bot.core.command import Registry
from bot.core.identity import ChatRef, Identity, Platform
from bot.core.reply import Reply
from bot.core.request import Request
from bot.core.router import Router
from bot.core.sender import MessageGone, Posted
from bot.services.describe import describe
from bot.services.living import TEMPOS
from bot.services.markets import Markets
from bot.services.school.curricula import Curricula
from bot.services.school.grading import Grading
from bot.services.school.night import Night
from bot.services.school.night_clock import NightClock
from bot.services.school.nights import Nights
from bot.services.school.posting import Posting
from bot.services.school.quizzes import Quizzes
from bot.services.school.spacing import Spacing
from bot.services.school.templates import templates
from bot.services.turn import BotTurn, BotTurns
from bot.storage import quiz_nights
from bot.telemetry import Telemetry
from tests.harness import IN_MEMORY, PRICES, Postbox, Talk, spoken

ROOM = "lounge"


@dataclass
class Board:
    """Implements Poster: the messages of rooms as they stand; `refusals` are raised first, one a change."""

    platform: Platform = Platform.CONSOLE
    messages: dict[str, Reply] = field(default_factory=dict)
    changes: list[tuple[str, Reply]] = field(default_factory=list)
    refusals: list[Exception] = field(default_factory=list)
    admins: set[str] = field(default_factory=set)
    numbers: Any = field(default_factory=lambda: count(1))

    async def post(self, chat: ChatRef, reply: Reply) -> Posted:
        return Posted(chat, self._put(f"{chat.chat}/{next(self.numbers)}", reply))

    async def edit(self, posted: Posted, reply: Reply) -> None:
        if posted.message not in self.messages:
            raise MessageGone
        self._put(posted.message, reply)

    async def is_admin(self, chat: ChatRef, who: Identity) -> bool:
        return who.user in self.admins

    async def until(self, holds: Callable[[], bool]) -> None:
        """Wait, some seconds at most, until something holds."""
        async with asyncio.timeout(10):
            while not holds():  # noqa: ASYNC110 - what is waited for has no event
                await asyncio.sleep(0.01)

    def _put(self, message: str, reply: Reply) -> str:
        if self.refusals:
            raise self.refusals.pop(0)
        self.messages[message] = reply
        self.changes.append((message, reply))
        return message

    def of(self, room: str = ROOM) -> Sequence[Reply]:
        """The messages of a room, the oldest first."""
        return [reply for message, reply in self.messages.items() if message.startswith(f"{room}/")]


@dataclass
class NightTalk(Talk):
    """A talk in a room with a quiz night."""

    board: Board = field(default_factory=Board)
    night_clock: NightClock | None = None
    real: list[float] = field(default_factory=lambda: [0.0])

    async def settle(self, **by: float) -> Reply:
        """Let time pass, the market's and the platform's, and show what is due; the room's latest message."""
        await self.settle_all(**by)
        return self.card()

    async def settle_all(self, **by: float) -> None:
        """The same for all rooms."""
        assert self.night_clock is not None
        self.later(**by)
        self.real[0] += timedelta(**by).total_seconds()
        await self.night_clock.drain()

    def request(self, *given: Any, **more: Any) -> Request:
        """One act, on the platform of the room."""
        return super().request(*given, **{"platform": self.board.platform, **more})

    def card(self, room: str = ROOM) -> Reply:
        """The living message."""
        return self.board.of(room)[-1]

    async def press_in(self, label: str, who: str, on: Reply | None = None, room: str = ROOM) -> Reply:
        """The reply to a press on the living message."""
        return await self.press(label, who, on or self.card(room), room=room)

    async def night(self) -> Night:
        """The quiz night that was begun first."""
        async with self.bot.store.unit() as unit:
            kept = await quiz_nights.running(unit)
        return Night.of(kept[0])

    async def right(self) -> str:
        """The number of the right option now."""
        question = (await self.night()).question
        assert question is not None
        return str(question.right + 1)

    async def wrong(self) -> str:
        """The number of a wrong option now."""
        return "1" if await self.right() != "1" else "2"


@cache
def _curricula(languages: tuple[str, ...]) -> Curricula:
    """Read once: that is half of what it takes to build such a bot."""
    return Curricula(languages)


def with_nights(
    bot: Bot, posting: Posting, seed: int = 1, **options: Any
) -> tuple[Router[BotTurn], NightClock]:
    """The router of a bot with quizzes and quiz nights, and their clock."""
    markets = Markets(bot.feed.snapshot, dict)
    curricula, grading, seeds = _curricula(bot.wording.languages), Grading(Spacing(), dict), count(seed)
    clock = NightClock(
        bot.store,
        bot.wording,
        markets,
        bot.clock,
        bot.telemetry,
        posting,
        cache(lambda language: templates(curricula.of(language).bank)),
        lambda: next(seeds),
        **options,
    )
    nights = Nights(grading, posting, clock.wake)
    mine = QuizNightCommands(nights).commands()
    quiz = QuizCommands(Quizzes(curricula, grading, lambda: next(seeds))).commands()
    names = {each.name for each in (*mine, *quiz)}
    others = [each for each in bot.router.registry if each.name not in names]
    turns = BotTurns(bot.store, markets, bot.clock, bot.wording, Decimal(10_000))
    registry = Registry([*others, *quiz, *mine])
    lexicon = bot.router.binder.lexicon
    return Router(registry, Binder(lexicon), turns, bot.wording, describe, bot.telemetry), clock


@asynccontextmanager
async def night_talking(
    database: str = IN_MEMORY, platform: Platform = Platform.CONSOLE, board: Board | None = None
) -> AsyncIterator[NightTalk]:
    """A talk with a bot that has quiz nights; with the same database it is the bot after a restart."""
    async with build(Plan(database, "fixed", PRICES), Telemetry(), spoken()) as bot:
        board = board or Board(platform)
        posting, real = Posting(), [0.0]
        posting.serve_through((board,))
        router, clock = with_nights(bot, posting, tempos=TEMPOS, now=lambda: real[0])
        yield NightTalk(replace(bot, router=router), Postbox(), board=board, night_clock=clock, real=real)

"""A bot whose groups can be set, and rooms whose messages are kept: what tests of groups speak to."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from decimal import Decimal

from bot.bootstrap import Bot, Plan, build
from bot.commands.community import community_commands
from bot.commands.gate import GateCommands
from bot.commands.portfolio import PortfolioCommands
from bot.commands.quiznight import QuizNightCommands
from bot.core.binder import Binder
from bot.core.command import Registry
from bot.core.identity import ChatRef, Platform
from bot.core.reply import Reply
from bot.core.request import Input, Request
from bot.core.router import Router
from bot.services.describe import describe
from bot.services.files import FileMakers
from bot.services.groups.class_file import KIND, class_report_csv
from bot.services.groups.flood import Flood
from bot.services.groups.groups import Groups, build_groups
from bot.services.groups.settings import Settings, settings_of
from bot.services.markets import Markets
from bot.services.orders import Orders
from bot.services.school.curricula import Curricula
from bot.services.school.gate import Gate
from bot.services.school.grading import Grading
from bot.services.school.nights import Nights
from bot.services.school.posting import Posting
from bot.services.school.spacing import Spacing
from bot.services.turn import BotTurn, BotTurns
from bot.telemetry import Telemetry
from tests.fakes.nights import Board
from tests.harness import IN_MEMORY, PRICES, START, Postbox, Talk, spoken

ROOM = "lounge"
OPERATOR = "root"


def with_groups(
    bot: Bot,
    posting: Posting,
    *,
    flood: Flood | None = None,
    allowed: frozenset[str] = frozenset(),
    changed: Callable[[], None] = lambda: None,
) -> tuple[Router[BotTurn], Groups]:
    """The router of a bot with the commands about groups and the door before it."""
    admins = frozenset(f"{platform}:{OPERATOR}" for platform in Platform)
    groups = build_groups(
        bot.store,
        bot.wording,
        bot.clock,
        bot.telemetry,
        posting,
        admins=admins,
        allowed=allowed,
        flood=flood,
        changed=changed,
    )
    gate = Gate()
    orders = Orders(Decimal(10_000))

    async def administers(turn: BotTurn) -> bool:
        return await posting.is_admin(turn.request)

    mine = (
        *community_commands(
            groups,
            GateCommands(gate, orders, administers),
            {code: bot.wording.name_of(code) for code in bot.wording.languages},
            Curricula(bot.wording.languages),
            PortfolioCommands(orders).commands(),
            lambda turn: groups.operating.is_operator(turn.request.who),
        ),
        *GateCommands(gate, orders, administers).commands(),
        *QuizNightCommands(Nights(Grading(Spacing(), dict), posting, changed)).commands(),
    )
    names = {each.name for each in mine}
    registry = Registry([*(each for each in bot.router.registry if each.name not in names), *mine])
    turns = BotTurns(bot.store, Markets(bot.feed.snapshot, dict), bot.clock, bot.wording, Decimal(10_000))
    files = FileMakers({KIND: class_report_csv}, bot.telemetry)
    router = Router(
        registry,
        Binder(bot.router.binder.lexicon),
        turns,
        bot.wording,
        describe,
        bot.telemetry,
        allowed,
        files,
        groups.door(registry.find),
    )
    return router, groups


@dataclass
class GroupTalk(Talk):
    """A talk with a bot in rooms of `board`'s platform; its `admins` administer them all."""

    board: Board = field(default_factory=Board)
    groups: Groups | None = None
    seconds: list[float] = field(default_factory=lambda: [0.0])
    thread: str | None = None

    @property
    def made(self) -> Groups:
        assert self.groups is not None
        return self.groups

    def request(
        self,
        input_: Input,
        who: str = "me",
        room: str | None = None,
        *,
        update: str | None = None,
        whispers: bool = True,
        platform: Platform | None = None,
    ) -> Request:
        """One act on the platform of the rooms, in the thread that is set."""
        made = super().request(
            input_, who, room, update=update, whispers=whispers, platform=platform or self.board.platform
        )
        return made if room is None else replace(made, chat=replace(made.chat, thread=self.thread))

    def chat(self, room: str = ROOM) -> ChatRef:
        return ChatRef(self.board.platform, room, private=False)

    async def settings(self, room: str = ROOM) -> Settings:
        async with self.bot.store.unit() as unit:
            return await settings_of(unit, self.chat(room))

    def posted(self, room: str = ROOM) -> list[Reply]:
        return list(self.board.of(room))


@asynccontextmanager
async def group_talking(
    database: str = IN_MEMORY,
    platform: Platform = Platform.TELEGRAM,
    *,
    flooded: bool = False,
    allowed: frozenset[str] = frozenset(),
    board: Board | None = None,
) -> AsyncIterator[GroupTalk]:
    """A talk with a bot in groups; `flooded`: who asks too much is held up, by the `seconds` of the talk."""
    plan = Plan(database, "fixed", PRICES, start=START, gate=True)
    async with build(plan, Telemetry(), spoken()) as bot:
        board = board or Board(platform)
        board.admins.add("boss")
        posting, seconds = Posting(allowed), [0.0]
        posting.serve_through((board,))
        flood = Flood(now=lambda: seconds[0]) if flooded else None
        router, groups = with_groups(bot, posting, flood=flood, allowed=allowed)
        yield GroupTalk(
            replace(bot, router=router), Postbox(platform), board=board, groups=groups, seconds=seconds
        )

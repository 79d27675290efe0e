"""A bot with challenges, and rooms whose messages are kept: what tests of challenges speak to."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from bot.bootstrap import Bot, Plan, build
from bot.commands.challenge import ChallengeCommands
from bot.commands.confirm import ConfirmCommands
from bot.commands.portfolio import PortfolioCommands
from bot.commands.replay import ReplayCommands
from bot.commands.resting import RestingCommands
from bot.commands.trade import TradeCommands
from bot.core.binder import Binder
from bot.core.command import Command, Registry
from bot.core.identity import Identity
from bot.core.reply import Reply
from bot.core.request import Request
from bot.core.router import Router
from bot.services.challenges.assembly import Challenges, build_challenges
from bot.services.challenges.limits import Limits
from bot.services.challenges.stage import rules_of
from bot.services.describe import describe
from bot.services.markets import Markets
from bot.services.orders import Orders
from bot.services.replays import Replays
from bot.services.school.posting import Posting
from bot.services.turn import BotTurn, BotTurns
from bot.storage import accounts, challenges, people
from bot.storage.accounts import Account
from bot.storage.challenges import Challenge, Member
from bot.telemetry import Telemetry
from tests.fakes.nights import Board
from tests.harness import IN_MEMORY, PRICES, START, Postbox, Talk, spoken

ROOM = "lounge"
TOGETHER = "/challenge create tape together 10000 20x 2h entry=5m"
OWN = "/challenge create tape own 10000 20x 1d"
LIVE = "/challenge create live 1h 10000 20x entry=5m"


@dataclass
class ContestTalk(Talk):
    """A talk in rooms with challenges. `stale`: whether the prices of the live market are taken to be old."""

    board: Board = field(default_factory=Board)
    contests: Challenges | None = None
    replays: Replays | None = None
    markets: Markets | None = None
    stale: list[bool] = field(default_factory=lambda: [False])

    async def settle(self, **by: float) -> None:
        """Let time pass to one tick of the live market, do what is due, and deliver it."""
        assert self.contests is not None
        self.later(**by)
        await self.bot.ticker.tick(self.bot.feed.snapshot())
        await self.contests.clock.drain()
        while await self.bot.notifier.flush():
            pass

    def request(self, *given: Any, **more: Any) -> Request:
        """One act, on the platform of the rooms."""
        return super().request(*given, **{"platform": self.board.platform, **more})

    def card(self, room: str = ROOM) -> Reply:
        """The living message."""
        return [each for each in self.board.of(room) if each.answer.template == "challenge"][-1]

    async def challenge(self, room: str = ROOM) -> Challenge:
        """The challenge that was created last in a room."""
        async with self.bot.store.unit() as unit:
            found = await challenges.latest_in(unit, f"{self.board.platform}:{room}")
        assert found is not None
        return found

    async def members(self, room: str = ROOM) -> Sequence[Member]:
        """All members of a room's latest challenge."""
        async with self.bot.store.unit() as unit:
            return await challenges.members_of(unit, (await self.challenge(room)).id)

    async def member(self, who: str, room: str = ROOM) -> Member:
        """Somebody's membership in a room's latest challenge."""
        async with self.bot.store.unit() as unit:
            person = await people.find(unit, Identity(self.board.platform, who))
            assert person is not None
            found = await challenges.member(unit, (await self.challenge(room)).id, person.id)
        assert found is not None
        return found

    async def contest_account(self, who: str, room: str = ROOM) -> Account:
        """Somebody's account in a room's latest challenge."""
        async with self.bot.store.unit() as unit:
            return await accounts.load(unit, (await self.member(who, room)).account_id)

    async def coin(self, place: int = 0, room: str = ROOM) -> str:
        """The word for a coin of the room's hidden tape."""
        assert self.replays is not None
        tape = rules_of(await self.challenge(room)).tape or ""
        symbols = list(self.replays.shelf.take(tape, hidden=True).tape.series)
        return symbols[place].removesuffix("USDT").lower()


def with_challenges(
    bot: Bot, talk: ContestTalk, tape: str = "mar-2020"
) -> tuple[Router[BotTurn], Challenges, Replays, Markets]:
    """The router of a bot with challenges on that tape, where it has all coins, and what they are made of."""
    posting = Posting()
    posting.serve_through((talk.board,))
    markets = Markets(bot.feed.snapshot, lambda: {"kind": "stale", "seconds": 99} if talk.stale[0] else {})
    wake = bot.notifier.wake
    replays = Replays(
        bot.store.unit,
        bot.replays.shelf,
        markets,
        bot.settlement.settle_account,
        bot.clock,
        Decimal(10_000),
        wake=wake,
        report=bot.telemetry.incident,
    )
    markets.load_through(replays.load_market)

    async def why_not(turn: BotTurn) -> str | None:
        return None

    made = build_challenges(
        bot.store,
        bot.wording,
        markets,
        bot.clock,
        bot.telemetry,
        replays,
        bot.settlement,
        posting,
        why_not,
        keep=bot.recording.keep,
        wake=wake,
        chosen=lambda fitting: tape if tape in fitting else fitting[0],
    )
    orders, lexicon = Orders(Decimal(10_000), (Limits(),)), bot.router.binder.lexicon
    trade, resting = TradeCommands(orders).commands(), RestingCommands(orders).commands()
    portfolio = PortfolioCommands(orders).commands()
    mine: list[Command[BotTurn]] = [*trade, *resting, *portfolio, *ReplayCommands(replays).commands()]
    mine += ConfirmCommands(orders, (*trade, *resting, *portfolio), Binder(lexicon)).commands()
    mine += ChallengeCommands(made.contests).commands()
    names = {each.name for each in mine}
    registry = Registry([*(each for each in bot.router.registry if each.name not in names), *mine])
    turns = BotTurns(bot.store, markets, bot.clock, bot.wording, Decimal(10_000))
    router = Router(registry, Binder(lexicon), turns, bot.wording, describe, bot.telemetry)
    return router, made, replays, markets


@asynccontextmanager
async def contesting(
    database: str = IN_MEMORY,
    board: Board | None = None,
    start: datetime = START,
    tape: str = "mar-2020",
) -> AsyncIterator[ContestTalk]:
    """A talk with a bot that has challenges; with the same database it is the bot after a restart. The books are
    checked when it ends.
    """
    async with build(Plan(database, "fixed", PRICES, start=start), Telemetry(), spoken()) as bot:
        talk = ContestTalk(bot, Postbox(), board=board or Board())
        router, made, replays, markets = with_challenges(bot, talk, tape)
        await replays.load()
        bot.notifier.serve_through((talk.postbox,))
        talk.bot = replace(bot, router=router)
        talk.contests, talk.replays, talk.markets = made, replays, markets
        yield talk
        await talk.check_books()

"""Control of the console's own market: prices set by hand, time moved by hand, and everything due settled at once."""

from datetime import timedelta
from decimal import Decimal

from bot.core.params import BadWord
from bot.core.words import Lexicon
from bot.market.feed import Feed
from bot.market.fixed import FixedFeed
from bot.services.challenges.clock import ChallengeClock
from bot.services.groups.posts import GroupPosts
from bot.services.jobs import Jobs
from bot.services.notifier import Notifier
from bot.services.postmortem import PostMortems
from bot.services.school.night_clock import NightClock
from bot.services.ticker import Ticker


class NotThisMarket(Exception):
    """The market's prices or time cannot be set by hand."""


class Control:
    """What `!price` and `!clock` do."""

    def __init__(
        self,
        feed: Feed,
        ticker: Ticker,
        postmortems: PostMortems,
        notifier: Notifier,
        lexicon: Lexicon,
        jobs: Jobs,
        nights: NightClock,
        challenges: ChallengeClock,
        posts: GroupPosts,
    ) -> None:
        self._feed = feed
        self._ticker = ticker
        self._postmortems = postmortems
        self._notifier = notifier
        self._lexicon = lexicon
        self._jobs = jobs
        self._nights = nights
        self._challenges = challenges
        self._posts = posts
        self.admins: set[tuple[str, str]] = set()

    async def price(self, symbol: str, price: Decimal) -> None:
        """Set mark, last and index on a fixed market, and settle; raises NotThisMarket, BadWord or MarketError."""
        if not isinstance(self._feed, FixedFeed):
            raise NotThisMarket
        known = self._lexicon.symbol(symbol.casefold())
        if known is None:
            raise BadWord("unknown-symbol", symbol)
        await self._ticker.tick(self._feed.set_price(known, price))
        await self.flush()

    async def clock(self, by: timedelta) -> None:
        """Move the market's clock and settle each snapshot on the way; raises MarketError."""
        for snapshot in self._feed.advance(by):
            await self._ticker.tick(snapshot)
        await self.flush()

    async def flush(self) -> None:
        """Examine liquidations that nobody has examined yet, do the jobs and deliver the notices that are due."""
        await self._jobs.work()
        await self._ticker.keep()
        await self._postmortems.drain()
        await self._nights.drain()
        await self._posts.flush()
        await self._challenges.drain()
        while await self._notifier.flush():
            pass

    def make_admin(self, room: str, who: str) -> None:
        """Take note that somebody is an admin of a room."""
        self.admins.add((room, who))

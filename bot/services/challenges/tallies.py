"""The figures of members: provisional from their accounts as they stand, exact from their journals and the path."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal

from bot.market.path import steps
from bot.services.challenges.life import Happened, Point, lived, symbols_of
from bot.services.challenges.rules import Pace, Rules
from bot.services.challenges.score import UNRANKED, Tally, final_score, score, sight
from bot.services.markets import MAIN_MARKET, MarketClosed
from bot.services.slices import Slices
from bot.services.tapes import Reel, Shelf
from bot.storage import UnitOfWork, accounts, candles, challenges, standings
from bot.storage.accounts import Account
from bot.storage.challenges import Challenge, Member
from bot.storage.documents import reading
from engine.events import event_from_json
from engine.market import MarketSnapshot

MarketOf = Callable[[str], MarketSnapshot]
"""A market by its name; raises MarketClosed."""
_MINUTE = timedelta(minutes=1)
_TRACKS = 2


class Reels:
    """The paths that challenges are scored on: tapes, as they were played, and the kept candles of the main market.

    The last tapes asked for stay in memory. `keep` writes the candles that are not stored yet.
    """

    def __init__(self, shelf: Shelf, keep: Callable[[], Awaitable[None]] | None = None) -> None:
        self.shelf = shelf
        self._keep = keep
        self._tracks: dict[str, tuple[Point, ...]] = {}

    def reel(self, rules: Rules) -> Reel:
        """The hidden tape of a challenge. Raises KeyError for one that is no more, or a live challenge."""
        return self.shelf.take(rules.tape or "", hidden=True)

    async def track(self, rules: Rules) -> tuple[Point, ...]:
        """Every step of a tape's path."""
        reel = self.reel(rules)
        track = self._tracks.pop(reel.real.id, None)
        if track is None:
            track = await asyncio.to_thread(track_of, reel)
        self._tracks[reel.real.id] = track
        while len(self._tracks) > _TRACKS:
            del self._tracks[next(iter(self._tracks))]
        return track

    async def kept(
        self, unit: UnitOfWork, symbols: set[str], begin: datetime, until: datetime
    ) -> tuple[Point, ...]:
        """The closes of the main market's minutes that were over at `until`, as far as they are kept."""
        if self._keep is not None:
            await self._keep()
        found: dict[datetime, dict[str, Decimal]] = {}
        if symbols:
            for each in await candles.between(unit, MAIN_MARKET, symbols, begin, until):
                found.setdefault(each.minute + _MINUTE, {})[each.symbol] = each.mark.close
        return tuple(Point(at, marks) for at, marks in sorted(found.items()) if at <= until)


def track_of(reel: Reel) -> tuple[Point, ...]:
    """Every step of a tape's path with its marks."""
    return tuple(Point(step.time, step.mark) for step in steps(reel.tape))


async def look(unit: UnitOfWork, challenge: Challenge, market_of: MarketOf, now: datetime) -> int:
    """Bring the provisional figures of all members that are still playing up to date; returns how many moved.

    Somebody whose market is closed here, or one of whose prices is too old, keeps the figures they had. `now` is the
    wall clock's and only says that nothing before the start counts.
    """
    rules = Rules.from_json(challenge.body["rules"])
    playing = await standings.playing(unit, challenge.id)
    if now < challenge.starts_at or not playing:
        return 0
    found = await accounts.load_all(unit, [each.account_id for each in playing], lambda fault: None)
    by_id = {each.id: each for each in found}
    liquidations = await standings.liquidations(unit, challenge.id)
    moved, slices = 0, Slices()
    for member in playing:
        await slices.rest()
        account = by_id.get(member.account_id)
        market = None if account is None else _priced(account, market_of)
        if account is None or market is None:
            continue
        tally = _provisional(member, account, market, liquidations.get(account.id, 0))
        traded = bool(account.state.positions) or account.state.wallet != rules.balance
        standing = score(tally, rules.balance) if traded or tally.liquidations else UNRANKED
        changed = _with(member, tally, standing, market.time)
        if replace(changed, seen_at=member.seen_at) != member:
            challenges.set_figures(unit, changed)
            moved += 1
    return moved


async def final(
    unit: UnitOfWork,
    challenge: Challenge,
    member: Member,
    reels: Reels,
    until: datetime | None = None,
) -> Tally:
    """The exact figures of a member, from the journal and the path up to the market's time `until`.

    Without `until`: the end of the tape, or in the live market the end of the challenge. `python -m bot verify`
    computes the same from the exported files.
    """
    rules = Rules.from_json(challenge.body["rules"])
    journal = await happened(unit, member.account_id)
    if rules.pace is Pace.LIVE:
        end = until or challenge.ended_at or challenge.ends_at
        path = await reels.kept(unit, symbols_of(journal), challenge.starts_at, end)
    else:
        path = await reels.track(rules)
        end = until or path[-1].time
    return await asyncio.to_thread(lived, rules.balance, journal, path, end, live=rules.pace is Pace.LIVE)


def finished(member: Member, tally: Tally, start: Decimal, at: datetime) -> Member:
    """A member with the exact figures, for `challenges.set_figures`; `at`: the market's time of the end."""
    return _with(member, tally, final_score(tally, start), at)


async def happened(unit: UnitOfWork, account_id: str) -> tuple[Happened, ...]:
    """An account's journal from its first event, with the market's times."""
    rows = await standings.actions(unit, account_id)
    with reading():
        return tuple((at, event_from_json(body)) for _, at, body in rows)


def _priced(account: Account, market_of: MarketOf) -> MarketSnapshot | None:
    """The account's market, if it is open here with a fresh price of all that the account holds."""
    try:
        market = market_of(account.market)
    except MarketClosed:
        return None
    return market if all(market.fresh(symbol) for symbol, _ in account.state.positions) else None


def _provisional(member: Member, account: Account, market: MarketSnapshot, liquidations: int) -> Tally:
    marks: Mapping[str, Decimal] = {
        symbol: market.quote(symbol).mark for symbol, _ in account.state.positions
    }
    before = Tally(member.peak, member.drawdown, liquidations, member.equity)
    return before.seen(sight(account.state, marks))


def _with(member: Member, tally: Tally, standing: Decimal, at: datetime) -> Member:
    return replace(
        member,
        seen_at=at,
        equity=tally.equity,
        peak=tally.peak,
        drawdown=tally.drawdown,
        liquidations=tally.liquidations,
        score=standing,
    )

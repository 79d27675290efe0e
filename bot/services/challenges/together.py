"""Tapes that all members of a challenge play together: one market for all, led along by the clock of the wall."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from bot.core.clock import Clock
from bot.core.identity import new_id
from bot.core.reply import plain
from bot.market import ReplayFeed
from bot.services.challenges.rules import SHARED, market_of
from bot.services.challenges.stage import Stage, banner_of, changed, rules_of, stage_of
from bot.services.deleveraging import hits, struck_data
from bot.services.markets import Markets
from bot.services.replay_run import concerns, steps_of_path
from bot.services.settlement import Settlement
from bot.services.slices import Slices
from bot.services.tapes import Reel, Shelf
from bot.storage import UnitOfWork, accounts, challenges, outbox
from bot.storage.accounts import Account
from bot.storage.challenges import Challenge
from engine.events import AdlStruck
from engine.exchange import decide
from engine.intents import Deleverage
from engine.market import MarketSnapshot

GROUP = 200
SAVE_EVERY = timedelta(seconds=2)
"""So much time of the wall lies between two places of the tape that are stored."""
LONGEST_LEAP = timedelta(seconds=30)
"""What a tape makes up for at most where time leapt: more is a clock that was set, or a bot that was away."""
LATER = timedelta(minutes=1)
"""By so much a tape has to be behind or ahead, until the end that was announced is another."""
_MICROSECOND = timedelta(microseconds=1)


@dataclass(slots=True, eq=False)
class Shared:
    """A tape that is open here. `reached`: how far each account had met it when it was opened; `seen`: when it was moved
    last, by the clock of the wall; `saved`: when its place was stored last.
    """

    challenge: Challenge
    reel: Reel
    feed: ReplayFeed
    reached: dict[str, datetime]
    seen: datetime | None = None
    saved: datetime | None = None
    states: dict[str, Account] | None = None

    @property
    def market(self) -> str:
        return market_of(rules_of(self.challenge), self.challenge.id, "")

    @property
    def place(self) -> dict[str, Any]:
        """Where the tape stands, as data for a banner."""
        now = self.feed.clock.now()
        first = self.reel.tape.start.replace(hour=0, minute=0, second=0, microsecond=0)
        return {
            "day": (now - first) // timedelta(days=1) + 1,
            "time": now.strftime("%H:%M"),
            "speed": format(self.feed.speed.normalize(), "f"),
        }


class Together:
    """All shared tapes of this process.

    Each step of the path is settled for every exposed account before the next one. The place is stored every two seconds
    and at the end; after a sudden stop a tape goes on where its members had met it furthest, and each account meets only
    what comes after its own last event, so that nothing is done twice.
    """

    def __init__(
        self,
        unit: Callable[[], UnitOfWork],
        shelf: Shelf,
        markets: Markets,
        settlement: Settlement,
        clock: Clock,
        *,
        wake: Callable[[], object],
        report: Callable[[Exception], object],
    ) -> None:
        """`wake` is called once there is something to deliver, `report` hears of accounts that cannot be read."""
        self._unit = unit
        self._shelf = shelf
        self._markets = markets
        self._settlement = settlement
        self._clock = clock
        self._wake = wake
        self._report = report
        self._open: dict[str, Shared] = {}

    async def opened(self, unit: UnitOfWork, challenge: Challenge) -> Shared:
        """The tape of a challenge, opened where it stands. Raises KeyError for a tape that is no more."""
        known = self._open.get(challenge.id)
        if known is not None:
            known.challenge = challenge
            return known
        rules = rules_of(challenge)
        reel = self._shelf.take(rules.tape or "", hidden=True)
        reached = dict(await challenges.reached(unit, challenge.id))
        place = int(challenge.body["place"]) * _MICROSECOND
        shared = Shared(challenge, reel, reel.feed(place, rules.speed), reached)
        self._open[challenge.id] = shared
        self._markets.open(
            shared.market,
            shared.feed.snapshot,
            lambda: banner_of(shared.challenge, shared.place, self._clock.now()),
        )
        return shared

    async def load_market(self, unit: UnitOfWork, name: str) -> None:
        """Open the market of a challenge that is not open here; nothing for a name that is no such market."""
        if not name.startswith(SHARED):
            return
        challenge = await challenges.find(unit, name.removeprefix(SHARED))
        if challenge is not None and challenge.ended_at is None:
            await self.opened(unit, challenge)

    @property
    def open_here(self) -> frozenset[str]:
        """The ids of the challenges whose tapes are open here."""
        return frozenset(self._open)

    def close(self, challenge_id: str) -> None:
        """Nobody trades there any more."""
        shared = self._open.pop(challenge_id, None)
        if shared is not None:
            self._markets.close(shared.market)

    def finished(self, challenge_id: str) -> bool:
        """Whether a tape that is open here was played to its end."""
        shared = self._open.get(challenge_id)
        return shared is not None and shared.feed.finished

    def left(self, challenge_id: str) -> timedelta | None:
        """How much real time is left of a tape that is open here."""
        shared = self._open.get(challenge_id)
        if shared is None:
            return None
        rest = shared.reel.tape.length - shared.feed.position
        return timedelta(seconds=int(Decimal(rest // timedelta(seconds=1)) / shared.feed.speed))

    async def advance(self, shared: Shared, *, leap: bool) -> None:
        """Play a tape on by the time that has passed since it was moved last; one that has not begun stays.

        With a `leap` all of that time is made up for, else at most LONGEST_LEAP; time that ran backwards is none.
        """
        now = self._clock.now()
        if stage_of(shared.challenge, now) is Stage.RUNNING and not shared.feed.finished:
            await self._advance(shared, now, leap=leap)

    async def _advance(self, shared: Shared, now: datetime, *, leap: bool) -> None:
        before = shared.seen
        shared.seen = now
        if before is None:
            await self._catch_up(shared)
            starts_at, untouched = shared.challenge.starts_at, shared.feed.position == timedelta(0)
            in_time = leap or now - starts_at <= LONGEST_LEAP
            before = starts_at if untouched and in_time else now  # who was away goes on from now
        passed = max(now - before, timedelta(0))
        by = (passed if leap else min(passed, LONGEST_LEAP)) * float(shared.feed.speed)
        if by <= timedelta(0):
            return
        by = min(by, shared.reel.tape.length - shared.feed.position)
        await self._meet(shared, shared.feed.advance(by) if by > timedelta(0) else shared.feed.finish())
        if shared.feed.finished or shared.saved is None or now - shared.saved >= SAVE_EVERY:
            await self._save(shared, now)

    async def _catch_up(self, shared: Shared) -> None:
        """Go on to the furthest that an account has met."""
        furthest = max(shared.reached.values(), default=shared.reel.tape.start)
        by = furthest - shared.feed.clock.now()
        if by > timedelta(0):
            await self._meet(shared, shared.feed.advance(by))

    async def _meet(self, shared: Shared, snapshots: Iterable[MarketSnapshot]) -> None:
        since = shared.feed.clock.now()
        slices = Slices()
        for market in steps_of_path(iter(snapshots)):
            await self._strike(shared, since, market)
            concerned = [
                each.id
                for each in await self._exposed(shared)
                if shared.reached.get(each.id, since) < market.time and concerns(each.state, market)
            ]
            if concerned and await self._settlement.settle_accounts(concerned, market):
                self._wake()
            since = market.time
            await slices.rest()

    async def _exposed(self, shared: Shared) -> list[Account]:
        """The accounts that a price can change; states are read again only where they have changed."""
        async with self._unit() as unit:
            versions = await accounts.versions_exposed(unit, shared.market)
            known = shared.states or {}
            old = [
                each
                for each, version in versions.items()
                if each not in known or known[each].state.version != version
            ]
            for start in range(0, len(old), GROUP):
                found = await accounts.load_all(unit, old[start : start + GROUP], self._report)
                known |= {each.id: each for each in found}
        shared.states = {each: known[each] for each in versions if each in known}
        return list(shared.states.values())

    async def _strike(self, shared: Shared, since: datetime, market: MarketSnapshot) -> None:
        """Deleverage what the script of the tape reaches at this step, in every account."""
        strikes = shared.feed.struck(since, market.time)
        if not strikes:
            return
        for each in await self._exposed(shared):
            if shared.reached.get(each.id, since) < market.time and hits(strikes, each.state, market):
                async with self._unit() as unit:
                    await unit.lock(f"account:{each.id}")
                    account = await accounts.load(unit, each.id)
                    for hit in hits(strikes, account.state, market):
                        strike, before, now = hit.strike, account.state, self._clock.now()
                        intent = Deleverage(strike.symbol, strike.side, strike.price_in(market))
                        events = decide(intent, before, market)
                        account = accounts.record(unit, account, events, now, market.time)
                        struck = next(event for event in events if isinstance(event, AdlStruck))
                        banner = banner_of(shared.challenge, shared.place, now)
                        data = {**struck_data(struck, hit, before), "at": now.isoformat(), "banner": banner}
                        key = f"adl_struck:{account.id}:{account.state.version}"
                        notice = outbox.Notice(
                            new_id(), account.person_id, "adl_struck", plain(data), now, key
                        )
                        outbox.post(unit, notice)
                self._wake()

    async def _save(self, shared: Shared, now: datetime) -> None:
        """Store where the tape stands, and when it will be over."""
        async with self._unit() as unit:
            if shared.challenge.chat_key is not None:
                await unit.lock(f"chat:{shared.challenge.chat_key}")
            kept = await challenges.find(unit, shared.challenge.id)
            if kept is None or kept.ended_at is not None:
                return
            after = changed(kept, place=shared.feed.position // _MICROSECOND)
            ends_at = now + (self.left(kept.id) or timedelta(0))
            if abs(ends_at - kept.ends_at) > LATER:
                after = replace(after, ends_at=ends_at)
            challenges.save(unit, after)
        shared.challenge, shared.saved = after, now

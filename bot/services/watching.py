"""The watch as a proposer: it holds every exposed account of the main market in memory and knows whom a price concerns."""

import asyncio
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from bot.services.markets import MAIN_MARKET
from bot.services.proposals import Proposed
from bot.services.slices import Slices
from bot.storage import Store, accounts
from bot.storage.accounts import Account
from engine.contracts import Contract
from engine.market import MarketSnapshot
from engine.watch import Watch

NOBODY = Proposed()
ANXIOUS_EVERY = 64
"""In so many ticks once, those who were warned are looked at: it may have got worse, or be over."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_LATER = datetime(9999, 1, 1, tzinfo=UTC)
AUDIT_SECONDS = 60.0


class WatchFault(Exception):
    """The watch has lost somebody: what the audit found."""


class Watching:
    """Proposes what the watch finds, and at each funding timestamp whoever holds the symbol.

    `threshold` of a person is the margin ratio from which they want to be warned. Accounts that another process changed
    are learnt of once a minute, when also the watch itself is audited.
    """

    def __init__(
        self,
        store: Store,
        contracts: Mapping[str, Contract],
        threshold: Callable[[str], Decimal | None],
        anxious: Callable[[], frozenset[str]],
        broken: Callable[[Exception], object],
    ) -> None:
        self._store = store
        self._broken = broken
        self._threshold = threshold
        self._anxious = anxious
        self._ticks = 0
        self._watch = Watch(contracts)
        self._versions: dict[str, int] = {}
        self._owned: dict[str, str] = {}
        self._again: set[str] = set()
        self._intervals = {
            symbol: timedelta(hours=each.funding_interval_hours) for symbol, each in contracts.items()
        }
        self._funded: dict[str, int] = {}
        self._paid_until: dict[str, datetime] = {}
        self._waiting: list[Account] | None = None
        self._audited = 0.0
        self._next_funding = _EPOCH

    async def load(self) -> None:
        """Read every exposed account, before the first tick."""
        async with self._store.unit() as unit:
            exposed = await accounts.exposed(unit, MAIN_MARKET, self._broken)
        slices = Slices()
        for account in exposed:
            await slices.rest()
            self.changed(account)
            self._paid_until[account.id] = min(
                (each.funded or _EPOCH for each in account.state.positions.values()), default=_LATER
            )

    def changed(self, account: Account) -> None:
        """Guard an account as it is now; one that a price cannot change is forgotten. Older news is no news."""
        if account.market != MAIN_MARKET or account.state.version < self._versions.get(account.id, 0):
            return
        if self._waiting is not None:
            self._waiting.append(account)
            return
        if account.archived_at is None and (account.state.positions or account.state.orders):
            self._watch.put(account.id, account.state, self._threshold(account.person_id))
            self._versions[account.id] = account.state.version
            self._owned[account.person_id] = account.id
        else:
            self._watch.drop(account.id)
            self._versions.pop(account.id, None)
            self._owned.pop(account.person_id, None)

    def threshold_changed(self, person_id: str) -> None:
        """Guard somebody's account by another threshold from the next tick on."""
        if person_id in self._owned:
            self._again.add(self._owned[person_id])

    async def propose(self, market: MarketSnapshot) -> Proposed:
        """Whom the watch proposes and whom funding concerns."""
        if self._again:
            again, self._again = self._again, set()
            async with self._store.unit() as unit:
                for account in await accounts.load_all(unit, sorted(again), self._broken):
                    self.changed(account)
        found = self._watch.tick(market)
        now = asyncio.get_running_loop().time()
        if now >= self._audited + AUDIT_SECONDS:
            self._audited = now
            await self.audit(market)
        funded = self._funding(market)
        due = found.due if not funded else sorted(funded.union(found.due))
        worried = {each.account for each in (*found.warned, *found.calmed)}
        self._ticks += 1
        if self._ticks % ANXIOUS_EVERY == 0:
            worried |= self._anxious()
        return Proposed(due, sorted(worried)) if due or worried else NOBODY

    async def audit(self, market: MarketSnapshot) -> None:
        """Learn of what other processes changed, then scan everything at the market last proposed for; a find is an alarm."""
        await self._catch_up()
        await self._scan(market)

    async def _catch_up(self) -> None:
        """Learn of what other processes changed."""
        async with self._store.unit() as unit:
            stored = await accounts.versions_exposed(unit, MAIN_MARKET)
            new = {each for each, version in stored.items() if version > self._versions.get(each, -1)}
            for account in await accounts.load_all(
                unit, sorted(new | (self._versions.keys() - stored.keys())), self._broken
            ):
                self.changed(account)

    async def _scan(self, market: MarketSnapshot) -> None:
        """Scan everything in a thread; what changes meanwhile waits until it is done. A find is an alarm."""
        self._waiting = []
        try:
            for fault in await asyncio.to_thread(self._watch.audit, market):
                self._broken(WatchFault(fault))
        finally:
            waiting, self._waiting = self._waiting, None
            for account in waiting:
                self.changed(account)

    def _funding(self, market: MarketSnapshot) -> set[str]:
        """Holders of the symbols that have come past a funding timestamp, or have their first price since the start."""
        if market.time < self._next_funding and len(self._funded) == len(market.quotes):
            return set()
        concerned: set[str] = set()
        for symbol in market.quotes:
            interval = self._intervals.get(symbol)
            if interval is None or not market.fresh(symbol):
                continue
            number = (market.time - _EPOCH) // interval
            known = self._funded.get(symbol)
            if known != number:
                self._funded[symbol] = number
                since = _EPOCH + number * interval
                holders = self._watch.holders(symbol)
                concerned.update(
                    each for each in holders if known or self._paid_until.get(each, _EPOCH) < since
                )
        ends = (_EPOCH + (number + 1) * self._intervals[symbol] for symbol, number in self._funded.items())
        self._next_funding = min(ends, default=_EPOCH)
        return concerned

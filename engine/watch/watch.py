"""The watch: which accounts does a tick concern? It proposes, the engine disposes (docs/watch.md)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from decimal import Decimal
from itertools import islice

import numpy as np

from engine.account import MarginAccount
from engine.contracts import Contract
from engine.decimals import exact
from engine.market import MarketSnapshot
from engine.watch.audit import audit
from engine.watch.batch import Batch
from engine.watch.book import Book
from engine.watch.certificate import Certificates
from engine.watch.guards import PARKED, Guards
from engine.watch.intake import integers
from engine.watch.prices import Prices
from engine.watch.proposals import NOTHING, Alert, Counts, Proposals
from engine.watch.register import Register, Unit
from engine.watch.scales import HYSTERESIS, LANES, THRESHOLDS, Ints, OutOfDomain, Scales
from engine.watch.wide import WideAccounts

BATCH_FROM = 48
"""So many guards fired at once are evaluated in vectors."""
REPEATED = 256
"""So many accounts that nobody has answered for are proposed again at each tick, the longest unanswered first."""
POLLED = 256
"""So many warned units are looked at in a poll."""
DEFAULT_THRESHOLD = Decimal("0.8")


class Watch:
    """Guards every position and order of the accounts put into it, and says at each tick whom it concerns.

    What is proposed is proposed again until `put` or `drop` answers, or until it no longer holds. Of warnings it
    remembers which it has given as long as the position stands. Every `poll_every`-th tick looks whether warned ones
    have come back. Raises ContractError (`Scales`).
    """

    def __init__(
        self,
        contracts: Mapping[str, Contract],
        *,
        poll_every: int = 64,
        batch_from: int = BATCH_FROM,
        guards: type[Guards] = Guards,
        certificates: type[Certificates] = Certificates,
        batch: type[Batch] = Batch,
    ) -> None:
        self.scales = Scales(contracts)
        self.prices = Prices(self.scales)
        self.book = Book(self.scales, guards)
        self._certificates = certificates(self.book, self.scales, self.prices)
        self._batch = batch(self.book, self.scales, self.prices)
        self._register = Register(self.book, self.scales)
        self._wide = WideAccounts()
        self._surfaces: dict[Decimal | None, int] = {
            ratio: self.scales.surface(ratio) for ratio in THRESHOLDS
        }
        self._surfaces[None] = 0
        self._poll_every = poll_every
        self._batch_from = batch_from
        self._pending: dict[int, None] = {}
        self._due: set[int] = set()
        self._alerts: list[Alert] = []
        self._ticks = self._fired = self._proposed = 0

    # -- what changes

    @exact
    def put(
        self,
        key: str,
        account: MarginAccount,
        threshold: Decimal | None = DEFAULT_THRESHOLD,
        warned: frozenset[Unit] = frozenset(),
    ) -> None:
        """Guard an account as it is now; called after everything that has changed it.

        `threshold`: one of THRESHOLDS, or None for no warnings. `warned`: what the account has been warned of before
        the watch knew it. Raises ValueError for another threshold.
        """
        surface = self._surfaces.get(threshold)
        if surface is None:
            raise ValueError(f"threshold {threshold}")
        if self.prices.beyond:
            self.prices.catch_up_all()
        try:
            found = integers(account, self.scales, self.prices.beyond)
        except OutOfDomain:
            self.drop(key)
            self._wide.put(key, account, threshold, warned)
            return
        self._wide.drop(key)
        row = self.book.account(key)
        units = self._register.place_units(row, found, surface, warned)
        orders = self._register.place_orders(row, found.orders)
        if row in self._pending:  # guards may be parked, of what is as it was too
            del self._pending[row]
            self._guard_all(row)
        else:
            for unit in units:
                self._examine(unit)
            for order in orders:
                self._guard_order(order)
        if not (found.isolated or found.cross or found.orders):
            self.book.forget(row)

    def drop(self, key: str) -> None:
        """Forget an account; an unknown one is none."""
        self._wide.drop(key)
        row = self.book.numbers.get(key)
        if row is None:
            return
        for unit in self.book.units_of(row):
            self._register.remove(unit)
        for order in self.book.orders_of(row):
            self.book.remove_order(order)
        self._pending.pop(row, None)
        self.book.forget(row)

    # -- what happens

    def tick(self, market: MarketSnapshot, changed: Iterable[str] | None = None) -> Proposals:
        """Take new prices in, and say whom they concern. Symbols without a fresh quote are not moved.

        `changed`: the symbols whose quotes are new since the last tick, if that is known; otherwise all are compared.
        """
        self._ticks += 1
        fired = self._moved(market, changed)
        poll = bool(self._register.warned) and not self._ticks % self._poll_every
        if not (fired or self._pending or self._alerts or poll or self._wide):
            return NOTHING
        return self._answer(market, fired, poll=poll)

    def _moved(self, market: MarketSnapshot, changed: Iterable[str] | None) -> list[int]:
        """Take the quotes; returns the numbers of the symbols of which a price is beyond its first guard."""
        quotes = market.quotes
        prices, bounds, numbers = self.prices, self.book.guards.bounds, self.scales.number
        known, behind = prices.quotes, prices.behind
        oldest = None if market.stale_after is None else market.time - market.stale_after
        fired = []
        for symbol in quotes if changed is None else changed:
            quote, number = quotes.get(symbol), numbers.get(symbol)
            if quote is None or number is None or quote is known[number]:
                continue
            if oldest is not None and quote.at < oldest:
                continue
            known[number] = quote
            behind[number] = 1
            lane = LANES * number
            if not (
                bounds[lane] <= quote.mark <= bounds[lane + 1]
                and bounds[lane + 2] <= quote.last <= bounds[lane + 3]
            ):
                fired.append(number)
        return fired

    @exact
    def _answer(self, market: MarketSnapshot, fired: list[int], *, poll: bool) -> Proposals:
        """Evaluate what has fired, what is unanswered, and in a poll what was warned."""
        unanswered = list(islice(self._pending, REPEATED))
        self._due.clear()
        hit = [owners for number in fired for owners in self._hits(number)]
        if hit:
            self._look(np.concatenate(hit))
        for row in unanswered:
            if row not in self._due:
                del self._pending[row]
                self._guard_all(row)
        due = self._due
        stale = self._stale(market) if due else ()
        if stale:
            due = {row for row in due if self._holds(row, stale)}
        keys = [self.book.keys[row] for row in due]
        calmed = self._poll() if poll else []
        if self._wide:
            wide = self._wide.tick(market)
            keys += wide.due
            self._alerts += wide.warned
            calmed += wide.calmed
        warned, self._alerts = tuple(self._alerts), []
        self._proposed += len(keys)
        return Proposals(tuple(sorted(keys)), warned, tuple(calmed))

    def _hits(self, number: int) -> list[Ints]:
        """Owners of all guards that a symbol's prices are beyond."""
        self.prices.catch_up(number)
        guards, units = self.book.guards, self.prices.units.at
        lanes = range(LANES * number, LANES * (number + 1))
        if number in self.prices.beyond:
            for lane in lanes:
                self._pend([self._account_of(owner) for owner in guards.owners_of(lane).tolist()])
            return []
        return [guards.hits(lane, units[lane]) for lane in lanes if guards.limits[lane] > units[lane]]

    def _look(self, owners: Ints) -> None:
        """Evaluate what guards have fired for; orders need no more than that."""
        self._fired += len(owners)
        book = self.book
        if len(owners) < self._batch_from:
            looked = set()
            for owner in owners.tolist():
                if owner < 0:
                    book.guards.move(book.orders.slot.at[~owner], PARKED)
                    self._pend([book.orders.account.at[~owner]])
                else:
                    looked.add(book.legs.unit.at[owner])
            for unit in looked:
                self._examine(unit)
            return
        orders = ~owners[owners < 0]
        if len(orders):
            book.guards.move_many(book.orders.slot.all[orders], np.full(len(orders), PARKED))
            self._pend(book.orders.account.all[orders].tolist())
        units = np.sort(book.legs.unit.all[owners[owners >= 0]])
        units = units[np.diff(units, prepend=-1) != 0]
        if len(units):
            verdict = self._batch.examine(units)
            self._pend(book.units.account.all[verdict.due].tolist())
            self._tell(verdict.warned)
            for unit in verdict.left.tolist():
                self._examine(unit)

    def _examine(self, unit: int) -> None:
        """Guard a unit at its surface, if it is healthy there; else warn, and guard it at liquidation; else it is due."""
        surface, whole = self.book.units.surface.at, self.scales.whole
        if self._certificates.guard(unit, surface[unit]):
            return
        if surface[unit] < whole and self._certificates.guard(unit, whole):
            surface[unit] = whole
            self._tell(np.array([unit]))
            return
        for leg in self.book.legs_of(unit):
            self.book.guards.move(self.book.legs.slot.at[leg], PARKED)
        self._pend([self.book.units.account.at[unit]])

    def _pend(self, rows: list[int]) -> None:
        self._pending.update(dict.fromkeys(rows))
        self._due.update(rows)

    def _tell(self, units: Ints) -> None:
        self._register.warned.update(dict.fromkeys(units.tolist()))
        self._alerts += self._register.alerts(units)

    def _guard_all(self, row: int) -> None:
        """Guard everything of an account, parked or not; what is due makes it pending."""
        for unit in self.book.units_of(row):
            self._examine(unit)
        for order in self.book.orders_of(row):
            self._guard_order(order)

    def _guard_order(self, order: int) -> None:
        reached = self._reached(order)
        orders = self.book.orders
        self.book.guards.move(orders.slot.at[order], PARKED if reached else orders.edge.at[order])
        if reached:
            self._pend([orders.account.at[order]])

    def _holds(self, row: int, stale: Collection[int]) -> bool:
        """Whether a unit of the account is due, or an order reached, by prices that are not stale."""
        legs, whole = self.book.legs, self.scales.whole
        for unit in self.book.units_of(row):
            if any(legs.lane.at[leg] // LANES in stale for leg in self.book.legs_of(unit)):
                continue
            health = self._certificates.health(unit, whole)
            if health is not None and health <= 0:
                return True
        return any(
            self._reached(order)
            for order in self.book.orders_of(row)
            if self.book.orders.lane.at[order] // LANES not in stale
        )

    def _reached(self, order: int) -> bool:
        lane = self.book.orders.lane.at[order]
        if self.prices.behind[lane // LANES]:
            self.prices.catch_up(lane // LANES)
        return self.book.orders.edge.at[order] > self.prices.units.at[lane]

    def _stale(self, market: MarketSnapshot) -> frozenset[int]:
        """Symbols that had a price and have no fresh one."""
        symbols = self.scales.symbols
        known = (number for number, quote in enumerate(self.prices.quotes) if quote is not None)
        return frozenset(number for number in known if not market.fresh(symbols[number]))

    def _poll(self) -> list[Alert]:
        """Take back the warnings of units that have come far enough from it, of those not looked at for longest."""
        warned = self._register.warned
        units = np.array(list(islice(warned, POLLED)))
        thresholds = self.book.units.threshold.all[units]
        calm = self._batch.healthy(units, thresholds - self.scales.surface(HYSTERESIS))
        for unit in units.tolist():
            del warned[unit]
        warned.update(dict.fromkeys(units[~calm].tolist()))
        calmed = units[calm]
        self.book.units.surface.all[calmed] = thresholds[calm]
        for unit in calmed.tolist():
            self._examine(unit)
        return self._register.alerts(calmed)

    def _account_of(self, owner: int) -> int:
        book = self.book
        return (
            book.orders.account.at[~owner] if owner < 0 else book.units.account.at[book.legs.unit.at[owner]]
        )

    # -- what can be asked

    @exact
    def audit(self, market: MarketSnapshot) -> tuple[str, ...]:
        """Everything that should not be: see `engine.watch.audit`. Empty, or there is an error in the watch."""
        return audit(self.book, self.scales, self.prices, market, self._pending)

    def holders(self, symbol: str) -> tuple[str, ...]:
        """Accounts with a position in a symbol, sorted."""
        found = set(self._wide.holders(symbol))
        number = self.scales.number.get(symbol)
        if number is not None:
            for lane in (LANES * number, LANES * number + 1):
                owners = self.book.guards.owners_of(lane)
                units = self.book.legs.unit.all[owners[owners >= 0]]
                found.update(self.book.keys[row] for row in self.book.units.account.all[units].tolist())
        return tuple(sorted(found))

    @property
    def counts(self) -> Counts:
        """Figures for metrics."""
        book, makers = self.book, (self._certificates, self._batch)
        return Counts(
            ticks=self._ticks,
            fired=self._fired,
            evaluations=sum(each.evaluations for each in makers),
            corners=sum(each.corners for each in makers),
            proposed=self._proposed,
            accounts=len(book.accounts) + len(self._wide),
            units=len(book.units),
            legs=len(book.legs),
            orders=len(book.orders),
            pending=len(self._pending),
            warned=len(self._register.warned),
            size=book.size,
        )

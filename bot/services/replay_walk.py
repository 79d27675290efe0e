"""How a replay's account goes along its tape: every step of the path, and what each does settled before the next."""

from collections.abc import Awaitable, Callable, Iterator
from itertools import chain

from bot.core.clock import Clock
from bot.core.identity import new_id
from bot.core.reply import plain
from bot.services.deleveraging import Hit, hits, struck_data
from bot.services.replay_run import Run, concerns, steps_of_path
from bot.services.slices import Slices
from bot.storage import UnitOfWork, accounts, outbox
from bot.storage.accounts import Account
from engine.events import AdlStruck
from engine.exchange import decide
from engine.intents import Deleverage
from engine.market import MarketSnapshot

Settle = Callable[[str, MarketSnapshot], Awaitable[bool]]
"""Settles one account against a snapshot, in a transaction of its own; whether its owner has something to be told."""


class Walk:
    """Leads accounts along their tapes; who calls holds the run's `moving`, and no lock of its account."""

    def __init__(
        self,
        unit: Callable[[], UnitOfWork],
        settle: Settle,
        clock: Clock,
        wake: Callable[[], object],
    ) -> None:
        self._unit = unit
        self._settle = settle
        self._clock = clock
        self._wake = wake

    async def by_hand(self, run: Run, snapshots: Iterator[MarketSnapshot]) -> None:
        """Go on by hand; what a player that was held may have left unmet comes first."""
        await self.meet(run, chain((run.feed.snapshot(),), snapshots))

    async def meet(self, run: Run, snapshots: Iterator[MarketSnapshot]) -> None:
        """Take the account through snapshots; those it has met before are left out."""
        unmet = (each for each in steps_of_path(snapshots) if each.time > run.met)
        while (market := await self._eventful(run, unmet)) is not None:
            told = await self._strike(run, market)
            if await self._settle(run.account_id, market) or told:
                self._wake()
            run.met = market.time

    async def _eventful(self, run: Run, unmet: Iterator[MarketSnapshot]) -> MarketSnapshot | None:
        """Go on while nothing happens to the account, under its lock; the first step that does something, unsettled."""
        async with self._unit() as unit:
            account = await locked(unit, run)
            slices = Slices()
            for market in unmet:
                if concerns(account.state, market) or _struck(run, account, market):
                    return market
                run.met = market.time
                await slices.rest()
        return None

    async def _strike(self, run: Run, market: MarketSnapshot) -> bool:
        """Deleverage what the script of the tape reaches at this step; whether it reached anything."""
        if not run.feed.struck(run.met, market.time):
            return False
        async with self._unit() as unit:
            account = await locked(unit, run)
            reached = _struck(run, account, market)
            for hit in reached:
                strike, before, now = hit.strike, account.state, self._clock.now()
                intent = Deleverage(strike.symbol, strike.side, strike.price_in(market))
                events = decide(intent, before, market)
                account = accounts.record(unit, account, events, now, market.time)
                struck = next(each for each in events if isinstance(each, AdlStruck))
                data = {**struck_data(struck, hit, before), "at": now.isoformat(), "banner": run.banner()}
                key = f"adl_struck:{account.id}:{account.state.version}"
                notice = outbox.Notice(new_id(), account.person_id, "adl_struck", plain(data), now, key)
                outbox.post(unit, notice)
        return bool(reached)


async def locked(unit: UnitOfWork, run: Run) -> Account:
    """A replay's account, locked to the end of the unit."""
    await unit.lock(f"account:{run.account_id}")
    return await accounts.load(unit, run.account_id)


def _struck(run: Run, account: Account, market: MarketSnapshot) -> list[Hit]:
    """What the script of the tape reaches at a step."""
    return hits(run.feed.struck(run.met, market.time), account.state, market)

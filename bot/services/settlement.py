"""Settlement: after every tick, each account that it concerns goes through funding, liquidation and its orders."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

from bot.core.clock import Clock
from bot.services.alerts import Alerts, post, subject_of
from bot.services.attention import Listener, listeners
from bot.services.challenges.banners import notice_banner
from bot.services.liquidations import liquidation_data
from bot.services.markets import MAIN_MARKET
from bot.services.order_notices import notice_data
from bot.services.proposals import Proposer
from bot.services.slices import Slices
from bot.storage import Store, UnitOfWork, VersionConflict, accounts, retrying
from bot.storage.accounts import Account
from bot.telemetry import Telemetry
from engine.account import MarginAccount
from engine.events import Event, LiquidationStarted
from engine.exchange import decide
from engine.intents import Settle
from engine.market import MarketSnapshot

GROUP = 200


class Settlement:
    """Settles what a tick concerns by the exact state under its lock, up to 200 accounts a transaction."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        telemetry: Telemetry,
        proposer: Proposer,
        alerts: Alerts,
        liquidated: Callable[[str, int], object],
        banner: Callable[[str], dict[str, Any]] = lambda market: {},
    ) -> None:
        """`liquidated` hears of each account that was liquidated and the number of the last entry of its journal;
        `banner` words the line above a notice from a market that is not the main one.
        """
        self._store = store
        self._clock = clock
        self._telemetry = telemetry
        self._alerts = alerts
        self._liquidated = liquidated
        self._banner = banner
        self.proposer = proposer

    async def tick(self, market: MarketSnapshot) -> int:
        """Settle every account of the main market against a snapshot; returns how many have something to be told."""
        return await self.settle_accounts((await self.proposer.propose(market)).all, market)

    async def settle_accounts(self, concerned: Sequence[str], market: MarketSnapshot) -> int:
        """Settle these accounts, all of one market, against a snapshot; returns how many have something to be told."""
        told = 0
        for start in range(0, len(concerned), GROUP):
            told += await self._group(concerned[start : start + GROUP], market)
        return told

    async def settle_account(self, account_id: str, market: MarketSnapshot) -> bool:
        """Settle one account, of whatever market; returns whether its owner has something to be told."""
        return bool(await self._together((account_id,), market))

    async def _group(self, group: Sequence[str], market: MarketSnapshot) -> int:
        """Settle a group in one transaction, or each alone if that does not go."""
        try:
            return await self._together(group, market)
        except Exception as fault:  # noqa: BLE001 - one account must not keep the others from their settlement
            if len(group) == 1:
                self._report(fault)
                return 0
        told = 0
        for each in group:
            try:
                told += await self._together((each,), market)
            except Exception as fault:  # noqa: BLE001 - as above
                self._report(fault)
        return told

    def _report(self, fault: Exception) -> None:
        if not isinstance(
            fault, VersionConflict
        ):  # then another process changed it: the next tick tests that
            self._telemetry.incident(fault)

    async def _together(self, group: Sequence[str], market: MarketSnapshot) -> int:
        """Settle accounts by their state under their locks; the proposal only named them."""
        told = 0
        async for attempt in retrying():
            with attempt:
                told = 0
                async with self._store.unit() as unit:
                    await unit.lock(*(f"account:{each}" for each in group))
                    slices = Slices()
                    found = await accounts.load_all(unit, group, self._broken(group))
                    hears = await listeners(unit, {each.person_id for each in found})
                    for account in found:
                        await slices.rest()
                        told += await self._one(
                            unit, account, market, hears.get(account.person_id, Listener())
                        )
        return told

    def _broken(self, group: Sequence[str]) -> Callable[[Exception], None]:
        """What to do about a stored state that cannot be read: alone it is a fault, in a group it is left out."""

        def report(fault: Exception) -> None:
            if len(group) == 1:
                raise fault
            self._telemetry.incident(fault)

        return report

    def _hear(self, account: Account) -> None:
        self._liquidated(account.id, account.state.version)

    async def _one(self, unit: UnitOfWork, account: Account, market: MarketSnapshot, hears: Listener) -> bool:
        """Record what a snapshot does to an account, and what its owner is to be told."""
        now, posted = self._clock.now(), 0
        events = () if account.archived_at else decide(Settle(), account.state, market)
        after = accounts.record(unit, account, events, now, market.time)
        unit.on_commit(lambda: self.proposer.changed(after))
        happened = _notices(events, account.state, after.state, market, now)
        above = self._banner(account.market)
        banner = await notice_banner(unit, account, above, now) if happened else {}
        notices = [(template, {**data, "banner": banner}) for template, data in happened]
        for place, (template, data) in enumerate(notices):
            at = now - (len(notices) - place) * timedelta(microseconds=1)  # told in this order
            subject, what = subject_of(template, data), f"{account.id}:{after.state.version}"
            posted += post(unit, hears, subject, account.person_id, template, data, at, what)
        if any(isinstance(each, LiquidationStarted) for each in events):
            unit.on_commit(lambda: self._hear(after))
        if account.market == MAIN_MARKET and after.archived_at is None:
            posted += await self._alerts.margin(unit, after, market, now, hears)
        return bool(posted)


def _notices(
    events: Sequence[Event],
    before: MarginAccount,
    after: MarginAccount,
    market: MarketSnapshot,
    now: datetime,
) -> list[tuple[str, dict[str, Any]]]:
    """Templates and data, in the order of what happened."""
    found: list[tuple[str, dict[str, Any]]] = []
    if any(isinstance(each, LiquidationStarted) for each in events):
        found.append(("liquidated", liquidation_data(events, before, after, market, now)))
    orders = notice_data(events, before, now)
    if orders is not None:
        found.append(("order_notice", orders))
    return found

"""Settlement: after every tick, each account that it concerns goes through funding, liquidation and its orders."""

from datetime import timedelta
from typing import Any

from bot.core.clock import Clock
from bot.core.identity import new_id
from bot.core.reply import plain
from bot.services.liquidations import liquidation_data
from bot.services.order_notices import notice_data
from bot.services.turn import MAIN_MARKET
from bot.storage import Store, VersionConflict, accounts, outbox, retrying
from bot.storage.accounts import Account
from bot.telemetry import Telemetry
from engine.events import LiquidationStarted
from engine.exchange import decide
from engine.intents import Settle
from engine.market import MarketSnapshot


class Settlement:
    """Tests all accounts of the main market with positions or orders; each is settled in its own transaction."""

    def __init__(self, store: Store, clock: Clock, telemetry: Telemetry) -> None:
        self._store = store
        self._clock = clock
        self._telemetry = telemetry

    async def tick(self, market: MarketSnapshot) -> int:
        """Settle every account against a snapshot; returns how many have something to be told."""
        async with self._store.unit() as unit:
            exposed = await accounts.exposed(unit, MAIN_MARKET)
        settled = 0
        for account in exposed:
            if any(not market.fresh(each.symbol) for each in account.state.in_order()):
                continue
            try:
                if decide(Settle(), account.state, market):
                    settled += await self._settle(account, market)
            except VersionConflict:
                continue  # another process changed it first; the next tick tests what became of it
            except Exception as fault:  # noqa: BLE001 - one account must not keep the others from their settlement
                self._telemetry.incident(fault)
        return settled

    async def _settle(self, found: Account, market: MarketSnapshot) -> bool:
        """Settle one account by its state under the lock; the scan only proposed it."""
        told: list[tuple[str, dict[str, Any]]] = []
        async for attempt in retrying():
            with attempt:
                async with self._store.unit() as unit:
                    await unit.lock(f"account:{found.id}")
                    account = await accounts.load(unit, found.id)
                    events = () if account.archived_at else decide(Settle(), account.state, market)
                    if not events:
                        return False
                    now = self._clock.now()
                    after = accounts.record(unit, account, events, now, market.time)
                    told.clear()
                    if any(isinstance(each, LiquidationStarted) for each in events):
                        data = liquidation_data(events, account.state, after.state, market, now)
                        told.append(("liquidated", data))
                    orders = notice_data(events, account.state, now)
                    if orders is not None:
                        told.append(("order_notice", orders))
                    for place, (template, data) in enumerate(told):
                        at = now - (len(told) - place) * timedelta(microseconds=1)  # told in this order
                        key = f"{template}:{account.id}:{after.state.version}"
                        notice = outbox.Notice(new_id(), account.person_id, template, plain(data), at, key)
                        outbox.post(unit, notice)
        return bool(told)

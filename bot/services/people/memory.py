"""What this process keeps in memory of people, brought in step with what is committed about them."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from functools import partial

from bot.services.attention import Attention, Thresholds
from bot.services.markets import MAIN_MARKET, Markets
from bot.services.price_alerts import PriceAlerts
from bot.storage import UnitOfWork, accounts, attention, forgetting, price_alerts
from bot.storage.accounts import Account

SHARED = "challenge:"


class Memory:
    """Thresholds of warnings, price alerts, the watch over accounts, and markets of a person's own.

    `changed` hears of accounts as they were committed, `left` of the ids of accounts whose tape, if there is one, must
    be read anew before it goes on.
    """

    def __init__(
        self,
        thresholds: Thresholds,
        prices: PriceAlerts,
        markets: Markets,
        changed: Callable[[Account], None],
        left: Callable[[str], None] = lambda account_id: None,
    ) -> None:
        self._thresholds = thresholds
        self._prices = prices
        self._markets = markets
        self._changed = changed
        self._left = left

    async def forget(self, unit: UnitOfWork, person_id: str, at: datetime) -> None:
        """Let go of a person whose accounts are all put aside in a unit; takes the accounts' locks."""
        for alert in await price_alerts.of_person(unit, person_id):
            self._prices.forget(unit, alert)
        self._thresholds.save(unit, person_id, Attention())
        for account in await self._open(unit, person_id):
            self._close(unit, account, at)

    async def move(self, unit: UnitOfWork, leaves: str, stays: str, at: datetime) -> None:
        """Take a person into another whose choices win; takes the locks of the first one's accounts."""
        for alert in await price_alerts.of_person(unit, leaves):
            unit.on_commit(partial(self._prices.drop, alert))
            unit.on_commit(partial(self._prices.add, replace(alert, person_id=stays)))
        chosen = await attention.of(unit, (leaves, stays))
        body = chosen[leaves].body if leaves in chosen else None
        if body is not None:
            if stays in chosen and chosen[stays].body is None:
                self._thresholds.save(unit, stays, Attention.from_json(body))
            self._thresholds.save(unit, leaves, Attention())
        for account in await self._open(unit, leaves):
            if account.kind == accounts.CHALLENGE:
                unit.on_commit(partial(self._changed, replace(account, person_id=stays)))
                unit.on_commit(partial(self._left, account.id))
            else:
                self._close(unit, account, at)

    async def _open(self, unit: UnitOfWork, person_id: str) -> tuple[Account, ...]:
        ids = await forgetting.open_accounts(unit, person_id)
        await unit.lock(*(f"account:{each}" for each in ids))
        return tuple(await accounts.load_all(unit, ids, lambda damaged: None))

    def _close(self, unit: UnitOfWork, account: Account, at: datetime) -> None:
        def closed() -> None:
            self._changed(replace(account, archived_at=at))
            if account.market != MAIN_MARKET and not account.market.startswith(SHARED):
                self._markets.close(account.market)
            self._left(account.id)

        unit.on_commit(closed)

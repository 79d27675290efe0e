"""Which accounts a tick concerns: a plain scan of all that are exposed, enough for a market with few of them."""

from collections.abc import Callable, Sequence
from typing import Protocol

from bot.services.markets import MAIN_MARKET
from bot.services.slices import Slices
from bot.storage import Store, accounts
from bot.storage.accounts import Account
from engine.exchange import decide
from engine.intents import Settle
from engine.market import MarketSnapshot


class Proposer(Protocol):
    """Proposes accounts; whoever settles them decides by their exact state under their lock."""

    async def load(self, store: Store) -> None:
        """Learn of all accounts, once, before the first tick."""

    def changed(self, account: Account) -> None:
        """Take note of an account's new state, right after it was committed."""

    async def due(self, market: MarketSnapshot) -> Sequence[str]:
        """Ids of the accounts that a snapshot may concern, in their order; none that it concerns is left out."""


class Scan:
    """Reads every exposed account from storage at each tick; so it also sees what other processes did."""

    def __init__(self, store: Store, broken: Callable[[Exception], object]) -> None:
        self._store = store
        self._broken = broken

    async def load(self, store: Store) -> None:
        """Nothing is kept."""

    def changed(self, account: Account) -> None:
        """Nothing is kept."""

    async def due(self, market: MarketSnapshot) -> Sequence[str]:
        """Every account for which a settlement would do anything."""
        found = []
        async with self._store.unit() as unit:
            exposed = await accounts.exposed(unit, MAIN_MARKET, self._broken)
        slices = Slices()
        for account in exposed:
            await slices.rest()
            try:
                concerned = bool(decide(Settle(), account.state, market))
            except Exception as fault:  # noqa: BLE001 - one account must not keep the others from their settlement
                self._broken(fault)
                continue
            if concerned:
                found.append(account.id)
        return found

"""Which accounts a tick concerns: a plain scan of all that are exposed, enough for a market with few of them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from bot.services.markets import MAIN_MARKET
from bot.services.slices import Slices
from bot.storage import Store, accounts
from bot.storage.accounts import Account
from engine.exchange import decide
from engine.intents import Settle
from engine.market import MarketSnapshot


@dataclass(frozen=True, slots=True)
class Proposed:
    """Ids of accounts: `due` to be settled, in their order; `worried`, whose owners may have to be warned or calmed."""

    due: Sequence[str] = ()
    worried: Sequence[str] = ()

    @property
    def all(self) -> Sequence[str]:
        """Both, each once, in their order."""
        return sorted({*self.due, *self.worried}) if self.worried else self.due


class Proposer(Protocol):
    """Proposes accounts; whoever settles them decides by their exact state under their lock."""

    def changed(self, account: Account) -> None:
        """Take note of an account's new state, right after it was committed."""

    async def propose(self, market: MarketSnapshot) -> Proposed:
        """Whom a snapshot may concern; nobody whom it concerns is left out."""


class Scan:
    """Reads every exposed account from storage at each tick; so it also sees what other processes did."""

    def __init__(
        self,
        store: Store,
        worries: Callable[[Account, MarketSnapshot], bool],
        broken: Callable[[Exception], object],
    ) -> None:
        self._store = store
        self._worries = worries
        self._broken = broken

    def changed(self, account: Account) -> None:
        """Nothing is kept."""

    async def propose(self, market: MarketSnapshot) -> Proposed:
        """Every account for which a settlement would do anything, and every one that is near its liquidation."""
        due, worried = [], []
        async with self._store.unit() as unit:
            exposed = await accounts.exposed(unit, MAIN_MARKET, self._broken)
        slices = Slices()
        for account in exposed:
            await slices.rest()
            try:
                if decide(Settle(), account.state, market):
                    due.append(account.id)
                elif self._worries(account, market):
                    worried.append(account.id)
            except Exception as fault:  # noqa: BLE001 - one account must not keep the others from their settlement
                self._broken(fault)
        return Proposed(due, worried)

"""Everything that people can do with what is kept of them, put together."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from bot.core.clock import Clock
from bot.services.attention import Thresholds
from bot.services.files import FileMaker
from bot.services.markets import Markets
from bot.services.people.export import EXPORT, TRADES, Exports
from bot.services.people.forgetting import Forgetting
from bot.services.people.linking import Linking
from bot.services.people.memory import Memory
from bot.services.people.parting import Parting
from bot.services.price_alerts import PriceAlerts
from bot.storage import Store
from bot.storage.accounts import Account


@dataclass(frozen=True, slots=True)
class People:
    """What the commands on people need; `forgetting.run` goes on in the background."""

    linking: Linking
    parting: Parting
    exports: Exports
    forgetting: Forgetting

    @property
    def makers(self) -> Mapping[str, FileMaker]:
        """The makers of files, by kind."""
        return {EXPORT: self.exports.export, TRADES: self.exports.trades}


def build_people(
    store: Store,
    clock: Clock,
    markets: Markets,
    balance: Decimal,
    thresholds: Thresholds,
    prices: PriceAlerts,
    *,
    changed: Callable[[Account], None],
    left: Callable[[str], None],
    report: Callable[[Exception], object],
) -> People:
    """Over an open database; `changed` and `left` as for Memory."""
    memory = Memory(thresholds, prices, markets, changed, left)
    return People(
        Linking(store.unit, memory),
        Parting(markets, balance),
        Exports(store.unit, clock),
        Forgetting(memory, store.tidy, report),
    )

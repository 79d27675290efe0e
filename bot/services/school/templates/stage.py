"""Throw-away accounts in a market without friction: what questions are about that are not about the learner's own."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from decimal import ROUND_HALF_EVEN, Decimal
from functools import lru_cache
from random import Random

from bot.market.levels import load_levels
from bot.services.school.question import Setting
from bot.services.school.templates.shown import Data, position_data
from engine.account import MarginAccount
from engine.contracts import Contract
from engine.decimals import ZERO
from engine.events import Event
from engine.exchange import decide
from engine.explain import Derivation, explain
from engine.fills import after
from engine.intents import Deposit, Intent, Open, Settle
from engine.margin import PositionFigures, position_figures
from engine.market import FRICTIONLESS, MarketSnapshot, Quote
from engine.position import MarginMode, Side

SYMBOLS = ("BTCUSDT", "ETHUSDT", "SOLUSDT", "ADAUSDT", "LINKUSDT", "LTCUSDT", "BNBUSDT", "AVAXUSDT")
LEVERAGES = (2, 4, 5, 8, 10, 20, 25)
"""Such that a margin is a decimal that ends."""
NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
"""When everything is opened: between two settlements of funding."""


@dataclass(frozen=True, slots=True)
class Stage:
    """An account and its market; `symbol` is what the question is mostly about."""

    symbol: str
    account: MarginAccount
    market: MarketSnapshot

    @property
    def contract(self) -> Contract:
        return self.market.contract(self.symbol)

    @property
    def figures(self) -> PositionFigures:
        return self.of(self.symbol)

    @property
    def data(self) -> Data:
        return position_data(self.figures, self.contract)

    def of(self, symbol: str) -> PositionFigures:
        """The figures of the only position of a symbol. Raises NoPosition."""
        held = self.account.position(symbol)
        key = (symbol, Side.LONG) if held is None else held.key
        return position_figures(self.account, key, self.market)

    def data_of(self, symbol: str) -> Data:
        """What a question tells of another symbol's position."""
        return position_data(self.of(symbol), self.market.contract(symbol))

    def did(self, intent: Intent) -> "Stage":
        """The stage after an intent. Raises Refusal."""
        return replace(self, account=after(self.account, decide(intent, self.account, self.market)))

    def at(self, price: Decimal, symbol: str | None = None) -> "Stage":
        """The stage with a price moved and nothing done about it yet."""
        return replace(self, market=self.market.with_mark(symbol or self.symbol, price))

    def settled(self) -> tuple["Stage", tuple[Event, ...]]:
        """The stage after its tick, and what that did."""
        events = decide(Settle(), self.account, self.market)
        return replace(self, account=after(self.account, events)), events

    def why(self, figure: str) -> Derivation:
        """The sum behind a figure of the position."""
        return explain(figure, self.account, self.market, self.symbol)


def stage(setting: Setting, rng: Random, wallet: Decimal, *symbols: str, fees: bool = False) -> Stage:
    """An account with a deposit, in a market with round prices near those of the setting; without fees unless asked for."""
    quotes = {symbol: _quote(symbol, round_price(setting, rng, symbol)) for symbol in symbols}
    contracts: Mapping[str, Contract] = {symbol: setting.market.contract(symbol) for symbol in symbols}
    if not fees:
        contracts = {symbol: replace(each, taker=ZERO, maker=ZERO) for symbol, each in contracts.items()}
    market = MarketSnapshot("school", NOON, quotes, contracts, FRICTIONLESS)
    return Stage(symbols[0], MarginAccount.empty(), market).did(Deposit(wallet))


def opened(
    setting: Setting,
    rng: Random,
    *,
    symbol: str | None = None,
    side: Side | None = None,
    leverage: int | None = None,
    mode: MarginMode = MarginMode.ISOLATED,
    notional: tuple[int, int] = (1_000, 20_000),
    spare: tuple[int, int] = (15, 60),
    fees: bool = False,
) -> Stage:
    """An account with one position; what is not named is left to chance.

    `notional`: from and to, in USDT. `spare`: the wallet in tenths of the margin, from and to.
    """
    symbol = symbol or rng.choice(SYMBOLS)
    empty = stage(setting, rng, Decimal(1), symbol, fees=fees)
    leverage = leverage or rng.choice(LEVERAGES)
    side = side or rng.choice((Side.LONG, Side.SHORT))
    size = Decimal(rng.randint(*notional))
    quantity = some_coins(empty, symbol, size)
    margin = quantity * empty.market.quote(symbol).mark / leverage
    wallet = round_to(margin * rng.randint(*spare) / 10, 2)
    funded = empty.did(Deposit(wallet - 1))
    return funded.did(Open(symbol, side, quantity, leverage, mode))


def some_coins(stage_: Stage, symbol: str, size: Decimal) -> Decimal:
    """A round quantity near a notional."""
    contract = stage_.market.contract(symbol)
    quantity = round_to(size / stage_.market.quote(symbol).mark, 2)
    return max(contract.floor_quantity(quantity), contract.step)


def round_price(setting: Setting, rng: Random, symbol: str) -> Decimal:
    """A price of three digits near the setting's; near the simulated market's start where it has none."""
    quote = setting.market.quotes.get(symbol)
    level = _levels()[symbol] if quote is None else quote.mark
    near = round_to(level * rng.randint(80, 125) / 100, 3)
    return setting.market.contract(symbol).round_price(near, up=False)


def round_to(value: Decimal, digits: int) -> Decimal:
    """A value with so many digits, without an exponent."""
    cut = value.quantize(Decimal(1).scaleb(value.adjusted() - digits + 1), ROUND_HALF_EVEN)
    return Decimal(format(cut, "f"))


def moved(stage_: Stage, fraction: Decimal, symbol: str | None = None) -> Decimal:
    """The price of a symbol moved by a fraction, at its tick."""
    symbol = symbol or stage_.symbol
    contract, quote = stage_.market.contract(symbol), stage_.market.quote(symbol)
    return contract.round_price(quote.mark * (1 + fraction), up=fraction > 0)


def share(rng: Random, least: int, most: int) -> Decimal:
    """So many whole percent, as a fraction."""
    return Decimal(rng.randint(least, most)) / 100


def _quote(symbol: str, price: Decimal) -> Quote:
    return Quote(symbol, price, price, price, ZERO, None, NOON)


@lru_cache(maxsize=1)
def _levels() -> Mapping[str, Decimal]:
    return {symbol: Decimal(str(each.price)) for symbol, each in load_levels().symbols.items()}

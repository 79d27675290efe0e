"""The composition root: everything is built here, once, and passed to whoever needs it."""

import asyncio
import secrets
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from decimal import Decimal

from bot.commands.analysis import AnalysisCommands
from bot.commands.book import BookCommands
from bot.commands.confirm import ConfirmCommands
from bot.commands.help import HelpCommands
from bot.commands.margin import MarginCommands
from bot.commands.person import PersonCommands
from bot.commands.portfolio import PortfolioCommands
from bot.commands.resting import RestingCommands
from bot.commands.trade import TradeCommands
from bot.content.catalogue import Language, load_languages
from bot.content.wording import CatalogueWording
from bot.core.binder import Binder
from bot.core.clock import Clock, SystemClock
from bot.core.command import Command, Registry
from bot.core.router import Router
from bot.core.words import Lexicon
from bot.market import FixedFeed, ReplayFeed, SimulatedFeed, build_feed
from bot.services.control import Control
from bot.services.describe import describe
from bot.services.housekeeping import Housekeeping
from bot.services.markets import Markets
from bot.services.notifier import Notifier
from bot.services.orders import Orders
from bot.services.proposals import Scan
from bot.services.settlement import Settlement
from bot.services.turn import BotTurn, BotTurns
from bot.storage import Store
from bot.telemetry import Telemetry
from engine.contracts import Contract, load_contracts
from engine.market import MarketSnapshot

AnyFeed = FixedFeed | SimulatedFeed | ReplayFeed


@dataclass(frozen=True, slots=True)
class Plan:
    """What a running bot is made of; the command line and the environment are translated to it."""

    database: str
    market: str = "simulated"
    prices: Mapping[str, Decimal] = field(default_factory=dict)
    tape: str | None = None
    speed: Decimal = Decimal(1)
    seed: int | None = None
    spread: Decimal | None = None
    slippage: Decimal | None = None
    balance: Decimal = Decimal(10_000)
    language: str = "en"
    allowed: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Bot:
    """A bot without its fronts."""

    store: Store
    feed: AnyFeed
    clock: Clock
    router: Router[BotTurn]
    wording: CatalogueWording
    notifier: Notifier
    settlement: Settlement
    housekeeping: Housekeeping
    control: Control
    telemetry: Telemetry

    async def live(self) -> None:
        """Follow the market and deliver notices until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self.follow(), name="market")
            tasks.create_task(self.notifier.run(), name="notifier")
            tasks.create_task(self.housekeeping.run(), name="housekeeping")

    async def follow(self) -> None:
        """Follow the market until cancelled; who calls delivers the notices."""
        await self.feed.run(self._tick)

    async def _tick(self, market: MarketSnapshot) -> None:
        try:
            if await self.settlement.tick(market):
                self.notifier.wake()
        except Exception as fault:  # noqa: BLE001 - the next tick settles what this one could not
            self.telemetry.incident(fault)


@asynccontextmanager
async def build(
    plan: Plan, telemetry: Telemetry, languages: Mapping[str, Language] | None = None
) -> AsyncIterator[Bot]:
    """Open the database, load contracts, texts and market, and put the bot together.

    `languages` are those of the catalogues, unless others are given.
    Raises StorageError, MarketError, ContentFault, RegistryFault or ContractError.
    """
    contracts = load_contracts()
    languages = load_languages() if languages is None else languages
    feed = build_feed(
        plan.market,
        contracts,
        prices=plan.prices,
        tape=plan.tape,
        speed=plan.speed,
        seed=secrets.randbits(32) if plan.seed is None else plan.seed,
        spread=plan.spread,
        slippage=plan.slippage,
    )
    clock: Clock = SystemClock() if isinstance(feed, ReplayFeed) else feed.clock
    places = {
        symbol: max(0, -int(each.tick.normalize().as_tuple().exponent)) for symbol, each in contracts.items()
    }
    wording = CatalogueWording(languages, places, plan.language)
    lexicon = build_lexicon(contracts, feed.snapshot().tradable, languages)
    registry = build_registry(plan.balance, {code: each.name for code, each in languages.items()}, lexicon)
    registry.check_texts({code: each.messages.gettext for code, each in languages.items()})
    store = await Store.open(plan.database)
    try:
        markets = Markets(feed.snapshot, dict)
        turns = BotTurns(store, markets, clock, wording, plan.balance)
        router = Router(registry, Binder(lexicon), turns, wording, describe, telemetry, plan.allowed)
        notifier = Notifier(store, wording, clock, telemetry)
        settlement = Settlement(store, clock, telemetry, Scan(store, telemetry.incident))
        housekeeping = Housekeeping(store, clock, telemetry)
        control = Control(feed, settlement, notifier, lexicon)
        yield Bot(store, feed, clock, router, wording, notifier, settlement, housekeeping, control, telemetry)
    finally:
        await store.close()


def build_registry(balance: Decimal, languages: dict[str, str], lexicon: Lexicon) -> Registry[BotTurn]:
    """All commands; raises RegistryFault."""
    orders = Orders(balance)
    commands: list[Command[BotTurn]] = []
    trade = TradeCommands(orders).commands()
    margin = MarginCommands(orders).commands()
    portfolio = PortfolioCommands(orders).commands()
    resting = RestingCommands(orders).commands()
    book = BookCommands(orders).commands()
    previewed = (*trade, *resting, *book, *margin, *portfolio)
    commands += PersonCommands(languages, balance).commands()
    commands += HelpCommands(lambda: commands).commands()
    commands += previewed
    commands += AnalysisCommands(orders).commands()
    commands += ConfirmCommands(orders, previewed, Binder(lexicon)).commands()
    return Registry(commands)


def build_lexicon(
    contracts: Mapping[str, Contract], tradable: tuple[str, ...], languages: Mapping[str, Language]
) -> Lexicon:
    """All contracts by base and symbol, those with a price first, and the words of all languages."""
    symbols: dict[str, str] = {}
    for symbol in (*tradable, *(each for each in contracts if each not in tradable)):
        base = contracts[symbol].base.casefold()
        symbols |= {base: symbol, symbol.casefold(): symbol}
        symbols.setdefault(base.lstrip("0123456789"), symbol)
    words = {key: word for each in languages.values() for key, word in each.words.items()}
    for (kind, word), canonical in words.items():
        if kind == "symbol" and canonical in symbols:
            symbols.setdefault(word, symbols[canonical])
    return Lexicon(symbols, {symbol: each.max_leverage for symbol, each in contracts.items()}, words)

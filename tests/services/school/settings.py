"""Markets and accounts that questions are drawn from in tests: seeded, and of many kinds."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from random import Random

from bot.content.catalogue import load_languages
from bot.content.wording import CatalogueWording
from bot.services.school.question import Setting
from bot.services.school.templates.stage import SYMBOLS, round_to
from engine.account import MarginAccount
from engine.contracts import load_contracts
from engine.errors import Refusal
from engine.exchange import decide
from engine.fills import after
from engine.intents import ChangePositionMode, Deposit, Intent, Open, Settle
from engine.market import FillRule, MarketSnapshot, Quote
from engine.position import MarginMode, PositionMode, Side
from tests.harness import places

CONTRACTS = load_contracts()
WORDING = CatalogueWording(load_languages(), places(), "en")
DAWN = datetime(2026, 3, 1, 9, tzinfo=UTC)
LEVELS = {
    "BTCUSDT": "122673",
    "ETHUSDT": "4370.99",
    "SOLUSDT": "223",
    "ADAUSDT": "0.812",
    "LINKUSDT": "21.715",
    "LTCUSDT": "116.59",
    "BNBUSDT": "1281.67",
    "AVAXUSDT": "28",
}


def market(rng: Random) -> MarketSnapshot:
    """All contracts that questions use, a few only, or the two of a fixed market."""
    symbols = rng.choice((SYMBOLS, SYMBOLS[:2], SYMBOLS[:4]))
    quotes = {}
    for symbol in symbols:
        level = Decimal(LEVELS[symbol]) * rng.randint(500, 1500) / 1000
        at = CONTRACTS[symbol].round_price(level, up=False)
        rate = Decimal(rng.randint(-30, 30)) / 100_000
        quotes[symbol] = Quote(symbol, at, at, at, rate, DAWN + timedelta(hours=7), DAWN)
    return MarketSnapshot("test", DAWN, quotes, CONTRACTS, FillRule())


def setting(rng: Random) -> Setting:
    """A market, and a learner with one to four positions in it, some time later."""
    found = market(rng)
    account = _done(MarginAccount.empty(), Deposit(Decimal(rng.choice((500, 1000, 5000, 10_000)))), found)
    if rng.random() < 0.2:
        account = _done(account, ChangePositionMode(PositionMode.HEDGE), found)
    modes = rng.choice(((MarginMode.CROSS,), (MarginMode.ISOLATED,), tuple(MarginMode)))
    for _ in range(rng.randint(1, 4)):
        symbol = rng.choice(tuple(found.quotes))
        leverage = rng.choice((1, 2, 3, 5, 7, 10, 20, 40))
        contract, mark = CONTRACTS[symbol], found.quotes[symbol].mark
        size = account.wallet * rng.randint(2, 40) / 100 * leverage
        quantity = contract.floor_quantity(round_to(size / mark, rng.randint(1, 3)))
        side = rng.choice(tuple(Side))
        account = _done(account, Open(symbol, side, quantity, leverage, rng.choice(modes)), found)
    for symbol, quote in found.quotes.items():
        to = CONTRACTS[symbol].round_price(quote.mark * rng.randint(960, 1040) / 1000, up=False)
        found = found.with_mark(symbol, to)
    return Setting(found, _done(account, Settle(), found))


def _done(account: MarginAccount, intent: Intent, at: MarketSnapshot) -> MarginAccount:
    try:
        return after(account, decide(intent, account, at))
    except Refusal:
        return account

"""A learner with an account, and a market to trade in."""

from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

from bot.core.identity import Identity, Platform, new_id
from bot.storage import Store, accounts, people
from bot.storage.accounts import Account
from bot.storage.people import Person
from engine.account import MarginAccount
from engine.contracts import load_contracts
from engine.events import Deposited
from engine.exchange import decide
from engine.intents import Close, Intent, Open
from engine.market import FRICTIONLESS, MarketSnapshot, Quote
from engine.position import MarginMode, Side

ROOT = Path(__file__).parents[2]
AT = datetime(2026, 3, 4, 5, 6, 7, 890123, tzinfo=UTC)
MARKET = "fixed"


def market(prices: Mapping[str, str]) -> MarketSnapshot:
    """A frictionless market at these prices."""
    quotes = {
        symbol: Quote(symbol, Decimal(price), Decimal(price), Decimal(price), Decimal(0), None, AT)
        for symbol, price in prices.items()
    }
    return MarketSnapshot(MARKET, AT, quotes, load_contracts(), FRICTIONLESS)


def person(**changes: object) -> Person:
    values: dict[str, object] = {
        "id": new_id(20),
        "language": None,
        "time_zone": "UTC",
        "confirm": True,
        "default_size": Decimal("0.02"),
        "created_at": AT,
        "started": False,
    }
    return Person(**{**values, **changes})  # type: ignore[arg-type]


def identity() -> Identity:
    return Identity(Platform.CONSOLE, new_id())


def empty_account(owner: Person, kind: str = accounts.MAIN) -> Account:
    return Account(new_id(20), owner.id, kind, MARKET, MarginAccount.empty(), AT)


async def learner(store: Store, money: str = "10000") -> tuple[Person, Account]:
    """A stored person with a main account that holds so many USDT."""
    owner = person()
    account = empty_account(owner)
    async with store.unit() as unit:
        people.create(unit, identity(), owner)
        accounts.create(unit, account)
        account = accounts.record(unit, account, [Deposited(Decimal(money))], AT)
    return owner, account


async def trade(store: Store, account: Account, intent: Intent, prices: Mapping[str, str]) -> Account:
    """Decides and records an intent on the account as it is stored."""
    async with store.unit() as unit:
        current = await accounts.load(unit, account.id)
        return accounts.record(unit, current, decide(intent, current.state, market(prices)), AT)


def next_intent(account: Account, number: int) -> Intent:
    """Opens and closes in turn, isolated and cross, long and short."""
    if account.state.position("BTCUSDT") is not None:
        return Close("BTCUSDT")
    side = Side.LONG if number % 3 else Side.SHORT
    mode = MarginMode.CROSS if number % 2 else MarginMode.ISOLATED
    return Open("BTCUSDT", side, Decimal("0.013"), leverage=5, mode=mode)

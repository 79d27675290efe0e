"""A paper account on a market with set prices, and its whole journal: the world of a test."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from engine import (
    FRICTIONLESS,
    AccountFigures,
    Bracket,
    Contract,
    Deposit,
    Event,
    Intent,
    MarginAccount,
    MarginMode,
    MarketSnapshot,
    Open,
    Order,
    OrderType,
    Place,
    Position,
    PositionFigures,
    Settle,
    Side,
    account_figures,
    load_contracts,
    position_figures,
)
from engine.exchange import decide

NOW = datetime(2026, 1, 1, tzinfo=UTC)
BTC, ETH, ADA = "BTCUSDT", "ETHUSDT", "ADAUSDT"
LONG, SHORT = Side.LONG, Side.SHORT
ISOLATED, CROSS = MarginMode.ISOLATED, MarginMode.CROSS
CONTRACTS = load_contracts()


def flat(symbol: str, rate: str = "0.004") -> Contract:
    """A contract without fees and with one bracket."""
    bracket = Bracket(Decimal(0), Decimal(10**9), Decimal(rate), Decimal(0), 150)
    zero = Decimal(0)
    return replace(CONTRACTS[symbol], brackets=(bracket,), taker=zero, maker=zero, liquidation_fee=zero)


@dataclass
class World:
    """Acts on one account; every intent's events are applied and kept."""

    market: MarketSnapshot
    account: MarginAccount = field(default_factory=MarginAccount.empty)
    journal: list[Event] = field(default_factory=list)

    def do(self, intent: Intent) -> tuple[Event, ...]:
        events = decide(intent, self.account, self.market)
        for event in events:
            self.account = self.account.apply(event)
        self.journal += events
        return events

    def open(
        self,
        symbol: str,
        side: Side,
        quantity: str,
        leverage: int | None = None,
        mode: MarginMode | None = None,
    ) -> tuple[Event, ...]:
        return self.do(Open(symbol, side, Decimal(quantity), leverage, mode))

    def place(
        self,
        symbol: str,
        direction: Side,
        kind: str,
        quantity: str | None = None,
        price: str | None = None,
        trigger: str | None = None,
        **more: Any,
    ) -> tuple[Event, ...]:
        """Give an order, its kind and prices as text."""
        size, limit, at = (None if one is None else Decimal(one) for one in (quantity, price, trigger))
        return self.do(Place(Order(symbol, direction, OrderType(kind), size, limit, at, **more)))

    def price(self, symbol: str, price: str | Decimal) -> None:
        self.market = self.market.with_mark(symbol, Decimal(price))

    def settle(self) -> tuple[Event, ...]:
        return self.do(Settle())

    def position(self, symbol: str) -> Position:
        held = self.account.position(symbol)
        assert held is not None
        return held

    def figures(self, symbol: str) -> PositionFigures:
        return position_figures(self.account, self.position(symbol).key, self.market)

    @property
    def all_figures(self) -> AccountFigures:
        return account_figures(self.account, self.market)


def world(wallet: str = "1000", *contracts: Contract, **prices: str) -> World:
    """A world with a wallet, the package's contracts (or those given) and prices such as BTC="50000"."""
    chosen = {contract.symbol: contract for contract in contracts} if contracts else CONTRACTS
    made = World(MarketSnapshot("test", NOW, {}, chosen, FRICTIONLESS))
    for base, price in (prices or {"BTC": "50000", "ETH": "2500"}).items():
        made.price(f"{base}USDT", price)
    if Decimal(wallet):
        made.do(Deposit(Decimal(wallet)))
    return made

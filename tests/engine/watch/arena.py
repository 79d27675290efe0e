"""Random accounts on a random market, with an oracle that looks at every account at every tick."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal

from engine import (
    FRICTIONLESS,
    MarginAccount,
    MarginMode,
    MarketSnapshot,
    Order,
    OrderType,
    Position,
    PositionMode,
    Quote,
    Settle,
    Side,
    SymbolSettings,
    Watched,
)
from engine.decimals import exact
from engine.exchange import decide
from engine.position import PositionKey
from engine.watch import HYSTERESIS, THRESHOLDS, Watch
from tests.engine.watch.oracle import Missed, acts, condition
from tests.engine.world import CONTRACTS, NOW

PRICES = {
    "BTCUSDT": "60000",
    "ETHUSDT": "2500",
    "ADAUSDT": "0.5",
    "DOGEUSDT": "0.12",
    "1000PEPEUSDT": "0.0093",
}
STALE = timedelta(seconds=5)
Unit = tuple[str, PositionKey | None]


@dataclass(frozen=True)
class Weather:
    """How prices move at a tick: standard deviation, drift, and how often they jump by up to `gap`."""

    sigma: float = 0.001
    drift: float = 0.0
    jumps: float = 0.01
    gap: float = 0.05


WEATHERS = (
    Weather(),
    Weather(drift=-0.002),
    Weather(drift=0.002),
    Weather(sigma=0.00005, jumps=0),
    Weather(jumps=0.3, gap=0.3),
)


class Arena:
    """`accounts` accounts put into a watch, `operations` changes of single ones between ticks."""

    def __init__(
        self,
        rng: random.Random,
        watch: Watch,
        *,
        accounts: int = 30,
        operations: int = 4,
        engine: bool = False,
    ) -> None:
        self.rng = rng
        self.watch = watch
        self.engine = engine
        self.operations = operations
        self.happened: Counter[str] = Counter()
        self.held: dict[str, MarginAccount] = {}
        self.threshold: dict[str, Decimal | None] = {}
        self.told: set[Unit] = set()
        self.weather = WEATHERS[0]
        self.market = MarketSnapshot("arena", NOW, {}, CONTRACTS, FRICTIONLESS, STALE)
        self.levels = {symbol: float(price) for symbol, price in PRICES.items()}
        if rng.random() < 0.8:  # sometimes accounts are known before any price
            self.move(1.0)
            self.watch.tick(self.market)
        for number in range(accounts):
            self.replace_account(f"a{number:03}")

    # -- the market

    def move(self, share: float) -> None:
        """A new snapshot: a share of the symbols gets new prices, marks off the grid of ticks more often than not."""
        now = self.market.time + timedelta(seconds=1)
        quotes = dict(self.market.quotes)
        for symbol, before in self.levels.items():
            if self.rng.random() > share:
                continue
            level = before * (1 + self.rng.gauss(self.weather.drift, self.weather.sigma))
            if self.rng.random() < self.weather.jumps:
                level *= 1 + self.rng.uniform(-self.weather.gap, self.weather.gap)
            level = min(max(level, float(PRICES[symbol]) / 5), float(PRICES[symbol]) * 5)
            self.levels[symbol] = level
            last = CONTRACTS[symbol].round_price(Decimal(level), up=self.rng.random() < 0.5)
            mark = (
                last
                if self.rng.random() < 0.3
                else Decimal(f"{level * self.rng.uniform(0.9995, 1.0005):.10f}")
            )
            quotes[symbol] = Quote(symbol, mark, last, mark, Decimal(0), None, now)
        self.market = replace(self.market, time=now, quotes=quotes)

    def tick(self) -> None:
        """Prices move, the watch proposes, the oracle looks, accounts that are due are settled, some are changed."""
        if self.rng.random() < 0.02:
            self.weather = self.rng.choice(WEATHERS)
        self.move(self.rng.choice((0.2, 0.7, 1.0)))
        proposed = self.watch.tick(self.market)
        self.told |= {(alert.account, alert.position) for alert in proposed.warned}
        self.told -= {(alert.account, alert.position) for alert in proposed.calmed}
        assert list(proposed.due) == sorted(set(proposed.due))
        self.happened.update(ticks=1, proposed=len(proposed.due), warned=len(proposed.warned))
        self.happened.update(calmed=len(proposed.calmed))
        for alert in proposed.calmed:
            balance, needed = condition(self.held[alert.account], self.market).get(
                alert.position, (Decimal(1), Decimal(0))
            )
            if needed >= (alert.threshold - HYSTERESIS) * balance:
                raise Missed(f"{alert}: {needed} of {balance} is not calm")
        for key, account in self.held.items():
            self.look(key, account, key in proposed.due)
        for key in proposed.due:
            self.settle(key)
        for _ in range(self.rng.randrange(self.operations + 1)):
            self.operate()

    def look(self, key: str, account: MarginAccount, proposed: bool) -> None:
        """The oracle: nothing is due that is not proposed, nothing past its threshold that was not told."""
        threshold = self.threshold[key]
        for unit, (balance, needed) in condition(account, self.market).items():
            if balance <= needed:
                self.happened["overdue"] += 1
                if not proposed:
                    raise Missed(f"{key} {unit}: {balance} against {needed}")
            elif (
                not proposed
                and threshold is not None
                and needed >= threshold * balance
                and (key, unit) not in self.told
            ):
                raise Missed(f"{key} {unit}: {needed / balance} was not told")
        if not proposed and any(acts(order, self.market) for order in account.orders.values()):
            raise Missed(f"{key}: an order is reached")
        if not proposed and self.engine and decide(Settle(), account, self.market):
            raise Missed(f"{key}: the engine does something")

    # -- what is done to accounts

    def put(self, key: str, account: MarginAccount) -> None:
        self.held[key] = account
        units: set[PositionKey | None] = {
            k for k, p in account.positions.items() if p.isolated_wallet is not None
        }
        if len(units) < len(account.positions):
            units.add(None)
        self.told = {(owner, unit) for owner, unit in self.told if owner != key or unit in units}
        if self.threshold[key] is None:
            self.told = {(owner, unit) for owner, unit in self.told if owner != key}
        warned = frozenset(unit for owner, unit in self.told if owner == key)
        self.watch.put(key, account, self.threshold[key], warned)

    def settle(self, key: str) -> None:
        """As the service does: settle by the exact state; sometimes it does not come to it."""
        if self.rng.random() < 0.1:
            self.happened["unanswered"] += 1
            return
        account = self.held[key]
        events = decide(Settle(), account, self.market)
        for event in events:
            account = account.apply(event)
        self.happened["settled" if events else "false proposals"] += 1
        if events or self.rng.random() < 0.5:
            self.put(key, account)

    def operate(self) -> None:
        key = self.rng.choice(sorted(self.held))
        self.happened["operations"] += 1
        what: Callable[[str], None] = self.rng.choice(
            (
                self.replace_account,
                self.resize,
                self.resize,
                self.deposit,
                self.reorder,
                self.reorder,
                self.forget,
            )
        )
        what(key)

    def forget(self, key: str) -> None:
        self.watch.drop(key)
        self.told = {(owner, unit) for owner, unit in self.told if owner != key}
        del self.held[key]
        self.replace_account(key)

    def replace_account(self, key: str) -> None:
        self.threshold[key] = self.rng.choice((None, *THRESHOLDS))
        if self.rng.random() < 0.3:
            self.told = {(owner, unit) for owner, unit in self.told if owner != key}
            self.watch.drop(key)
        self.put(key, self.account())

    def resize(self, key: str) -> None:
        account = self.held[key]
        if not account.positions:
            return
        held = account.positions[self.rng.choice(sorted(account.positions))]
        step = CONTRACTS[held.symbol].step
        changed = replace(held, quantity=held.quantity + step * self.rng.randint(1, 5))
        if self.rng.random() < 0.2 and len(account.positions) > 1:
            left = {k: p for k, p in account.positions.items() if k != held.key}
            self.put(key, replace(account, positions=left, orders={}))
        else:
            self.put(key, replace(account, positions={**account.positions, held.key: changed}))

    def deposit(self, key: str) -> None:
        account = self.held[key]
        self.put(key, replace(account, wallet=account.wallet + Decimal(f"{self.rng.uniform(-20, 50):.8f}")))

    def reorder(self, key: str) -> None:
        account = self.held[key]
        kept = {n: o for n, o in account.orders.items() if self.rng.random() < 0.6}
        hedge = account.position_mode is PositionMode.HEDGE
        for number in range(account.next_order, account.next_order + self.rng.randrange(3)):
            kept[number] = self.order(number, hedge=hedge)
        self.put(key, replace(account, orders=kept, next_order=max(kept, default=account.next_order) + 1))

    # -- what accounts are made of

    def price_near(self, symbol: str, spread: float = 0.02) -> Decimal:
        price = Decimal(self.levels[symbol] * self.rng.uniform(1 - spread, 1 + spread))
        return CONTRACTS[symbol].round_price(price, up=False)

    @exact
    def account(self) -> MarginAccount:
        """Up to five positions not far from their liquidation, and some orders."""
        rng = self.rng
        hedge = rng.random() < 0.4
        positions: dict[PositionKey, Position] = {}
        settings: dict[str, SymbolSettings] = {}
        backing = Decimal(0)
        crossing = rng.random()
        for symbol in rng.sample(sorted(PRICES), rng.randrange(len(PRICES) + 1)):
            mode = MarginMode.CROSS if rng.random() < crossing else MarginMode.ISOLATED
            settings[symbol] = SymbolSettings(rng.randint(1, 50), mode)
            for side in Side if hedge and rng.random() < 0.6 else (rng.choice(list(Side)),):
                position, wallet = self.position(symbol, side, mode)
                positions[position.key] = position
                backing += wallet
        backing = backing.quantize(Decimal("1e-8"))
        orders = {number: self.order(number, hedge=hedge) for number in range(1, rng.randrange(1, 4))}
        return MarginAccount(
            wallet=backing + sum((p.isolated_wallet or Decimal(0) for p in positions.values()), Decimal(0)),
            positions=positions,
            settings=settings,
            position_mode=PositionMode.HEDGE if hedge else PositionMode.ONE_WAY,
            orders=orders,
            next_order=len(orders) + 1,
        )

    def position(self, symbol: str, side: Side, mode: MarginMode) -> tuple[Position, Decimal]:
        """A position, and what a cross wallet needs for it to stand."""
        rng, contract = self.rng, CONTRACTS[symbol]
        size = 10 ** rng.uniform(1.2, 8.5 if rng.random() < 0.2 else 5)
        if rng.random() < 0.002:
            size = 1e15  # more than the integers hold
        mark = self.levels[symbol]
        quantity = max(contract.floor_quantity(Decimal(size / mark)), contract.step)
        entry = Decimal(f"{mark * rng.uniform(0.97, 1.03):.13f}")
        bracket = contract.bracket_for(quantity * Decimal(mark))
        profit = side.sign * quantity * (Decimal(mark) - entry)
        needed = quantity * Decimal(mark) * bracket.rate - bracket.amount
        room = needed * Decimal(1 / rng.uniform(0.2, 1.02)) + quantity * Decimal(
            mark * rng.choice((0, 0, 0.05, 0.3))
        )
        wallet = (room - profit).quantize(Decimal("1e-8"))
        isolated = wallet if mode is MarginMode.ISOLATED else None
        if isolated is not None and rng.random() < 0.02:
            quantity += contract.step / 2  # off the grid of sizes
        position = Position(symbol, side, quantity, entry, isolated, Decimal(0), NOW)
        return position, Decimal(0) if isolated is not None else wallet

    def order(self, number: int, *, hedge: bool) -> Order:
        rng = self.rng
        symbol = rng.choice(sorted(PRICES))
        direction, kind = rng.choice(list(Side)), rng.choice(list(OrderType))
        trailing = kind is OrderType.TRAILING_STOP
        activated = trailing and rng.random() < 0.6
        return Order(
            symbol=symbol,
            direction=direction,
            kind=kind,
            quantity=CONTRACTS[symbol].ceil_quantity(Decimal(60 / self.levels[symbol])),
            price=self.price_near(symbol) if kind.limited else None,
            trigger=None if kind is OrderType.LIMIT or activated else self.price_near(symbol),
            callback=Decimal(rng.randint(1, 50)) / 1000 if trailing else None,
            leg=rng.choice(list(Side)) if hedge else None,
            watched=rng.choice(list(Watched)),
            number=number,
            extreme=Decimal(f"{self.levels[symbol] * rng.uniform(0.99, 1.01):.10f}") if activated else None,
        )


def life(arena: Arena, ticks: int, *, audits: int = 1) -> None:
    """So many ticks, after every `audits`-th of which the audit has to find nothing. Raises Missed."""
    for number in range(ticks):
        arena.tick()
        if (number + 1) % audits == 0:
            found = arena.watch.audit(arena.market)
            if found:
                raise Missed(f"audit: {found[:3]}")

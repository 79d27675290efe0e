"""The engine and the oracle living the same random life, compared after every step."""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from gmpy2 import mpq as F  # noqa: N812 - one letter for every figure

from engine import (
    AccountFigures,
    CancelOrder,
    ChangeLeverage,
    ChangeMargin,
    ChangeMode,
    ChangePositionMode,
    Close,
    Deleverage,
    Deposit,
    Event,
    FillRule,
    Intent,
    MarginMode,
    MarketSnapshot,
    Open,
    Order,
    OrderType,
    Place,
    Position,
    PositionFigures,
    PositionMode,
    Quote,
    Refusal,
    Settle,
    Side,
    TimeInForce,
    Watched,
    account_figures,
    event_from_json,
    event_to_json,
    explain,
    postings,
)
from engine.capacity import max_open
from engine.errors import InsufficientMargin, OverPositionLimit, PriceStale
from engine.events import ExcessCancelled
from engine.exchange import decide
from engine.reservations import exposures
from tests.engine.evaluator import evaluate
from tests.engine.oracle import Oracle
from tests.engine.world import ADA, BTC, CONTRACTS, ETH, LONG, SHORT, World, world

STARTS = {BTC: Decimal(50000), ETH: Decimal(2500), ADA: Decimal("0.5")}
KINDS = list(OrderType)
STALE = timedelta(minutes=1)
TOLERANCE = F(1, 10**18)


class Difference(AssertionError):
    """Engine and oracle disagree."""


def rules() -> dict[str, dict[str, Any]]:
    """The contracts as the oracle takes them."""
    found = {}
    for symbol in STARTS:
        contract = CONTRACTS[symbol]
        found[symbol] = {
            "tick": F(contract.tick),
            "step": F(contract.step),
            "minimum": F(contract.min_notional),
            "fee": F(contract.liquidation_fee),
            "taker": F(contract.taker),
            "maker": F(contract.maker),
            "hours": contract.funding_interval_hours,
            "brackets": [(F(b.cap), F(b.rate), F(b.amount), b.max_leverage) for b in contract.brackets],
        }
    return found


def sign(side: Side | None) -> int | None:
    return None if side is None else int(side.sign)


@dataclass
class Chapter:
    """A market, and what was asked then: of the engine, and in the oracle's words."""

    market: MarketSnapshot
    asked: list[tuple[Intent, str, dict[str, Any]]] = field(default_factory=list)


class Duel:
    """One random life from a seed; `looks` is the share of ticks after which every figure is explained."""

    looks = 0.05

    def __init__(self, rng: random.Random) -> None:
        self.rng = rng
        self.done: Counter[str] = Counter()
        self.journal: list[Event] = []
        self.chapters: list[Chapter] = []
        self.books: dict[str, Decimal] = defaultdict(Decimal)
        self.case: World = world("0", **{symbol[:-4]: str(price) for symbol, price in STARTS.items()})
        rule = FillRule(Decimal(0), Decimal(0)) if rng.random() < 0.3 else FillRule()
        self.case.market = replace(self.case.market, fill_rule=rule)
        self.oracle = Oracle(rules(), F(rule.half_spread), F(rule.impact_per_million))
        self.prices(dict.fromkeys(STARTS, Decimal(1)), 0)
        self.act("deposit", Deposit(self.amount(200, 300000)))
        if rng.random() < 0.5:
            self.act("hedge", ChangePositionMode(PositionMode.HEDGE), on=True)

    def amount(self, low: float, high: float, places: int = 9) -> Decimal:
        """A sum, small ones as likely as large ones."""
        value = low * (high / low) ** self.rng.random()
        return Decimal(f"{value:.{places}f}")

    def prices(self, moves: dict[str, Decimal], hours: float) -> None:
        """Move marks by factors, last prices a little beside them, and the clock.

        Now and then a price is stale, a quote does not name the next settlement, or a past rate is recorded.
        """
        before = self.case.market.time
        time = before + timedelta(seconds=int(hours * 3600))
        self.oracle.stale.clear()
        funding = dict(self.case.market.funding)
        quotes = dict(self.case.market.quotes)
        for symbol, quote in quotes.items():
            mark = max(Decimal("0.00001"), (quote.mark * moves.get(symbol, 1)).quantize(Decimal("0.00001")))
            beside = Decimal(1) + Decimal(self.rng.choice((0, 0, 3, -3, 20, -20))) / 10000
            last = max(Decimal("0.00001"), (mark * beside).quantize(Decimal("0.00001")))
            rate = Decimal(self.rng.randint(-300, 300)) / 100000
            following = time + timedelta(hours=8) if self.rng.random() < 0.9 else None
            old = time - STALE * 2 if self.rng.random() < 0.05 else time
            quotes[symbol] = Quote(symbol, mark, last, mark, rate, following, old)
            self.oracle.mark[symbol], self.oracle.last[symbol] = F(mark), F(last)
            self.oracle.rate[symbol] = None if following is None else F(rate)
            if old != time:
                self.oracle.stale.add(symbol)
            funding |= self.recorded(symbol, before, time)
        self.case.market = replace(
            self.case.market, time=time, quotes=quotes, funding=funding, stale_after=STALE
        )
        self.oracle.now = int(time.timestamp())
        self.chapters.append(Chapter(self.case.market))

    def recorded(self, symbol: str, after: datetime, until: datetime) -> dict[tuple[str, datetime], Decimal]:
        """Rates of some of the settlements between two times, told to both."""
        found = {}
        hour = after.replace(minute=0, second=0)
        while (hour := hour + timedelta(hours=1)) <= until:
            if hour.hour % CONTRACTS[symbol].funding_interval_hours == 0 and self.rng.random() < 0.3:
                rate = Decimal(self.rng.randint(-300, 300)) / 100000
                found[symbol, hour] = rate
                self.oracle.recorded[symbol, int(hour.timestamp())] = F(rate)
        return found

    def act(self, what: str, intent: Intent, **words: Any) -> None:
        """Give both the same, and compare."""
        if isinstance(intent, Deposit):
            words = {"amount": F(intent.amount)}
        try:
            events = decide(intent, self.case.account, self.case.market)
            accepted = True
        except Refusal:
            events, accepted = (), False
        if not isinstance(intent, Settle):
            self.chapters[-1].asked.append((intent, what, words))
        told = self.oracle.ask(what, **words)
        self.done[f"{what} {'done' if accepted else 'refused'}"] += 1
        if told is not accepted:
            raise Difference(f"{intent}: engine {accepted}, oracle {told}")
        self.journal += events
        for event in events:
            self.case.account = self.case.account.apply(event)
            self.book(event)
        self.compare(intent)

    def book(self, event: Event) -> None:
        self.done[type(event).__name__] += 1
        if self.rng.random() < 0.02 and event_from_json(event_to_json(event)) != event:
            raise Difference(f"not read back: {event}")
        lines = postings(event)
        if sum((line.amount for line in lines), Decimal(0)) != 0:
            raise Difference(f"postings of {event}")
        for line in lines:
            self.books[line.account] += line.amount

    def compare(self, intent: Intent) -> None:
        """Wallet, positions, orders and the figures that bound the next step."""
        account, oracle = self.case.account, self.oracle
        mine = {
            (p.symbol, int(p.side.sign)): (
                F(p.quantity),
                F(p.entry_price),
                None if p.isolated_wallet is None else F(p.isolated_wallet),
            )
            for p in account.positions.values()
        }
        theirs = {key: (p["q"], p["ep"], p["iso"]) for key, p in oracle.books["pos"].items()}
        if F(account.wallet) != oracle.books["wallet"] or mine != theirs:
            raise Difference(f"{intent}\n{account.wallet} {mine}\n{oracle.books['wallet']} {theirs}")
        orders = {
            n: (o.triggered, None if o.extreme is None else F(o.extreme)) for n, o in account.orders.items()
        }
        if orders != {n: (o["hit"], o["best"]) for n, o in oracle.books["orders"].items()}:
            raise Difference(f"{intent}\n{orders}\n{oracle.books['orders']}")
        if self.books["wallet"] != account.cross_wallet:
            raise Difference(f"{intent}: ledger {self.books['wallet']}, wallet {account.cross_wallet}")
        if isinstance(intent, Settle):
            self.compliant()
        if any(symbol in oracle.stale for symbol, _ in account.positions):
            self.without_figures()
            return
        figures = account_figures(account, self.case.market)
        for name, value, other in (
            ("available", figures.available, oracle.available()),
            ("max_add", figures.max_add, oracle.max_add()),
            ("max_withdraw", figures.max_withdraw, oracle.max_withdraw()),
        ):
            if abs(F(value) - other) > TOLERANCE:
                raise Difference(f"{intent}: {name} {value}, oracle {float(other)}")
        if isinstance(intent, Settle) and not oracle.stale and self.rng.random() < self.looks:
            self.explained(figures)
            self.most()

    def without_figures(self) -> None:
        """Nothing is shown of an account one of whose positions has a stale price."""
        try:
            account_figures(self.case.account, self.case.market)
        except PriceStale:
            self.done["stale"] += 1
        else:
            raise Difference("figures at a stale price")

    def compliant(self) -> None:
        """Nothing that is due survives a tick; without a cross position the cross wallet is not below zero."""
        if self.oracle.anything_due():
            raise Difference("due after a tick")
        if not self.oracle.cross_keys() and self.oracle.cross_wallet() < 0:
            raise Difference("a debt")

    def explained(self, figures: AccountFigures) -> None:
        """Every figure has its derivation, whose last line gives it when worked out again; roots hold."""
        account, market = self.case.account, self.case.market
        found: list[tuple[str, Position | None, Decimal | None]] = [
            ("available", None, figures.available),
            ("equity", None, figures.equity),
        ]
        for one in figures.positions:
            found += [
                ("liquidation", one.position, one.liquidation.price),
                ("bankruptcy", one.position, one.bankruptcy_price),
                ("margin-ratio", one.position, one.ratio),
                ("maintenance", one.position, one.maintenance),
                ("pnl", one.position, one.pnl),
            ]
            self.root(one)
        for name, held, value in found:
            symbol, side = (None, None) if held is None else held.key
            derivation = explain(name, account, market, symbol, side=side)
            if derivation.result != value:
                raise Difference(f"{name} of {held}: {value}, explained {derivation.result}")
            if value is not None and evaluate(derivation.steps[-1].worked) != value:
                raise Difference(f"{name} of {held}: its last line is not {value}")

    def root(self, one: PositionFigures) -> None:
        """At a liquidation price the oracle's balance is its maintenance, at the bankruptcy price it is nothing."""
        oracle, symbol = self.oracle, one.position.symbol
        mark = oracle.mark[symbol]
        for price in (one.liquidation.lower, one.liquidation.upper, one.bankruptcy_price):
            if price is None:
                continue
            oracle.mark[symbol] = F(price)
            keys = oracle.cross_keys()
            balance = oracle.cross_wallet()
            if one.position.isolated_wallet is not None:
                keys, balance = [(symbol, int(one.position.side.sign))], F(one.position.isolated_wallet)
            bound = 0 if price is one.bankruptcy_price else 1
            over = balance + sum((oracle.pnl(key) - bound * oracle.need(key) for key in keys), F(0))
            oracle.mark[symbol] = mark
            if abs(over) > F(1, 10**18) * max(F(1), F(price * one.position.quantity)):
                raise Difference(f"{symbol}: at {price} balance is {float(over)} off {bound} × maintenance")

    def most(self) -> None:
        """What can be opened at most is accepted whole."""
        symbol, side, leverage = self.symbol(), self.side(), self.rng.choice((3, 10, 50))
        account, market = self.case.account, self.case.market
        leverage = max(leverage, account.settings_of(symbol).leverage)
        if leverage > CONTRACTS[symbol].max_leverage:
            return
        found = max_open(account, market, symbol, side, leverage)
        if found.quantity * market.quotes[symbol].mark < CONTRACTS[symbol].min_notional:
            return
        try:
            events = decide(Open(symbol, side, found.quantity, leverage), account, market)
        except OverPositionLimit:
            limit = CONTRACTS[symbol].max_notional(leverage)
            if any(one.largest > limit for one in exposures(account, market, symbol)):
                return  # what stands is too large for that leverage already
            raise
        except InsufficientMargin as refusal:
            raise Difference(f"{found}: {refusal}") from None
        if any(isinstance(event, ExcessCancelled) for event in events):
            raise Difference(f"{found} is not accepted whole")

    # -- one random step

    def step(self) -> None:
        move = self.rng.choices(
            (
                "tick",
                "open",
                "place",
                "close",
                "margin",
                "leverage",
                "mode",
                "hedge",
                "cancel",
                "strike",
                "deposit",
            ),
            (40, 18, 22, 6, 5, 5, 3, 1, 3, 0.5, 0.3),
        )[0]
        getattr(self, f"_{move}")()

    def trade(self) -> None:
        """An order, at the market or resting."""
        (self._open if self.rng.random() < 0.5 else self._place)()

    def symbol(self) -> str:
        return self.rng.choice(tuple(STARTS))

    def side(self) -> Side:
        return self.rng.choice((LONG, SHORT))

    def quantity(self, symbol: str) -> Decimal:
        """Coins for a share of what there is at the symbol's leverage, or just any amount."""
        mark = self.case.market.quotes[symbol].mark
        leverage = self.case.account.settings_of(symbol).leverage
        share = self.rng.choice((0.02, 0.1, 0.3, 0.9, 0.98, 1.1))
        size = max(Decimal(30), self.case.account.wallet * leverage * Decimal(share))
        if self.rng.random() < 0.1:
            size = self.amount(20, 3_000_000)
        return CONTRACTS[symbol].floor_quantity(size / mark)

    def near(self, symbol: str, spread: float = 0.06) -> Decimal:
        """A price around the mark, on the tick."""
        factor = Decimal(f"{1 + self.rng.uniform(-spread, spread):.5f}")
        return CONTRACTS[symbol].round_price(self.case.market.quotes[symbol].mark * factor, up=False)

    def _tick(self) -> None:
        spread = self.rng.choice((0.002, 0.01, 0.03, 0.1, 0.3))
        moves = {s: Decimal(f"{1 + self.rng.uniform(-spread, spread):.4f}") for s in STARTS}
        for symbol, quote in self.case.market.quotes.items():  # do not let prices wander off for good
            if not STARTS[symbol] / 8 < quote.mark < STARTS[symbol] * 8:
                moves[symbol] = STARTS[symbol] / quote.mark
        self.prices(moves, self.rng.choice((0, 0, 0.5, 3, 9, 20)))
        self.act("tick", Settle())

    def _open(self) -> None:
        symbol, side = self.symbol(), self.side()
        quantity = self.quantity(symbol)
        leverage = self.rng.choice((None, None, 3, 10, 20, 50, 75, 125))
        mode = self.rng.choice((None, None, MarginMode.CROSS, MarginMode.ISOLATED))
        self.act(
            "open",
            Open(symbol, side, quantity, leverage, mode),
            sym=symbol,
            way=sign(side),
            q=F(quantity),
            lev=leverage,
            cross=None if mode is None else mode is MarginMode.CROSS,
        )

    def _close(self) -> None:
        symbol, side = self.symbol(), self.rng.choice((None, LONG, SHORT))
        quantity = None if self.rng.random() < 0.5 else self.quantity(symbol)
        words = {"sym": symbol, "side": sign(side), "q": None if quantity is None else F(quantity)}
        self.act("close", Close(symbol, quantity, side), **words)

    def _margin(self) -> None:
        symbol, side = self.symbol(), self.rng.choice((None, LONG, SHORT))
        amount = self.amount(1, 50000) * self.rng.choice((1, -1))
        intent = ChangeMargin(symbol, amount, side)
        self.act("margin", intent, sym=symbol, amount=F(amount), side=sign(side))

    def _leverage(self) -> None:
        symbol, to = self.symbol(), self.rng.choice((0, 1, 2, 3, 5, 10, 20, 50, 75, 100, 125, 150, 151))
        self.act("leverage", ChangeLeverage(symbol, to), sym=symbol, to=to)

    def _mode(self) -> None:
        symbol, mode = self.symbol(), self.rng.choice(tuple(MarginMode))
        self.act("mode", ChangeMode(symbol, mode), sym=symbol, cross=mode is MarginMode.CROSS)

    def _hedge(self) -> None:
        mode = self.rng.choice(tuple(PositionMode))
        self.act("hedge", ChangePositionMode(mode), on=mode is PositionMode.HEDGE)

    def _cancel(self) -> None:
        number = self.rng.choice([*self.case.account.orders, 0])
        self.act("cancel", CancelOrder(number), n=number)

    def _deposit(self) -> None:
        self.act("deposit", Deposit(self.amount(1, 1000)))

    def _strike(self) -> None:
        symbol, side = self.symbol(), self.side()
        price = self.near(symbol)
        self.act("strike", Deleverage(symbol, side, price), sym=symbol, side=sign(side), price=F(price))

    def _place(self) -> None:
        order = self.order()
        words = {
            "sym": order.symbol,
            "dir": sign(order.direction),
            "kind": str(order.kind),
            "q": None if order.quantity is None else F(order.quantity),
            "price": None if order.price is None else F(order.price),
            "at": None if order.trigger is None else F(order.trigger),
            "back": None if order.callback is None else F(order.callback),
            "leg": sign(order.leg) or 0,
            "by": str(order.watched),
            "tif": str(order.time_in_force),
            "ro": order.reduce_only,
            "all": order.close_position,
        }
        self.act("place", Place(order), o=words)

    def order(self) -> Order:
        """Any order whose fields fit its type."""
        symbol, kind = self.symbol(), self.rng.choice(KINDS)
        hedge = self.case.account.position_mode is PositionMode.HEDGE
        whole = not kind.limited and self.rng.random() < 0.3
        trails = kind is OrderType.TRAILING_STOP
        trigger = (
            None if kind is OrderType.LIMIT or (trails and self.rng.random() < 0.5) else self.near(symbol)
        )
        price = None
        if kind is OrderType.LIMIT:
            price = self.near(symbol)
        elif kind.limited and trigger is not None:
            factor = Decimal(f"{1 + self.rng.uniform(-0.01, 0.01):.4f}")
            price = CONTRACTS[symbol].round_price(trigger * factor, up=False)
        return Order(
            symbol=symbol,
            direction=self.side(),
            kind=kind,
            quantity=None if whole else self.quantity(symbol),
            price=price,
            trigger=trigger,
            callback=Decimal(self.rng.randint(1, 100)) / 1000 if trails else None,
            leg=self.side() if hedge else None,
            watched=self.rng.choice(tuple(Watched)),
            time_in_force=self.rng.choice(tuple(TimeInForce)) if kind.limited else TimeInForce.GTC,
            reduce_only=self.rng.random() < 0.3,
            close_position=whole,
        )

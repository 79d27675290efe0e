"""The debrief of a tape: what the account's life came to, and what three plain plans would have come to on the same path."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from hashlib import sha256
from itertools import chain

from bot.services.tapes import Reel
from bot.storage.journal import Entry
from engine.account import MarginAccount
from engine.decimals import ZERO, exact
from engine.errors import Refusal
from engine.events import (
    AdlStruck,
    Event,
    FundingPaid,
    PositionClosed,
    PositionIncreased,
    PositionLiquidated,
    PositionOpened,
    PositionReduced,
)
from engine.exchange import decide
from engine.formulas import unrealised_pnl
from engine.intents import Deposit, Open, Settle
from engine.margin import position_figures
from engine.market import MarketSnapshot
from engine.position import MarginMode, Side

PLANS = ((1, MarginMode.ISOLATED), (3, MarginMode.ISOLATED), (10, MarginMode.CROSS))
"""Leverage and margin mode of the plans that are held against a learner's life: ours."""
STAKE = Decimal("0.95")
"""The share of the wallet that each plan puts down as margin: what is left pays the fee."""
MOST_MOMENTS = 5
_NEAR = Decimal("1.01")


@dataclass(slots=True)
class Curve:
    """How equity went: its highest so far, and the deepest fall from a highest, as an amount and as a fraction."""

    peak: Decimal
    equity: Decimal
    fall: Decimal = ZERO
    share: Decimal = ZERO
    at: datetime | None = None

    @exact
    def add(self, equity: Decimal, at: datetime) -> None:
        """The equity at the next step."""
        self.equity = equity
        self.peak = max(self.peak, equity)
        if self.peak > ZERO and (self.peak - equity) / self.peak > self.share:
            self.fall, self.at = self.peak - equity, at
            self.share = self.fall / self.peak


@dataclass(slots=True)
class Plan:
    """A long of one coin, bought at the first step and left alone."""

    leverage: int
    mode: MarginMode
    symbol: str
    account: MarginAccount
    curve: Curve
    refusal: str | None = None
    liquidated_at: datetime | None = None
    funding: Decimal = ZERO
    danger: Decimal = ZERO
    again: datetime | None = None

    def meet(self, market: MarketSnapshot) -> None:
        """Take one step. The account is asked only near its liquidation price and when funding is due: between, a long
        that nobody touches meets no condition.
        """
        mark = market.quote(self.symbol).mark
        if self.account.positions and (
            mark <= self.danger or self.again is None or market.time >= self.again
        ):
            self._settle(market)
        self.curve.add(equity_of(self.account, market), market.time)

    def _settle(self, market: MarketSnapshot) -> None:
        for event in decide(Settle(), self.account, market):
            self.account = self.account.apply(event)
            if isinstance(event, PositionLiquidated):
                self.liquidated_at = market.time
            if isinstance(event, FundingPaid):
                self.funding += event.amount
        self.again = market.quote(self.symbol).next_funding
        if self.account.positions:
            price = position_figures(self.account, (self.symbol, Side.LONG), market).liquidation.price
            self.danger = ZERO if price is None else price * _NEAR


@dataclass(slots=True)
class Debrief:
    """What a life on a tape came to, in USDT; `ended` is where on the tape it was left."""

    start: Decimal
    curve: Curve
    ended: datetime
    fees: Decimal = ZERO
    clearance: Decimal = ZERO
    funding: Decimal = ZERO
    trades: int = 0
    liquidations: int = 0
    struck: int = 0
    left_open: int = 0
    moments: list[tuple[datetime, Event, Decimal]] = field(default_factory=list)
    plans: list[Plan] = field(default_factory=list)


def debriefed(reel: Reel, entries: Sequence[Entry], balance: Decimal, until: timedelta) -> Debrief:
    """Lead a journal, oldest entry first, along its tape once more; heavy: it belongs into a thread.

    The plans begin at the first step and are left at the same place on the tape.
    """
    feed = reel.feed()
    first = feed.snapshot()
    symbol = reel.alias_of(next(iter(reel.real.series)))
    end = reel.tape.start + until
    found = Debrief(balance, Curve(balance, balance), end)
    _count(found, entries)
    found.plans = [_begun(leverage, mode, symbol, balance, first) for leverage, mode in PLANS]
    account, waiting = MarginAccount.empty(), list(reversed(entries))
    for market in chain((first,), feed.finish()):
        if market.time > end:
            break
        while waiting and waiting[-1].market_time <= market.time:
            account = account.apply(waiting.pop().event)
        if account.version:
            found.curve.add(equity_of(account, market), market.time)
        for plan in found.plans:
            plan.meet(market)
    while waiting:  # what was done between the last step and the end
        account = account.apply(waiting.pop().event)
    found.left_open = len(account.positions)
    return found


@exact
def equity_of(account: MarginAccount, market: MarketSnapshot) -> Decimal:
    """Wallet and unrealised PnL of all positions, in USDT."""
    return account.wallet + sum(
        (
            unrealised_pnl(each.side, each.quantity, each.entry_price, market.quote(each.symbol).mark)
            for each in account.positions.values()
        ),
        ZERO,
    )


def ledger_hash(booked: Iterable[tuple[str, Decimal]]) -> str:
    """SHA-256 over all postings in their order, a line each: ledger account, blank, amount without needless zeros.

    The same acts at the same times of the same tape give the same hash, however fast it was played.
    """
    lines = (f"{ledger} {amount.normalize():f}\n" for ledger, amount in booked)
    return sha256("".join(lines).encode()).hexdigest()


@exact
def _begun(leverage: int, mode: MarginMode, symbol: str, balance: Decimal, market: MarketSnapshot) -> Plan:
    account = MarginAccount.empty()
    for event in decide(Deposit(balance), account, market):
        account = account.apply(event)
    plan = Plan(leverage, mode, symbol, account, Curve(balance, balance))
    contract = market.contract(symbol)
    size = contract.floor_quantity(balance * STAKE * leverage / market.quote(symbol).last)
    try:
        events = decide(Open(symbol, Side.LONG, size, leverage, mode), account, market)
    except Refusal as refusal:
        plan.refusal = refusal.code
        return plan
    for event in events:
        plan.account = plan.account.apply(event)
    return plan


@exact
def _count(found: Debrief, entries: Iterable[Entry]) -> None:
    """Sums over the journal, and the moments that moved most."""
    told: list[tuple[datetime, Event, Decimal]] = []
    for entry in entries:
        event = entry.event
        match event:
            case PositionOpened() | PositionIncreased():
                found.fees += event.fee
                found.trades += 1
            case PositionReduced() | PositionClosed() | AdlStruck():
                found.fees += event.fee
                found.trades += not isinstance(event, AdlStruck)
                found.struck += isinstance(event, AdlStruck)
                told.append((entry.market_time, event, event.realised - event.fee))
            case PositionLiquidated():
                found.clearance += event.clearance_fee
                found.liquidations += event.whole
                told.append((entry.market_time, event, event.realised - event.clearance_fee + event.fund_gap))
            case FundingPaid():
                found.funding += event.amount
            case _:
                continue
    weighty = sorted(told, key=lambda each: -abs(each[2]))[:MOST_MOMENTS]
    found.moments = [each for each in told if each in weighty]

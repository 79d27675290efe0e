"""A long random life of an account, checked after every step against an independent reckoning in fractions."""

from __future__ import annotations

import json
from collections import defaultdict
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from engine import (
    ChangeLeverage,
    ChangeMargin,
    ChangeMode,
    Close,
    Deposit,
    Event,
    FillRule,
    Intent,
    MarginAccount,
    MarginMode,
    Open,
    Refusal,
    Settle,
    Side,
    account_figures,
    event_from_json,
    event_to_json,
    explain,
    postings,
    replay,
)
from engine.events import FundingPaid, MarginChanged, PositionClosed, PositionLiquidated, PositionReduced
from engine.exchange import decide
from tests.engine.evaluator import evaluate
from tests.engine.world import ADA, BTC, CONTRACTS, CROSS, ETH, World, world

STARTS = {BTC: "50000", ETH: "2500", ADA: "0.5"}
symbols = st.sampled_from(sorted(STARTS))
leverages = st.integers(1, 150)


class Life(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.case: World = world("0", BTC=STARTS[BTC], ETH=STARTS[ETH], ADA=STARTS[ADA])
        self.books: dict[str, Decimal] = defaultdict(Decimal)

    @initialize(wallet=st.decimals("100", "1000000", places=8), frictionless=st.booleans())
    def begin(self, wallet: Decimal, frictionless: bool) -> None:
        if not frictionless:
            self.case.market = replace(self.case.market, fill_rule=FillRule())
        self.act(Deposit(wallet))

    def act(self, intent: Intent) -> None:
        before = self.case.account
        try:
            decide(intent, before, self.case.market)
        except Refusal:
            assert self.case.account is before
            return
        events = self.case.do(intent)
        for event in events:
            following = before.apply(event)
            self.apart(before, following, event)
            before = following
        for event in events:
            assert event_from_json(json.loads(json.dumps(event_to_json(event)))) == event
            lines = postings(event)
            assert sum((line.amount for line in lines), Decimal(0)) == 0
            for line in lines:
                assert line.amount == line.amount.quantize(Decimal("1e-8"))
                self.books[line.account] += line.amount
            if isinstance(event, PositionReduced | PositionClosed | PositionLiquidated):
                self.bounded(event)

    def apart(self, before: MarginAccount, following: MarginAccount, event: Event) -> None:
        """An event moves the wallet of its own position, if that is isolated, and else the cross wallet alone."""
        touched = getattr(event, "key", None)
        if isinstance(event, MarginChanged):
            touched = (event.symbol, event.side)
        for key, held in before.positions.items():
            if key != touched:
                assert following.positions[key] == held, event
        if isinstance(event, FundingPaid) and event.mode is not CROSS:
            assert following.cross_wallet == before.cross_wallet

    def bounded(self, event: PositionReduced | PositionClosed | PositionLiquidated) -> None:
        """What a close gives the cross wallet is never negative for an isolated position."""
        if event.mode is not CROSS:
            cost = event.clearance_fee if isinstance(event, PositionLiquidated) else event.fee
            assert event.released + event.realised - cost + event.fund_gap >= 0

    @rule(
        symbol=symbols,
        side=st.sampled_from(Side),
        size=st.decimals("20", "3000000", places=2),
        leverage=st.none() | leverages,
        mode=st.none() | st.sampled_from(MarginMode),
    )
    def open(
        self, symbol: str, side: Side, size: Decimal, leverage: int | None, mode: MarginMode | None
    ) -> None:
        quote = self.case.market.quotes[symbol]
        quantity = CONTRACTS[symbol].floor_quantity(size / quote.last)
        self.act(Open(symbol, side, quantity, leverage, mode))

    @rule(symbol=symbols, share=st.sampled_from(["0.1", "0.5", "1"]), mode=st.sampled_from(MarginMode))
    def open_with_what_there_is(self, symbol: str, share: str, mode: MarginMode) -> None:
        """Orders near the limit of what is affordable."""
        quote = self.case.market.quotes[symbol]
        leverage = self.case.account.settings_of(symbol).leverage
        money = max(Decimal(0), self.case.account.cross_wallet) * leverage * Decimal(share) / quote.last
        self.act(Open(symbol, Side.LONG, CONTRACTS[symbol].floor_quantity(money), None, mode))

    @rule(symbol=symbols, share=st.decimals("0.05", "1", places=2))
    def close_part(self, symbol: str, share: Decimal) -> None:
        held = self.case.account.position(symbol)
        if held is not None:
            self.act(Close(symbol, CONTRACTS[symbol].ceil_quantity(held.quantity * share)))

    @rule(symbol=symbols)
    def close(self, symbol: str) -> None:
        self.act(Close(symbol))

    @rule(symbol=symbols, amount=st.decimals("-5000", "5000", places=10))
    def change_margin(self, symbol: str, amount: Decimal) -> None:
        self.act(ChangeMargin(symbol, amount))

    @rule(symbol=symbols, leverage=leverages)
    def change_leverage(self, symbol: str, leverage: int) -> None:
        self.act(ChangeLeverage(symbol, leverage))

    @rule(symbol=symbols, mode=st.sampled_from(MarginMode))
    def change_mode(self, symbol: str, mode: MarginMode) -> None:
        self.act(ChangeMode(symbol, mode))

    @rule(symbol=symbols, move=st.decimals("0.6", "1.6", places=3))
    def tick(self, symbol: str, move: Decimal) -> None:
        mark = self.case.market.quotes[symbol].mark * move
        self.case.price(symbol, mark.quantize(Decimal("0.00001")) + Decimal("0.00001"))
        before = self.case.account
        self.act(Settle())
        self.settled(before)

    def settled(self, before: MarginAccount) -> None:
        """After settlement nothing is due, and no isolated position has cost the cross wallet anything."""
        account = self.case.account
        cross = [p for p in before.positions.values() if p.mode is CROSS]
        if not any(p.mode is CROSS for p in account.positions.values()):
            assert account.cross_wallet >= 0
        if not cross:
            assert account.cross_wallet >= before.cross_wallet
        for balance, required in self.units(account):
            assert balance > required

    def units(self, account: MarginAccount) -> list[tuple[Fraction, Fraction]]:
        """Balance and maintenance of every isolated position and of the cross account, in exact fractions."""
        cross_wallet = Fraction(account.wallet)
        cross_pnl = cross_maintenance = Fraction(0)
        found = []
        cross = False
        for position in account.positions.values():
            mark = Fraction(self.case.market.quotes[position.symbol].mark)
            size = Fraction(position.quantity) * mark
            pnl = size - Fraction(position.quantity) * Fraction(position.entry_price)
            pnl = pnl if position.side is Side.LONG else -pnl
            required = max(
                size * Fraction(b.rate) - Fraction(b.amount) for b in CONTRACTS[position.symbol].brackets
            )
            if position.isolated_wallet is None:
                cross = True
                cross_pnl += pnl
                cross_maintenance += required
            else:
                cross_wallet -= Fraction(position.isolated_wallet)
                found.append((Fraction(position.isolated_wallet) + pnl, required))
        if cross:
            found.append((cross_wallet + cross_pnl, cross_maintenance))
        return found

    @invariant()
    def the_journal_is_the_account(self) -> None:
        account = self.case.account
        assert replay(self.case.journal) == account
        assert account.version == len(self.case.journal)
        assert MarginAccount.from_json(json.loads(json.dumps(account.to_json()))) == account

    @invariant()
    def the_books_are_the_account(self) -> None:
        account = self.case.account
        assert self.books["wallet"] == account.cross_wallet
        for (symbol, side), position in account.positions.items():
            assert self.books[f"isolated:{symbol}:{side}"] == (position.isolated_wallet or 0)
        held = {f"isolated:{symbol}:{side}" for symbol, side in account.positions}
        assert all(v == 0 for k, v in self.books.items() if k.startswith("isolated:") and k not in held)
        assert sum(self.books.values(), Decimal(0)) == 0

    @invariant()
    def no_debt(self) -> None:
        account = self.case.account
        assert account.cross_wallet >= 0 or any(p.mode is CROSS for p in account.positions.values())

    @invariant()
    def the_total_is_what_is_locked_and_what_is_free(self) -> None:
        figures = self.case.all_figures
        isolated = [one for one in figures.positions if one.position.mode is not CROSS]
        assert figures.wallet == figures.cross_wallet + sum(one.margin for one in isolated)
        assert figures.equity == figures.cross_balance + sum(one.balance for one in isolated)
        locked = Fraction(figures.cross_initial) + Fraction(figures.isolated_orders)
        free = max(Fraction(0), Fraction(figures.cross_balance) - locked)
        assert abs(Fraction(figures.available) - free) <= Fraction(1, 10**20)

    @invariant()
    def isolated_and_cross_do_not_see_each_other(self) -> None:
        """Taken apart into two accounts, the cross one and the isolated one have the same figures."""
        account, market = self.case.account, self.case.market
        figures = account_figures(account, market)
        for mode in MarginMode:
            held = {key: p for key, p in account.positions.items() if p.mode is mode}
            wallet = account.cross_wallet if mode is CROSS else account.wallet
            alone = account_figures(replace(account, positions=held, wallet=wallet), market)
            assert alone.positions == tuple(one for one in figures.positions if one.position.mode is mode)
            if mode is CROSS:
                for name in ("cross_wallet", "cross_balance", "cross_maintenance", "cross_initial"):
                    assert getattr(alone, name) == getattr(figures, name), name
                assert (alone.cross_ratio, alone.available) == (figures.cross_ratio, figures.available)

    @invariant()
    def every_figure_has_its_derivation(self) -> None:
        figures = self.case.all_figures
        account, market = self.case.account, self.case.market
        assert explain("equity", account, market).result == figures.equity
        assert explain("available", account, market).result == figures.available
        assert explain("margin-ratio", account, market).result == figures.cross_ratio
        for one in figures.positions:
            for name, value in (
                ("liquidation", one.liquidation.price),
                ("bankruptcy", one.bankruptcy_price),
                ("break-even", one.break_even),
                ("margin-ratio", one.ratio),
                ("maintenance", one.maintenance),
                ("initial", one.initial_margin),
                ("pnl", one.pnl),
                ("roe", one.roe),
            ):
                derivation = explain(name, account, market, one.position.symbol)
                assert derivation.result == value, name
                if value is not None:
                    assert evaluate(derivation.steps[-1].worked) == value, derivation


Life.TestCase.settings = settings(max_examples=60, stateful_step_count=25)
TestLife = Life.TestCase

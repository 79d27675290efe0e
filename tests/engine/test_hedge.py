"""Hedge mode: two legs of a symbol, apart when isolated, one balance when cross."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine import (
    ChangeLeverage,
    ChangeMargin,
    ChangeMode,
    ChangePositionMode,
    Close,
    MarginAccount,
    MarginMode,
    Position,
    PositionMode,
    SymbolSettings,
    explain,
)
from engine.errors import ModeLocked
from engine.events import PositionClosed, PositionIncreased, PositionLiquidated, PositionOpened
from engine.orders import order_cost
from engine.solver import BothLegs, solve_both_legs, solve_liquidation
from tests.engine.evaluator import evaluate
from tests.engine.world import BTC, CONTRACTS, CROSS, ETH, ISOLATED, LONG, NOW, SHORT, World, world

D = Decimal
HEDGE, ONE_WAY = PositionMode.HEDGE, PositionMode.ONE_WAY


def hedged(mode: MarginMode, wallet: str = "10000") -> World:
    case = world(wallet)
    case.do(ChangePositionMode(HEDGE))
    case.do(ChangeMode(BTC, CROSS)) if mode is CROSS else None
    return case


def test_an_open_names_a_leg_and_never_reduces() -> None:
    case = hedged(ISOLATED)
    (_, opened) = case.open(BTC, LONG, "0.1", 10)
    (other,) = case.open(BTC, SHORT, "0.04")
    (more,) = case.open(BTC, SHORT, "0.02")
    assert isinstance(opened, PositionOpened)
    assert isinstance(other, PositionOpened)
    assert isinstance(more, PositionIncreased)
    assert [(p.side, p.quantity) for p in case.account.legs(BTC)] == [(LONG, D("0.1")), (SHORT, D("0.06"))]
    case.do(ChangeLeverage(BTC, 20))
    assert case.account.settings_of(BTC).leverage == 20
    (closed,) = case.do(Close(BTC, side=SHORT))
    assert isinstance(closed, PositionClosed)
    assert closed.side is SHORT
    assert [p.side for p in case.account.legs(BTC)] == [LONG]
    (last,) = case.do(Close(BTC))  # the only leg needs no name
    assert isinstance(last, PositionClosed)
    case.do(ChangePositionMode(ONE_WAY))
    assert case.account.position_mode is ONE_WAY


def test_margin_goes_to_the_leg_named() -> None:
    case = hedged(ISOLATED)
    case.open(BTC, LONG, "0.1", 10)
    case.open(BTC, SHORT, "0.1")
    before = case.account.positions
    case.do(ChangeMargin(BTC, D(100), SHORT))
    assert case.account.positions[BTC, LONG] == before[BTC, LONG]
    assert case.account.positions[BTC, SHORT].isolated_wallet == D("597.5")


def test_isolated_legs_are_judged_each_alone() -> None:
    case = hedged(ISOLATED)
    case.open(BTC, LONG, "0.1", 10)
    case.open(BTC, SHORT, "0.1")
    case.price(BTC, "45200")
    events = [e for e in case.settle() if isinstance(e, PositionLiquidated)]
    assert [e.side for e in events] == [LONG]
    assert [p.side for p in case.account.legs(BTC)] == [SHORT]


def test_the_requirement_is_that_of_the_leg() -> None:
    case = hedged(CROSS)
    case.open(BTC, LONG, "0.2", 10)
    order = order_cost(case.account, case.market, BTC, SHORT, D("0.1"))
    assert order.margin == 500  # in one-way mode it would reduce and cost nothing
    case.open(BTC, SHORT, "0.1")
    assert case.all_figures.cross_initial == 1500
    with pytest.raises(ModeLocked):
        case.do(ChangeMode(BTC, ISOLATED))


def direct(long: str, short: str, wallet: str, entry: str = "60000") -> World:
    """A cross account with both legs, as if by magic."""
    case = world("0", BTC=entry, ETH="2500")
    positions = {
        (BTC, side): Position(BTC, side, D(size), D(entry), None, D("0.0005"), NOW)
        for side, size in ((LONG, long), (SHORT, short))
    }
    settings = {BTC: SymbolSettings(20, CROSS), ETH: SymbolSettings(10, CROSS)}
    case.account = MarginAccount(D(wallet), positions, settings, 0, HEDGE)
    return case


def test_two_sided_liquidation_price() -> None:
    """Long 10 and short 9.9 BTC at 60,000 with 5,600: below ≈ 19,608 and above ≈ 88,586."""
    case = direct("10", "9.9", "5600")
    figures = {f.position.side: f for f in case.all_figures.positions}
    for one in figures.values():
        assert one.liquidation.lower is not None
        assert one.liquidation.upper is not None
        assert round(one.liquidation.lower) == 19608
        assert round(one.liquidation.upper) == 88586
        assert one.liquidation.price == one.liquidation.upper
        assert one.liquidation.status == "price"
    found = figures[LONG].liquidation
    for inside, outside in ((found.lower, -1), (found.upper, 1)):
        assert inside is not None
        for step, due in ((0, False), (outside, True)):
            case.price(BTC, inside + step - (0 if due else outside))
            assert (case.settle() != ()) is due
            case = direct("10", "9.9", "5600")


@pytest.mark.parametrize(("long", "short"), [("10", "7"), ("3", "4.5")])
def test_the_bankruptcy_price_of_both_legs_uses_up_the_balance(long: str, short: str) -> None:
    """With another cross position beside them, at its own mark."""
    case = direct(long, short, "70000")
    case.open(ETH, LONG, "40", 10)
    case.price(ETH, "2400")
    case.price(BTC, "61000")
    prices = {f.bankruptcy_price for f in case.all_figures.positions if f.position.symbol == BTC}
    (price,) = prices
    assert price is not None
    case.price(BTC, price)
    assert abs(case.all_figures.cross_balance) < D("1e-20")


def test_legs_that_balance_each_other_are_never_bankrupt() -> None:
    for case in (direct("3", "3", "70000"), direct("2", "1", "60000")):  # nor are those paid in full
        assert {f.bankruptcy_price for f in case.all_figures.positions} == {None}


def test_it_is_explained() -> None:
    case = direct("10", "9.7", "70000")
    case.open(ETH, LONG, "1")
    for side in (LONG, SHORT):
        for figure in ("liquidation", "bankruptcy", "margin-ratio", "maintenance", "pnl"):
            derivation = explain(figure, case.account, case.market, BTC, side=side)
            for step in derivation.steps:
                assert evaluate(step.worked) == step.value, step
            if derivation.result is not None:
                assert derivation.result == derivation.steps[-1].value
        figures = next(f for f in case.all_figures.positions if f.position.key == (BTC, side))
        got = explain("liquidation", case.account, case.market, BTC, side=side).result
        assert got == figures.liquidation.price
        assert explain("bankruptcy", case.account, case.market, BTC, side=side).result == (
            figures.bankruptcy_price
        )
    equal = direct("1", "1", "5600")
    assert explain("bankruptcy", equal.account, equal.market, BTC, side=LONG).result is None


quantities = st.decimals("0.001", "300", places=3)


@given(quantities, quantities, st.decimals("1000", "90000", places=1), st.decimals("1", "3000000", places=2))
def test_both_roots_hold_the_condition(long: D, short: D, entry: D, wallet: D) -> None:
    """At each root balance is maintenance to 1e-20 of the notional; between them nothing is due."""
    brackets = CONTRACTS[BTC].brackets
    legs = BothLegs(long, entry, short, entry)
    found = solve_both_legs(legs, wallet, brackets, entry)

    def surplus(price: D) -> Fraction:
        total = Fraction(wallet)
        for size, sign in ((Fraction(long), 1), (Fraction(short), -1)):
            value = size * Fraction(price)
            total += sign * (value - size * Fraction(entry))
            total -= max(value * Fraction(b.rate) - Fraction(b.amount) for b in brackets)
        return total

    for root in (found.lower, found.upper):
        if root is not None:
            assert abs(surplus(root)) <= Fraction(1, 10**20) * Fraction((long + short) * root + 1)
    if surplus(entry) <= 0:
        assert found.status == "now"
        return
    assert found.status != "now"
    assert (found.lower is None) is (surplus(D("1e-9")) > 0 or found.lower is None)
    if found.lower is None:
        assert surplus(D("1e-9")) > 0
    else:
        assert found.lower < entry
        assert surplus(found.lower * D("0.999")) < 0
    if found.upper is not None:
        assert found.upper > entry
        assert surplus(found.upper * D("1.001")) < 0
    else:
        assert surplus(D(10**9)) > 0


@given(quantities, st.decimals("1000", "90000", places=1), st.decimals("1", "3000000", places=2))
def test_a_vanishing_short_leg_leaves_the_one_way_price(long: D, entry: D, wallet: D) -> None:
    brackets = CONTRACTS[BTC].brackets
    one = solve_liquidation(LONG, long, entry, wallet, brackets, mark=entry)
    both = solve_both_legs(BothLegs(long, entry, D("1e-30"), entry), wallet, brackets, entry)
    if one.status == "price" and one.price is not None:
        assert both.lower is not None
        assert abs(both.lower - one.price) < D("1e-18") * entry

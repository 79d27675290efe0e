"""Jumps of several prices at once, and what one symbol does to the position in another."""

from __future__ import annotations

from decimal import Decimal

import pytest

from engine import contagion, shock
from engine.errors import BadQuote, NoPosition
from tests.engine.world import BTC, CROSS, ETH, ISOLATED, LONG, SHORT, flat, world

D = Decimal


def test_the_golden_contagion() -> None:
    """docs/margin.md §Golden case: ETH −20 % moves the BTC price from 40,261.04 to 45,261.04."""
    case = world("1000", flat(BTC), flat(ETH), BTC="50000", ETH="2500")
    case.open(BTC, LONG, "0.1", 10, CROSS)
    case.open(ETH, LONG, "1", 10, CROSS)
    moves = [D(0), D("-0.2")]
    found = contagion(case.account, case.market, (BTC, LONG), ETH, moves)
    prices = [one.liquidation.price for one in found if one.liquidation.price is not None]
    assert [price.quantize(D("0.01")) for price in prices] == [D("40261.04"), D("45261.04")]
    assert [one.price for one in found] == [2500, 2000]


def test_an_isolated_position_catches_nothing() -> None:
    case = world("1000")
    case.open(BTC, LONG, "0.05", 10, ISOLATED)
    case.open(ETH, LONG, "1", 10, CROSS)
    first, second = contagion(case.account, case.market, (BTC, LONG), ETH, [D(0), D("-0.3")])
    assert first.liquidation == second.liquidation
    with pytest.raises(NoPosition):
        contagion(case.account, case.market, (BTC, SHORT), ETH, [D(0)])


def test_several_symbols_at_once() -> None:
    case = world("1000")
    case.open(BTC, LONG, "0.1", 10, CROSS)
    case.open(ETH, SHORT, "1", 10, ISOLATED)
    calm = shock(case.account, case.market, {BTC: D("-0.05"), ETH: D("-0.1")})
    assert calm.events == ()
    assert calm.after.equity == calm.before.equity - 250 + 250
    hard = shock(case.account, case.market, {BTC: D("-0.2"), ETH: D("0.2")})
    assert hard.liquidated == ((ETH, SHORT), (BTC, LONG))
    assert hard.struck.unrealised == -1500
    assert hard.after.positions == ()
    assert case.account.positions.keys() == {(BTC, LONG), (ETH, SHORT)}
    with pytest.raises(BadQuote):
        shock(case.account, case.market, {BTC: D(-1)})

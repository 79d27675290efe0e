"""The worked case of docs/margin.md §Golden case: wallet 1,000, long 0.1 BTC at 50,000, flat 0.4 %."""

from __future__ import annotations

from decimal import ROUND_DOWN, ROUND_HALF_EVEN, Decimal

import pytest

from engine import MarginMode, Side
from engine.events import PositionLiquidated
from tests.engine.world import BTC, CROSS, ETH, ISOLATED, LONG, SHORT, World, flat, world

CENT = Decimal("0.01")


def plain(**prices: str) -> World:
    return world("1000", flat(BTC), flat(ETH), **(prices or {"BTC": "50000", "ETH": "2500"}))


def liquidation(case: World, symbol: str = BTC) -> Decimal:
    price = case.figures(symbol).liquidation.price
    assert price is not None
    return price.quantize(CENT, ROUND_HALF_EVEN)


@pytest.mark.parametrize(
    ("side", "leverage", "mode", "expected"),
    [
        (LONG, 10, ISOLATED, "45180.72"),
        (LONG, 20, ISOLATED, "47690.76"),
        (SHORT, 10, ISOLATED, "54780.88"),
        (LONG, 10, CROSS, "40160.64"),
        (LONG, 20, CROSS, "40160.64"),
        (LONG, 150, CROSS, "40160.64"),
    ],
)
def test_without_fees(side: Side, leverage: int, mode: MarginMode, expected: str) -> None:
    case = plain()
    case.open(BTC, side, "0.1", leverage, mode)
    assert liquidation(case) == Decimal(expected)


def test_another_cross_position_moves_the_price() -> None:
    case = plain()
    case.open(BTC, LONG, "0.1", 10, CROSS)
    case.open(ETH, LONG, "1", 10, CROSS)
    assert liquidation(case) == Decimal("40261.04")
    case.price(ETH, "2000")
    assert liquidation(case) == Decimal("45261.04")  # worse than isolated: 45,180.72


@pytest.mark.parametrize(("mode", "expected"), [(ISOLATED, "45205.82"), (CROSS, "40185.74")])
def test_the_opening_fee_moves_the_price(mode: MarginMode, expected: str) -> None:
    case = world("1000")
    case.open(BTC, LONG, "0.1", 10, mode)
    assert liquidation(case) == Decimal(expected)


@pytest.mark.parametrize(("mode", "loss", "all_gone"), [(ISOLATED, "482", "500"), (CROSS, "984", "1000")])
def test_loss_at_the_trigger_and_after_the_clearance_fee(mode: MarginMode, loss: str, all_gone: str) -> None:
    case = plain()
    case.open(BTC, LONG, "0.1", 10, mode)
    assert -loss_at_trigger(case) == pytest.approx(Decimal(loss), abs=Decimal(1))

    real = world("1000")
    real.open(BTC, LONG, "0.1", 10, mode)
    price = real.figures(BTC).liquidation.price
    assert price is not None
    real.price(BTC, price.quantize(CENT, ROUND_DOWN))
    *_, event = real.settle()
    assert isinstance(event, PositionLiquidated)
    assert event.left == 0
    assert real.account.wallet == 1000 - Decimal(all_gone)


def loss_at_trigger(case: World) -> Decimal:
    price = case.figures(BTC).liquidation.price
    assert price is not None
    case.price(BTC, price.quantize(CENT, ROUND_DOWN))
    assert case.figures(BTC).liquidation.status == "now"
    return case.figures(BTC).pnl

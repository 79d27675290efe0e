"""The same order in both modes."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from engine import MarginMode, Open, both_modes
from engine.errors import InsufficientMargin, ModeLocked, PriceStale, UnknownSymbol
from tests.engine.world import BTC, CROSS, ETH, ISOLATED, LONG, NOW, SHORT, world

ORDER = Open(BTC, LONG, Decimal("0.1"), 10)


def test_most_lost_and_liquidation() -> None:
    case = world("1000")
    both = both_modes(ORDER, case.account, case.market)
    assert both.isolated.figures is not None
    assert both.cross.figures is not None
    assert both.isolated.most_lost == 500
    assert both.cross.most_lost == 1000
    assert both.isolated.fee == both.cross.fee == Decimal("2.5")
    assert both.isolated.cost == both.cross.cost == Decimal("502.75")
    isolated, cross = both.isolated.figures.liquidation.price, both.cross.figures.liquidation.price
    assert isolated is not None
    assert cross is not None
    assert isolated > cross
    assert case.account.positions == {}


def test_the_mode_that_cannot_be_had_says_why() -> None:
    case = world("1000")
    case.open(BTC, LONG, "0.01", 10, CROSS)
    both = both_modes(ORDER, case.account, case.market)
    assert isinstance(both.isolated.refusal, ModeLocked)
    assert both.isolated.figures is None
    assert both.isolated.cost > 0
    assert both.cross.refusal is None


def test_a_long_that_nothing_liquidates_loses_its_worth_at_most() -> None:
    case = world("10000")
    both = both_modes(ORDER, case.account, case.market)
    assert both.cross.figures is not None
    assert both.cross.figures.liquidation.status == "none"
    assert both.cross.most_lost == Decimal("5002.5")
    short = both_modes(Open(BTC, SHORT, Decimal("0.1"), 10), case.account, case.market)
    assert short.cross.most_lost == 10_000


def test_closing_and_flipping() -> None:
    case = world("1000")
    case.open(BTC, SHORT, "0.04", 10, ISOLATED)
    flip = both_modes(Open(BTC, LONG, Decimal("0.1")), case.account, case.market).isolated
    assert (flip.closes, flip.flips) == (Decimal("0.04"), True)
    reduce = both_modes(Open(BTC, LONG, Decimal("0.03")), case.account, case.market).isolated
    assert (reduce.closes, reduce.flips) == (Decimal("0.03"), False)
    close = both_modes(Open(BTC, LONG, Decimal("0.04")), case.account, case.market).isolated
    assert close.figures is None
    assert close.most_lost == close.fee == Decimal(1)


def test_an_unaffordable_order_is_refused_in_both() -> None:
    case = world("100")
    both = both_modes(ORDER, case.account, case.market)
    assert isinstance(both.isolated.refusal, InsufficientMargin)
    assert isinstance(both.cross.refusal, InsufficientMargin)
    assert both.cross.most_lost == 0


@pytest.mark.parametrize("quantity", ["NaN", "Infinity", "0", "-1", "1e999999"])
def test_impossible_sizes_are_refused(quantity: str) -> None:
    case = world("100")
    both = both_modes(Open(BTC, LONG, Decimal(quantity)), case.account, case.market)
    assert both.isolated.refusal is not None
    assert both.cross.cost == 0


@pytest.mark.parametrize("mode", list(MarginMode))
def test_what_is_not_traded(mode: MarginMode) -> None:
    case = world("100")
    with pytest.raises(UnknownSymbol):
        both_modes(Open("XYZUSDT", LONG, Decimal(1), 5, mode), case.account, case.market)
    later = replace(case.market, time=NOW + timedelta(hours=1), stale_after=timedelta(seconds=30))
    with pytest.raises(PriceStale):
        both_modes(Open(ETH, LONG, Decimal(1), 5, mode), case.account, later)

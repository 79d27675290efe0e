"""The same life with one thing changed."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from engine import Close, Deposit, MarginMode, MarketSnapshot, Open, Side
from engine.errors import InsufficientMargin
from engine.events import PositionClosed
from engine.resimulation import (
    AsItWas,
    Candle,
    Change,
    LowerLeverage,
    MarginAdded,
    Moment,
    OtherMode,
    Rerun,
    Smaller,
    WithStop,
    rerun,
    twin,
)
from tests.engine.world import BTC, CROSS, ETH, ISOLATED, LONG, NOW, SHORT, world

D = Decimal


def market(minutes: int, btc: str = "50000", eth: str = "2500") -> MarketSnapshot:
    made = world("0", BTC=btc, ETH=eth).market
    return replace(made, time=NOW + timedelta(minutes=minutes))


def candle(*prices: int) -> Candle:
    return Candle(*(D(price) for price in prices))


def story(side: Side = LONG, mode: MarginMode = ISOLATED) -> list[Moment]:
    """An open at 50,000, a fall to 45,000 within a minute, and a close at 52,000."""
    fall = candle(50000, 50500, 45000, 51000) if side is LONG else candle(50000, 55000, 49500, 49000)
    return [
        Moment(market(0), (Deposit(D(1000)), Open(BTC, side, D("0.1"), 10, mode)), {BTC: fall}),
        Moment(market(2, "52000" if side is LONG else "48000"), (Close(BTC),)),
    ]


def test_as_it_was_the_position_is_gone() -> None:
    for side in (LONG, SHORT):
        went = rerun(story(side), AsItWas())
        (event,) = went.liquidations
        assert abs(event.price / event.entry_price - 1) < D("0.1")  # on the way to the extreme
        assert went.account.wallet == 500
        assert [type(refusal).__name__ for _, _, refusal in went.refused] == ["NoPosition"]


@pytest.mark.parametrize(
    ("change", "closed_at"),
    [
        (OtherMode(), "52000"),
        (LowerLeverage(6), "52000"),
        (MarginAdded(D(200)), "52000"),
        (WithStop(D("0.05")), "47500"),
    ],
)
def test_one_thing_changed_and_it_survives(change: Change, closed_at: str) -> None:
    went = rerun(story(), change)
    assert went.liquidations == ()
    (closed,) = (e for e in went.events if isinstance(e, PositionClosed))
    assert abs(closed.price / D(closed_at) - 1) <= D("0.002")


def test_the_adverse_extreme_comes_first() -> None:
    assert [int(price) for price in candle(2, 4, 1, 3).path(LONG)] == [2, 1, 4, 3]
    assert [int(price) for price in candle(2, 4, 1, 3).path(SHORT)] == [2, 4, 1, 3]
    assert [int(price) for price in candle(2, 4, 1, 3).path(None)] == [2, 1, 4, 3]


def test_less_size_loses_less() -> None:
    went = rerun(story(), Smaller(D("0.5")))
    assert went.liquidations[0].quantity == D("0.05")
    assert went.account.wallet == 750


def test_the_twin_shows_what_it_could_not_afford() -> None:
    moments = [
        Moment(market(0), (Deposit(D(1000)), Open(ETH, LONG, D("2"), 10, CROSS))),
        Moment(market(1, eth="3500"), (Open(BTC, LONG, D("0.3"), 10, CROSS),)),  # on the profit of the first
    ]
    assert rerun(moments, AsItWas()).refused == ()
    went: Rerun = twin(moments)
    ((number, intent, refusal),) = went.refused
    assert number == 1
    assert isinstance(intent, Open)
    assert intent.mode is ISOLATED
    assert isinstance(refusal, InsufficientMargin)
    assert [p.mode for p in went.account.in_order()] == [ISOLATED]


def test_orders_that_name_no_mode_follow_the_twin_s_setting() -> None:
    moments = [
        Moment(market(0), (Deposit(D(5000)), Open(BTC, LONG, D("0.1")), Open(BTC, LONG, D("0.05")))),
    ]
    went = twin(moments)
    assert went.refused == ()
    (held,) = went.account.in_order()
    assert (held.mode, held.quantity) == (CROSS, D("0.15"))

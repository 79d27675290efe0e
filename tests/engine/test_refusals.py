"""Every refusal, reached through decide, with its figures and the exchange's code."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from engine import (
    ALL_REFUSALS,
    CancelOrder,
    ChangeLeverage,
    ChangeMargin,
    ChangeMode,
    ChangePositionMode,
    Close,
    Deposit,
    Intent,
    Open,
    Order,
    OrderType,
    Place,
    PositionMode,
    Refusal,
    Side,
    TimeInForce,
)
from engine import errors as e
from engine.exchange import decide
from tests.engine.world import ADA, BTC, CROSS, ETH, ISOLATED, LONG, NOW, SHORT, World, flat, world

D = Decimal


def empty() -> World:
    return world()


def isolated() -> World:
    case = world()
    case.open(BTC, LONG, "0.1", 10, ISOLATED)
    return case


def cross() -> World:
    case = world()
    case.open(BTC, LONG, "0.1", 10, CROSS)
    return case


def stale() -> World:
    case = world()
    case.market = replace(case.market, time=NOW + timedelta(seconds=31), stale_after=timedelta(seconds=30))
    return case


def due_isolated() -> World:
    case = isolated()
    case.price(BTC, "45200")
    return case


def due_cross() -> World:
    case = cross()
    case.price(BTC, "40000")
    return case


def due_two() -> World:
    case = world()
    case.open(ETH, LONG, "0.4", 10, CROSS)
    case.open(BTC, LONG, "0.1", 10, CROSS)
    case.price(BTC, "40000")
    return case


def rich() -> World:
    return world("5000000")


def big() -> World:
    case = rich()
    case.open(BTC, LONG, "60", 10, ISOLATED)
    return case


def hedged() -> World:
    case = world("10000")
    case.do(ChangePositionMode(PositionMode.HEDGE))
    case.open(BTC, LONG, "0.1", 10, ISOLATED)
    case.open(BTC, SHORT, "0.1")
    return case


def working() -> World:
    case = world()
    case.place(BTC, LONG, "limit", "0.01", "49000")
    return case


def order(
    kind: str = "limit",
    quantity: str | None = "0.01",
    price: str | None = "49000",
    trigger: str | None = None,
    direction: Side = LONG,
    **more: Any,
) -> Place:
    size, limit, at = (None if one is None else D(one) for one in (quantity, price, trigger))
    return Place(Order(BTC, direction, OrderType(kind), size, limit, at, **more))


REFUSED: list[tuple[Callable[[], World], Intent, type[Refusal], int | None, dict[str, object]]] = [
    (empty, Open("XYZUSDT", LONG, D(1)), e.UnknownSymbol, -1121, {"symbol": "XYZUSDT"}),
    (empty, Open(ADA, LONG, D(100)), e.UnknownSymbol, -1121, {"symbol": ADA}),
    (stale, Open(BTC, LONG, D("0.01")), e.PriceStale, None, {"age": 31, "stale_after": 30}),
    (empty, Close(BTC), e.NoPosition, -2022, {"symbol": BTC}),
    (empty, Open(BTC, LONG, D(0)), e.BadQuantity, -4003, {"quantity": D(0)}),
    (empty, Open(BTC, LONG, D(-1)), e.BadQuantity, -4003, {}),
    (empty, Open(BTC, LONG, D("NaN")), e.BadQuantity, -4003, {}),
    (empty, Open(BTC, LONG, D("sNaN")), e.BadQuantity, -4003, {}),
    (empty, Open(BTC, LONG, D("Infinity")), e.BadQuantity, -4003, {}),
    (empty, Open(BTC, LONG, D("1e999999")), e.BadQuantity, -4003, {}),
    (isolated, Close(BTC, D(0)), e.BadQuantity, -4003, {}),
    (empty, Deposit(D("NaN")), e.BadAmount, None, {}),
    (empty, Deposit(D(-5)), e.BadAmount, None, {}),
    (empty, Deposit(D("1e-9")), e.BadAmount, None, {}),
    (empty, Deposit(D("1e11")), e.BadAmount, None, {"most": D("1e10") - 1000}),
    (isolated, ChangeMargin(BTC, D("Infinity")), e.BadAmount, None, {}),
    (isolated, ChangeMargin(BTC, D("sNaN")), e.BadAmount, None, {}),
    (empty, Open(BTC, LONG, D("0.0015")), e.QuantityStep, -4023, {"step": D("0.001")}),
    (isolated, Close(BTC, D("0.0001")), e.QuantityStep, -4023, {}),
    (
        lambda: world("1000", BTC="30000"),
        Open(BTC, LONG, D("0.001"), 5),
        e.BelowMinimum,
        -4164,
        {"notional": D(30), "minimum": D(50), "least_margin": D(12), "leverage": 5},
    ),
    (
        lambda: world("5000"),
        Open(BTC, LONG, D("0.3"), 3, CROSS),
        e.InsufficientMargin,
        -2019,
        {"cost": D(5010), "available": D(5000), "margin": D("5002.5"), "open_loss": D("7.5")},
    ),
    (empty, Open(BTC, LONG, D("0.1"), 3), e.InsufficientMargin, -2019, {"available": D(1000)}),
    (
        rich,
        Open(BTC, SHORT, D("6.1"), 150),
        e.OverPositionLimit,
        -2027,
        {"notional": D(305000), "limit": D(300000), "leverage": 150},
    ),
    (big, Open(BTC, LONG, D(3000), 50), e.OverPositionLimit, -2027, {"limit": D(12_000_000)}),
    (big, ChangeLeverage(BTC, 100), e.OverPositionLimit, -2027, {"notional": D(3_000_000)}),
    (empty, ChangeLeverage(BTC, 151), e.LeverageTooHigh, -4028, {"most": 150}),
    (empty, ChangeLeverage(BTC, 0), e.LeverageTooHigh, -4028, {"leverage": 0}),
    (empty, Open(ADA, LONG, D(100), 76), e.UnknownSymbol, -1121, {}),
    (isolated, ChangeLeverage(BTC, 5), e.LeverageLowered, -4161, {"current": 10}),
    (isolated, Open(BTC, LONG, D("0.01"), 5), e.LeverageLowered, -4161, {}),
    (
        cross,
        ChangeLeverage(BTC, 5),
        e.LeverageUnaffordable,
        -2028,
        {"needed": D(500), "available": D("497.5")},
    ),
    (empty, ChangeMode(BTC, ISOLATED), e.ModeUnchanged, -4046, {"mode": ISOLATED}),
    (isolated, ChangeMode(BTC, CROSS), e.ModeLocked, -4048, {"mode": ISOLATED}),
    (cross, Open(BTC, LONG, D("0.01"), None, ISOLATED), e.ModeLocked, -4048, {"mode": CROSS}),
    (empty, ChangePositionMode(PositionMode.ONE_WAY), e.PositionModeUnchanged, -4059, {"mode": "one-way"}),
    (isolated, ChangePositionMode(PositionMode.HEDGE), e.PositionModeLocked, -4068, {"symbol": BTC}),
    (hedged, ChangePositionMode(PositionMode.ONE_WAY), e.PositionModeLocked, -4068, {"mode": "hedge"}),
    (due_two, ChangePositionMode(PositionMode.HEDGE), e.PositionModeLocked, -4068, {"symbol": BTC}),
    (hedged, Close(BTC), e.SideMismatch, -4061, {"symbol": BTC, "mode": "hedge"}),
    (hedged, ChangeMargin(BTC, D(10)), e.SideMismatch, -4061, {}),
    (isolated, Close(BTC, side=SHORT), e.SideMismatch, -4061, {"mode": "one-way"}),
    (hedged, ChangeMode(BTC, CROSS), e.ModeLocked, -4048, {}),
    (working, ChangeMode(BTC, CROSS), e.ModeLockedByOrders, -4047, {"symbol": BTC}),
    (
        working,
        ChangePositionMode(PositionMode.HEDGE),
        e.PositionModeLockedByOrders,
        -4067,
        {"mode": "one-way"},
    ),
    (working, CancelOrder(2), e.UnknownOrder, -2011, {"number": 2}),
    (empty, order(leg=LONG), e.SideMismatch, -4061, {}),
    (hedged, order(), e.SideMismatch, -4061, {}),
    (empty, order(price=None), e.BadOrder, -1102, {"field": "price"}),
    (empty, order(quantity=None), e.BadOrder, -1102, {"field": "quantity"}),
    (empty, order(close_position=True), e.BadOrder, -1102, {"field": "close-position"}),
    (empty, order(quantity=None, close_position=True), e.BadOrder, -1102, {"field": "close-position"}),
    (
        empty,
        order("stop-market", price=None, trigger="51000", close_position=True),
        e.BadOrder,
        -1102,
        {"field": "close-position"},
    ),
    (empty, order("stop-market", price=None), e.BadOrder, -1102, {"field": "trigger"}),
    (empty, order(trigger="48000"), e.BadOrder, -1102, {"field": "trigger"}),
    (empty, order("trailing-stop", price=None), e.BadOrder, -1102, {"field": "callback"}),
    (
        empty,
        order("stop-market", price=None, trigger="51000", time_in_force=TimeInForce.IOC),
        e.BadOrder,
        -1102,
        {"field": "time-in-force"},
    ),
    (empty, order(price="NaN"), e.BadPrice, -4001, {}),
    (empty, order(price="-1"), e.BadPrice, -4001, {}),
    (empty, order(price="49000.05"), e.PriceTick, -4014, {"tick": D("0.1")}),
    (empty, order(quantity="0.0105"), e.QuantityStep, -4023, {}),
    (empty, order(quantity="0.001"), e.BelowMinimum, -4164, {"notional": D(49)}),
    (empty, order(price="52500.1"), e.PriceBand, -4016, {"most": D(52500)}),
    (empty, order(price="47499.9", direction=SHORT), e.PriceBand, -4024, {"least": D(47500)}),
    (
        empty,
        order("trailing-stop", price=None, callback=D("0.11")),
        e.CallbackRate,
        -2007,
        {"most": D("0.1")},
    ),
    (
        empty,
        order("stop-market", price=None, trigger="49999"),
        e.WouldTrigger,
        -2021,
        {"trigger": D(49999), "price": D(50000)},
    ),
    (
        empty,
        order(price="50000", time_in_force=TimeInForce.POST_ONLY),
        e.WouldTake,
        -5022,
        {"best": D(50000)},
    ),
    (empty, order(time_in_force=TimeInForce.FOK), e.NotFilled, -5021, {"price": D(49000)}),
    (empty, order(reduce_only=True), e.NoPosition, -2022, {}),
    (isolated, order(reduce_only=True), e.NoPosition, -2022, {}),
    (empty, order(quantity="0.1"), e.InsufficientMargin, -2019, {"available": D(1000)}),
    (due_isolated, order(), e.BeingLiquidated, -2023, {}),
    (cross, ChangeMargin(BTC, D(10)), e.MarginOnCross, -4049, {}),
    (empty, ChangeMargin(BTC, D(10)), e.MarginWithoutPosition, -4054, {}),
    (isolated, ChangeMargin(BTC, D(0)), e.MarginNotMoved, -4055, {}),
    (isolated, ChangeMargin(BTC, D("-1e-9")), e.MarginNotMoved, -4055, {}),
    (isolated, ChangeMargin(BTC, D("500.01")), e.AddMarginShort, -4050, {"most": D(500)}),
    (isolated, ChangeMargin(BTC, D(-1)), e.RemoveMarginShort, -4051, {"amount": D(1), "most": D(0)}),
    (due_isolated, Close(BTC), e.BeingLiquidated, -2023, {"balance": D("17.5"), "maintenance": D("18.08")}),
    (due_isolated, ChangeMargin(BTC, D(100)), e.BeingLiquidated, -2023, {}),
    (due_isolated, Open(ETH, LONG, D(1)), e.BeingLiquidated, -2023, {"symbol": BTC}),
    (due_two, Close(ETH), e.BeingLiquidated, -2023, {"symbol": BTC}),
    (due_cross, Close(BTC), e.BeingLiquidated, -2023, {"balance": D("-2.5"), "maintenance": D(16)}),
]


@pytest.mark.parametrize(
    ("make", "intent", "error", "code", "figures"), REFUSED, ids=lambda v: getattr(v, "__name__", None)
)
def test_refused(
    make: Callable[[], World],
    intent: Intent,
    error: type[Refusal],
    code: int | None,
    figures: dict[str, object],
) -> None:
    case = make()
    with pytest.raises(Refusal) as caught:
        decide(intent, case.account, case.market)
    assert type(caught.value) is error
    assert caught.value.exchange_code == code
    assert {name: caught.value.figures[name] for name in figures} == figures
    assert caught.value.code in str(caught.value)


@pytest.mark.parametrize(
    ("make", "intent"),
    [
        (empty, Deposit(D("1e10") - 1000)),
        (empty, Open(BTC, LONG, D("0.001"))),  # 50: the minimum notional
        (
            lambda: world("500", flat(BTC), BTC="50000"),
            Open(BTC, SHORT, D("0.1"), 10, CROSS),
        ),  # costs all there is
        (lambda: world("5000", flat(BTC), BTC="50000"), order(price="52500")),
        (lambda: world("5000", flat(BTC), BTC="50000"), order(price="47500", direction=SHORT)),
    ],
)
def test_just_not_refused(make: Callable[[], World], intent: Intent) -> None:
    case = make()
    assert decide(intent, case.account, case.market)


def test_every_refusal_is_reached() -> None:
    assert {error for _, _, error, _, _ in REFUSED} == set(ALL_REFUSALS)
    assert len({error.code for error in ALL_REFUSALS}) == len(ALL_REFUSALS)


def test_a_cross_profit_cannot_be_moved_into_an_isolated_wallet() -> None:
    case = world("1000")
    case.open(BTC, LONG, "0.1", 10, CROSS)
    case.price(BTC, "100000")  # cross profit 5,000, cross wallet 997.5
    with pytest.raises(e.InsufficientMargin) as caught:
        case.open(ETH, LONG, "1.5", 1, ISOLATED)
    assert caught.value.figures["available"] == D("997.5")
    case.open(ETH, LONG, "1.5", 1, CROSS)


def test_leverage_of_what_is_not_open_needs_no_price() -> None:
    case = cross()
    later = NOW + timedelta(minutes=1)
    case.market = replace(case.market, time=later, stale_after=timedelta(seconds=30))
    for leverage in (20, 2):
        case.do(ChangeLeverage(ETH, leverage))
        assert case.account.settings_of(ETH).leverage == leverage


def test_a_stale_cross_position_blocks_orders_an_isolated_one_does_not() -> None:
    for mode, blocked in ((CROSS, True), (ISOLATED, False)):
        case = world("1000")
        case.open(ETH, LONG, "0.1", 10, mode)
        later = NOW + timedelta(minutes=1)
        case.market = replace(case.market, time=later, stale_after=timedelta(seconds=30))
        case.price(BTC, "50000")
        if blocked:
            with pytest.raises(e.PriceStale):
                case.open(BTC, LONG, "0.01", 10, ISOLATED)
        else:
            case.open(BTC, LONG, "0.01", 10, ISOLATED)

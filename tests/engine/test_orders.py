"""Orders that rest: reserved, triggered, filled, cancelled; docs/margin.md §Orders and fills, §One tick."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from engine import (
    CancelOrder,
    CancelOrders,
    CancelReason,
    ChangeLeverage,
    ChangeMode,
    ChangePositionMode,
    Close,
    FillRule,
    MarginAccount,
    PositionMode,
    TimeInForce,
    Watched,
    replay,
)
from engine.errors import InsufficientMargin, LeverageUnaffordable, OverPositionLimit
from engine.events import (
    Event,
    ExcessCancelled,
    Fill,
    LiquidationStarted,
    PositionClosed,
    PositionLiquidated,
    PositionOpened,
    PositionReduced,
    event_from_json,
    event_to_json,
)
from engine.legs import available
from engine.order_events import (
    OrderAccepted,
    OrderCancelled,
    OrderExpired,
    OrderFilled,
    OrderTrailed,
    OrderTriggered,
)
from tests.engine.world import BTC, CROSS, ETH, ISOLATED, LONG, NOW, SHORT, World, flat, world

D = Decimal


def at(wallet: str = "1000", leverage: int = 10) -> World:
    case = world(wallet)
    case.do(ChangeLeverage(BTC, leverage))
    return case


def kinds(events: tuple[Event, ...]) -> list[str]:
    return [str(event_to_json(event)["type"]) for event in events]


def test_a_limit_order_rests_reserves_and_fills_as_maker() -> None:
    case = at()
    (accepted,) = case.place(BTC, LONG, "limit", "0.1", "49000")
    assert isinstance(accepted, OrderAccepted)
    assert accepted.order.number == 1
    assert case.all_figures.isolated_orders == 490
    assert available(case.account, case.market) == 510
    case.price(BTC, "49000.1")
    assert case.settle() == ()
    case.price(BTC, "48900")
    filled, opened = case.settle()
    assert filled == OrderFilled(1, BTC, D("0.1"), D(49000), maker=True)
    assert isinstance(opened, PositionOpened)
    assert opened.fee == D("0.98")  # 0.02 % of 4,900
    assert opened.transfer == 490 + 10  # the open loss against a mark of 48,900
    assert case.account.orders == {}
    assert case.account.next_order == 2
    assert case.all_figures.isolated_orders == 0


def test_a_limit_order_that_crosses_takes_at_the_better_price() -> None:
    case = at()
    _, filled, opened = case.place(BTC, LONG, "limit", "0.1", "51000")
    assert filled == OrderFilled(1, BTC, D("0.1"), D(50000), maker=False)
    assert isinstance(opened, PositionOpened)
    assert opened.fee == D("2.5")
    slippery = at()
    slippery.market = replace(slippery.market, fill_rule=FillRule(D("0.001"), D("0.1")))
    _, filled, _ = slippery.place(BTC, LONG, "limit", "0.1", "50060")
    assert isinstance(filled, OrderFilled)
    assert filled.price == 50060  # the market fill would be worse


@pytest.mark.parametrize("time_in_force", [TimeInForce.IOC, TimeInForce.FOK])
def test_at_once_or_not_at_all(time_in_force: TimeInForce) -> None:
    case = at()
    assert kinds(case.place(BTC, LONG, "limit", "0.01", "50000", time_in_force=time_in_force)) == [
        "order-accepted",
        "order-filled",
        "position-opened",
    ]


def test_an_immediate_order_that_does_not_cross_is_cancelled() -> None:
    case = at()
    _, cancelled = case.place(BTC, LONG, "limit", "0.01", "49000", time_in_force=TimeInForce.IOC)
    assert cancelled == OrderCancelled(1, BTC, CancelReason.NOT_FILLED)
    case.place(BTC, LONG, "limit", "0.01", "49000", time_in_force=TimeInForce.POST_ONLY)
    assert list(case.account.orders) == [2]


def test_the_requirement_is_that_of_the_worse_way_to_fill() -> None:
    case = at("10000")
    case.open(BTC, LONG, "0.1")
    case.place(BTC, LONG, "limit", "0.1", "49000")  # max(|5,000 + 4,900|, |5,000|)
    assert case.all_figures.isolated_orders == 490
    case.place(BTC, SHORT, "limit", "0.25", "51000")  # max(9,900, |5,000 − 12,750|)
    assert case.all_figures.isolated_orders == 490
    case.place(BTC, SHORT, "limit", "0.1", "52000")  # |5,000 − 17,950| = 12,950
    assert case.all_figures.isolated_orders == 795
    figures = case.all_figures
    assert figures.max_add == figures.available == case.account.cross_wallet - 795
    assert figures.max_withdraw == figures.available
    case.place(BTC, SHORT, "limit", "0.1", "52000", reduce_only=True)  # never opens: holds nothing
    assert case.all_figures.isolated_orders == 795


def test_cross_orders_are_part_of_the_cross_initial_margin() -> None:
    case = world("1000")
    case.open(ETH, LONG, "1", 10, CROSS)
    case.place(ETH, LONG, "limit", "1", "2400")
    figures = case.all_figures
    assert figures.cross_initial == 250 + 240
    assert figures.isolated_orders == 0
    assert figures.available == D("998.75") - 490


def test_orders_in_hedge_mode_count_by_leg() -> None:
    case = world("10000")
    case.do(ChangePositionMode(PositionMode.HEDGE))
    case.do(ChangeLeverage(BTC, 10))
    case.place(BTC, LONG, "limit", "0.1", "49000", leg=LONG)
    case.place(BTC, SHORT, "limit", "0.1", "51000", leg=SHORT)
    assert case.all_figures.isolated_orders == 490 + 510
    case.open(BTC, LONG, "0.2")
    case.place(BTC, SHORT, "limit", "0.5", "52000", leg=LONG)  # closes the long leg
    assert case.all_figures.isolated_orders == 1000
    case.price(BTC, "52000")
    events = case.settle()
    assert kinds(events) == ["order-filled", "position-opened", "order-filled", "position-closed"]
    assert [p.side for p in case.account.legs(BTC)] == [SHORT]


def test_what_is_reserved_cannot_be_spent_twice() -> None:
    case = at()
    case.place(BTC, LONG, "limit", "0.1", "49000")
    with pytest.raises(InsufficientMargin) as caught:
        case.place(BTC, LONG, "limit", "0.11", "49000")
    assert caught.value.figures["available"] == 510
    with pytest.raises(InsufficientMargin):
        case.open(ETH, LONG, "1", 3)
    with pytest.raises(LeverageUnaffordable):
        case.do(ChangeLeverage(BTC, 4))
    case.do(ChangeLeverage(BTC, 5))
    rich = at("1000000", 150)
    rich.place(BTC, LONG, "limit", "4", "49000")
    with pytest.raises(OverPositionLimit):
        rich.place(BTC, LONG, "limit", "3", "49000")


@pytest.mark.parametrize(
    ("kind", "direction", "trigger", "price"),
    [
        ("stop-market", SHORT, "49000", "48990"),
        ("stop-market", LONG, "51000", "51010"),
        ("take-profit-market", SHORT, "51000", "51010"),
        ("take-profit-market", LONG, "49000", "48990"),
    ],
)
def test_triggers_fill_at_the_market(kind: str, direction: object, trigger: str, price: str) -> None:
    case = at()
    side = LONG if direction is LONG else SHORT
    case.place(BTC, side, kind, "0.05", None, trigger)
    assert available(case.account, case.market) == 1000  # held for nothing until triggered
    assert case.settle() == ()
    case.price(BTC, price)
    triggered, filled, opened = case.settle()
    assert triggered == OrderTriggered(1, BTC, D(price))
    assert filled == OrderFilled(1, BTC, D("0.05"), D(price), maker=False)
    assert isinstance(opened, PositionOpened)
    assert opened.side is side


def test_a_trigger_on_last_does_not_look_at_the_mark() -> None:
    case = at()
    case.place(BTC, LONG, "stop-market", "0.05", None, "51000", watched=Watched.LAST)
    quote = case.market.quotes[BTC]
    case.market = replace(case.market, quotes={BTC: replace(quote, mark=D(52000))})
    assert case.settle() == ()
    case.market = replace(case.market, quotes={BTC: replace(quote, last=D(51000))})
    assert kinds(case.settle()) == ["order-triggered", "order-filled", "position-opened"]


def test_a_triggered_stop_limit_rests_then_fills() -> None:
    case = at()
    case.place(BTC, LONG, "stop-limit", "0.05", "50500", "51000")
    case.price(BTC, "51000")
    assert kinds(case.settle()) == ["order-triggered"]
    assert case.account.orders[1].triggered
    assert case.all_figures.isolated_orders == D("252.5")
    case.price(BTC, "50400")
    assert kinds(case.settle()) == ["order-filled", "position-opened"]


def test_a_triggered_order_is_checked_then_and_expires() -> None:
    case = at()
    case.place(BTC, LONG, "stop-market", "0.5", None, "51000")
    case.place(BTC, LONG, "stop-limit", "0.5", "51500", "51000")
    case.price(BTC, "51000")
    events = case.settle()
    assert [e for e in events if isinstance(e, OrderExpired)] == [
        OrderExpired(1, BTC, "insufficient-margin", -2019),
        OrderExpired(2, BTC, "insufficient-margin", -2019),
    ]
    assert case.account.orders == {}


def test_a_trailing_stop_follows_and_falls_back() -> None:
    case = at()
    case.open(BTC, LONG, "0.1", None, ISOLATED)
    case.place(BTC, SHORT, "trailing-stop", None, None, "51000", callback=D("0.01"), close_position=True)
    case.price(BTC, "49000")
    assert case.settle() == ()  # not active yet
    case.price(BTC, "52000")
    assert case.settle() == (OrderTrailed(1, BTC, D(52000)),)
    case.price(BTC, "53000")
    assert case.settle() == (OrderTrailed(1, BTC, D(53000)),)
    case.price(BTC, "52471")
    assert case.settle() == ()
    case.price(BTC, "52470")
    assert kinds(case.settle()) == ["order-triggered", "order-filled", "position-closed"]
    short = at()
    short.place(BTC, LONG, "trailing-stop", "0.01", callback=D("0.1"))
    assert short.account.orders[1].extreme == 50000
    short.price(BTC, "40000")
    short.settle()
    short.price(BTC, "44000")
    assert kinds(short.settle()) == ["order-triggered", "order-filled", "position-opened"]


def test_reduce_only_is_cut_and_goes_with_its_position() -> None:
    case = at()
    case.open(BTC, LONG, "0.1")
    case.place(BTC, SHORT, "limit", "0.3", "51000", reduce_only=True)
    case.place(BTC, SHORT, "stop-market", None, None, "49000", close_position=True)
    case.place(BTC, SHORT, "limit", "0.01", "55000")  # could open a short: stays
    case.price(BTC, "51000")
    filled, closed, gone = case.settle()
    assert isinstance(filled, OrderFilled)
    assert filled.quantity == D("0.1")
    assert isinstance(closed, PositionClosed)
    assert gone == OrderCancelled(2, BTC, CancelReason.POSITION_GONE)
    assert list(case.account.orders) == [3]


def test_closing_and_flipping_at_the_market_cancels_too() -> None:
    for direction in ("close", "flip"):
        case = at()
        case.open(BTC, LONG, "0.05")
        case.place(BTC, SHORT, "stop-market", "0.01", None, "49000", reduce_only=True)
        events = case.do(Close(BTC)) if direction == "close" else case.open(BTC, SHORT, "0.1")
        assert OrderCancelled(1, BTC, CancelReason.POSITION_GONE) in events
        assert case.account.orders == {}


def test_a_resting_order_flips() -> None:
    case = at()
    case.open(BTC, LONG, "0.05")
    case.place(BTC, SHORT, "limit", "0.12", "51000")
    case.price(BTC, "51000")
    filled, closed, opened = case.settle()
    assert isinstance(filled, OrderFilled)
    assert isinstance(closed, PositionClosed)
    assert isinstance(opened, PositionOpened)
    assert closed.price == opened.price == 51000
    assert closed.fee + opened.fee == D("0.12") * 51000 * D("0.0002")


def test_a_fill_that_the_cross_wallet_cannot_fund_is_cancelled() -> None:
    case = world("1000")
    case.do(ChangeLeverage(BTC, 10))
    case.open(ETH, LONG, "2", 10, CROSS)
    case.price(ETH, "3000")  # a profit of 1,000 that is available but not in the wallet
    case.place(BTC, LONG, "limit", "0.25", "49000")
    case.price(BTC, "49000")
    assert case.settle() == (OrderCancelled(1, BTC, CancelReason.UNFUNDED),)
    flip = world("1000")
    flip.do(ChangeLeverage(BTC, 10))
    flip.open(ETH, LONG, "2", 10, CROSS)
    flip.open(BTC, LONG, "0.01")
    flip.price(ETH, "3000")
    flip.place(BTC, SHORT, "limit", "0.25", "51000")
    flip.price(BTC, "51000")
    events = flip.settle()
    assert kinds(events) == ["order-filled", "position-closed", "excess-cancelled"]
    assert isinstance(events[-1], ExcessCancelled)
    assert events[-1].quantity == D("0.24")


def test_resting_fills_are_not_checked_again() -> None:
    case = world("1000")
    case.open(ETH, LONG, "3.5", 10, CROSS)
    case.do(ChangeLeverage(BTC, 10))
    case.place(BTC, LONG, "limit", "0.02", "49000")
    case.price(ETH, "2300")  # 700 lost; available is 0
    assert available(case.account, case.market) == 0
    case.price(BTC, "49000")
    assert kinds(case.settle()) == ["order-filled", "position-opened"]


def test_liquidation_cancels_orders_first() -> None:
    case = at()
    case.open(BTC, LONG, "0.1")
    case.place(BTC, SHORT, "limit", "0.05", "52000")
    case.place(BTC, SHORT, "stop-market", None, None, "45300", close_position=True)
    case.place(ETH, LONG, "limit", "0.1", "2400")
    case.price(BTC, "45000")  # jumps past the stop and the liquidation price
    started, *cancelled, liquidated = case.settle()
    assert isinstance(started, LiquidationStarted)
    assert [e for e in cancelled if isinstance(e, OrderCancelled)] == [
        OrderCancelled(1, BTC, CancelReason.LIQUIDATION),
        OrderCancelled(2, BTC, CancelReason.LIQUIDATION),
    ]
    assert isinstance(liquidated, PositionLiquidated)
    assert list(case.account.orders) == [3]


def test_cross_liquidation_cancels_all_cross_orders_and_no_isolated_ones() -> None:
    case = world("1000")
    case.open(BTC, LONG, "0.1", 10, CROSS)
    case.place(ETH, LONG, "limit", "0.1", "2400")
    case.place(BTC, SHORT, "limit", "0.1", "52000")
    case.price(BTC, "40000")
    events = case.settle()
    assert [e.number for e in events if isinstance(e, OrderCancelled)] == [2]
    assert list(case.account.orders) == [1]


def test_a_fill_can_be_liquidated_in_the_same_tick() -> None:
    case = at(leverage=100)
    case.place(BTC, LONG, "limit", "0.1", "49000")
    case.price(BTC, "48800")  # filled at 49,000, already 0.4 % down: open loss was added
    assert kinds(case.settle())[:2] == ["order-filled", "position-opened"]
    cross = world("100")
    cross.do(ChangeLeverage(BTC, 150))
    cross.open(BTC, LONG, "0.01", None, CROSS)
    cross.place(BTC, LONG, "limit", "0.1", "49500")
    cross.price(BTC, "48800")
    assert [k for k in kinds(cross.settle()) if not k.startswith("order")] == [
        "position-increased",
        "liquidation-started",
        "position-liquidated",
    ]


def test_numbers_decide_who_is_first() -> None:
    case = at()
    case.place(BTC, LONG, "limit", "0.05", "49000")
    case.place(BTC, LONG, "limit", "0.06", "49500")
    case.place(BTC, LONG, "stop-market", "0.02", None, "50500")
    case.price(BTC, "48000")
    assert [e.number for e in case.settle() if isinstance(e, OrderFilled)] == [1, 2]


def test_taking_back() -> None:
    case = at()
    for price in ("49000", "48000"):
        case.place(BTC, LONG, "limit", "0.01", price)
    case.place(ETH, LONG, "limit", "0.1", "2400")
    assert case.do(CancelOrder(1)) == (OrderCancelled(1, BTC, CancelReason.REQUESTED),)
    case.do(CancelOrders(BTC))
    assert list(case.account.orders) == [3]
    case.do(CancelOrders())
    assert case.account.orders == {}


def test_a_stale_price_triggers_and_fills_nothing() -> None:
    case = at()
    case.place(BTC, LONG, "limit", "0.05", "49000")
    case.price(BTC, "48000")
    later = NOW + timedelta(minutes=1)
    case.market = replace(case.market, time=later, stale_after=timedelta(seconds=30))
    assert case.settle() == ()


def test_orders_are_stored_and_replayed() -> None:
    case = at("5000")
    case.open(BTC, LONG, "0.05")
    case.place(BTC, SHORT, "stop-limit", "0.05", "48900", "49000", reduce_only=True)
    case.place(BTC, SHORT, "trailing-stop", None, callback=D("0.05"), close_position=True)
    case.place(BTC, SHORT, "take-profit-market", "0.02", None, "52000", watched=Watched.LAST)
    case.price(BTC, "51000")
    case.settle()
    written = json.loads(json.dumps(case.account.to_json()))
    assert MarginAccount.from_json(written) == case.account
    read = [event_from_json(json.loads(json.dumps(event_to_json(e)))) for e in case.journal]
    assert read == case.journal
    assert replay(read) == case.account


def test_a_reduction_by_a_resting_order_keeps_the_others() -> None:
    case = at()
    case.open(BTC, LONG, "0.1")
    case.place(BTC, SHORT, "limit", "0.04", "51000", reduce_only=True)
    case.place(BTC, SHORT, "stop-market", None, None, "49000", close_position=True)
    case.price(BTC, "51000")
    _, reduced = case.settle()
    assert isinstance(reduced, PositionReduced)
    assert isinstance(reduced, Fill)
    assert list(case.account.orders) == [2]


@pytest.mark.parametrize(("short", "quantity", "cost"), [("0", "0.1", "555"), ("0.05", "0.2", "585")])
def test_the_open_loss_of_a_resting_order_counts_for_what_it_opens(
    short: str, quantity: str, cost: str
) -> None:
    """At mark 50,000 and last 51,000 a bid of 50,500 rests; what it opens would show 500 a coin as a loss."""
    spared = (
        D(200) if D(short) else D(0)
    )  # a short of 0.05 from 51,000: its margin of 250 less its profit of 50
    for less, accepted in ((D(0), True), (D("0.01"), False)):
        case = world(str(D(cost) + spared - less), flat(BTC), BTC="50000")
        quote = replace(case.market.quotes[BTC], last=D(51000))
        case.market = replace(case.market, quotes={BTC: quote})
        case.do(ChangeMode(BTC, CROSS))
        case.do(ChangeLeverage(BTC, 10))
        if D(short):
            case.open(BTC, SHORT, short)
        if accepted:
            (placed,) = case.place(BTC, LONG, "limit", quantity, "50500")
            assert isinstance(placed, OrderAccepted)
            continue
        with pytest.raises(InsufficientMargin) as caught:
            case.place(BTC, LONG, "limit", quantity, "50500")
        assert caught.value.figures["cost"] == D(cost)

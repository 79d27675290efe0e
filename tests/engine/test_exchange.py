"""Opening, adding, reducing, closing and flipping, figure by figure."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal, localcontext

import pytest

from engine import ChangeLeverage, ChangeMargin, ChangeMode, Close, Deposit, FillRule, SymbolSettings
from engine.errors import NoPosition
from engine.events import (
    Deposited,
    ExcessCancelled,
    LeverageChanged,
    MarginChanged,
    ModeChanged,
    PositionClosed,
    PositionIncreased,
    PositionOpened,
    PositionReduced,
)
from engine.legs import available
from engine.margin import position_figures
from engine.orders import (
    fill_price,
    least_margin,
    order_cost,
    quantity_for_margin,
    quantity_for_notional,
)
from tests.engine.world import ADA, BTC, CONTRACTS, CROSS, ETH, ISOLATED, LONG, SHORT, flat, world


def test_open_isolated() -> None:
    case = world()
    changed, opened = case.open(BTC, LONG, "0.1", 10, ISOLATED)
    assert changed == LeverageChanged(BTC, 10, 3)
    assert isinstance(opened, PositionOpened)
    assert (opened.fee, opened.fee_rate) == (Decimal("2.5"), Decimal("0.0005"))
    assert opened.transfer == 500
    assert case.account.wallet == Decimal("997.5")
    assert case.account.cross_wallet == 500
    assert case.position(BTC).isolated_wallet == Decimal("497.5")
    figures = case.figures(BTC)
    assert figures.notional == 5000
    assert figures.initial_margin == 500
    assert figures.maintenance == 20
    assert figures.margin == figures.balance == Decimal("497.5")
    assert figures.bankruptcy_price == 45025
    assert figures.break_even == 50025
    assert figures.ratio == pytest.approx(Decimal(20) / Decimal("497.5"))


def test_open_cross() -> None:
    case = world()
    events = case.open(BTC, SHORT, "0.1", 10, CROSS)
    assert events[:2] == (ModeChanged(BTC, CROSS), LeverageChanged(BTC, 10, 3))
    assert case.position(BTC).isolated_wallet is None
    case.price(BTC, "49000")
    figures = case.figures(BTC)
    assert figures.pnl == 100
    assert figures.roe.quantize(Decimal("1e-8")) == Decimal("0.20408163")  # on the margin at mark
    assert figures.margin == 490
    assert figures.balance == Decimal("1097.5")
    account = case.all_figures
    assert (account.equity, account.cross_wallet) == (Decimal("1097.5"), Decimal("997.5"))
    assert account.available == Decimal("607.5")  # cross profit counts
    assert account.max_withdraw == Decimal("607.5")
    assert account.cross_ratio == figures.ratio


def test_isolated_profit_is_not_available() -> None:
    case = world()
    case.open(BTC, LONG, "0.1", 10, ISOLATED)
    before = available(case.account, case.market)
    case.price(BTC, "60000")
    assert available(case.account, case.market) == before == 500
    assert case.all_figures.equity == Decimal("1997.5")


def test_defaults_are_three_times_isolated() -> None:
    case = world()
    case.open(BTC, LONG, "0.01")
    assert case.account.settings_of(BTC) == SymbolSettings(3, ISOLATED)
    assert case.account.settings_of("XYZ") == SymbolSettings(3, ISOLATED)
    wallet = case.position(BTC).isolated_wallet
    assert wallet == Decimal("166.66666666") - Decimal("0.25")  # truncated, not rounded


def test_adding_averages_the_entry() -> None:
    case = world("10000")
    case.open(BTC, LONG, "0.1", 10, ISOLATED)
    case.do(ChangeMargin(BTC, Decimal(1000)))
    case.price(BTC, "40000")
    (added,) = case.open(BTC, LONG, "0.2")
    assert isinstance(added, PositionIncreased)
    assert added.entry_price == Decimal("43333.3333333333333")
    position = case.position(BTC)
    assert position.quantity == Decimal("0.3")
    assert position.entry_price == added.entry_price
    assert position.isolated_wallet == Decimal("497.5") + 1000 + 800 - 4


def test_adding_at_another_fee_weighs_the_break_even() -> None:
    case = world("10000")
    case.open(BTC, LONG, "0.1", 10, ISOLATED)
    cheap = replace(CONTRACTS[BTC], taker=Decimal("0.0003"))
    case.market = replace(case.market, contracts={BTC: cheap})
    case.open(BTC, LONG, "0.1")
    assert case.position(BTC).opening_fee_rate == Decimal("0.0004")


def test_reducing_an_isolated_position_releases_its_share() -> None:
    case = world()
    case.open(BTC, LONG, "0.1", 10, ISOLATED)
    case.price(BTC, "51000")
    (event,) = case.do(Close(BTC, Decimal("0.04")))
    assert isinstance(event, PositionReduced)
    assert event.realised == 40
    assert event.fee == Decimal("1.02")
    assert event.released == 199
    position = case.position(BTC)
    assert position.quantity == Decimal("0.06")
    assert position.entry_price == 50000
    assert position.isolated_wallet == Decimal("298.5")
    assert case.account.cross_wallet == 500 + 199 + 40 - Decimal("1.02")


def test_a_shortfall_is_taken_from_the_position_never_from_the_cross_wallet() -> None:
    case = world()
    case.open(BTC, LONG, "0.1", 10, ISOLATED)
    case.price(BTC, "45300")  # balance 27.5, maintenance 18.12
    cross = case.account.cross_wallet
    (event,) = case.do(Close(BTC, Decimal("0.05")))
    assert isinstance(event, PositionReduced)
    assert event.realised == -235
    assert event.released == Decimal("248.75")
    assert case.account.cross_wallet == cross + Decimal("248.75") - 235 - Decimal("1.1325")

    slippery = world()
    slippery.open(BTC, LONG, "0.1", 10, ISOLATED)
    slippery.price(BTC, "45300")
    slippery.market = replace(slippery.market, fill_rule=FillRule(half_spread=Decimal("0.02")))
    cross = slippery.account.cross_wallet
    (event,) = slippery.do(Close(BTC, Decimal("0.05")))
    assert isinstance(event, PositionReduced)
    assert event.fund_gap == 0
    assert event.released > Decimal("248.75")
    assert slippery.account.cross_wallet == cross

    assert slippery.figures(BTC).liquidation.status == "now"  # what is left is due


def test_the_fund_pays_what_an_isolated_close_cannot() -> None:
    case = world()
    case.open(BTC, LONG, "0.1", 10, ISOLATED)
    case.price(BTC, "45300")
    case.market = replace(case.market, fill_rule=FillRule(half_spread=Decimal("0.02")))
    cross = case.account.cross_wallet
    (event,) = case.do(Close(BTC))
    assert isinstance(event, PositionClosed)
    assert event.fund_gap == -(Decimal("497.5") + event.realised - event.fee) > 0
    assert case.account.wallet == case.account.cross_wallet == cross


def test_the_fund_pays_when_the_last_cross_position_leaves_a_hole() -> None:
    case = world()
    case.open(BTC, LONG, "0.1", 10, CROSS)
    case.price(BTC, "40200")
    case.market = replace(case.market, fill_rule=FillRule(half_spread=Decimal("0.02")))
    (event,) = case.do(Close(BTC))
    assert isinstance(event, PositionClosed)
    assert event.fund_gap > 0
    assert case.account.wallet == 0


def test_closing_more_than_there_is_closes_all() -> None:
    case = world()
    case.open(BTC, SHORT, "0.1", 10, ISOLATED)
    (event,) = case.do(Close(BTC, Decimal(5)))
    assert isinstance(event, PositionClosed)
    assert event.quantity == Decimal("0.1")
    assert case.account.positions == {}
    assert case.account.wallet == Decimal(1000) - Decimal("2.5") - Decimal("2.5")


def test_an_opposite_order_reduces_then_flips() -> None:
    case = world()
    case.open(BTC, LONG, "0.1", 10, ISOLATED)
    (reduced,) = case.open(BTC, SHORT, "0.04")
    assert isinstance(reduced, PositionReduced)
    assert reduced.side is LONG
    closed, opened = case.open(BTC, SHORT, "0.1")
    assert isinstance(closed, PositionClosed)
    assert isinstance(opened, PositionOpened)
    assert (closed.quantity, opened.quantity) == (Decimal("0.06"), Decimal("0.04"))
    assert closed.price == opened.price
    assert closed.fee + opened.fee == Decimal("2.5")  # the fee of the order, split by size
    assert case.position(BTC).side is SHORT


def test_a_flip_whose_excess_is_refused_still_closes() -> None:
    case = world()
    case.open(BTC, LONG, "0.1", 10, ISOLATED)
    closed, cancelled = case.open(BTC, SHORT, "1")
    assert isinstance(closed, PositionClosed)
    assert cancelled == ExcessCancelled(BTC, SHORT, Decimal("0.9"), "insufficient-margin", -2019)
    assert case.account.position(BTC) is None


def test_reducing_orders_need_no_margin() -> None:
    case = world()
    case.open(BTC, LONG, "0.19", 10, CROSS)
    case.price(BTC, "47000")
    assert available(case.account, case.market) == 0
    (event,) = case.open(BTC, SHORT, "0.19")
    assert isinstance(event, PositionClosed)


def test_cost_of_a_market_order() -> None:
    case = world("5000")
    order = order_cost(case.account, case.market, BTC, LONG, Decimal("0.3"))
    assert order.price == 50025  # ask·1.0005
    assert order.margin == Decimal("5002.5")
    assert order.open_loss == Decimal("7.5")
    assert order.cost == 5010
    sell = order_cost(case.account, case.market, BTC, SHORT, Decimal("0.3"))
    assert sell.price == 50000
    assert sell.cost == 5000


def test_a_flip_costs_only_what_it_adds() -> None:
    case = world("5000")
    case.open(BTC, SHORT, "0.2", 10)
    order = order_cost(case.account, case.market, BTC, LONG, Decimal("0.3"))
    assert order.margin == 0  # 10,000 short against 5,007.50 long after it
    assert order.notional == 10_000


def test_fills_move_against_the_order() -> None:
    btc, quote, rule = CONTRACTS[BTC], world().market.quote(BTC), FillRule()
    assert fill_price(btc, quote, rule, LONG, Decimal("0.001")) == Decimal(
        "50002.6"
    )  # half a basis point, up
    assert fill_price(btc, quote, rule, SHORT, Decimal("0.001")) == Decimal("49997.4")
    assert fill_price(btc, quote, rule, LONG, Decimal(200)) == Decimal("50052.5")  # 10 M: 10 bp more
    assert fill_price(btc, quote, rule, LONG, Decimal(10**6)) == Decimal("52502.5")  # at most 5 %


def test_spread_puts_open_loss_into_the_isolated_wallet() -> None:
    case = world("1000")
    case.market = replace(case.market, fill_rule=FillRule(Decimal("0.001"), Decimal(0)))
    _, opened = case.open(BTC, LONG, "0.1", 10, ISOLATED)
    assert isinstance(opened, PositionOpened)
    assert opened.price == 50050
    assert opened.transfer == Decimal("500.5") + 5
    assert case.figures(BTC).balance == Decimal("500.5") - opened.fee


def test_margin_can_be_moved() -> None:
    case = world()
    case.open(BTC, LONG, "0.1", 10, ISOLATED)
    before = case.figures(BTC).liquidation.price
    (event,) = case.do(ChangeMargin(BTC, Decimal("100.123456789")))
    assert event == MarginChanged(BTC, LONG, Decimal("100.12345678"))
    after = case.figures(BTC).liquidation.price
    assert before is not None
    assert after is not None
    assert after < before
    assert case.figures(BTC).max_remove == Decimal("97.62345678")
    case.do(ChangeMargin(BTC, Decimal("-97.62345678")))
    assert case.position(BTC).isolated_wallet == 500
    assert case.figures(BTC).max_remove == 0


def test_raising_isolated_leverage_releases_nothing() -> None:
    case = world()
    case.open(BTC, LONG, "0.1", 10, ISOLATED)
    before = case.position(BTC)
    assert case.do(ChangeLeverage(BTC, 20)) == (LeverageChanged(BTC, 20, 10),)
    assert case.position(BTC) == before
    assert case.do(ChangeLeverage(BTC, 20)) == ()
    assert case.figures(BTC).max_remove == Decimal("247.5")


def test_settings_change_without_a_price() -> None:
    case = world()
    case.do(ChangeMode(ADA, CROSS))
    case.do(ChangeLeverage(ADA, 7))
    assert case.account.settings_of(ADA) == SymbolSettings(7, CROSS)


def test_cross_leverage_can_be_lowered_if_affordable() -> None:
    case = world()
    case.open(BTC, LONG, "0.1", 10, CROSS)
    case.do(ChangeLeverage(BTC, 6))
    assert case.figures(BTC).initial_margin == pytest.approx(Decimal(5000) / 6)


def test_a_deposit_is_truncated() -> None:
    case = world("0")
    assert case.do(Deposit(Decimal("1.123456789"))) == (Deposited(Decimal("1.12345678")),)


def test_sizes_from_money() -> None:
    btc = CONTRACTS[BTC]
    assert quantity_for_margin(Decimal(1000), 5, Decimal(50000), btc) == Decimal("0.1")
    assert quantity_for_margin(Decimal(1), 5, Decimal(50000), btc) == 0
    assert quantity_for_notional(Decimal("5099.99"), Decimal(50000), btc) == Decimal("0.101")
    for leverage in range(1, 151):
        margin = least_margin(leverage, Decimal("50123.4"), btc)
        quantity = quantity_for_margin(margin, leverage, Decimal("50123.4"), btc)
        assert quantity * Decimal("50123.4") >= btc.min_notional


def test_positions_of_several_symbols_stay_apart() -> None:
    case = world("10000")
    case.open(BTC, LONG, "0.1", 10, ISOLATED)
    case.open(ETH, SHORT, "1", 5, CROSS)
    figures = case.all_figures
    assert [f.position.symbol for f in figures.positions] == [BTC, ETH]
    assert figures.cross_balance == case.account.cross_wallet  # no leak of the isolated leg
    case.price(BTC, "49000")
    assert case.all_figures.cross_balance == figures.cross_balance
    assert case.all_figures.unrealised == -100


def test_what_can_be_moved_is_bounded_by_maintenance_too() -> None:
    case = world("1000")
    case.open(BTC, LONG, "0.1", 150, CROSS)
    case.price(BTC, "60000")  # cross profit 1,000 is available, but is not in the wallet
    account = case.all_figures
    assert account.available == Decimal("997.5") + 1000 - 40
    assert account.max_add == account.max_withdraw == Decimal("997.5") - 24

    own = world("1000")
    own.open(BTC, LONG, "0.1", 10, ISOLATED)
    own.price(BTC, "60000")
    assert own.figures(BTC).max_remove == Decimal("497.5") - 24


def test_a_position_may_be_as_large_as_the_cap() -> None:
    case = world("5000000")
    case.open(BTC, SHORT, "6", 150)  # 300,000: the cap at 150×
    assert case.figures(BTC).notional == CONTRACTS[BTC].max_notional(150)
    other = world("5000000")
    other.open(BTC, LONG, "6", 3)
    other.do(ChangeLeverage(BTC, 150))
    assert other.account.settings_of(BTC).leverage == 150


def test_figures_of_what_is_not_open_name_the_symbol() -> None:
    case = world("1000")
    with pytest.raises(NoPosition) as caught:
        position_figures(case.account, (BTC, LONG), case.market)
    assert caught.value.figures == {"symbol": BTC}


def test_all_that_can_be_moved_may_be_moved() -> None:
    case = world("1000")
    case.open(BTC, LONG, "0.1", 10, ISOLATED)
    case.do(ChangeMargin(BTC, case.all_figures.max_add))
    assert case.account.cross_wallet == 0
    case.price(BTC, "51000")
    case.do(ChangeMargin(BTC, -case.figures(BTC).max_remove))
    assert case.figures(BTC).max_remove == 0


def test_all_that_is_available_may_back_a_lower_leverage() -> None:
    case = world("1000", flat(BTC), BTC="50000")
    case.open(BTC, LONG, "0.1", 10, CROSS)
    case.do(ChangeLeverage(BTC, 5))
    assert case.all_figures.available == 0


def test_margin_of_isolated_orders_cannot_leave_the_account() -> None:
    case = world("1000", flat(BTC), flat(ETH), BTC="50000", ETH="2500")
    case.place(ETH, LONG, "limit", "0.3", "2400")  # isolated, 3×: 240
    figures = case.all_figures
    assert figures.isolated_orders == 240
    assert figures.max_withdraw == figures.max_add == figures.available == 760
    case.open(BTC, LONG, "0.1", 10, CROSS)
    assert case.all_figures.max_withdraw == 1000 - 500 - 240
    case.price(BTC, "60000")  # the profit could pay for an order; what leaves is bounded by the wallet
    figures = case.all_figures
    assert figures.max_withdraw == figures.max_add == 1000 - 240 - 24
    assert figures.available == 1000 + 1000 - 600 - 240


def test_the_distance_is_a_share_of_the_mark() -> None:
    case = world("1000", flat(BTC), BTC="50000")
    case.open(BTC, LONG, "0.1", 10, ISOLATED)
    figures = case.figures(BTC)
    assert figures.liquidation.price is not None
    assert figures.distance is not None
    with localcontext(prec=34):
        assert figures.distance == (50000 - figures.liquidation.price) / 50000

"""Liquidation, step by step: docs/margin.md §Liquidation."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from engine import Bracket, ChangeMargin, Close, Event, FillRule, MarginAccount, MarketSnapshot
from engine.errors import BeingLiquidated
from engine.events import LiquidationStarted, PositionLiquidated
from engine.formulas import adl_rank
from tests.engine.world import ADA, BTC, CONTRACTS, CROSS, ETH, ISOLATED, LONG, NOW, SHORT, World, flat, world

BRACKETS = CONTRACTS[BTC].brackets


def liquidated(events: tuple[Event, ...]) -> list[PositionLiquidated]:
    return [event for event in events if isinstance(event, PositionLiquidated)]


def isolated() -> World:
    case = world("1000")
    case.open(BTC, LONG, "0.1", 10, ISOLATED)
    return case


def test_the_condition_is_inclusive() -> None:
    case = world("10000", BTC="100")
    case.open(BTC, LONG, "10", 10, ISOLATED)  # isolated wallet 99.5
    case.do(ChangeMargin(BTC, Decimal("4.1")))  # 103.6: at 90 the balance is 3.6, as is maintenance
    case.price(BTC, "90.1")
    assert case.settle() == ()
    case.price(BTC, "90")
    assert case.figures(BTC).balance == case.figures(BTC).maintenance == Decimal("3.6")
    assert case.figures(BTC).liquidation.status == "now"
    with pytest.raises(BeingLiquidated):
        case.do(Close(BTC))
    assert case.settle()


def test_the_condition_is_inclusive_in_cross() -> None:
    case = world("104.1", BTC="100")
    case.open(BTC, LONG, "10", 10, CROSS)  # cross wallet 103.6: at 90 the balance is 3.6, as is maintenance
    case.price(BTC, "90.1")
    assert case.settle() == ()
    case.price(BTC, "90")
    assert case.all_figures.cross_balance == case.all_figures.cross_maintenance == Decimal("3.6")
    with pytest.raises(BeingLiquidated):
        case.do(Close(BTC))
    assert liquidated(case.settle())


def test_a_position_paid_in_full_is_never_bankrupt() -> None:
    case = world("10000", flat(BTC), BTC="50000")
    case.open(BTC, LONG, "0.1", 1, ISOLATED)
    assert case.figures(BTC).bankruptcy_price is None
    case.open(BTC, LONG, "0.1", 2)
    assert case.figures(BTC).bankruptcy_price == 12500


def test_a_cross_bankruptcy_price_leaves_the_others_maintenance_alone() -> None:
    case = world("1000")
    case.open(BTC, LONG, "0.1", 10, CROSS)
    case.open(ETH, SHORT, "1", 10, CROSS)
    case.price(ETH, "2600")
    price = case.figures(BTC).bankruptcy_price
    assert price is not None
    case.price(BTC, price)
    assert case.all_figures.cross_balance == 0
    assert case.all_figures.cross_ratio == 1


def test_isolated_loses_its_wallet_and_nothing_else() -> None:
    case = isolated()
    case.price(BTC, "45200")
    started, event = case.settle()
    assert started == LiquidationStarted(ISOLATED, BTC, LONG, Decimal("17.5"), Decimal("18.08"))
    assert isinstance(event, PositionLiquidated)
    assert event.whole
    assert event.realised == -480
    assert event.clearance_fee == Decimal("17.5")  # all there is; 56.5 would be due
    assert event.waived_fee == 39
    assert event.bankruptcy_price == 45025
    assert event.fund_gap == event.left == 0
    assert case.account.wallet == case.account.cross_wallet == 500
    assert case.settle() == ()


def test_what_remains_returns_to_the_cross_wallet() -> None:
    case = world("20000")
    case.open(BTC, LONG, "5.9", 20, ISOLATED)
    case.market = with_fee(case, "0.001")
    price = case.figures(BTC).liquidation.price
    assert price is not None
    case.price(BTC, price - 1)
    cross = case.account.cross_wallet
    (event,) = liquidated(case.settle())
    assert event.whole
    assert event.waived_fee == 0
    assert event.left > 0
    assert case.account.wallet == cross + event.left


def with_fee(case: World, fee: str, symbol: str = BTC) -> MarketSnapshot:
    contracts = dict(case.market.contracts)
    contracts[symbol] = replace(contracts[symbol], liquidation_fee=Decimal(fee))
    return replace(case.market, contracts=contracts)


def test_a_gap_is_filled_at_the_market_and_paid_by_the_fund() -> None:
    case = isolated()
    case.price(BTC, "40000")
    (event,) = liquidated(case.settle())
    assert event.price == 40000
    assert event.realised == -1000
    assert event.clearance_fee == event.left == 0
    assert event.fund_gap == Decimal("502.5")
    assert case.account.wallet == 500


def test_a_short_gaps_too() -> None:
    case = world("1000")
    case.open(BTC, SHORT, "0.1", 10, ISOLATED)
    case.price(BTC, "60000")
    (event,) = liquidated(case.settle())
    assert event.fund_gap == Decimal("502.5")
    assert case.account.wallet == 500


def test_a_large_position_is_reduced_bracket_by_bracket_and_survives() -> None:
    case = world("20000", ADA="1")
    case.open(ADA, LONG, "150000", 10, ISOLATED)  # third bracket: 50,000 to 200,000 at 1.5 %
    price = case.figures(ADA).liquidation.price
    assert price is not None
    case.price(ADA, price.quantize(Decimal("0.0001")) - Decimal("0.0001"))
    before = case.figures(ADA)
    (event,) = liquidated(case.settle())
    assert not event.whole
    rest = case.position(ADA).quantity
    assert rest * before.mark <= 50_000 < (rest + 1) * before.mark  # the fewest steps
    after = case.figures(ADA)
    assert after.balance > after.maintenance
    assert event.waived_fee == 0
    assert event.left == after.balance.quantize(Decimal("1e-8"))
    assert case.account.cross_wallet == case.account.wallet - after.margin
    assert case.settle() == ()


def ten(balance: str) -> World:
    """Long 10 BTC at 50,000, in the second bracket; at 49,000 so much is left of its isolated wallet."""
    case = world("1000000")
    case.open(BTC, LONG, "10", 50, ISOLATED)
    wallet = case.position(BTC).isolated_wallet
    assert wallet is not None
    case.do(ChangeMargin(BTC, Decimal(10000) + Decimal(balance) - wallet))
    case.price(BTC, "49000")
    assert case.figures(BTC).bracket == BRACKETS[1]
    return case


def test_the_second_bracket_is_reduced_to_its_floor() -> None:
    first, second = liquidated(ten("100").settle())
    assert not first.whole
    assert (first.quantity - Decimal("0.001")) * 49000 < 490000 - BRACKETS[1].floor <= first.quantity * 49000
    assert second.whole


def test_with_nothing_left_it_goes_whole_at_once() -> None:
    (event,) = liquidated(ten("0").settle())
    assert event.whole
    assert event.quantity == 10


def test_a_remainder_of_just_the_minimum_stays_for_another_test() -> None:
    steps = (
        Bracket(Decimal(0), Decimal(50), Decimal("0.01"), Decimal(0), 20),
        Bracket(Decimal(50), Decimal(10**6), Decimal("0.02"), Decimal("0.5"), 10),
    )
    ada = replace(flat(ADA), brackets=steps, min_notional=Decimal(50), step=Decimal(1))
    case = world("1000", ada, ADA="1.1")
    case.open(ADA, LONG, "100", 10, ISOLATED)
    case.do(ChangeMargin(ADA, Decimal("0.4")))  # 11.4: at 1 the balance is 1.4, the maintenance 1.5
    case.price(ADA, "1")
    (event,) = liquidated(case.settle())
    assert (event.quantity, event.whole) == (Decimal(50), False)
    assert case.position(ADA).quantity == 50


def test_a_remainder_under_the_minimum_closes_whole() -> None:
    case = world("20000", ADA="1")
    contracts = dict(case.market.contracts)
    contracts[ADA] = replace(contracts[ADA], min_notional=Decimal(60_000))
    case.open(ADA, LONG, "150000", 10, ISOLATED)
    price = case.figures(ADA).liquidation.price
    assert price is not None
    case.price(ADA, price.quantize(Decimal("0.0001")) - Decimal("0.0001"))
    case.market = replace(case.market, contracts=contracts)
    (event,) = liquidated(case.settle())
    assert event.whole


def test_a_bankrupt_position_goes_whole_at_once() -> None:
    case = world("20000", ADA="1")
    case.open(ADA, LONG, "150000", 10, ISOLATED)
    case.price(ADA, "0.8")
    (event,) = liquidated(case.settle())
    assert event.whole
    assert event.fund_gap > 0
    assert case.account.wallet == case.account.cross_wallet == 5000


def test_cross_largest_maintenance_first_until_compliant() -> None:
    case = world("1000")
    case.open(BTC, LONG, "0.1", 10, CROSS)
    case.open(ETH, LONG, "1", 10, CROSS)
    case.price(BTC, "42500")
    case.price(ETH, "2275")
    # wallet 996.25 − 750 − 225 = 21.25 against 17 + 9.1 = 26.1
    started, *events = case.settle()
    assert isinstance(started, LiquidationStarted)
    assert (started.mode, started.symbol, started.maintenance) == (CROSS, None, Decimal("26.1"))
    assert [e.symbol for e in liquidated(tuple(events))] == [BTC, ETH]
    assert case.account.wallet == 0
    assert case.account.positions == {}


def test_cross_survives_on_what_is_left() -> None:
    case = world("1000")
    case.open(BTC, LONG, "0.1", 10, CROSS)
    case.open(ETH, LONG, "1", 10, CROSS)
    case.price(BTC, "42500")
    case.price(ETH, "2275")
    case.market = with_fee(case, "0", BTC)
    _, event = case.settle()
    assert isinstance(event, PositionLiquidated)
    assert event.symbol == BTC
    assert case.account.position(ETH) is not None
    assert event.left == case.figures(ETH).balance


def test_equal_maintenance_goes_by_symbol() -> None:
    case = world("1000", BTC="50000", ETH="50000")
    case.open(ETH, LONG, "0.05", 10, CROSS)
    case.open(BTC, LONG, "0.05", 10, CROSS)
    case.price(BTC, "40000")
    case.price(ETH, "40000")
    assert [e.symbol for e in liquidated(case.settle())] == [BTC, ETH]


def test_a_cross_gap_leaves_no_debt_and_spares_the_isolated_position() -> None:
    case = world("1000")
    case.open(ETH, LONG, "0.4", 10, ISOLATED)
    isolated_wallet = case.position(ETH).isolated_wallet
    case.open(BTC, LONG, "0.1", 10, CROSS)
    case.price(BTC, "30000")
    (event,) = liquidated(case.settle())
    assert event.fund_gap > 1000
    assert case.account.cross_wallet == 0
    assert case.account.wallet == isolated_wallet == case.position(ETH).isolated_wallet


def test_a_hedge_saves_cross_and_not_isolated() -> None:
    for mode, survives in ((CROSS, True), (ISOLATED, False)):
        case = world("2000")
        case.open(BTC, LONG, "0.1", 10, mode)
        case.open(ETH, SHORT, "2", 10, mode)
        case.price(BTC, "45000")
        case.price(ETH, "2250")
        assert (case.settle() == ()) is survives


def test_a_stale_price_liquidates_nobody() -> None:
    case = isolated()
    case.open(ETH, LONG, "0.1", 10, CROSS)
    case.price(BTC, "40000")
    case.price(ETH, "1")
    fresh = case.market
    case.market = replace(fresh, time=NOW + timedelta(minutes=1), stale_after=timedelta(seconds=30))
    assert case.settle() == ()
    case.market = replace(fresh, quotes={BTC: fresh.quotes[BTC]})
    assert {e.symbol for e in liquidated(case.settle())} == {BTC}  # ETH has no price now


def test_a_fill_beside_the_mark_costs_the_position() -> None:
    case = isolated()
    case.price(BTC, "45200")
    case.market = replace(case.market, fill_rule=FillRule(Decimal("0.001"), Decimal(0)))
    (event,) = liquidated(case.settle())
    assert event.price == Decimal("45154.8")
    assert event.mark == 45200
    assert event.clearance_fee == Decimal("497.5") + event.realised
    assert case.account.wallet == 500


def test_nothing_open_nothing_to_settle() -> None:
    case = world("1000")
    assert case.settle() == ()
    assert case.account == MarginAccount(Decimal(1000), {}, {}, 1)


def test_a_cross_wallet_may_be_negative_while_a_profit_stands_against_it() -> None:
    case = world("1000")
    case.open(BTC, LONG, "0.1", 10, CROSS)
    case.open(ETH, SHORT, "1", 10, CROSS)
    case.price(BTC, "36200")
    case.price(ETH, "2100")
    case.market = with_fee(case, "0", BTC)
    (event,) = liquidated(case.settle())  # balance 16.25, maintenance 14.48 + 8.4
    assert (event.symbol, event.whole) == (BTC, True)
    assert event.fund_gap == 0
    assert case.account.cross_wallet == Decimal("-383.75")
    assert case.figures(ETH).balance == event.left == Decimal("16.25")
    case.price(ETH, "1000")
    case.open(BTC, LONG, "0.01")  # the profit counts as available, and cross moves nothing out of the wallet
    assert case.account.cross_wallet < 0


def test_the_queue_of_deleveraging() -> None:
    rank = adl_rank(Decimal("40.2"), Decimal("4.27"), Decimal("5.967874"))
    assert rank.quantize(Decimal("0.01")) == Decimal("1.26")
    assert adl_rank(Decimal(-5), Decimal(100), Decimal(1)) == 0
    assert adl_rank(Decimal(-5), Decimal(5), Decimal(1)) == 0
    assert adl_rank(Decimal(10), Decimal("0.5"), Decimal(1)) > Decimal("0.95")

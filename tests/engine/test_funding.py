"""Funding as it falls due, and auto-deleveraging where a tape strikes."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from engine import CancelReason, Close, Deleverage, MarginAccount, event_from_json, event_to_json, postings
from engine.errors import BadPrice, NoPosition
from engine.events import AdlStruck, FundingPaid, PositionLiquidated
from engine.funding import default_rate, interval_rate
from engine.ledger import Posting
from engine.order_events import OrderCancelled
from tests.engine.world import BTC, CROSS, ETH, ISOLATED, LONG, NOW, SHORT, World, world

D = Decimal


def later(case: World, hours: float, rate: str | None = None) -> None:
    """Move the clock; with a rate the quotes know their next settlement."""
    time = NOW + timedelta(hours=hours)
    quotes = {
        symbol: replace(
            quote,
            at=time,
            funding_rate=D(rate or 0),
            next_funding=None if rate is None else time + timedelta(hours=8),
        )
        for symbol, quote in case.market.quotes.items()
    }
    case.market = replace(case.market, time=time, quotes=quotes)


def paid(case: World) -> list[FundingPaid]:
    return [event for event in case.settle() if isinstance(event, FundingPaid)]


def test_cross_pays_from_the_wallet_and_isolated_from_its_own() -> None:
    case = world("2000")
    case.open(BTC, LONG, "0.1", 10, ISOLATED)
    case.open(ETH, SHORT, "1", 10, CROSS)
    before = case.account
    later(case, 7.99, "0.001")
    assert paid(case) == []
    later(case, 8, "0.001")
    first, second = paid(case)
    assert (first.symbol, first.amount) == (BTC, D(-5))  # a positive rate: the long pays
    assert (second.symbol, second.amount) == (ETH, D("2.5"))
    assert case.account.wallet == before.wallet - 5 + D("2.5")
    assert case.account.cross_wallet == before.cross_wallet + D("2.5")
    assert case.position(BTC).isolated_wallet == D("492.5")
    assert postings(first) == (Posting("isolated:BTCUSDT:long", D(-5)), Posting("funding", D(5)))
    assert postings(second) == (Posting("wallet", D("2.5")), Posting("funding", D("-2.5")))
    assert paid(case) == []  # once


def test_it_moves_the_liquidation_price_and_can_liquidate() -> None:
    case = world("1000")
    case.open(BTC, LONG, "0.1", 10, ISOLATED)
    before = case.figures(BTC).liquidation.price
    case.price(BTC, "45300")
    later(case, 8, "0.003")
    events = case.settle()
    assert isinstance(events[0], FundingPaid)
    assert events[0].amount == D("-13.59")
    assert isinstance(events[-1], PositionLiquidated)
    assert before is not None
    assert before < 45300


def test_missed_settlements_are_paid_at_the_default_rate_unless_recorded() -> None:
    case = world("2000")
    case.open(BTC, LONG, "0.1", 10, CROSS)
    later(case, 25, "0.001")
    case.market = replace(case.market, funding={(BTC, NOW + timedelta(hours=16)): D("-0.002")})
    assert [(e.at - NOW, e.rate) for e in paid(case)] == [
        (timedelta(hours=8), D("0.0001")),
        (timedelta(hours=16), D("-0.002")),
        (timedelta(hours=24), D("0.001")),
    ]
    without = world("2000")
    without.open(BTC, LONG, "0.1", 10, CROSS)
    contract = replace(without.market.contracts[BTC], funding_interval_hours=4)
    without.market = replace(without.market, contracts={**without.market.contracts, BTC: contract})
    later(without, 4)
    assert [e.rate for e in paid(without)] == [D("0.00005")]


def test_nobody_escapes_by_closing_first() -> None:
    case = world("2000")
    case.open(BTC, LONG, "0.1", 10, CROSS)
    later(case, 8, "0.001")
    first, *_ = case.do(Close(BTC))
    assert isinstance(first, FundingPaid)


def test_a_position_opened_at_the_settlement_does_not_pay_it() -> None:
    case = world("2000")
    later(case, 8)
    case.open(BTC, LONG, "0.1", 10, CROSS)
    assert paid(case) == []


def test_a_stale_price_postpones_it() -> None:
    case = world("2000")
    case.open(BTC, LONG, "0.1", 10, CROSS)
    case.market = replace(case.market, time=NOW + timedelta(hours=9), stale_after=timedelta(minutes=1))
    assert paid(case) == []
    later(case, 10, "0.001")
    assert [e.at - NOW for e in paid(case)] == [timedelta(hours=8)]


def test_what_version_1_wrote_is_read_and_counts_from_now() -> None:
    case = world("2000")
    events = case.open(BTC, LONG, "0.1", 10, CROSS)
    old = event_to_json(events[-1])
    del old["at"]
    read = event_from_json({**old, "v": 1})
    assert event_to_json(read)["at"] is None
    written = case.account.to_json()
    position = {k: v for k, v in written["positions"][0].items() if k != "funded"}  # type: ignore[index]
    first = {
        "v": 1,
        "version": written["version"],
        "wallet": written["wallet"],
        "positions": [position],
        "settings": written["settings"],
    }
    case.account = MarginAccount.from_json(json.loads(json.dumps(first)))
    assert case.position(BTC).funded is None
    later(case, 9, "0.001")
    (marker,) = paid(case)
    assert marker.amount == marker.rate == 0
    assert marker.at == NOW + timedelta(hours=8)
    later(case, 16, "0.001")
    (real,) = paid(case)
    assert real.amount == -5
    assert event_from_json(json.loads(json.dumps(event_to_json(real)))) == real


def test_rates_are_clamped_capped_and_pro_rata() -> None:
    assert default_rate(4) == D("0.00005")
    assert interval_rate(D(0), 8, D("0.004"), major=True) == D("0.0001")
    assert interval_rate(D("0.001"), 8, D("0.004"), major=True) == D("0.0005")
    assert interval_rate(D("0.001"), 4, D("0.004"), major=True) == D("0.00025")
    assert interval_rate(D("0.1"), 8, D("0.004"), major=True) == D("0.003")
    assert interval_rate(D("-0.1"), 8, D("0.01"), major=False) == D("-0.02")


def test_deleveraging_closes_at_the_price_given_and_takes_no_fee() -> None:
    case = world("1000")
    case.open(BTC, SHORT, "0.1", 10, ISOLATED)
    case.place(BTC, LONG, "stop-market", None, None, "54000", close_position=True)
    case.price(BTC, "46000")
    struck, gone = case.do(Deleverage(BTC, SHORT, D(47000)))
    assert isinstance(struck, AdlStruck)
    assert [struck.realised, struck.fee, struck.price, struck.mark] == [300, 0, 47000, 46000]
    assert gone == OrderCancelled(1, BTC, CancelReason.POSITION_GONE)
    assert case.account.wallet == D("997.5") + 300
    assert sum(line.amount for line in postings(struck)) == 0
    with pytest.raises(NoPosition):
        case.do(Deleverage(BTC, SHORT, D(47000)))
    with pytest.raises(BadPrice):
        case.do(Deleverage(BTC, LONG, D("NaN")))

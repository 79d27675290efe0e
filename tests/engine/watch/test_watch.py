"""Worked cases: when the watch proposes, warns and keeps quiet."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from engine import (
    FRICTIONLESS,
    Bracket,
    ChangePositionMode,
    Contract,
    Deposit,
    MarginAccount,
    MarketSnapshot,
    PositionMode,
    Quote,
    Side,
)
from engine.errors import BracketAmounts, ContractError
from engine.watch import NOTHING, Alert, Proposals, Watch
from tests.engine.world import ADA, BTC, CONTRACTS, CROSS, ETH, ISOLATED, LONG, NOW, SHORT, World, flat, world

PEPE = "1000PEPEUSDT"


class Watched:
    """A world whose account stands in a watch."""

    def __init__(self, case: World, threshold: str | None = None) -> None:
        self.case = case
        self.watch = Watch(case.market.contracts, poll_every=1)
        self.threshold = None if threshold is None else Decimal(threshold)
        self.watch.tick(case.market)
        self.put()

    def put(self) -> None:
        self.watch.put("it", self.case.account, self.threshold)

    def at(self, symbol: str, price: str) -> Proposals:
        self.case.price(symbol, price)
        found = self.watch.tick(self.case.market)
        assert self.watch.audit(self.case.market) == ()
        return found

    def due(self, symbol: str, price: str) -> bool:
        return bool(self.at(symbol, price).due)


def golden(mode: str) -> World:
    """docs/margin.md §The golden case."""
    case = world("1000", flat(BTC), flat(ETH), BTC="50000", ETH="2500")
    case.open(BTC, LONG, "0.1", 10, ISOLATED if mode == "isolated" else CROSS)
    return case


@pytest.mark.parametrize(
    ("mode", "last_good", "first_due"),
    [("isolated", "45180.8", "45180.7"), ("cross", "40160.7", "40160.6")],
)
def test_a_single_position_is_due_at_its_liquidation_price(mode: str, last_good: str, first_due: str) -> None:
    watched = Watched(golden(mode))
    assert not watched.due(BTC, last_good)
    assert watched.due(BTC, first_due)


def test_a_short_is_due_above() -> None:
    case = world("1000", flat(BTC), BTC="50000")
    case.open(BTC, SHORT, "0.1", 10)
    watched = Watched(case)
    assert not watched.due(BTC, "54780.8")
    assert watched.due(BTC, "54780.9")


def test_cross_positions_share_their_balance() -> None:
    case = golden("cross")
    case.open(ETH, LONG, "1", 10, CROSS)
    watched = Watched(case)
    assert not watched.due(BTC, "40261.1")
    assert watched.due(BTC, "40261.0")
    case.price(BTC, "50000")
    watched = Watched(case)
    assert not watched.due(ETH, "2000")
    assert not watched.due(BTC, "45261.1")
    assert watched.due(BTC, "45261.0")


def test_both_legs_of_a_symbol_are_guarded_on_both_sides() -> None:
    case = world("5600", BTC="60000")
    case.do(ChangePositionMode(PositionMode.HEDGE))
    account = MarginAccount(wallet=Decimal(5600), position_mode=PositionMode.HEDGE)
    for side, size in ((LONG, "10"), (SHORT, "9.9")):
        world_ = world("10000000", BTC="60000")
        world_.open(BTC, side, size, 10, CROSS)
        account = replace(
            account,
            positions={**account.positions, (BTC, side): world_.position(BTC)},
            settings=world_.account.settings,
        )
    case.account = account
    watched = Watched(case)
    assert not watched.due(BTC, "19610")
    assert watched.due(BTC, "19600")
    watched = Watched(case)
    assert not watched.due(BTC, "60000")
    assert not watched.due(BTC, "88580")
    assert watched.due(BTC, "88590")


def test_a_warning_comes_once_and_is_taken_back_with_some_room() -> None:
    watched = Watched(golden("isolated"), "0.8")
    # the ratio is 0.8 at 45,226.1, where 500 − 4,773.9·0.1 = 22.61 backs a maintenance of 18.09
    assert watched.at(BTC, "45226.2") == NOTHING
    alert = Alert("it", (BTC, LONG), Decimal("0.8"))
    assert watched.at(BTC, "45226.1").warned == (alert,)
    assert watched.at(BTC, "45200") == NOTHING
    watched.put()
    assert watched.at(BTC, "45235") == NOTHING  # above the threshold again, by less than five points
    assert watched.at(BTC, "45210") == NOTHING
    assert watched.at(BTC, "45242").calmed == (alert,)
    assert watched.at(BTC, "45226").warned == (alert,)


def test_what_an_account_was_warned_of_before_is_not_told_again() -> None:
    watched = Watched(golden("cross"), "0.8")
    watched.watch.drop("it")
    watched.watch.put("it", watched.case.account, Decimal("0.8"), frozenset({None}))
    assert watched.at(BTC, "40180").warned == ()
    assert watched.due(BTC, "40160")


def test_a_warning_that_is_due_when_the_account_is_put_comes_with_the_next_tick() -> None:
    case = golden("isolated")
    case.price(BTC, "45200")
    watched = Watched(case, "0.6")
    assert [alert.position for alert in watched.watch.tick(case.market).warned] == [(BTC, LONG)]


@pytest.mark.parametrize(
    ("kind", "direction", "price", "trigger", "quiet", "due"),
    [
        ("limit", LONG, "49000", None, "49000.1", "49000"),
        ("limit", SHORT, "51000", None, "50999.9", "51000"),
        ("stop-market", SHORT, None, "48000", "48000.1", "48000"),
        ("stop-market", LONG, None, "52000", "51999.9", "52000"),
        ("take-profit-market", SHORT, None, "53000", "52999.9", "53000"),
        ("take-profit-limit", LONG, "47000", "47000", "47000.1", "47000"),
        ("stop-limit", SHORT, "46000", "46000", "46000.1", "46000"),
    ],
)
@pytest.mark.parametrize("by", ["mark", "last"])
def test_an_order_is_due_at_its_price(
    kind: str, direction: Side, price: str | None, trigger: str | None, quiet: str, due: str, by: str
) -> None:
    case = world("10000", BTC="50000")
    case.place(BTC, direction, kind, "0.1", price, trigger, watched=by)
    watched = Watched(case)
    assert not watched.due(BTC, quiet)
    assert watched.due(BTC, due)


def test_a_trailing_stop_is_due_at_every_new_extreme_and_at_its_trigger() -> None:
    case = world("10000", BTC="50000")
    case.place(BTC, SHORT, "trailing-stop", "0.1", callback=Decimal("0.02"))
    watched = Watched(case)
    assert not watched.due(BTC, "49500")
    assert watched.due(BTC, "50010")
    case.settle()
    watched.put()
    assert not watched.due(BTC, "49009.9")
    assert watched.due(BTC, "49009.8")


def test_an_inactive_trailing_stop_is_due_where_it_becomes_active() -> None:
    case = world("10000", BTC="50000")
    case.place(BTC, SHORT, "trailing-stop", "0.1", trigger="51000", callback=Decimal("0.02"))
    watched = Watched(case)
    assert not watched.due(BTC, "50999.9")
    assert watched.due(BTC, "51000")


def test_what_nobody_answers_for_is_proposed_again_as_long_as_it_holds() -> None:
    watched = Watched(golden("isolated"))
    assert watched.due(BTC, "45000")
    assert watched.watch.tick(watched.case.market).due == ("it",)
    assert watched.watch.counts.pending == 1
    assert not watched.due(BTC, "45500")
    assert watched.watch.counts.pending == 0
    assert watched.due(BTC, "45180")


def test_a_settled_account_is_not_proposed_again() -> None:
    watched = Watched(golden("isolated"))
    assert watched.due(BTC, "45000")
    watched.case.settle()
    watched.put()
    assert watched.watch.tick(watched.case.market) == NOTHING
    assert watched.watch.counts.accounts == 0


def aged(market: MarketSnapshot, seconds: int, **marks: str) -> MarketSnapshot:
    """The snapshot so many seconds on; only the given symbols have prices of then."""
    now = market.time + timedelta(seconds=seconds)
    quotes = dict(market.quotes)
    for base, mark in marks.items():
        price = Decimal(mark)
        quotes[f"{base}USDT"] = Quote(f"{base}USDT", price, price, price, Decimal(0), None, now)
    return replace(market, time=now, quotes=quotes, stale_after=timedelta(seconds=10))


def test_a_stale_price_moves_nothing_and_holds_back_what_it_backs() -> None:
    case = golden("cross")
    case.open(ETH, LONG, "1", 10, CROSS)
    watched = Watched(case)
    late = aged(case.market, 60, BTC="40000")
    assert watched.watch.tick(late).due == ()
    assert watched.watch.counts.pending == 1
    assert watched.watch.tick(aged(late, 1, ETH="2500")).due == ("it",)


def test_a_stale_quote_is_taken_when_it_is_replaced() -> None:
    watched = Watched(golden("isolated"))
    market = aged(watched.case.market, 1, BTC="45000")
    assert watched.watch.tick(aged(market, 60)).due == ()
    assert watched.watch.tick(aged(market, 70, BTC="45000")).due == ("it",)


def test_accounts_put_before_the_first_price_are_looked_at_with_it() -> None:
    case = golden("cross")
    case.open(ETH, LONG, "1", 10, CROSS)
    case.price(BTC, "40000")
    watch = Watch(case.market.contracts)
    watch.put("it", case.account)
    only_eth = replace(case.market, quotes={ETH: case.market.quotes[ETH]})
    assert watch.tick(only_eth) == NOTHING
    assert watch.tick(case.market).due == ("it",)


def test_only_the_symbols_named_are_looked_at() -> None:
    watched = Watched(golden("isolated"))
    watched.case.price(BTC, "45000")
    assert watched.watch.tick(watched.case.market, [ETH, "NOUSDT", ADA]) == NOTHING
    assert watched.watch.tick(watched.case.market, [BTC]).due == ("it",)


def test_due_accounts_are_sorted_and_holders_too() -> None:
    watched = Watched(golden("isolated"))
    for key in ("z", "a", "m"):
        watched.watch.put(key, watched.case.account, None)
    assert watched.watch.holders(BTC) == ("a", "it", "m", "z")
    assert watched.watch.holders(ETH) == watched.watch.holders("NOUSDT") == ()
    watched.watch.drop("m")
    assert watched.at(BTC, "40000").due == ("a", "it", "z")


def test_a_contract_whose_tick_is_too_fine_is_looked_at_early() -> None:
    case = world("1000", **{"1000PEPE": "0.0093"})
    case.open(PEPE, LONG, "100000", 10)
    watched = Watched(case)
    price = case.figures(PEPE).liquidation.price
    assert price is not None
    unit = watched.watch.scales.by_symbol[PEPE].unit
    assert unit == Decimal("0.000001")
    assert not watched.due(PEPE, str((price // unit + 2) * unit))
    assert watched.due(PEPE, str(price.quantize(Decimal("1e-12"), "ROUND_FLOOR")))


@pytest.mark.parametrize("change", ["off the step", "unknown symbol", "too large"])
def test_an_account_the_integers_cannot_hold_is_always_proposed(change: str) -> None:
    watched = Watched(golden("isolated"), "0.8")
    held = watched.case.position(BTC)
    if change == "off the step":
        held = replace(held, quantity=held.quantity + Decimal("0.0000001"))
    elif change == "unknown symbol":
        held = replace(held, symbol="NOUSDT")
    else:
        held = replace(held, quantity=Decimal(10) ** 18)
    watched.case.account = replace(watched.case.account, positions={held.key: held})
    watched.put()
    assert watched.watch.tick(watched.case.market).due == ("it",)
    assert watched.watch.holders(held.symbol) == ("it",)
    assert watched.watch.counts.accounts == 1
    if change == "off the step":
        assert len(watched.at(BTC, "45200").warned) == 1
        assert watched.at(BTC, "45199").warned == ()
        assert len(watched.at(BTC, "46000").calmed) == 1
    watched.case.account = golden("isolated").account
    watched.put()
    assert watched.at(BTC, "50000").due == ()
    watched.watch.drop("it")
    assert watched.watch.counts.accounts == 0


def test_a_price_the_integers_cannot_hold_concerns_everyone_who_is_guarded_below_it() -> None:
    case = world("1000", **{"1000PEPE": "0.0093"})
    case.open(PEPE, SHORT, "100000", 10)
    watched = Watched(case)
    assert watched.at(PEPE, "100000000000").due == ("it",)
    watched.put()
    assert watched.watch.tick(watched.case.market).due == ("it",)
    watched.at(PEPE, "0.0093")
    watched.put()
    assert watched.at(PEPE, "0.0094").due == ()


def test_only_known_thresholds_are_taken() -> None:
    watched = Watched(golden("isolated"))
    with pytest.raises(ValueError, match=r"0\.5"):
        watched.watch.put("it", watched.case.account, Decimal("0.5"))


def test_contracts_on_which_guards_would_not_hold_are_refused() -> None:
    with pytest.raises(ContractError):
        Watch({BTC: flat(BTC, "0.6")})
    first = Bracket(Decimal(0), Decimal(1000), Decimal("0.01"), Decimal(0), 50)
    second = Bracket(Decimal(1000), Decimal(10**6), Decimal("0.02"), Decimal(11), 20)
    with pytest.raises(BracketAmounts):
        Watch({BTC: replace(CONTRACTS[BTC], brackets=(first, second))})


def test_finer_maintenance_rates_make_a_finer_scale() -> None:
    contract: Contract = flat(BTC, "0.00425")
    case = world("1000", contract, BTC="50000")
    case.open(BTC, LONG, "0.1", 10)
    watched = Watched(case)
    assert watched.watch.scales.whole == 100_000
    price = case.figures(BTC).liquidation.price
    assert price is not None
    assert not watched.due(BTC, str(contract.round_price(price, up=True)))
    assert watched.due(BTC, str(contract.round_price(price, up=False)))


def test_an_empty_watch_and_an_empty_market_are_quiet() -> None:
    market = MarketSnapshot("none", NOW, {}, CONTRACTS, FRICTIONLESS)
    watch = Watch(CONTRACTS)
    watch.put("it", MarginAccount.empty())
    watch.drop("nobody")
    assert watch.tick(market) == NOTHING
    assert watch.audit(market) == ()
    assert watch.counts.accounts == 0
    assert Watch({}).tick(market) == NOTHING


def test_a_deposit_moves_the_guard_of_cross() -> None:
    watched = Watched(golden("cross"))
    watched.case.do(Deposit(Decimal(100)))
    watched.put()
    assert not watched.due(BTC, "40160.6")


def test_the_engine_does_without_numpy() -> None:
    code = "import sys, engine, engine.exchange; assert 'numpy' not in sys.modules and 'engine.watch' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True)


def test_ada_and_its_smaller_brackets() -> None:
    case = world("100000", ADA="0.5")
    case.open(ADA, LONG, "800000", 10)
    watched = Watched(case)
    price = case.figures(ADA).liquidation.price
    assert price is not None
    tick = CONTRACTS[ADA]
    assert not watched.due(ADA, str(tick.round_price(price, up=True)))
    assert watched.due(ADA, str(tick.round_price(price, up=False)))

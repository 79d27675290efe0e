from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from bot.core.clock import ManualClock, SystemClock
from bot.market import (
    BadFriction,
    BadPrice,
    BadSpeed,
    Feed,
    FixedFeed,
    LiveFeed,
    MarketKind,
    ReplayFeed,
    SimulatedFeed,
    UnknownContract,
    UnknownMarket,
    UnknownTape,
    build_feed,
    fill_rule,
    load_levels,
)
from engine.contracts import Contract
from engine.market import FRICTIONLESS, FillRule

MINUTE = timedelta(minutes=1)


def test_each_kind_has_its_feed(contracts: Mapping[str, Contract]) -> None:
    feeds: dict[str, Feed] = {kind: build_feed(kind, contracts) for kind in MarketKind}
    assert {kind: type(feed) for kind, feed in feeds.items()} == {
        "fixed": FixedFeed,
        "simulated": SimulatedFeed,
        "replay": ReplayFeed,
        "live": LiveFeed,
    }
    assert {kind: feed.name for kind, feed in feeds.items()} == {
        "fixed": "fixed",
        "simulated": "simulated",
        "replay": "replay:oct-2025",
        "live": "live",
    }
    for kind, feed in feeds.items():
        assert bool(feed.snapshot().tradable) is (kind != "live")  # nothing before the first prices


def test_a_fixed_market_takes_the_prices_given(contracts: Mapping[str, Contract], clock: ManualClock) -> None:
    feed = build_feed("fixed", contracts, prices={"BTCUSDT": Decimal(50_000)}, clock=clock)
    market = feed.snapshot()
    assert market.tradable == ("BTCUSDT",)
    assert market.quote("BTCUSDT").mark == 50_000
    assert market.fill_rule == FRICTIONLESS
    assert feed.clock is clock


def test_a_fixed_market_without_prices_stands_at_the_start_levels(contracts: Mapping[str, Contract]) -> None:
    market = build_feed("fixed", contracts).snapshot()
    assert {s: q.mark for s, q in market.quotes.items()} == {
        s: lv.price for s, lv in load_levels().symbols.items()
    }


def test_a_market_without_a_clock_is_in_the_present(contracts: Mapping[str, Contract]) -> None:
    for kind in ("fixed", "simulated", "live"):
        clock = build_feed(kind, contracts).clock
        assert isinstance(clock, ManualClock)
        assert clock.running
        assert abs((clock.now() - SystemClock().now()).total_seconds()) < 5


def test_seed_and_prices_reach_a_simulated_market(
    contracts: Mapping[str, Contract], clock: ManualClock
) -> None:
    feed = build_feed("simulated", contracts, seed=3, prices={"BTCUSDT": Decimal(50_000)}, clock=clock)
    assert feed.snapshot().quote("BTCUSDT").mark == 50_000
    assert feed.snapshot().quote("ETHUSDT").mark == Decimal("4370.99")
    same = build_feed("simulated", contracts, seed=3, clock=ManualClock(clock.now()))
    other = build_feed("simulated", contracts, seed=4, clock=ManualClock(clock.now()))
    assert (
        list(feed.advance(MINUTE))[-1].quotes["ETHUSDT"] == list(same.advance(MINUTE))[-1].quotes["ETHUSDT"]
    )
    assert list(other.advance(MINUTE))[-1].quotes["ETHUSDT"] != same.snapshot().quotes["ETHUSDT"]


def test_tape_and_speed_reach_a_replay(contracts: Mapping[str, Contract]) -> None:
    feed = build_feed("replay", contracts, tape="may-2021", speed=Decimal(60))
    assert isinstance(feed, ReplayFeed)
    assert feed.tape.id == "may-2021"
    assert feed.speed == 60


@pytest.mark.parametrize("kind", ["fixed", "simulated", "replay", "live"])
def test_friction_is_in_basis_points(contracts: Mapping[str, Contract], kind: str) -> None:
    rule = build_feed(kind, contracts, spread=Decimal("0.5"), slippage=Decimal(1)).snapshot().fill_rule
    assert rule == FillRule()
    none = build_feed(kind, contracts, spread=Decimal(0), slippage=Decimal(0)).snapshot().fill_rule
    assert none == FRICTIONLESS


@pytest.mark.parametrize("kind", MarketKind)
def test_every_market_knows_its_age_and_limit(contracts: Mapping[str, Contract], kind: str) -> None:
    feed = build_feed(kind, contracts, stale_after=10 * MINUTE)
    now = feed.clock.now()
    assert feed.snapshot().stale_after == 10 * MINUTE
    if kind == "live":
        assert (feed.age(now), feed.stale(now)) == (None, True)
        return
    age = feed.age(now)
    assert age is not None
    assert timedelta(0) <= age < MINUTE
    assert not feed.stale(now)


def test_only_a_live_market_has_a_limit_of_its_own(contracts: Mapping[str, Contract]) -> None:
    limits = {str(kind): build_feed(kind, contracts).snapshot().stale_after for kind in MarketKind}
    assert limits == {"fixed": None, "simulated": None, "replay": None, "live": timedelta(seconds=15)}


def test_the_http_library_is_loaded_only_where_prices_are_live() -> None:
    """It takes a third of a second, which a chat in the terminal need not wait for."""
    program = """
import sys
from bot.market import build_feed
from engine.contracts import load_contracts
for kind in ("fixed", "simulated", "replay", "live"):
    build_feed(kind, load_contracts())
assert "aiohttp" not in sys.modules
"""
    subprocess.run([sys.executable, "-c", program], check=True, cwd=Path(__file__).parents[2])


def test_friction_not_named_stays_as_it_is() -> None:
    assert fill_rule(None, None, FRICTIONLESS) == FRICTIONLESS
    assert fill_rule(Decimal(2), None, FRICTIONLESS) == replace(FRICTIONLESS, half_spread=Decimal("0.0002"))
    assert fill_rule(None, Decimal(2), FillRule()) == replace(
        FillRule(), impact_per_million=Decimal("0.0002")
    )


@pytest.mark.parametrize("value", ["-1", "501", "NaN", "Infinity", "1e999"])
@pytest.mark.parametrize("name", ["spread", "slippage"])
def test_senseless_friction_is_refused(contracts: Mapping[str, Contract], name: str, value: str) -> None:
    given = {"spread": None, "slippage": None, name: Decimal(value)}
    with pytest.raises(BadFriction) as refused:
        fill_rule(given["spread"], given["slippage"], FillRule())
    assert refused.value.data["name"] == name


def test_what_is_unknown_is_refused_with_what_is_known(contracts: Mapping[str, Contract]) -> None:
    with pytest.raises(UnknownMarket) as market:
        build_feed("casino", contracts)
    assert market.value.data == {"kind": "casino", "known": ("fixed", "simulated", "replay", "live")}
    with pytest.raises(UnknownTape):
        build_feed("replay", contracts, tape="jan-1637")
    with pytest.raises(BadSpeed):
        build_feed("replay", contracts, speed=Decimal(0))
    for kind in ("fixed", "simulated"):
        with pytest.raises(UnknownContract):
            build_feed(kind, contracts, prices={"TULIPUSDT": Decimal(1)})
        with pytest.raises(BadPrice):
            build_feed(kind, contracts, prices={"BTCUSDT": Decimal("NaN")})

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal

import pytest

from bot.core.clock import ManualClock
from bot.market import BadAdvance, BadPrice, FixedFeed, UnknownContract
from engine.contracts import Contract
from engine.market import FRICTIONLESS, FillRule, MarketSnapshot

BTC = {"BTCUSDT": Decimal(50_000)}


def test_prices_stand_still_until_moved(contracts: Mapping[str, Contract], clock: ManualClock) -> None:
    feed = FixedFeed(BTC, contracts, clock)
    quote = feed.snapshot().quote("BTCUSDT")
    assert quote.mark == quote.last == quote.index == 50_000
    moved = feed.set_price("BTCUSDT", Decimal(47_500)).quote("BTCUSDT")
    assert moved.mark == moved.last == moved.index == 47_500
    assert moved == feed.snapshot().quote("BTCUSDT")


def test_only_priced_contracts_are_tradable(contracts: Mapping[str, Contract], clock: ManualClock) -> None:
    feed = FixedFeed(BTC, contracts, clock)
    assert feed.snapshot().tradable == ("BTCUSDT",)
    assert feed.set_price("ETHUSDT", Decimal(2_500)).tradable == ("BTCUSDT", "ETHUSDT")


def test_without_friction_unless_asked_for(contracts: Mapping[str, Contract], clock: ManualClock) -> None:
    assert FixedFeed(BTC, contracts, clock).snapshot().fill_rule == FRICTIONLESS
    assert FixedFeed(BTC, contracts, clock, FillRule()).snapshot().fill_rule == FillRule()


def test_a_jump_stops_at_every_funding_timestamp(
    contracts: Mapping[str, Contract], clock: ManualClock
) -> None:
    feed = FixedFeed(BTC, contracts, clock)  # 05:30
    jump = list(feed.advance(timedelta(hours=20)))
    assert [f"{market.time:%H:%M}" for market in jump] == ["08:00", "16:00", "00:00", "01:30"]
    assert jump[0].quote("BTCUSDT").next_funding == jump[1].time
    assert jump[0].quote("BTCUSDT").funding_rate == Decimal("0.0001")
    assert clock.now() == jump[-1].time


def test_the_longest_jump_is_bounded(contracts: Mapping[str, Contract], clock: ManualClock) -> None:
    feed = FixedFeed(BTC, contracts, clock)
    assert len(list(feed.advance(timedelta(days=366)))) <= 2_197


def test_bad_prices_symbols_and_jumps_change_nothing(
    contracts: Mapping[str, Contract], clock: ManualClock
) -> None:
    feed = FixedFeed(BTC, contracts, clock)
    before = feed.snapshot()
    with pytest.raises(UnknownContract):
        feed.set_price("XYZUSDT", Decimal(1))
    with pytest.raises(BadPrice):
        feed.set_price("BTCUSDT", Decimal("NaN"))
    with pytest.raises(BadAdvance):
        feed.advance(timedelta(0))
    with pytest.raises(UnknownContract):
        FixedFeed({"XYZUSDT": Decimal(1)}, contracts, clock)
    assert feed.snapshot() == before


async def test_it_waits_until_cancelled(contracts: Mapping[str, Contract], clock: ManualClock) -> None:
    async def never(market: MarketSnapshot) -> None:
        raise AssertionError(market)

    with pytest.raises(TimeoutError):
        await asyncio.wait_for(FixedFeed(BTC, contracts, clock).run(never), 0.02)

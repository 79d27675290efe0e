from __future__ import annotations

from collections.abc import Mapping

from prometheus_client import CollectorRegistry, generate_latest

from bot.core.clock import ManualClock
from bot.market import FeedMetrics, FixedFeed, LiveFeed
from bot.market.prices import parse_prices
from engine.contracts import Contract


def exposed(feed: FixedFeed | LiveFeed) -> list[str]:
    registry = CollectorRegistry()
    registry.register(FeedMetrics(feed))
    lines = generate_latest(registry).decode().splitlines()
    return [line for line in lines if not line.startswith("#")]


def test_a_market_tells_its_age(contracts: Mapping[str, Contract], clock: ManualClock) -> None:
    feed = FixedFeed(parse_prices("BTC=50000", contracts), contracts, clock)
    assert exposed(feed) == ["marginalia_price_age_seconds 0.0", "marginalia_prices_stale 0.0"]


def test_a_live_market_also_tells_what_came_and_how_connections_ended(
    contracts: Mapping[str, Contract], clock: ManualClock
) -> None:
    feed = LiveFeed(contracts, clock)
    feed.tally.frames, feed.tally.garbage = 7, 2
    feed.tally.gaps["silent"] += 1
    feed.tally.gap_seconds = 12.5
    assert exposed(feed) == [
        "marginalia_prices_stale 1.0",
        'marginalia_stream_events_total{kind="connection"} 0.0',
        'marginalia_stream_events_total{kind="frame"} 7.0',
        'marginalia_stream_events_total{kind="garbage"} 2.0',
        'marginalia_stream_events_total{kind="old"} 0.0',
        'marginalia_stream_events_total{kind="ahead"} 0.0',
        'marginalia_stream_events_total{kind="merged"} 0.0',
        'marginalia_stream_gaps_total{ending="silent"} 1.0',
        "marginalia_stream_gap_seconds_total 12.5",
    ]

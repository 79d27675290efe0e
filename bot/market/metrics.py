"""The state of a feed as metrics, read when somebody asks for them."""

from __future__ import annotations

from collections.abc import Iterator

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from bot.market.feed import Feed
from bot.market.live import LiveFeed, Tally


class FeedMetrics(Collector):
    """Register it with the registry that is exposed; a market without prices has no age."""

    def __init__(self, feed: Feed) -> None:
        self._feed = feed

    def collect(self) -> Iterator[Metric]:
        now = self._feed.clock.now()
        age = self._feed.age(now)
        ages = GaugeMetricFamily("marginalia_price_age_seconds", "Age of the newest price")
        if age is not None:
            ages.add_metric([], age.total_seconds())
        yield ages
        yield GaugeMetricFamily(
            "marginalia_prices_stale",
            "Whether prices are too old to decide anything on",
            value=float(self._feed.stale(now)),
        )
        if isinstance(self._feed, LiveFeed):
            yield from _live(self._feed.tally)


def _live(tally: Tally) -> Iterator[Metric]:
    events = CounterMetricFamily("marginalia_stream_events", "What came over the stream", labels=["kind"])
    counted = {
        "connection": tally.connections,
        "frame": tally.frames,
        "garbage": tally.garbage,
        "old": tally.old,
        "ahead": tally.ahead,
        "merged": tally.merged,
    }
    for kind, count in counted.items():
        events.add_metric([kind], count)
    yield events
    gaps = CounterMetricFamily("marginalia_stream_gaps", "Connections that ended, by how", labels=["ending"])
    for ending, count in sorted(tally.gaps.items()):
        gaps.add_metric([ending], count)
    yield gaps
    yield CounterMetricFamily(
        "marginalia_stream_gap_seconds", "Time without news over ended connections", value=tally.gap_seconds
    )

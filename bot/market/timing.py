"""When a feed steps: funding timestamps, and a long jump cut into a bounded number of steps."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from bot.market.errors import BadAdvance

FULL_RESOLUTION_STEPS = 720
COARSEST_STEP = timedelta(hours=4)
LONGEST_ADVANCE = timedelta(days=366)
MOST_STEPS = LONGEST_ADVANCE // COARSEST_STEP

_DAY = timedelta(days=1)


def next_funding(after: datetime, interval_hours: int) -> datetime:
    """The first funding timestamp later than `after`: multiples of the interval, counted from 00:00 UTC.

    8 hours give 00:00, 08:00 and 16:00 (docs/margin.md §Funding).
    """
    moment = after.astimezone(UTC)
    midnight = moment.replace(hour=0, minute=0, second=0, microsecond=0)
    interval = timedelta(hours=interval_hours)
    return min(midnight + ((moment - midnight) // interval + 1) * interval, midnight + _DAY)


def funding_times(since: datetime, until: datetime, interval_hours: int) -> Iterator[datetime]:
    """The funding timestamps later than `since` and not later than `until`, in order."""
    at = next_funding(since, interval_hours)
    while at <= until:
        yield at
        at = next_funding(at, interval_hours)


def checked_advance(by: timedelta) -> timedelta:
    """`by` itself if it is positive and at most LONGEST_ADVANCE; raises BadAdvance."""
    if not timedelta(0) < by <= LONGEST_ADVANCE:
        seconds, most = int(by.total_seconds()), int(LONGEST_ADVANCE.total_seconds())
        raise BadAdvance(seconds=seconds, most_seconds=most)
    return by


def split(by: timedelta, tick: timedelta) -> Iterator[timedelta]:
    """The lengths of the steps that cover `by`, equal but for the last microsecond.

    Steps are one tick long as long as FULL_RESOLUTION_STEPS of them suffice, then longer ones in that number, but none
    longer than COARSEST_STEP; at LONGEST_ADVANCE there are MOST_STEPS, beyond it (a clock that jumped by years) not more.
    """
    at_full_resolution = -(-by // tick)
    at_coarsest = -(-by // COARSEST_STEP)
    count = max(1, min(at_full_resolution, max(FULL_RESOLUTION_STEPS, at_coarsest), MOST_STEPS))
    done = timedelta(0)
    for number in range(1, count + 1):
        until = by * number // count
        yield until - done
        done = until

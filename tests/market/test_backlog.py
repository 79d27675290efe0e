from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import accumulate

from hypothesis import given
from hypothesis import strategies as st

from bot.market.backlog import Backlog
from engine.market import FRICTIONLESS, MarketSnapshot, Quote

START = datetime(2026, 3, 1, tzinfo=UTC)
Prices = dict[str, tuple[int, int]]


def snapshot(number: int, prices: Prices) -> MarketSnapshot:
    at = START + timedelta(seconds=number)
    quotes = {
        symbol: Quote(symbol, Decimal(mark), Decimal(last), Decimal(mark), Decimal(0), None, at)
        for symbol, (mark, last) in prices.items()
    }
    return MarketSnapshot("live", at, quotes, {}, FRICTIONLESS)


def left_of(path: list[int]) -> list[int]:
    """What a consumer sees that took the first price and then was away until the last one."""
    backlog = Backlog()
    backlog.put(snapshot(0, {"A": (path[0], 1)}))
    backlog.take()
    for number, price in enumerate(path[1:], 1):
        backlog.put(snapshot(number, {"A": (price, 1)}))
    return [int(backlog.take().quotes["A"].mark) for _ in range(len(backlog))]


def test_who_keeps_up_sees_everything() -> None:
    backlog = Backlog()
    for number, price in enumerate([100, 101, 102, 101]):
        backlog.put(snapshot(number, {"A": (price, price)}))
        assert int(backlog.take().quotes["A"].mark) == price
    assert backlog.merged == 0


def test_the_way_up_is_merged_and_the_way_there_and_back_is_not() -> None:
    assert left_of([100, 101, 102, 103]) == [103]
    assert left_of([100, 99, 98]) == [98]
    assert left_of([100, 98, 103]) == [98, 103]
    assert left_of([100, 105, 103, 101, 102]) == [105, 101, 102]
    assert left_of([100, 100, 100]) == [100]


def test_both_ends_of_the_deepest_fall_stay_for_trailing_stops() -> None:
    """Neither 110 nor 99 is an extreme of the whole: a trailing stop of 9 % has to see them both."""
    assert left_of([90, 105, 110, 99, 107, 112]) == [110, 99, 112]


def test_each_price_of_each_symbol_counts() -> None:
    backlog = Backlog()
    rows: list[Prices] = [
        {"A": (100, 100), "B": (10, 10)},
        {"A": (101, 101), "B": (11, 11)},
        {"A": (102, 95), "B": (12, 12)},  # the lowest last of A
        {"A": (103, 101), "B": (9, 13)},  # the lowest mark of B
        {"A": (104, 102), "B": (13, 14)},
    ]
    for number, row in enumerate(rows):
        backlog.put(snapshot(number, row))
        if number == 0:
            backlog.take()
    left = [backlog.take().time for _ in range(len(backlog))]
    assert left == [START + timedelta(seconds=number) for number in (1, 2, 3, 4)]
    assert backlog.merged == 0


Four = tuple[int, int, int, int]


def moved(at: Four, by: Four) -> Four:
    return at[0] + by[0], at[1] + by[1], at[2] + by[2], at[3] + by[3]


moves = st.lists(st.tuples(*[st.integers(-8, 8)] * 4), min_size=2, max_size=60)


@given(moves)
def test_no_trigger_is_lost_and_nothing_is_made_up(steps: list[Four]) -> None:
    """A stop, a target and a trailing stop each fire on what is left exactly if they fire on the whole path."""
    walk = list(accumulate(steps, moved, initial=(300, 300, 300, 300)))
    markets = [snapshot(n, {"A": (a, b), "B": (c, d)}) for n, (a, b, c, d) in enumerate(walk)]
    backlog = Backlog()
    backlog.put(markets[0])
    left = [backlog.take()]
    for market in markets[1:]:
        backlog.put(market)
    assert len(backlog) <= 4 * 6 + 1
    left += [backlog.take() for _ in range(len(backlog))]
    assert left[-1] == markets[-1]
    assert [market for market in markets if market in left] == left
    for symbol in ("A", "B"):
        for name in ("mark", "last"):
            whole = [getattr(market.quotes[symbol], name) for market in markets]
            kept = [getattr(market.quotes[symbol], name) for market in left]
            assert (max(kept), min(kept)) == (max(whole), min(whole))
            assert deepest_fall(kept) == deepest_fall(whole)
            assert deepest_fall([1 / price for price in kept]) == deepest_fall([1 / price for price in whole])


def deepest_fall(path: list[Decimal]) -> Decimal:
    return min(after / before for n, before in enumerate(path) for after in path[n:])

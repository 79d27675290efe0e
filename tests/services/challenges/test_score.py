"""The score: worked figures, its bounds, ties, and what it prefers to what in twenty seasons."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from statistics import mean

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.seasons import below, season
from bot.services.challenges.life import Point, lived
from bot.services.challenges.score import (
    UNRANKED,
    Sight,
    Tally,
    final_score,
    gain,
    ranked,
    score,
    sight,
    takes_part,
)
from engine.account import MarginAccount
from engine.contracts import load_contracts
from engine.events import Event
from engine.exchange import decide
from engine.intents import Close, Deposit, Intent, Open
from engine.market import FRICTIONLESS, MarketSnapshot, Quote
from engine.position import Position, Side

START = Decimal(10_000)
AT = datetime(2026, 11, 22, tzinfo=UTC)


def tally(*seen: tuple[str, str], start: Decimal = START) -> Tally:
    """A life by equity and exposure at its steps."""
    found = Tally.begin(start)
    for equity, exposure in seen:
        found = found.seen(Sight(Decimal(equity), Decimal(exposure)))
    return found


@pytest.mark.parametrize(
    ("equity", "expected"),
    [
        ("10000", "0"),
        ("11000", "0.09531018"),  # ln 1.1
        ("5000", "-0.69314718"),  # ln 0.5
        ("15000", "0.40546511"),  # ln 1.5
        ("99999", "0.40546511"),  # no more for luck
        ("500", "-2.99573227"),  # ln 0.05
        ("0", "-2.99573227"),
        ("-3", "-2.99573227"),
    ],
)
def test_what_is_left_counts_by_its_logarithm_within_bounds(equity: str, expected: str) -> None:
    assert gain(Decimal(equity), START) == Decimal(expected)


def test_a_life_by_hand() -> None:
    found = tally(("10000", "0"), ("12000", "6000"), ("9000", "6000"), ("11000", "0"))
    assert (found.peak, found.equity, found.steps) == (Decimal(12_000), Decimal(11_000), 4)
    assert found.drawdown == Decimal("0.25")  # 3,000 of 12,000
    assert score(found, START) == Decimal("0.09531018") - Decimal("0.25")
    assert score(found.liquidated(), START) == Decimal("0.09531018") - Decimal("0.75")


def test_the_start_is_the_first_high() -> None:
    assert tally(("9000", "0"), ("9500", "0")).drawdown == Decimal("0.1")


@pytest.mark.parametrize(
    ("exposure", "fall"),
    [("20000", "0"), ("30000", "0.1"), ("100000", "0.8"), ("120000", "1"), ("900000", "1")],
)
def test_size_beyond_twice_the_equity_is_a_fall_by_itself(exposure: str, fall: str) -> None:
    assert tally(("10000", exposure)).drawdown == Decimal(fall)


def test_size_adds_to_the_fall_of_the_same_moment_only() -> None:
    assert tally(("8000", "0"), ("10000", "30000")).drawdown == Decimal("0.2")
    assert tally(("8000", "24000")).drawdown == Decimal("0.3")


def test_nothing_left_with_a_position_is_the_whole_fall() -> None:
    assert tally(("0", "5000")).drawdown == 1
    assert tally(("-20", "5000")).drawdown == 1


def test_figures_are_rounded_half_even_to_eight_places() -> None:
    assert tally(("10000.000000005", "0")).equity == Decimal("10000")
    assert tally(("10000.000000015", "0")).equity == Decimal("10000.00000002")
    assert tally(("9999.99999", "0")).drawdown == Decimal("0")


def test_who_was_hardly_in_the_market_has_no_rank() -> None:
    idle, tiny, default = tally(("10000", "0")), tally(("10000", "199")), tally(("10000", "200"))
    assert [takes_part(each, START) for each in (idle, tiny, default)] == [False, False, True]
    assert final_score(idle, START) == UNRANKED
    assert takes_part(idle.liquidated(), START)
    assert takes_part(tally(("10000", "600"), ("10000", "0"), ("10000", "0")), START)


def test_an_account_is_seen_at_its_marks() -> None:
    long = Position("BTCUSDT", Side.LONG, Decimal(2), Decimal(100), Decimal(50), Decimal(0))
    short = Position("BTCUSDT", Side.SHORT, Decimal("0.5"), Decimal(100), None, Decimal(0))
    other = Position("ETHUSDT", Side.SHORT, Decimal(1), Decimal(10), None, Decimal(0))
    account = MarginAccount(wallet=Decimal(1000), positions={each.key: each for each in (long, short, other)})
    seen = sight(account, {"BTCUSDT": Decimal(110)})
    assert seen == Sight(Decimal(1015), Decimal(175))  # +20 −5, no mark of ETH; |2 − 0.5| · 110 + 10
    assert sight(replace(account, positions={}), {}) == Sight(Decimal(1000), Decimal(0))


def test_equal_scores_share_a_rank() -> None:
    scores = [Decimal(each) for each in ("0.1", "-0.5", "0.1", "-0.6")]
    assert ranked([*scores, UNRANKED]) == (1, 3, 1, 4, None)
    assert ranked([]) == ()


def test_between_two_steps_only_the_live_market_looks() -> None:
    """A large position for a minute: on a tape no price can have moved meanwhile."""
    market = quoted("100")
    account, journal = MarginAccount.empty(), list[tuple[datetime, Event]]()
    wishes: tuple[Intent, ...] = (
        Deposit(START),
        Open("BTCUSDT", Side.LONG, Decimal(500), 20),
        Close("BTCUSDT"),
    )
    for minute, wish in enumerate(wishes):
        for event in decide(wish, account, market):
            account = account.apply(event)
            journal.append((AT + timedelta(minutes=minute), event))
    path = [Point(AT + timedelta(minutes=each), {"BTCUSDT": Decimal(100)}) for each in (0, 10)]
    fees = Decimal("0.005")  # twice 25 of 10,000
    tape = lived(START, journal, path, path[-1].time, live=False)
    live = lived(START, journal, path, path[-1].time, live=True)
    assert (tape.drawdown, tape.steps) == (fees, 2)
    assert live.drawdown == Decimal("0.0025") + Decimal("0.30125313")  # 50,000 held of 9,975
    assert (live.equity, live.peak, live.steps) == (tape.equity, tape.peak, 2)


def test_what_happens_after_the_end_does_not_count() -> None:
    market = quoted("100")
    given = decide(Deposit(START), MarginAccount.empty(), market)
    late = (AT + timedelta(hours=1), given[0])
    found = lived(START, [(AT, given[0]), late], [Point(AT, {})], AT + timedelta(minutes=1), live=True)
    assert found.equity == START


def quoted(price: str) -> MarketSnapshot:
    value = Decimal(price)
    quote = Quote("BTCUSDT", value, value, value, Decimal(0), None, AT)
    return MarketSnapshot("m", AT, {"BTCUSDT": quote}, load_contracts(), FRICTIONLESS)


amounts = st.decimals(min_value=-1000, max_value=100_000, places=8)


@given(st.lists(st.tuples(amounts, st.decimals(min_value=0, max_value=10**7, places=4)), max_size=30))
def test_figures_stay_within_their_bounds_whatever_happens(seen: list[tuple[Decimal, Decimal]]) -> None:
    found = Tally.begin(START)
    for equity, exposure in seen:
        after = found.seen(Sight(equity, exposure))
        assert after.drawdown >= found.drawdown
        assert after.peak >= found.peak
        found = after
    assert 0 <= found.drawdown <= 1
    assert Decimal("-4") < score(found, START) <= Decimal("0.40546511")
    assert score(found, START) - 900 > UNRANKED


def test_in_twenty_seasons_gambling_does_not_pay() -> None:
    results = [season(2026, number) for number in range(20)]
    for gamble in ("all-in 100×", "all-in 100×, out at +50 %", "20 % at 100×, out at +50 %"):
        assert below(results, gamble, "2×", 0) >= 0.95
    assert below(results, "all-in 100×, out at +50 %", "2×", 1) < 0.95  # which is why size counts by itself
    assert mean(each["nothing"][0] == UNRANKED for each in results) == 1


def test_the_same_season_gives_the_same_scores() -> None:
    assert season(7, 3) == season(7, 3) != season(7, 4)

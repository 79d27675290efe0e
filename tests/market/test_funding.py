"""The rates that a market shows, and those that it remembers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from bot.core.clock import ManualClock
from bot.market import Feed, FixedFeed, LiveFeed, ReplayFeed, SimulatedFeed, load_levels, load_tape
from bot.market.funding import KEPT, PastRates, rate_from_premium
from bot.market.timing import funding_times
from engine.account import MarginAccount
from engine.contracts import Contract
from engine.events import FundingPaid
from engine.exchange import decide
from engine.fills import after
from engine.funding import default_rate
from engine.intents import Deposit, Open, Settle
from engine.position import Side

BTC = "BTCUSDT"
DAY = timedelta(days=1)
START = datetime(2026, 3, 1, 5, 30, tzinfo=UTC)
DUE = [datetime(2026, 3, 1, hour, tzinfo=UTC) for hour in (8, 16)]


def simulated(contracts: Mapping[str, Contract], start: datetime = START) -> SimulatedFeed:
    return SimulatedFeed(contracts, load_levels(), 7, ManualClock(start))


def test_the_premium_makes_the_rate_within_its_cap(contracts: Mapping[str, Contract]) -> None:
    """F = P + clamp(0.01 % − P, ±0.05 %), docs/margin.md §Funding; BTC: at most 0.75 · 0.4 %."""
    btc = contracts[BTC]
    assert rate_from_premium(0, btc, major=True) == Decimal("0.0001")
    assert rate_from_premium(0.0005, btc, major=True) == Decimal("0.0001")
    assert rate_from_premium(0.002, btc, major=True) == Decimal("0.0015")
    assert rate_from_premium(-0.002, btc, major=True) == Decimal("-0.0015")
    assert rate_from_premium(0.5, btc, major=True) == Decimal("0.003")
    assert rate_from_premium(-0.5, btc, major=False) == Decimal("-0.02")
    assert rate_from_premium(0.002, replace(btc, funding_interval_hours=4), major=True) == Decimal("0.00075")


def test_timestamps_in_a_span() -> None:
    assert list(funding_times(START, START + DAY, 8)) == [*DUE, datetime(2026, 3, 2, tzinfo=UTC)]
    assert list(funding_times(DUE[0], DUE[1], 8)) == [DUE[1]]  # the first is over, the last has come
    assert not list(funding_times(START, START, 8))


def test_a_month_of_rates_is_kept() -> None:
    past = PastRates()
    for day in range(60):
        past.add({(BTC, START + day * DAY): Decimal(day)})
    assert min(at for _, at in past.rates) == START + 59 * DAY - KEPT
    assert len(past.rates) == 32
    assert KEPT >= 30 * DAY


def test_what_was_seen_beats_what_is_restored_and_old_snapshots_do_not_change() -> None:
    past = PastRates()
    past.add({(BTC, DUE[0]): Decimal(1)})
    before = past.rates
    past.restore({(BTC, DUE[0]): Decimal(9), (BTC, DUE[1]): Decimal(2)})
    assert past.rates == {(BTC, DUE[0]): Decimal(1), (BTC, DUE[1]): Decimal(2)}
    assert before == {(BTC, DUE[0]): Decimal(1)}


def test_a_simulated_market_records_the_rate_shown_before_each_timestamp(
    contracts: Mapping[str, Contract],
) -> None:
    feed = simulated(contracts)
    shown = {}
    markets = [feed.snapshot(), *feed.advance(DAY)]
    for market in markets:
        for symbol, quote in market.quotes.items():
            shown[symbol, quote.next_funding] = quote.funding_rate
    recorded = markets[-1].funding
    assert set(recorded) == {
        (symbol, at) for symbol in contracts for at in funding_times(START, START + DAY, 8)
    }
    assert recorded == {key: rate for key, rate in shown.items() if key in recorded}
    assert not markets[0].funding
    assert len(set(recorded.values())) > 1


def test_fixed_and_replayed_markets_record_the_default(contracts: Mapping[str, Contract]) -> None:
    fixed = FixedFeed({BTC: Decimal(50_000)}, contracts, ManualClock(START))
    tape = load_tape("mar-2020")
    replay = ReplayFeed(tape, contracts)
    for feed, symbols in ((fixed, {BTC}), (replay, set(tape.series))):
        since = feed.clock.now()
        *_, last = feed.advance(DAY)
        assert last.funding == {
            (symbol, at): default_rate(8) for symbol in symbols for at in funding_times(since, last.time, 8)
        }


def test_a_running_fixed_market_passes_timestamps_unseen(contracts: Mapping[str, Contract]) -> None:
    clock = ManualClock(START)
    feed = FixedFeed({BTC: Decimal(50_000)}, contracts, clock)
    clock.advance(12 * timedelta(hours=1))
    feed.set_price("ETHUSDT", Decimal(2_500))
    assert set(feed.snapshot().funding) == {(BTC, at) for at in DUE}


def test_every_feed_gives_restored_rates_with_its_snapshots(contracts: Mapping[str, Contract]) -> None:
    rates = {(BTC, DUE[0]): Decimal("0.0007")}
    feeds: list[Feed] = [
        FixedFeed({BTC: Decimal(50_000)}, contracts, ManualClock(START)),
        simulated(contracts),
        ReplayFeed(load_tape("mar-2020"), contracts),
        LiveFeed(contracts, ManualClock(START)),
    ]
    for feed in feeds:
        feed.restore(rates)
        assert feed.snapshot().funding == rates


@pytest.mark.parametrize("known", [True, False])
def test_funding_missed_while_away_is_paid_once(contracts: Mapping[str, Contract], known: bool) -> None:
    """Opened before a stop, settled after the start: the recorded rate where there is one, else the default."""
    before = simulated(contracts)
    account = MarginAccount.empty()
    for intent in (Deposit(Decimal(10_000)), Open(BTC, Side.LONG, Decimal("0.1")), Settle()):
        account = after(account, decide(intent, account, before.snapshot()))
    restarted = simulated(contracts, START + timedelta(hours=11))
    if known:
        restarted.restore({(BTC, DUE[0]): Decimal("-0.0004"), (BTC, DUE[1]): Decimal("0.0007")})
    market = restarted.snapshot()
    paid = [e for e in decide(Settle(), account, market) if isinstance(e, FundingPaid)]
    assert [event.at for event in paid] == DUE
    if known:
        assert [event.rate for event in paid] == [Decimal("-0.0004"), Decimal("0.0007")]
    else:
        assert paid[0].rate == default_rate(8)
    account = after(account, tuple(paid))
    assert not [e for e in decide(Settle(), account, market) if isinstance(e, FundingPaid)]

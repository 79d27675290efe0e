from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal

import pytest

from bot.market import Disguise, ReplayFeed, Tape, disguise, load_tape
from bot.market.tape_file import tape_ids
from engine.account import MarginAccount
from engine.contracts import Contract, load_contracts
from engine.events import Event, PositionLiquidated
from engine.exchange import decide
from engine.fills import after
from engine.intents import Deposit, Open, Settle
from engine.position import MarginMode, Side

TAPES = [load_tape(tape_id) for tape_id in tape_ids()]
every_tape = pytest.mark.parametrize("tape", TAPES, ids=lambda tape: str(tape.id))


def alias_of(hidden: Disguise, symbol: str) -> str:
    return next(alias for alias, mask in hidden.masks.items() if mask.symbol == symbol)


@every_tape
def test_nothing_on_it_names_the_day(tape: Tape, contracts: Mapping[str, Contract]) -> None:
    hidden = disguise(tape, contracts)
    shown = repr(
        (hidden.tape.id, hidden.tape.title, hidden.tape.venue, hidden.tape.source, hidden.tape.start)
    )
    shown += repr([(each.symbol, each.base) for each in hidden.contracts.values()])
    shown += repr((list(hidden.tape.series), hidden.tape.mark_lows, hidden.tape.adl, hidden.tape.minutes))
    for secret in (tape.id, tape.title, tape.venue, str(tape.start.year), *tape.series, "Binance", "BTC"):
        assert secret not in shown
    assert sorted(hidden.tape.series) == [f"{3 * letter}USDT" for letter in "ABCDEFGHI"[: len(tape.series)]]
    assert set(hidden.contracts) == set(hidden.masks) == set(hidden.tape.series)
    assert {each.base for each in hidden.contracts.values()} <= {3 * letter for letter in "ABCDEFGHI"}


@every_tape
def test_prices_start_near_a_round_figure(tape: Tape, contracts: Mapping[str, Contract]) -> None:
    for series in disguise(tape, contracts).tape.series.values():
        start = series.price(series.candles[0].open)
        assert min(abs(start / figure - 1) for figure in (10, 100, 1000)) < Decimal("0.15")


def test_it_is_the_same_each_time_and_differs_by_tape(contracts: Mapping[str, Contract]) -> None:
    assert disguise(TAPES[0], contracts) == disguise(load_tape(TAPES[0].id), load_contracts())
    assert len({disguise(tape, contracts).tape.id for tape in TAPES}) == len(TAPES)
    places = {next(iter(disguise(tape, contracts).masks.values())).symbol for tape in TAPES}
    assert len(places) > 1  # AAA is not always Bitcoin


@every_tape
def test_the_day_moves_by_whole_days(tape: Tape, contracts: Mapping[str, Contract]) -> None:
    hidden = disguise(tape, contracts)
    assert not hidden.shift % timedelta(days=1)
    assert hidden.tape.start.time() == tape.start.time()
    assert hidden.time(hidden.tape.start) == tape.start
    assert hidden.tape.end - hidden.tape.start == tape.length


@every_tape
def test_the_path_is_the_real_one_to_the_digit(tape: Tape, contracts: Mapping[str, Contract]) -> None:
    hidden = disguise(tape, contracts)
    start = timedelta(hours=32)
    plain = ReplayFeed(tape, contracts, start=start)
    masked = ReplayFeed(hidden.tape, hidden.contracts, start=start)
    pairs = zip(plain.advance(timedelta(hours=3)), masked.advance(timedelta(hours=3)), strict=True)
    for real, shown in pairs:
        assert hidden.time(shown.time) == real.time
        assert len(shown.quotes) == len(real.quotes)
        for alias, quote in shown.quotes.items():
            mask = hidden.masks[alias]
            told = real.quotes[mask.symbol]
            assert (mask.price(quote.mark), mask.price(quote.last)) == (told.mark, told.last)
            assert quote.funding_rate == told.funding_rate
            assert quote.next_funding is not None
            assert hidden.time(quote.next_funding) == told.next_funding


@every_tape
def test_brackets_minimum_and_fees_stay(tape: Tape, contracts: Mapping[str, Contract]) -> None:
    hidden = disguise(tape, contracts)
    for alias, contract in hidden.contracts.items():
        real = contracts[hidden.masks[alias].symbol]
        factor = hidden.masks[alias].factor
        assert (contract.tick, contract.step * factor) == (real.tick * factor, real.step)
        assert (contract.brackets, contract.min_notional) == (real.brackets, real.min_notional)
        assert (contract.taker, contract.maker, contract.liquidation_fee) == (
            real.taker,
            real.maker,
            real.liquidation_fee,
        )
        for figure in (contract.tick, contract.step):
            assert len(figure.normalize().as_tuple().digits) <= 7


def lived(feed: ReplayFeed, symbol: str, quantity: Decimal) -> tuple[MarginAccount, list[Event]]:
    """A long of 10x, isolated, through the hour of the crash."""
    account, events = MarginAccount.empty(), list[Event]()
    start = (Deposit(Decimal(10_000)), Open(symbol, Side.LONG, quantity, 10, MarginMode.ISOLATED))
    for intent in start:
        done = decide(intent, account, feed.snapshot())
        account, events = after(account, done), [*events, *done]
    for market in feed.advance(timedelta(hours=1)):
        done = decide(Settle(), account, market)
        account, events = after(account, done), [*events, *done]
    return account, events


@pytest.mark.parametrize("symbol", ["BTCUSDT", "ADAUSDT", "LTCUSDT"])
def test_a_learner_has_the_same_fate_in_usdt(contracts: Mapping[str, Contract], symbol: str) -> None:
    tape = load_tape("oct-2025")
    hidden = disguise(tape, contracts)
    alias = alias_of(hidden, symbol)
    start = timedelta(hours=33)
    price = tape.series[symbol].price(tape.series[symbol].candles[33].open)
    quantity = contracts[symbol].floor_quantity(20_000 / price)
    shown = quantity / hidden.masks[alias].factor
    assert hidden.masks[alias].quantity(shown) == quantity
    real, events = lived(ReplayFeed(tape, contracts, start=start), symbol, quantity)
    masked, masked_events = lived(ReplayFeed(hidden.tape, hidden.contracts, start=start), alias, shown)
    assert [type(event) for event in masked_events] == [type(event) for event in events]
    assert masked.wallet == real.wallet < 9_000
    ends = [(e.realised, e.clearance_fee, e.left) for e in events if isinstance(e, PositionLiquidated)]
    assert ends
    assert ends == [
        (e.realised, e.clearance_fee, e.left) for e in masked_events if isinstance(e, PositionLiquidated)
    ]


def test_scripted_deleveraging_falls_on_the_aliases(contracts: Mapping[str, Contract]) -> None:
    tape = load_tape("oct-2025")
    hidden = disguise(tape, contracts)
    back = [(hidden.masks[s.symbol].symbol, hidden.time(s.at), s.side, s.least_rank) for s in hidden.tape.adl]
    assert back == [(s.symbol, s.at, s.side, s.least_rank) for s in tape.adl]


def test_contracts_that_are_missing_stay_away(contracts: Mapping[str, Contract]) -> None:
    hidden = disguise(load_tape("oct-2025"), {"ETHUSDT": contracts["ETHUSDT"]})
    (alias,) = hidden.contracts
    assert hidden.masks[alias].symbol == "ETHUSDT"
    assert list(ReplayFeed(hidden.tape, hidden.contracts).snapshot().quotes) == [alias]

"""Whatever is asked, told or stored: an answer or a typed error, and the account as it was."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from engine import (
    CancelOrder,
    CancelOrders,
    ChangeLeverage,
    ChangeMargin,
    ChangeMode,
    ChangePositionMode,
    Close,
    Deleverage,
    Deposit,
    Event,
    Intent,
    MarginAccount,
    MarginMode,
    Open,
    Order,
    OrderType,
    Place,
    PositionMode,
    Refusal,
    Settle,
    Side,
    TimeInForce,
    Watched,
    both_modes,
    event_from_json,
    event_to_json,
    replay,
)
from engine.capacity import max_open
from engine.errors import BadQuote, EventMismatch, MalformedData, UnknownSymbol
from engine.events import EVENT_TYPES
from engine.exchange import decide
from tests.engine.duel import Duel
from tests.engine.world import BTC, CROSS, ETH, ISOLATED, LONG, NOW, SHORT, World, world

ABSURD = [
    "0",
    "-0",
    "-1",
    "NaN",
    "-NaN",
    "sNaN",
    "Infinity",
    "-Infinity",
    "1e999999",
    "-1e999999",
    "1e-999999",
]
BORDER = ["1e-8", "1e-9", "0.00000001", "0.0001", "0.0015", "1e10", "1e18", "1e19", "49999.95", "0.1", "0.05"]
decimals = st.sampled_from([Decimal(text) for text in (*ABSURD, *BORDER)]) | st.decimals()
symbols = st.sampled_from([BTC, ETH, "ADAUSDT", "XYZUSDT", "", "btcusdt"])
sides = st.sampled_from(Side)
leverages = st.integers(-2, 200) | st.sampled_from([10**400, -(10**400)])
orders = st.builds(
    Order,
    symbol=symbols,
    direction=sides,
    kind=st.sampled_from(OrderType),
    quantity=st.none() | decimals,
    price=st.none() | decimals,
    trigger=st.none() | decimals,
    callback=st.none() | decimals,
    leg=st.none() | sides,
    watched=st.sampled_from(Watched),
    time_in_force=st.sampled_from(TimeInForce),
    reduce_only=st.booleans(),
    close_position=st.booleans(),
    number=st.integers(-1, 5),
    triggered=st.booleans(),
    extreme=st.none() | decimals,
)
intents: st.SearchStrategy[Intent] = st.one_of(
    st.builds(Deposit, decimals),
    st.builds(Open, symbols, sides, decimals, st.none() | leverages, st.none() | st.sampled_from(MarginMode)),
    st.builds(Close, symbols, st.none() | decimals, st.none() | sides),
    st.builds(ChangeMargin, symbols, decimals, st.none() | sides),
    st.builds(ChangeLeverage, symbols, leverages),
    st.builds(ChangeMode, symbols, st.sampled_from(MarginMode)),
    st.builds(ChangePositionMode, st.sampled_from(PositionMode)),
    st.builds(Place, orders),
    st.builds(CancelOrder, st.integers(-1, 5)),
    st.builds(CancelOrders, st.none() | symbols),
    st.builds(Deleverage, symbols, sides, decimals),
    st.just(Settle()),
)


def empty() -> World:
    return world("0")


def working() -> World:
    case = world("100000")
    case.open(BTC, LONG, "0.1", 10, ISOLATED)
    case.open(ETH, SHORT, "2", 20, CROSS)
    case.place(BTC, SHORT, "stop-market", "0.1", None, "48000", reduce_only=True)
    case.place(ETH, LONG, "limit", "1", "2400")
    return case


def hedged() -> World:
    case = world("100000")
    case.do(ChangePositionMode(PositionMode.HEDGE))
    case.open(BTC, LONG, "0.1", 10, CROSS)
    case.open(BTC, SHORT, "0.3")
    return case


def dear() -> World:
    """Prices as high as a quote allows."""
    return world("10000000000", BTC="1e12", ETH="1e12")


def cheap() -> World:
    return world("100000", BTC="1e-12", ETH="1e-12")


def stale() -> World:
    case = working()
    later = NOW + timedelta(minutes=5)
    case.market = replace(case.market, time=later, stale_after=timedelta(minutes=1)).with_mark(
        ETH, Decimal(2500)
    )
    return case


@given(st.sampled_from([empty, working, hedged, dear, cheap, stale]), intents)
def test_any_intent_is_carried_out_or_refused(make: Callable[[], World], intent: Intent) -> None:
    case = make()
    before = case.account.to_json()
    events: tuple[Event, ...] = ()
    with suppress(Refusal):
        events = decide(intent, case.account, case.market)
    assert case.account.to_json() == before
    for event in events:
        case.account = case.account.apply(event)
        assert event_from_json(json.loads(json.dumps(event_to_json(event)))) == event
    assert MarginAccount.from_json(case.account.to_json()) == case.account


@given(st.sampled_from([empty, working, hedged, dear, cheap, stale]), symbols, sides, decimals, leverages)
@example(dear, BTC, LONG, Decimal("1e18"), 1)
def test_any_order_is_previewed_or_refused(
    make: Callable[[], World], symbol: str, side: Side, quantity: Decimal, leverage: int
) -> None:
    case = make()
    with suppress(Refusal):
        both_modes(Open(symbol, side, quantity, leverage), case.account, case.market)
    with suppress(Refusal):
        max_open(case.account, case.market, symbol, side, min(max(leverage, 1), 150))


def lived() -> list[Event]:
    """A journal in which every kind of event happens."""
    for seed in range(100):
        duel = Duel(random.Random(seed))
        for _ in range(400):
            duel.step()
        if {type(event) for event in duel.journal} == set(EVENT_TYPES.values()):
            return duel.journal
    raise AssertionError("no life has it all")


JOURNAL = lived()
ONE_OF_EACH = list({type(event): event_to_json(event) for event in JOURNAL}.values())
strange = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=5)
    | st.sampled_from(
        [*ABSURD, *BORDER, "1" * 61, "0." + "1" * 61, [], {}, "long", "0001-01-01T00:00:00+23:59"]
    )
)


def test_a_journal_with_every_kind_of_event() -> None:
    assert len(ONE_OF_EACH) == len(EVENT_TYPES)


@given(st.sampled_from(ONE_OF_EACH), st.data(), strange)
def test_an_event_with_one_field_changed_is_read_or_refused(
    written: dict[str, Any], data: st.DataObject, value: object
) -> None:
    name = data.draw(st.sampled_from(sorted(written)))
    with suppress(MalformedData):
        event_from_json({**written, name: value})
    with pytest.raises(MalformedData):
        event_from_json({key: kept for key, kept in written.items() if key != name})


@given(st.data())
def test_events_out_of_order_are_applied_or_refused(data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(JOURNAL) - 1))
    some = data.draw(st.permutations(JOURNAL[start : start + 6]))
    account = replay(JOURNAL[:start])
    before = account.to_json()
    for event in some:
        with suppress(EventMismatch):
            after = account.apply(event)
            assert after.version == account.version + 1
            account = after
    assert replay(JOURNAL[:start]).to_json() == before


@given(st.lists(st.sampled_from(JOURNAL), max_size=8))
def test_events_of_another_life_are_applied_or_refused(events: list[Event]) -> None:
    with suppress(EventMismatch):
        replay(events)


@pytest.mark.parametrize("rate", ["NaN", "Infinity", "1.01", "-1.01", "1e500000"])
def test_a_funding_rate_beyond_all_reason_is_no_rate(rate: str) -> None:
    case = world("1000")
    with pytest.raises(BadQuote):
        replace(case.market.quotes[BTC], funding_rate=Decimal(rate))
    case.open(BTC, LONG, "0.01", 10, ISOLATED)
    at = NOW + timedelta(hours=8)
    case.market = replace(case.market, time=at, funding={(BTC, at): Decimal(rate)})
    with pytest.raises(BadQuote):
        case.settle()


def test_a_time_before_there_were_perpetuals_is_refused() -> None:
    written: Any = working().account.to_json()
    written["positions"][0]["funded"] = "1969-12-31T23:59:59+00:00"
    with pytest.raises(MalformedData):
        MarginAccount.from_json(written)


def test_a_price_for_a_symbol_without_contract() -> None:
    with pytest.raises(UnknownSymbol):
        world().market.with_mark("XYZUSDT", Decimal(1))
    with pytest.raises(BadQuote):
        replace(world().market.quotes[BTC], at=datetime(2026, 1, 1))  # noqa: DTZ001

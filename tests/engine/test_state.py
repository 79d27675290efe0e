"""Reading back accounts and events; broken journals; the caller's decimal context."""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import is_dataclass, replace
from datetime import datetime, timedelta
from decimal import ROUND_UP, Decimal, Inexact, getcontext, localcontext
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import engine
from engine import Close, FillRule, MarginAccount, Quote, event_from_json, event_to_json, explain, replay
from engine.decimals import text
from engine.errors import BadQuote, EventMismatch, MalformedData, NewerVersion, UnknownSymbol
from engine.events import MarginChanged, PositionClosed, PositionReduced
from engine.legs import CrossTotals
from tests.engine.world import ADA, BTC, CROSS, ETH, ISOLATED, LONG, NOW, SHORT, World, world

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.text(max_size=10), inner, max_size=5),
    max_leaves=20,
)


def lived() -> World:
    case = world("10000")
    case.open(BTC, LONG, "0.1", 10, ISOLATED)
    case.open(ETH, SHORT, "1", 5, CROSS)
    case.do(Close(BTC, Decimal("0.03")))
    return case


def test_an_account_survives_json() -> None:
    account = lived().account
    written = account.to_json()
    assert written["v"] == 2
    assert json.loads(json.dumps(written)) == written
    assert MarginAccount.from_json(written) == account


def test_an_empty_account_and_one_of_version_1_are_read() -> None:
    empty = MarginAccount.empty()
    assert MarginAccount.from_json(empty.to_json()) == empty
    old = lived().account.to_json()
    for name in ("position_mode", "next_order", "orders"):
        del old[name]
    assert MarginAccount.from_json({**old, "v": 1}) == lived().account


@given(JSON)
def test_garbage_is_no_account(data: object) -> None:
    with pytest.raises(MalformedData):
        MarginAccount.from_json(data)


@given(JSON)
def test_garbage_is_no_event(data: object) -> None:
    with pytest.raises(MalformedData):
        event_from_json(data)


@given(data=st.data())
def test_an_account_with_one_thing_changed_is_read_or_refused(data: st.DataObject) -> None:
    written: Any = lived().account.to_json()
    target = data.draw(st.sampled_from([written, written["positions"][0], written["settings"][BTC]]))
    name = data.draw(st.sampled_from(sorted(target)))
    target[name] = data.draw(JSON | st.sampled_from(["NaN", "-1", "1e9", "0", "1" * 100, 2, -1, True]))
    with suppress(MalformedData):
        assert MarginAccount.from_json(written).version >= 0


@pytest.mark.parametrize(
    "change",
    [
        {"wallet": "NaN"},
        {"wallet": 5},
        {"wallet": "1e5"},
        {"version": -1},
        {"version": True},
        {"v": 0},
        {"positions": {}},
        {"settings": []},
        {"more": 1},
    ],
)
def test_a_malformed_account_is_refused(change: dict[str, object]) -> None:
    with pytest.raises(MalformedData):
        MarginAccount.from_json({**lived().account.to_json(), **change})


@pytest.mark.parametrize(
    "change",
    [
        {"quantity": "0"},
        {"entry_price": "-1"},
        {"side": "up"},
        {"side": []},
        {"symbol": ""},
        {"isolated_wallet": None},  # its symbol is isolated
    ],
)
def test_a_malformed_position_is_refused(change: dict[str, object]) -> None:
    written: Any = lived().account.to_json()
    written["positions"][0].update(change)
    with pytest.raises(MalformedData):
        MarginAccount.from_json(written)
    del written["positions"][0]["side"]
    with pytest.raises(MalformedData):
        MarginAccount.from_json(written)


def test_the_same_position_twice_is_refused() -> None:
    written: Any = lived().account.to_json()
    written["positions"].append(written["positions"][0])
    with pytest.raises(MalformedData, match="twice"):
        MarginAccount.from_json(written)


def test_what_a_later_version_wrote_is_refused() -> None:
    with pytest.raises(NewerVersion):
        MarginAccount.from_json({**lived().account.to_json(), "v": 3})
    with pytest.raises(NewerVersion):
        event_from_json({**event_to_json(lived().journal[0]), "v": 3})


@pytest.mark.parametrize("change", [{"type": "party"}, {"amount": None}, {"amount": "NaN"}, {"more": 1}])
def test_a_malformed_event_is_refused(change: dict[str, object]) -> None:
    with pytest.raises(MalformedData):
        event_from_json({**event_to_json(lived().journal[0]), **change})


def test_events_that_do_not_fit() -> None:
    case = lived()
    opened = next(e for e in case.journal if event_to_json(e)["type"] == "position-opened")
    reduced = case.journal[-1]
    assert isinstance(reduced, PositionReduced)
    account = case.account
    with pytest.raises(EventMismatch):
        account.apply(opened)
    with pytest.raises(EventMismatch):
        account.apply(replace(reduced, side=SHORT))
    with pytest.raises(EventMismatch):
        account.apply(replace(reduced, mode=CROSS))
    with pytest.raises(EventMismatch):
        account.apply(replace(reduced, quantity=Decimal(5)))
    with pytest.raises(EventMismatch):
        account.apply(replace(reduced, quantity=Decimal("0.07")))
    with pytest.raises(EventMismatch):
        account.apply(MarginChanged(ETH, SHORT, Decimal(1)))
    with pytest.raises(EventMismatch):
        account.apply(MarginChanged(ADA, SHORT, Decimal(1)))
    with pytest.raises(EventMismatch):
        replay(case.journal[1:] + case.journal[1:])
    assert not isinstance(reduced, PositionClosed)


def test_nothing_depends_on_the_callers_context() -> None:
    calm = lived()
    figures, derived = calm.all_figures, explain("liquidation", calm.account, calm.market, ETH)
    with localcontext(prec=3, rounding=ROUND_UP) as strange:
        strange.traps[Inexact] = True
        other = lived()
        assert other.account == calm.account
        assert other.all_figures == figures
        assert explain("liquidation", other.account, other.market, ETH) == derived
        assert calm.account.to_json() == other.account.to_json()
        assert getcontext() is strange


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ("1E+3", "1000"),
        ("1.500", "1.5"),
        ("-0.00", "0"),
        ("100", "100"),
        ("1E-8", "0.00000001"),
        ("-5.10", "-5.1"),
    ],
)
def test_decimals_as_text(value: str, written: str) -> None:
    assert text(Decimal(value)) == written


@pytest.mark.parametrize("price", ["0", "-1", "NaN", "sNaN", "Infinity", "1e13", "1e-13"])
def test_a_quote_must_be_a_price(price: str) -> None:
    good, bad = world().market.quotes[BTC], Decimal(price)
    with pytest.raises(BadQuote):
        replace(good, mark=bad)
    with pytest.raises(BadQuote):
        replace(good, last=bad)
    with pytest.raises(BadQuote):
        replace(good, index=bad)


def test_a_quote_must_have_zones_and_a_finite_rate() -> None:
    naive = datetime(2026, 1, 1)  # noqa: DTZ001
    good = Quote(BTC, Decimal(1), Decimal(1), Decimal(1), Decimal(0), None, NOW)
    with pytest.raises(BadQuote):
        replace(good, at=naive)
    with pytest.raises(BadQuote):
        replace(good, next_funding=naive)
    with pytest.raises(BadQuote):
        replace(good, funding_rate=Decimal("NaN"))


def test_values_do_not_change() -> None:
    named = [getattr(engine, name) for name in engine.__all__]
    values: list[Any] = [one for one in (*named, CrossTotals) if isinstance(one, type) and is_dataclass(one)]
    assert len(values) > 20
    for value in values:
        assert value.__dataclass_params__.frozen, value
        assert "__slots__" in vars(value), value


def test_the_snapshot_says_what_is_traded() -> None:
    market = replace(world().market, stale_after=timedelta(seconds=30), fill_rule=FillRule())
    assert market.tradable == (BTC, ETH)
    later = replace(market, time=NOW + timedelta(minutes=1)).with_mark(ETH, Decimal(2600))
    assert later.tradable == (ETH,)
    assert not later.fresh(BTC)
    assert market.quotes[ETH].mark == 2500
    with pytest.raises(UnknownSymbol):
        market.with_mark("XYZUSDT", Decimal(1))

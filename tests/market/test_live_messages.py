from __future__ import annotations

import json
import time
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.market.live_messages import Heard, LastSaid, MarkSaid, read_frame
from engine.contracts import Contract, load_contracts

CONTRACTS = load_contracts()
MARK: dict[str, Any] = {
    "e": "markPriceUpdate",
    "E": 1_562_305_380_000,
    "s": "BTCUSDT",
    "p": "11794.15000000",
    "i": "11784.62659091",
    "P": "11784.25641265",
    "r": "0.00038167",
    "T": 1_562_306_400_000,
}
LAST: dict[str, Any] = {
    "e": "24hrMiniTicker",
    "E": 1_562_305_380_500,
    "s": "BTCUSDT",
    "c": "11790.10",
    "o": "1",
    "v": "3",
}
AT = datetime(2019, 7, 5, 5, 43, tzinfo=UTC)


def heard(*items: object) -> Heard:
    return read_frame(json.dumps({"stream": "!any@arr", "data": items}), CONTRACTS)


def test_the_documented_events() -> None:
    """The example of the exchange's page on its mark price stream."""
    assert heard(MARK, LAST).said == (
        MarkSaid(
            "BTCUSDT",
            AT,
            Decimal("11794.15"),
            Decimal("11784.62659091"),
            Decimal("0.00038167"),
            AT + timedelta(minutes=17),
        ),
        LastSaid("BTCUSDT", AT + timedelta(milliseconds=500), Decimal("11790.1")),
    )


def test_other_contracts_and_new_fields_are_no_garbage() -> None:
    assert heard(MARK | {"s": "BTCUSD_PERP"}, MARK | {"s": "XYZUSDT", "p": "NaN"}) == Heard((), 0)
    assert heard(MARK | {"ps": "BTCUSDT", "st": 1, "ap": "1"}) == heard(MARK)


@pytest.mark.parametrize(
    "changed",
    [
        {"p": "NaN"},
        {"p": "0"},
        {"p": "-1"},
        {"p": "1e9999"},
        {"p": "9" * 30},
        {"p": 11_794.15},
        {"p": None},
        {"i": "0.00000000"},
        {"E": "1562305380000"},
        {"E": True},
        {"E": 0},
        {"E": 10**18},
        {"E": 1.5},
        {"e": "trade"},
        {"e": None},
    ],
)
def test_an_event_that_makes_no_sense_is_garbage_and_the_rest_is_heard(changed: dict[str, Any]) -> None:
    answer = heard(MARK | changed, LAST)
    assert (len(answer.said), answer.garbage) == (1, 1)


@pytest.mark.parametrize(
    "changed",
    [{"r": ""}, {"r": "NaN"}, {"r": "1.5"}, {"r": 0.1}, {"T": 0}, {"T": "x"}, {"T": 4_000_000_000_000}],
)
def test_a_price_counts_without_sensible_funding(changed: dict[str, Any]) -> None:
    (said,) = heard(MARK | changed).said
    assert isinstance(said, MarkSaid)
    assert (said.mark, said.rate, said.next_funding) == (Decimal("11794.15"), Decimal(0), None)


@pytest.mark.parametrize(
    "frame",
    [
        "",
        "nonsense",
        "[]",
        "{}",
        "null",
        "NaN",
        "[" * 50_000,
        '{"data": {}}',
        '{"data": null}',
        '{"result": null}',
    ],
)
def test_a_frame_that_makes_no_sense_is_garbage(frame: str) -> None:
    assert read_frame(frame, CONTRACTS) == Heard((), 1)


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=8,
)
events = st.fixed_dictionaries(
    {"s": st.just("BTCUSDT")},
    optional={
        "e": st.sampled_from(["markPriceUpdate", "24hrMiniTicker"]) | anything,
        "E": st.integers() | anything,
        **{key: st.text() | st.decimals().map(str) | anything for key in ("p", "i", "c", "r")},
        "T": st.integers() | anything,
    },
)


@given(st.lists(events | anything))
def test_nothing_breaks_the_reader(items: list[Any]) -> None:
    answer = heard(*items)
    assert len(answer.said) + answer.garbage <= len(items)
    for said in answer.said:
        prices = (said.last,) if isinstance(said, LastSaid) else (said.mark, said.index)
        assert all(price.is_finite() and price > 0 for price in prices)


def test_a_frame_with_all_contracts_of_an_exchange_is_read_quickly(contracts: Mapping[str, Contract]) -> None:
    """800 contracts a second, of which ours are a few."""
    items = [MARK | {"s": f"COIN{n}USDT"} for n in range(800)] + [
        MARK | {"s": symbol} for symbol in contracts
    ]
    frame = json.dumps({"stream": "!markPrice@arr@1s", "data": items})
    taken = []
    answer = Heard((), 0)
    for _ in range(5):
        began = time.process_time()
        answer = read_frame(frame, contracts)
        taken.append(time.process_time() - began)
    assert len(answer.said) + answer.garbage == len(contracts)
    assert min(taken) < 0.05

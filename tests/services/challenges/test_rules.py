"""The rules: kept as they are, hashed the same everywhere."""

import json
from datetime import timedelta
from decimal import Decimal
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.services.challenges.lifecycle import speed_of
from bot.services.challenges.rules import Pace, Rules, commitment, market_of, new_salt, tape_hash

RULES = Rules("Friday", Pace.TOGETHER, "mar-2020", Decimal(10_000), 20, ("BTCUSDT",), timedelta(hours=2))

every_rule = st.builds(
    Rules,
    name=st.text(max_size=40),
    pace=st.sampled_from(Pace),
    tape=st.none() | st.just("mar-2020"),
    balance=st.decimals("0.00000001", 10_000_000, places=8),
    cap=st.integers(3, 150),
    symbols=st.lists(st.sampled_from(("BTCUSDT", "ETHUSDT"))).map(tuple),
    length=st.integers(1, 10**6).map(lambda seconds: timedelta(seconds=seconds)),
    speed=st.decimals("0.0001", 600, places=4),
    season=st.booleans(),
)


@given(every_rule)
def test_rules_are_kept_as_they_are(rules: Rules) -> None:
    kept = json.loads(json.dumps(rules.to_json()))
    assert Rules.from_json(kept) == rules
    assert Rules.from_json(kept).canonical == rules.canonical


def test_what_is_hashed_is_one_line_of_ascii() -> None:
    assert Rules.from_json(RULES.to_json()).canonical == (
        '{"balance":"10000","cap":20,"length":7200,"name":"Friday","pace":"together","season":true,'
        '"speed":"1","symbols":["BTCUSDT"],"tape":"mar-2020"}'
    )


def test_the_commitment_can_be_made_by_hand() -> None:
    lines = ("abc", tape_hash("mar-2020"), RULES.canonical)
    assert commitment(RULES, "abc") == sha256("".join(f"{each}\n" for each in lines).encode()).hexdigest()
    assert len({new_salt() for _ in range(100)}) == 100


@pytest.mark.parametrize(
    ("pace", "market"), [(Pace.LIVE, "main"), (Pace.OWN, "replay:acc"), (Pace.TOGETHER, "challenge:ch")]
)
def test_where_a_member_trades(pace: Pace, market: str) -> None:
    rules = Rules("", pace, None, Decimal(1), 20, (), timedelta(hours=1))
    assert market_of(rules, "ch", "acc") == market


def test_a_tape_is_played_so_fast_that_it_takes_that_long() -> None:
    assert speed_of(timedelta(hours=60), timedelta(hours=2)) == 30
    assert speed_of(timedelta(hours=72), timedelta(minutes=30)) == 144

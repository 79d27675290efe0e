"""`python -m engine`: one JSON object for every line, whatever the line."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.__main__ import answers
from engine.kinds import KINDS


def ask(*lines: str | bytes) -> list[dict[str, Any]]:
    return [json.loads(a) for a in answers(one if isinstance(one, bytes) else one.encode() for one in lines)]


def error_of(line: str | bytes) -> str:
    (found,) = ask(line)
    assert set(found) == {"error"}
    assert set(found["error"]) == {"code", "message", "figures"}
    code = found["error"]["code"]
    assert isinstance(code, str)
    return code


def test_the_process_answers_in_order() -> None:
    lines = [
        '{"kind": "im", "inputs": {"qty": 0.1, "price": 50000, "leverage": 10}}',
        "",
        "rubbish",
        '{"kind": "state", "inputs": {"margin_balance": "1", "maint_margin": 1}}',
        '{"kind": "cum_table", "inputs": {"tiers": [[0, 0.004], [50000, 0.005]]}}',
    ]
    done = subprocess.run(
        [sys.executable, "-m", "engine"],
        input="\n".join(lines),
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(__file__).parents[2],
    )
    assert done.stderr == ""
    first, second, third, fourth = (json.loads(line) for line in done.stdout.splitlines())
    assert first == {"outputs": {"initial_margin": "500"}}
    assert second["error"]["code"] == "bad-json"
    assert third == {"outputs": {"liquidated": True}}
    assert fourth == {"outputs": {"cum": ["0", "50"]}}


def test_no_liquidation_is_zero() -> None:
    inputs = '{"WB": 100, "side": 1, "qty": 1, "entry": 100, "mmr": 0.005, "cum": 5}'
    assert ask(f'{{"kind": "liq", "inputs": {inputs}}}') == [{"outputs": {"liq_price": "0"}}]


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("{", "bad-json"),
        (b"\xff\xfe", "bad-json"),
        ("[" * 100_000, "bad-json"),
        ('{"a":' * 100_000, "bad-json"),
        ('{"kind": "im", "inputs": {"qty": NaN, "price": 1, "leverage": 1}}', "bad-json"),
        ('{"kind": "im", "inputs": {"qty": -Infinity, "price": 1, "leverage": 1}}', "bad-json"),
        ("[]", "bad-request"),
        ("5", "bad-request"),
        ("{}", "bad-request"),
        ('{"kind": 5}', "bad-request"),
        ('{"kind": "mark_old", "inputs": {}}', "unknown-kind"),
        ('{"kind": "\\ud800", "inputs": {}}', "unknown-kind"),
        ('{"kind": "im"}', "bad-input"),
        ('{"kind": "im", "inputs": []}', "bad-input"),
        ('{"kind": "im", "inputs": {"qty": 1, "price": 1}}', "bad-input"),
        ('{"kind": "im", "inputs": {"qty": "NaN", "price": 1, "leverage": 1}}', "bad-input"),
        ('{"kind": "im", "inputs": {"qty": true, "price": 1, "leverage": 1}}', "bad-input"),
        ('{"kind": "im", "inputs": {"qty": 1, "price": 1, "leverage": 0}}', "bad-input"),
        ('{"kind": "im", "inputs": {"qty": 1e999999, "price": 1, "leverage": 1}}', "bad-input"),
        ('{"kind": "im", "inputs": {"qty": 1e99999999999999999999, "price": 1, "leverage": 1}}', "bad-json"),
        (f'{{"kind": "im", "inputs": {{"qty": {"9" * 10_000}, "price": 1, "leverage": 1}}}}', "bad-input"),
        ('{"kind": "upnl", "inputs": {"side": 2, "qty": 1, "entry": 1, "mark": 1}}', "bad-input"),
        (
            '{"kind": "liq_solve", "inputs": {"side": 1, "qty": 1, "entry": 1, "WB": 1, "tiers": []}}',
            "bad-input",
        ),
        ('{"kind": "cum_table", "inputs": {"tiers": [[1]]}}', "bad-input"),
        ('{"kind": "liq", "inputs": {"side": 1, "qty": 1, "entry": 1, "WB": 1, "mmr": 1}}', "undefined"),
    ],
)
def test_a_line_that_cannot_be_answered(line: str | bytes, code: str) -> None:
    assert error_of(line) == code


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=5)
    | st.sampled_from([1, -1, "0.1"]),
    lambda inner: st.lists(inner, max_size=4),
    max_leaves=10,
)
NAMES = st.sampled_from(
    ["qty", "price", "mark", "entry", "side", "mmr", "cum", "tiers", "WB", "leverage", "floor", "settlements"]
)


@given(st.sampled_from(sorted(KINDS)), st.dictionaries(NAMES, JSON))
def test_any_inputs_get_an_answer(kind: str, inputs: dict[str, object]) -> None:
    (found,) = ask(json.dumps({"kind": kind, "inputs": inputs}))
    assert set(found) in ({"outputs"}, {"error"})


@given(st.binary(max_size=50).filter(lambda line: line.strip() and b"\n" not in line))
def test_any_bytes_get_an_answer(line: bytes) -> None:
    (found,) = ask(line)
    assert set(found) == {"error"}

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
from tests.engine.test_vectors import VECTORS


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


EXAMPLES: dict[str, Any] = {vector["kind"]: vector["inputs"] for vector in VECTORS if vector["kind"] in KINDS}
NUMBERS = st.sampled_from(
    [
        "0",
        "-1",
        "1e40",
        "-1e40",
        "1e41",
        "1e-40",
        "1e999",
        "9" * 80,
        "9" * 81,
        "NaN",
        "1e",
        " 1",
        "0x1",
        "1" + "0" * 40,
    ]
)


def altered(value: Any, data: st.DataObject) -> Any:
    """The value with some numbers in it replaced by extreme ones, or by what is no number."""
    if isinstance(value, dict):
        return {name: altered(one, data) for name, one in value.items()}
    if isinstance(value, list):
        return [altered(one, data) for one in value]
    return data.draw(st.just(value) | NUMBERS | JSON)


@given(st.sampled_from(sorted(EXAMPLES)), st.data())
def test_any_figures_in_a_proper_question_get_an_answer(kind: str, data: st.DataObject) -> None:
    inputs = altered(EXAMPLES[kind], data)
    (found,) = ask(json.dumps({"kind": kind, "inputs": inputs}))
    assert set(found) in ({"outputs"}, {"error"})


@given(st.lists(st.sampled_from([*sorted(KINDS), "", " ", "[]", "{", "\u2028", "\r", "null"]), max_size=20))
def test_one_answer_a_line_in_order(words: list[str]) -> None:
    lines = [json.dumps({"kind": word, "inputs": {}}) if word in KINDS else word for word in words]
    found = ask(*(line + "\n" for line in lines))
    assert len(found) == sum(1 for line in lines if line.encode().strip())
    asked = [word for word in words if word.encode().strip()]
    for word, one in zip(asked, found, strict=True):
        assert (one["error"]["code"] == "bad-input") is (word in KINDS)


@given(st.binary(max_size=50).filter(lambda line: line.strip() and b"\n" not in line))
def test_any_bytes_get_an_answer(line: bytes) -> None:
    (found,) = ask(line)
    assert set(found) == {"error"}

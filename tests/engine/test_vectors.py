"""Every public figure of vectors.toml, asked the way a script would."""

from __future__ import annotations

import tomllib
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from engine.kinds import KINDS, Output, UnknownKind, answer

VECTORS = tomllib.loads(Path(__file__).with_name("vectors.toml").read_text(encoding="utf-8"))["figure"]


def agrees(given: Output, expected: object, tolerance: Decimal) -> bool:
    if isinstance(expected, bool):
        return given is expected
    if isinstance(expected, list):
        return isinstance(given, list) and all(
            abs(one - Decimal(other)) <= tolerance for one, other in zip(given, expected, strict=True)
        )
    assert isinstance(given, Decimal)
    return abs(given - Decimal(str(expected))) <= tolerance


def reproduced(vector: dict[str, Any]) -> bool:
    outputs = answer(vector["kind"], vector["inputs"])
    tolerance = Decimal(vector["tolerance"])
    return all(agrees(outputs[name], value, tolerance) for name, value in vector["expected"].items())


@pytest.mark.parametrize("vector", [v for v in VECTORS if v["follows"]], ids=lambda v: v["id"])
def test_a_public_figure_comes_out(vector: dict[str, Any]) -> None:
    assert reproduced(vector), vector["source"]


@pytest.mark.parametrize("vector", [v for v in VECTORS if v["follows"] is False], ids=lambda v: v["id"])
def test_a_known_mistake_does_not_come_out(vector: dict[str, Any]) -> None:
    if vector["kind"] not in KINDS:
        with pytest.raises(UnknownKind):
            answer(vector["kind"], vector["inputs"])
    else:
        assert not reproduced(vector), vector["note"]


def test_every_kind_has_a_vector() -> None:
    assert set(KINDS) == {v["kind"] for v in VECTORS} - {"mark_old"}


def test_every_vector_names_its_source() -> None:
    assert all(len(v["source"]) > 10 for v in VECTORS)
    assert len({v["id"] for v in VECTORS}) == len(VECTORS)

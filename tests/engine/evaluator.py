"""A tiny evaluator of the sums that derivations show, written apart from what writes them."""

from __future__ import annotations

import re
from decimal import ROUND_FLOOR, Decimal, localcontext

TOKEN = re.compile(r"\s*(?:([0-9]+(?:\.[0-9]+)?)|(max|min)|([()|⌊⌋·/+−,]))")


def evaluate(sum_: str) -> Decimal:
    """Value of "0.1·(50000 − 45000) / 2", at 34 digits. Raises ValueError for anything else."""
    tokens: list[str] = []
    at = 0
    while at < len(sum_):
        match = TOKEN.match(sum_, at)
        if match is None:
            raise ValueError(sum_[at:])
        tokens.append(match.group().strip())
        at = match.end()
    with localcontext(prec=34):
        value, rest = _sum(tokens)
    if rest:
        raise ValueError(rest)
    return value


def _sum(tokens: list[str]) -> tuple[Decimal, list[str]]:
    value, tokens = _product(tokens)
    while tokens and tokens[0] in "+−":
        sign, (other, rest) = tokens[0], _product(tokens[1:])
        value = value + other if sign == "+" else value - other
        tokens = rest
    return value, tokens


def _product(tokens: list[str]) -> tuple[Decimal, list[str]]:
    value, tokens = _atom(tokens)
    while tokens and tokens[0] in "·/":
        sign, (other, rest) = tokens[0], _atom(tokens[1:])
        value = value * other if sign == "·" else value / other
        tokens = rest
    return value, tokens


def _atom(tokens: list[str]) -> tuple[Decimal, list[str]]:
    head, *rest = tokens
    if head == "−":
        value, rest = _atom(rest)
        return -value, rest
    if head == "(":
        value, rest = _sum(rest)
        return value, rest[1:]
    if head == "⌊":
        value, rest = _sum(rest)
        return value.to_integral_value(ROUND_FLOOR), rest[1:]
    if head == "|":
        value, rest = _sum(rest)
        return abs(value), rest[1:]
    if head in {"max", "min"}:
        first, rest = _sum(rest[1:])
        second, rest = _sum(rest[1:])
        return (max if head == "max" else min)(first, second), rest[1:]
    return Decimal(head), rest

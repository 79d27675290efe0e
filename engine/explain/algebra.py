"""Expressions that carry their formula, the same with figures put in, and the value, so that these cannot differ.

Written with · / + − and parentheses, |x|, ⌊x⌋, max(a, b) and min(a, b); read from the left, · and / before + and −.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_FLOOR, Decimal

from engine.decimals import text

_SUM, _PRODUCT, _ATOM = 0, 1, 2


@dataclass(frozen=True, slots=True)
class Term:
    """A part of a formula: in symbols, in figures, and its value (in the decimal context of the caller)."""

    formula: str
    worked: str
    value: Decimal
    rank: int = _ATOM

    def __add__(self, other: Term) -> Term:
        return self._joined(" + ", other, self.value + other.value, _SUM, left=_SUM, right=_PRODUCT)

    def __sub__(self, other: Term) -> Term:
        return self._joined(" − ", other, self.value - other.value, _SUM, left=_SUM, right=_PRODUCT)

    def __mul__(self, other: Term) -> Term:
        return self._joined("·", other, self.value * other.value, _PRODUCT, left=_PRODUCT, right=_ATOM)

    def __truediv__(self, other: Term) -> Term:
        return self._joined(" / ", other, self.value / other.value, _PRODUCT, left=_PRODUCT, right=_ATOM)

    def __abs__(self) -> Term:
        return Term(f"|{self.formula}|", f"|{self.worked}|", abs(self.value))

    def _joined(self, sign: str, other: Term, value: Decimal, rank: int, *, left: int, right: int) -> Term:
        ours, theirs = self._in_brackets(left), other._in_brackets(right)
        return Term(f"{ours[0]}{sign}{theirs[0]}", f"{ours[1]}{sign}{theirs[1]}", value, rank)

    def _in_brackets(self, least: int) -> tuple[str, str]:
        if self.rank >= least:
            return self.formula, self.worked
        return f"({self.formula})", f"({self.worked})"


def named(symbol: str, value: Decimal) -> Term:
    """A named quantity."""
    return Term(symbol, _written(value), value)


def number(value: int) -> Term:
    """A plain number, the same in symbols and figures."""
    return named(_written(Decimal(value)), Decimal(value))


def greatest(first: Term, second: Term) -> Term:
    """The greater of two."""
    return _chosen("max", first, second, max(first.value, second.value))


def least(first: Term, second: Term) -> Term:
    """The smaller of two."""
    return _chosen("min", first, second, min(first.value, second.value))


def floor(term: Term) -> Term:
    """The greatest whole number not above it."""
    return Term(f"⌊{term.formula}⌋", f"⌊{term.worked}⌋", term.value.to_integral_value(ROUND_FLOOR))


def total(terms: list[Term]) -> Term:
    """Sum of terms; 0 of none."""
    if not terms:
        return number(0)
    result = terms[0]
    for term in terms[1:]:
        result += term
    return result


def _chosen(name: str, first: Term, second: Term, value: Decimal) -> Term:
    return Term(
        f"{name}({first.formula}, {second.formula})", f"{name}({first.worked}, {second.worked})", value
    )


def _written(value: Decimal) -> str:
    plain = text(value)
    return f"(−{plain[1:]})" if plain.startswith("-") else plain

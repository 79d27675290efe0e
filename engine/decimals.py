"""The engine's own decimal arithmetic: 34 digits, half-even, whatever context the caller has set.

Rules of rounding: docs/margin.md §State and rounding.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import (
    ROUND_DOWN,
    ROUND_HALF_EVEN,
    Context,
    Decimal,
    DivisionByZero,
    InvalidOperation,
    Overflow,
    getcontext,
    setcontext,
)
from functools import wraps
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
R = TypeVar("R")

ZERO = Decimal(0)
ONE = Decimal(1)
MONEY_STEP = Decimal("1e-8")
PRICE_STEP = Decimal("1e-13")

CONTEXT = Context(
    prec=34,
    rounding=ROUND_HALF_EVEN,
    Emin=-999999,
    Emax=999999,
    capitals=1,
    clamp=0,
    flags=[],
    traps=[InvalidOperation, DivisionByZero, Overflow],
)


_WIDE = Context(prec=80, Emin=-999999, Emax=999999, traps=[InvalidOperation])
"""For cutting sums that no account can hold: they are refused where they are compared with what there is."""


def exact(function: Callable[P, R]) -> Callable[P, R]:
    """Run a function in the engine's decimal context; inside another such call this costs one look."""

    @wraps(function)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        outer = getcontext()
        if outer is CONTEXT:
            return function(*args, **kwargs)
        setcontext(CONTEXT)
        try:
            return function(*args, **kwargs)
        finally:
            setcontext(outer)

    return run


def truncate(amount: Decimal) -> Decimal:
    """Cut a posting toward zero to 8 places (never yields a negative zero)."""
    return amount.quantize(MONEY_STEP, ROUND_DOWN, _WIDE) + ZERO


def round_entry(price: Decimal) -> Decimal:
    """Round an entry price to the 13 decimals it is kept with, half-even."""
    return price.quantize(PRICE_STEP, ROUND_HALF_EVEN, CONTEXT)


def text(value: Decimal) -> str:
    """Write a finite decimal in full, without exponent and without trailing zeros ("-0" is "0")."""
    written = format(value, "f")
    if "." in written:
        written = written.rstrip("0").rstrip(".")
    return "0" if written in {"-0", ""} else written

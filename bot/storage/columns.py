"""Column types that keep money, time and documents exactly, alike on SQLite and PostgreSQL."""

import json
from datetime import UTC, datetime, timedelta
from decimal import Context, Decimal, Inexact, InvalidOperation
from typing import Any

from sqlalchemy import BigInteger, Dialect, Integer, Text
from sqlalchemy.types import TypeDecorator

from bot.storage.errors import AmountRefused, ValueRefused

PLACES = 8
INT64_MAX = 2**63 - 1
INT64_MIN = -(2**63)

_EXACT = Context(prec=60, Emax=999_999, Emin=-999_999, traps=[Inexact, InvalidOperation])
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)

Int64 = BigInteger().with_variant(Integer(), "sqlite")
"""A 64-bit integer: a STRICT table of SQLite knows INTEGER, not BIGINT."""


def to_scaled(amount: Decimal) -> int:
    """The amount in units of 10⁻⁸. Raises AmountRefused if that is no whole 64-bit number."""
    if not amount.is_finite() or amount.adjusted() > 10:
        raise AmountRefused(amount=str(amount))
    try:
        scaled = int(_EXACT.to_integral_exact(_EXACT.scaleb(amount, PLACES)))
    except (Inexact, InvalidOperation) as error:
        raise AmountRefused(amount=str(amount)) from error
    if not INT64_MIN <= scaled <= INT64_MAX:
        raise AmountRefused(amount=str(amount))
    return scaled


def from_scaled(scaled: int | Decimal) -> Decimal:
    """The amount of a number of units of 10⁻⁸; trailing zeros are dropped (PostgreSQL sums BIGINT to NUMERIC)."""
    amount = _EXACT.normalize(_EXACT.scaleb(Decimal(scaled), -PLACES))
    return amount if amount.as_tuple().exponent <= 0 else _EXACT.quantize(amount, Decimal(1))  # type: ignore[operator]


class Money8(TypeDecorator[Decimal]):
    """A Decimal of at most 8 places as a 64-bit integer, scaled by 10⁸; raises AmountRefused for any other."""

    impl = BigInteger
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> Any:
        """INTEGER on SQLite, BIGINT elsewhere."""
        return dialect.type_descriptor(Integer() if dialect.name == "sqlite" else BigInteger())

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> int | None:
        """Scales the amount up."""
        return None if value is None else to_scaled(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> Decimal | None:
        """Scales the number down."""
        return None if value is None else from_scaled(value)


class UtcTime(TypeDecorator[datetime]):
    """An aware time as microseconds since 1970 UTC; a naive one raises ValueRefused."""

    impl = BigInteger
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> Any:
        """INTEGER on SQLite, BIGINT elsewhere."""
        return dialect.type_descriptor(Integer() if dialect.name == "sqlite" else BigInteger())

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:
        """Counts the microseconds, exactly."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueRefused(time=value.isoformat())
        return (value - _EPOCH) // _MICROSECOND

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        """An aware time in UTC."""
        return None if value is None else _EPOCH + timedelta(microseconds=int(value))


class Document(TypeDecorator[dict[str, Any]]):
    """A JSON object as canonical text: sorted keys, no spaces, ASCII; what has no exact form (a float, a Decimal) is refused."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: dict[str, Any] | None, dialect: Dialect) -> str | None:
        """Encodes the object."""
        return None if value is None else canonical(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> dict[str, Any] | None:
        """Decodes the object."""
        return None if value is None else json.loads(value, parse_float=Decimal)


class Flag(TypeDecorator[bool]):
    """A truth value as 0 or 1."""

    impl = Integer
    cache_ok = True

    def process_bind_param(self, value: bool | None, dialect: Dialect) -> int | None:
        """0 or 1."""
        return None if value is None else int(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> bool | None:
        """True or False."""
        return None if value is None else bool(value)


_ENCODER = json.JSONEncoder(sort_keys=True, separators=(",", ":"), allow_nan=False)


def canonical(value: Any) -> str:
    """The one JSON text of a document. Raises ValueRefused for what JSON cannot hold."""
    try:
        return _ENCODER.encode(value)
    except (TypeError, ValueError, RecursionError) as error:
        raise ValueRefused(reason=str(error)) from error

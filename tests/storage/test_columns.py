"""Money and time come back as they went in, or are refused."""

from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal, localcontext

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Float, Numeric
from sqlalchemy.dialects import sqlite

from bot.storage import AmountRefused, ValueRefused
from bot.storage.columns import INT64_MAX, INT64_MIN, UtcTime, canonical, from_scaled, to_scaled
from bot.storage.tables import metadata

DIALECT = sqlite.dialect()


@given(st.integers(INT64_MIN, INT64_MAX))
def test_every_64_bit_amount_survives(scaled: int) -> None:
    amount = from_scaled(scaled)
    assert to_scaled(amount) == scaled
    assert amount == Decimal(scaled) / 10**8 or abs(scaled) > 10**27


@pytest.mark.parametrize(
    ("amount", "scaled"),
    [
        ("0", 0),
        ("-0", 0),
        ("0.00000001", 1),
        ("-45205.83120201", -4520583120201),
        ("1E+4", 10**12),
        ("0.100000000000", 10**7),
        ("92233720368.54775807", INT64_MAX),
        ("-92233720368.54775808", INT64_MIN),
    ],
)
def test_amounts_are_scaled_exactly(amount: str, scaled: int) -> None:
    assert to_scaled(Decimal(amount)) == scaled


@pytest.mark.parametrize(
    "amount",
    [
        "0.000000001",
        "1.123456789",
        "92233720368.54775808",
        "-92233720368.54775809",
        "1E+11",
        "1E+999999",
        "1E-999999",
        "NaN",
        "sNaN",
        "Infinity",
        "-Infinity",
    ],
)
def test_what_is_no_scaled_64_bit_integer_is_refused(amount: str) -> None:
    with pytest.raises(AmountRefused):
        to_scaled(Decimal(amount))


def test_the_callers_decimal_context_does_not_matter() -> None:
    with localcontext() as context:
        context.prec = 3
        assert to_scaled(Decimal("12345.678")) == 1234567800000
        assert str(from_scaled(1234567800000)) == "12345.678"


@pytest.mark.parametrize("text", ["10000", "0.02", "0", "-2.5", "1000000"])
def test_amounts_come_back_plain(text: str) -> None:
    assert str(from_scaled(to_scaled(Decimal(text)))) == text


@given(st.datetimes(timezones=st.just(UTC)))
def test_times_survive_to_the_microsecond(at: datetime) -> None:
    column = UtcTime()
    assert column.process_result_value(column.process_bind_param(at, DIALECT), DIALECT) == at


def test_times_come_back_in_utc() -> None:
    column = UtcTime()
    at = datetime(2026, 1, 1, 2, tzinfo=timezone(timedelta(hours=2)))
    back = column.process_result_value(column.process_bind_param(at, DIALECT), DIALECT)
    assert back == datetime(2026, 1, 1, tzinfo=UTC)
    assert back is not None
    assert back.tzinfo is UTC


def test_a_naive_time_is_refused() -> None:
    with pytest.raises(ValueRefused):
        UtcTime().process_bind_param(datetime(2026, 1, 1), DIALECT)  # noqa: DTZ001 - the point of the test


def test_equal_documents_have_one_text() -> None:
    assert (
        canonical({"b": "×", "a": [1, None]})
        == canonical({"a": [1, None], "b": "×"})
        == '{"a":[1,null],"b":"\\u00d7"}'
    )


@pytest.mark.parametrize("value", [{"a": Decimal(1)}, {"a": float("nan")}, {"a": {1, 2}}])
def test_what_json_cannot_hold_is_refused(value: object) -> None:
    with pytest.raises(ValueRefused):
        canonical(value)


def test_no_column_is_a_float_or_a_numeric() -> None:
    inexact = [
        str(column)
        for table in metadata.tables.values()
        for column in table.columns
        if isinstance(column.type, Float | Numeric)
    ]
    assert inexact == []

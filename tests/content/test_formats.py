"""Formats: figures are cut and never rounded up, except for what is needed."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.content.catalogue import load_languages
from bot.content.formats import Formats
from bot.content.wording import CatalogueWording
from bot.core.reply import Answer, Button

ENGLISH = Formats("en", {"BTCUSDT": 2, "DOGEUSDT": 5, "XUSDT": 0})
SPANISH = Formats("es", {"BTCUSDT": 2})

MONEY = [
    ("0", "0.00"),
    ("-0", "0.00"),
    ("1234.5", "1,234.50"),
    ("999.999", "999.99"),
    ("-999.999", "−999.99"),
    ("1000000", "1,000,000.00"),
    ("0.999", "0.999"),
    ("0.0259", "0.0259"),
    ("0.02599", "0.0259"),
    ("0.00123456789", "0.00123456"),
    ("-0.00000001", "−0.00000001"),
    ("0.000000001", "0.00"),
    ("1E+3", "1,000.00"),
]


@pytest.mark.parametrize(("amount", "shown"), MONEY)
def test_money(amount: str, shown: str) -> None:
    assert ENGLISH.money(amount) == shown
    assert ENGLISH.money(Decimal(amount)) == shown


def test_signed_money() -> None:
    assert [ENGLISH.signed(each) for each in ("5", "-5", "0", "0.5")] == ["+5.00", "−5.00", "0.00", "+0.50"]


@pytest.mark.parametrize(
    ("amount", "shown"), [("600.001", "600.01"), ("600", "600.00"), ("0.001", "0.01"), ("16.6666", "16.67")]
)
def test_an_amount_that_is_needed_suffices(amount: str, shown: str) -> None:
    assert ENGLISH.enough(amount) == shown


@pytest.mark.parametrize(
    ("price", "symbol", "shown"),
    [
        ("45205.82329317", "BTCUSDT", "45,205.82"),
        ("50000", "BTCUSDT", "50,000.00"),
        ("0.123456", "DOGEUSDT", "0.12345"),
        ("7", "XUSDT", "7.00"),
        ("1.239", "", "1.23"),
    ],
)
def test_prices_have_the_decimals_of_their_contract(price: str, symbol: str, shown: str) -> None:
    assert ENGLISH.price(price, symbol) == shown


@pytest.mark.parametrize(
    ("fraction", "shown"),
    [("0.02", "2"), ("0.0958835", "9.58"), ("1", "100"), ("-0.20408", "−20.4"), ("0", "0"), ("0.004", "0.4")],
)
def test_percentages(fraction: str, shown: str) -> None:
    said = ENGLISH.percent(fraction)
    assert said.endswith("\N{NARROW NO-BREAK SPACE}%")
    assert said.removesuffix("\N{NARROW NO-BREAK SPACE}%").startswith(shown)


def test_a_language_writes_numbers_its_own_way() -> None:
    assert SPANISH.money("12345.67") == "12.345,67"
    assert SPANISH.price("50000", "BTCUSDT") == "50.000,00"


def test_times_stand_beside_utc() -> None:
    at = "2026-01-02T23:30:00+00:00"
    assert ENGLISH.when(at) == "2 Jan 23:30 UTC"
    assert ENGLISH.when(at, "Asia/Tokyo") == "3 Jan 08:30 (23:30 UTC)"
    assert ENGLISH.when("2026-01-03T08:30:00+09:00") == "2 Jan 23:30 UTC"


def test_long_decimals_of_a_worked_sum_are_cut() -> None:
    assert ENGLISH.shorten("0.1234567890123·5 − 0.5") == "0.12345678…·5 − 0.5"
    assert ENGLISH.shorten("0.12345678 + 1") == "0.12345678 + 1"
    assert SPANISH.shorten("0.1234567890123·5 − 0.5") == "0,12345678…·5 − 0,5"


def test_arguments_are_told_apart_where_the_decimal_mark_is_a_comma() -> None:
    assert ENGLISH.shorten("max(0, min(1.5, 20))") == "max(0, min(1.5, 20))"
    assert SPANISH.shorten("max(0, min(1.5, 20))") == "max(0; min(1,5; 20))"


def test_a_number_on_a_button_has_the_decimal_mark_of_the_language() -> None:
    shown = [
        SPANISH.in_label(each) for each in ("105.84", "47500", "−0.5", "BTC", "@49000.05", "1.2.3", "5×")
    ]
    assert shown == ["105,84", "47500", "−0,5", "BTC", "@49000.05", "1.2.3", "5×"]
    assert ENGLISH.in_label("105.84") == "105.84"


def test_buttons_are_worded_with_the_decimal_mark_of_the_language() -> None:
    wording = CatalogueWording(load_languages(), {}, "en")
    button = Button("Add {amount} USDT", "margin add 105.84", {"amount": "105.84"})
    for language, label in (("en", "Add 105.84 USDT"), ("es", "Añadir 105,84 USDT")):
        reply = wording.word(Answer("empty").with_buttons((button,)), language, "UTC")
        assert [(each.label, each.payload) for each in reply.all_buttons()] == [(label, button.payload)]


amounts = st.decimals(Decimal("-1e12"), Decimal("1e12"), places=10)


@given(amounts)
def test_what_is_shown_is_never_more_than_there_is(amount: Decimal) -> None:
    shown = ENGLISH.money(amount).replace(",", "").replace("−", "-")
    assert abs(Decimal(shown)) <= abs(amount)
    assert abs(amount - Decimal(shown)) < (Decimal("0.01") if abs(amount) >= 1 else Decimal("0.0001"))
    assert Decimal(ENGLISH.enough(abs(amount)).replace(",", "")) >= abs(amount)


@given(amounts)
def test_a_whole_number_loses_nothing(amount: Decimal) -> None:
    assert Decimal(ENGLISH.number(amount, 0, 10).replace(",", "").replace("−", "-")) == amount

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.market.errors import BadPrice, BadPriceEntry, DuplicatePrice, MarketError, UnknownContract
from bot.market.prices import MOST, checked_price, find_contract, parse_prices
from engine.contracts import Contract, load_contracts

CONTRACTS = load_contracts()


@pytest.mark.parametrize(
    ("text", "prices"),
    [
        ("BTC=50000", {"BTCUSDT": "50000"}),
        ("BTC=50000,ETH=2500", {"BTCUSDT": "50000", "ETHUSDT": "2500"}),
        (" btcusdt = 50000.1 , eth/usdt=2500", {"BTCUSDT": "50000.1", "ETHUSDT": "2500"}),
        ("Eth-Usdt=.5", {"ETHUSDT": "0.5"}),
        ("1000PEPE=0.0092", {"1000PEPEUSDT": "0.0092"}),
        ("", {}),
        ("  ", {}),
    ],
)
def test_lists_of_prices(text: str, prices: dict[str, str]) -> None:
    assert parse_prices(text, CONTRACTS) == {symbol: Decimal(price) for symbol, price in prices.items()}


@pytest.mark.parametrize(
    ("text", "error", "data"),
    [
        ("BTC", BadPriceEntry, {"entry": "BTC"}),
        ("BTC=50000,", BadPriceEntry, {"entry": ""}),
        ("=50000", BadPriceEntry, {"entry": "=50000"}),
        ("BTC=", BadPriceEntry, {"entry": "BTC="}),
        ("BTCC=1", UnknownContract, {"symbol": "BTCC"}),
        ("USDT=1", UnknownContract, {"symbol": "USDT"}),
        ("BTC=1,btcusdt=2", DuplicatePrice, {"symbol": "BTCUSDT"}),
        *(
            (
                f"BTC={price}",
                BadPrice,
                {"symbol": "BTCUSDT", "price": price, "least": "0.1", "most": "1000000000"},
            )
            for price in (
                "0",
                "-1",
                "+1",
                "NaN",
                "sNaN",
                "inf",
                "1e999",
                "1e5",
                "5_0",
                "٣",
                "50.000.1",
                "0x10",
                "0.01",
            )
        ),
        ("BTC=1000000001", BadPrice, {"price": "1000000001"}),
        ("BTC=1.0000000000001", BadPrice, {"price": "1.0000000000001"}),
        ("BTC=" + "9" * 10_000, BadPrice, {"price": "9" * 40}),
    ],
)
def test_what_is_wrong_is_said_in_data(text: str, error: type[MarketError], data: dict[str, str]) -> None:
    with pytest.raises(error) as refused:
        parse_prices(text, CONTRACTS)
    assert {name: refused.value.data[name] for name in data} == data


names = st.sampled_from(["BTC", "eth", "SOLUSDT", "DOGE/USDT", "x", "", "=", "ß", "1000PEPE"])
numbers = st.one_of(
    st.text(max_size=12),
    st.from_regex(r"[-+]?[0-9]{0,6}[.]?[0-9]{0,4}(e[0-9]{1,3})?", fullmatch=True),
    st.sampled_from(["NaN", "Infinity", "1e999", "０", "½"]),
)
entries = st.lists(st.builds("{}={}".format, names, numbers), max_size=4).map(",".join)


def parsed(text: str) -> tuple[dict[str, Decimal], MarketError | None]:
    try:
        return parse_prices(text, CONTRACTS), None
    except MarketError as error:
        return {}, error


@given(st.one_of(st.text(), entries))
@example("BTC=1e999")
@example("BTC=\u0661")
def test_any_text_gives_sane_prices_or_a_market_error(text: str) -> None:
    prices, error = parsed(text)
    if error is not None:
        assert error.code != "market"
        assert all(len(value) <= 40 for value in error.data.values() if isinstance(value, str))
    for symbol, price in prices.items():
        assert CONTRACTS[symbol].tick <= price <= MOST


@pytest.mark.parametrize("price", ["NaN", "sNaN", "Infinity", "-Infinity", "1e999", "1e-999", "0", "-0"])
def test_decimals_from_elsewhere_are_checked_too(price: str, contracts: Mapping[str, Contract]) -> None:
    with pytest.raises(BadPrice):
        checked_price(contracts["BTCUSDT"], Decimal(price))


def test_every_contract_is_found_by_base_and_symbol(contracts: Mapping[str, Contract]) -> None:
    for contract in contracts.values():
        for name in (contract.symbol, contract.base, contract.base.lower(), f"{contract.base}/USDT"):
            assert find_contract(name, contracts) is contract

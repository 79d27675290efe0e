"""The contract table: what it says, and what it refuses to load."""

from __future__ import annotations

import tomllib
from decimal import Decimal
from importlib import resources

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine import parse_contracts
from engine.contracts import DEFAULT_LIQUIDATION_FEE
from engine.errors import BracketAmounts, BracketGap, BracketRates, ContractError
from tests.engine.world import ADA, BTC, CONTRACTS

HEAD = '[fees]\ntaker = "0.0005"\nmaker = "0.0002"\n[contract.XUSDT]\n'
FIELDS = (
    'base = "X"\ntick = "0.1"\nstep = "1"\nmin_notional = "5"\n'
    "min_notional_confirmed = true\nfunding_interval_hours = 8\n"
)
ROWS = (
    '{floor = "0", cap = "100", rate = "0.01", amount = "0", max_leverage = 50}',
    '{floor = "100", cap = "200", rate = "0.02", amount = "1", max_leverage = 25}',
)


def table(first: str = ROWS[0], second: str = ROWS[1], fields: str = FIELDS, more: str = "") -> str:
    return f"{HEAD}{fields}{more}brackets = [{first}, {second}]\n"


def test_the_table_reads() -> None:
    contract = parse_contracts(table())["XUSDT"]
    assert contract.max_leverage == 50
    assert contract.liquidation_fee == DEFAULT_LIQUIDATION_FEE
    assert not contract.liquidation_fee_known
    assert contract.bracket_for(Decimal(100)).rate == Decimal("0.01")
    assert contract.bracket_for(Decimal("100.01")).rate == Decimal("0.02")
    assert contract.bracket_for(Decimal(10_000)).rate == Decimal("0.02")
    assert contract.max_notional(50) == 100
    assert contract.max_notional(25) == 200
    assert contract.max_notional(51) == 0


@pytest.mark.parametrize(
    ("source", "error"),
    [
        (table(second=ROWS[1].replace('floor = "100"', 'floor = "110"')), BracketGap),
        (table(first=ROWS[0].replace('floor = "0"', 'floor = "1"')), BracketGap),
        (table(second=ROWS[1].replace('cap = "200"', 'cap = "100"')), BracketGap),
        (table(second=ROWS[1].replace('amount = "1"', 'amount = "1.01"')), BracketAmounts),
        (table(first=ROWS[0].replace('amount = "0"', 'amount = "1"')), BracketAmounts),
        (table(second=ROWS[1].replace('rate = "0.02"', 'rate = "0.01"')), BracketRates),
        (table(second=ROWS[1].replace('rate = "0.02"', 'rate = "1"')), BracketRates),
        (table(second=ROWS[1].replace("= 25", "= 51")), BracketRates),
        (table(second=ROWS[1].replace("= 25", "= 50")), BracketRates),
        (table(second=ROWS[1].replace("= 25", "= 0")), BracketRates),
        (f"{HEAD}{FIELDS}brackets = []", BracketGap),
        (table(fields=FIELDS.replace('"0.1"', "0.1")), ContractError),
        (table(fields=FIELDS.replace('"0.1"', '"NaN"')), ContractError),
        (table(fields=FIELDS.replace('"0.1"', '"0"')), ContractError),
        (table(fields=FIELDS.replace("= 8", "= 0")), ContractError),
        (table(fields=FIELDS.replace("= 8", "= 25")), ContractError),
        (table(fields=FIELDS.replace("= true", "= 1")), ContractError),
        (table(fields=FIELDS.replace('base = "X"\n', "")), ContractError),
        (table(more="surprise = 1\n"), ContractError),
        (table(more='liquidation_fee = "1.5"\n'), ContractError),
        ("[fees]", ContractError),
        ("contract = 1", ContractError),
        ("no toml", ContractError),
        ("a = " + "[" * 10_000, ContractError),
    ],
)
def test_a_bad_table_is_refused(source: str, error: type[ContractError]) -> None:
    with pytest.raises(error):
        parse_contracts(source)


@given(st.text(max_size=200))
def test_garbage_is_refused(source: str) -> None:
    with pytest.raises(ContractError):
        parse_contracts(source)


def test_the_package_s_own_table() -> None:
    assert len(CONTRACTS) == 11
    assert CONTRACTS[BTC].max_leverage == 150
    assert CONTRACTS[ADA].liquidation_fee == Decimal("0.010")
    assert {s for s, c in CONTRACTS.items() if not c.liquidation_fee_known} == {
        "BNBUSDT",
        "XRPUSDT",
        "DOGEUSDT",
        "LINKUSDT",
        "AVAXUSDT",
        "1000PEPEUSDT",
    }
    about = tomllib.loads(resources.files("engine").joinpath("contracts.toml").read_text("utf-8"))["about"]
    assert about["source"]
    assert str(about["brackets_as_of"]) == "2026-09-29"


@pytest.mark.parametrize(
    ("symbol", "above"), [(BTC, 12_000_000), ("SOLUSDT", 1_000_000), ("LTCUSDT", 160_000), (ADA, 50_000)]
)
def test_where_a_remainder_can_survive_liquidation(symbol: str, above: int) -> None:
    contract = CONTRACTS[symbol]
    assert contract.bracket_for(Decimal(above)).rate <= contract.liquidation_fee
    assert contract.bracket_for(Decimal(above + 1)).rate > contract.liquidation_fee


def test_ticks_and_steps() -> None:
    btc = CONTRACTS[BTC]
    assert btc.floor_quantity(Decimal("0.0019")) == Decimal("0.001")
    assert btc.ceil_quantity(Decimal("0.0011")) == Decimal("0.002")
    assert btc.round_price(Decimal("100.04"), up=True) == Decimal("100.1")
    assert btc.round_price(Decimal("100.09"), up=False) == Decimal("100.0")
    assert btc.round_price(Decimal("0.01"), up=False) == Decimal("0.1")

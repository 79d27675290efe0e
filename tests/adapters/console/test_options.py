"""The options of `python -m bot console`."""

import argparse
from decimal import Decimal

import pytest

from bot.adapters.console import ConsoleOptions, add_arguments, from_namespace


def read(*words: str) -> ConsoleOptions:
    parser = argparse.ArgumentParser(prog="bot console")
    add_arguments(parser)
    return from_namespace(parser.parse_args(words))


def test_defaults() -> None:
    assert read() == ConsoleOptions()
    assert ConsoleOptions().wallet == Decimal(10_000)


def test_every_option() -> None:
    line = (
        "--market fixed --price BTC=50000 --price eth=2500.5 --wallet 1000 --user ann --lang es-419 --db data/x.db "
        "--gate on --tape oct-2025 --speed 60 --seed 7 --spread 1.5 --slippage 0 --json"
    )
    assert read(*line.split()) == ConsoleOptions(
        market="fixed",
        prices={"BTC": Decimal(50000), "ETH": Decimal("2500.5")},
        wallet=Decimal(1000),
        user="ann",
        language="es-419",
        db="data/x.db",
        gate=True,
        tape="oct-2025",
        speed=Decimal(60),
        seed=7,
        spread=Decimal("1.5"),
        slippage=Decimal(0),
        json=True,
    )


def test_the_last_price_of_a_symbol_counts() -> None:
    assert read("--price", "BTC=1", "--price", "btc=2").prices == {"BTC": Decimal(2)}


@pytest.mark.parametrize(
    "line",
    [
        "--market dreams",
        "--price BTC",
        "--price BTC=",
        "--price =5",
        "--price BTC=0",
        "--price BTC=-5",
        "--price BTC=NaN",
        "--price BTC=1e999",
        "--price BTC=٥",
        "--wallet -1",
        "--wallet lots",
        "--wallet 99999999999",
        "--user @bob",
        "--user a\x1bb",
        "--lang ../../etc",
        "--gate maybe",
        "--tape ../x",
        "--speed 0",
        "--speed fast",
        "--seed -1",
        "--seed 1.5",
        "--spread -1",
        "--slippage 501",
        "--nonsense",
    ],
)
def test_a_value_that_cannot_be_ends_with_a_clear_line(line: str, capsys: pytest.CaptureFixture[str]) -> None:
    option, _, value = line.partition(" ")
    with pytest.raises(SystemExit) as ended:
        read(f"{option}={value}" if value else option)
    assert ended.value.code == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert option in said.err
    assert "\x1b" not in said.err

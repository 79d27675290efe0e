"""The product's own measure: one line of shell that opens, explains, liquidates, and leaves books in balance."""

import shlex
import subprocess
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from engine.events import PositionLiquidated
from tests.e2e.books import audited
from tests.e2e.running import PATIENCE, PROGRAM, Ended, environment

LINES = (
    "/open btc long 10x isolated 500",
    "!press Confirm",
    "/positions",
    "/why liquidation btc",
    "!price BTC 45000",
    "/portfolio",
)
TEMPLATES = ["preview_open", "traded", "positions", "why", "liquidated", "postmortem", "portfolio"]
KEYS = {
    "v",
    "to",
    "room",
    "private",
    "template",
    "ok",
    "data",
    "text",
    "buttons",
    "edited",
    "file",
}
COUNTED = {"leverage", "healthy", "left_open", "left_out"}  # whole numbers that are no amounts


def piped(folder: Path, more: str = "") -> Ended:
    """`printf LINES | python -m bot console …` in a shell."""
    lines = "".join(f"{each}\\n" for each in LINES)
    command = f"printf '{lines}' | {shlex.join(PROGRAM)} console --market fixed --price BTC=50000 --wallet 1000{more}"
    done = subprocess.run(
        ["/bin/sh", "-c", command],
        capture_output=True,
        cwd=folder,
        env=environment(),
        timeout=PATIENCE,
        check=False,
    )
    return Ended(done.returncode, done.stdout.decode(), done.stderr.decode())


def test_it_opens_explains_liquidates_and_keeps_the_rest(tmp_path: Path) -> None:
    done = piped(tmp_path)
    assert (done.code, done.err) == (0, "")
    shown = done.out.split("\n\n")
    preview, traded, positions, why, notice, examined, portfolio = shown
    assert all("PAPER" in each for each in shown)
    row = next(line for line in preview.splitlines() if line.startswith("Liquidation"))
    assert row.split() == ["Liquidation", "45,205.82", "40,185.74"]
    assert "[Confirm] [Cross instead]" in preview
    assert "Opened long 0.1 BTC at 50,000.00" in traded
    assert "45,205.82" in traded
    assert "45,205.82" in positions
    worked = [line.strip() for line in why.splitlines() if line.strip().startswith("= ")]
    assert worked == [
        "= 0.1·50000 − 497.5 − 0",
        "= 4,502.5 USDT",
        "= 0.1·(1 − 0.004)",
        "= 0.0996 BTC",
        "= 4502.5 / 0.0996",
        "= 45,205.82329317 USDT",
    ]
    assert "Liquidated" in notice
    assert "Closed long 0.1 BTC at 45,000.00" in notice
    assert "Isolated" in examined or "isolated" in examined
    assert "500.00 USDT" in next(line for line in portfolio.splitlines() if line.startswith("Wallet"))
    assert list(tmp_path.iterdir()) == []  # piped lines leave nothing behind


def test_every_line_of_json_is_the_whole_object(tmp_path: Path) -> None:
    done = piped(tmp_path, " --json")
    assert (done.code, done.err) == (0, "")
    assert done.out.isascii()
    assert [each["template"] for each in done.messages] == TEMPLATES
    for each in done.messages:
        assert each.keys() == KEYS
        assert (each["v"], each["to"], each["room"], each["private"], each["file"]) == (
            1,
            "me",
            None,
            False,
            None,
        )
        assert each["ok"] is True
        assert all(isinstance(label, str) for label in each["buttons"])
        assert_decimals_are_strings(each["data"])
    preview, traded, positions, why, notice, _, portfolio = (each["data"] for each in done.messages)
    exact = Decimal("4502.5") / Decimal("0.0996")
    for found in (preview["isolated"], traded["position"], positions["positions"][0]):
        assert abs(Decimal(found["liquidation"]) - exact) < Decimal("1e-20")
    assert Decimal(preview["quantity"]) == Decimal("0.1")
    assert round(Decimal(preview["cross"]["liquidation"]), 2) == Decimal("40185.74")
    assert Decimal(why["result"]) == Decimal(preview["isolated"]["liquidation"])
    assert Decimal(notice["closed"][0]["price"]) == 45_000
    assert Decimal(portfolio["wallet"]) == Decimal(portfolio["equity"]) == 500
    assert [each["edited"] for each in done.messages] == [False, True, False, False, False, False, False]


def assert_decimals_are_strings(data: Any) -> None:
    for name, value in leaves(data):
        assert not isinstance(value, float), name
        if isinstance(value, int) and not isinstance(value, bool):
            assert name in COUNTED


def leaves(data: Any, name: str = "") -> Iterator[tuple[str, Any]]:
    """Every value that holds no others, with its name."""
    match data:
        case dict():
            for key, value in data.items():
                yield from leaves(value, key)
        case list():
            for value in data:
                yield from leaves(value, name)
        case _:
            yield name, data


@pytest.mark.parametrize("more", ["", " --json"])
async def test_the_books_of_a_file_are_in_balance(tmp_path: Path, more: str) -> None:
    done = piped(tmp_path, f" --db {tmp_path / 'paper.db'}{more}")
    assert (done.code, done.err) == (0, "")
    books = await audited(tmp_path / "paper.db")
    state = books.states["console:me"]
    assert state.wallet == 500
    assert not state.positions
    liquidated = [each for each in books.events["console:me"] if isinstance(each, PositionLiquidated)]
    assert [(each.mark, each.quantity) for each in liquidated] == [(Decimal(45_000), Decimal("0.1"))]

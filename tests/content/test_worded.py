"""Every refusal and fault has words of its own in every language."""

import ast
import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from bot.commands.cards import refusal_data
from bot.content.catalogue import load_languages
from bot.content.wording import CatalogueWording
from bot.core.reply import Answer
from bot.market.errors import MarketError
from bot.services.describe import describe
from bot.storage.errors import StorageError
from engine.errors import ALL_REFUSALS, Refusal
from engine.position import MarginMode
from tests.harness import places, text

BOT = Path(__file__).resolve().parents[2] / "bot"
LANGUAGES = load_languages()
WORDING = CatalogueWording(LANGUAGES, places(), "en")
FIGURES: Mapping[str, Any] = {
    "symbol": "BTCUSDT",
    "age": 12,
    "stale_after": 10,
    "quantity": Decimal("0.1234"),
    "amount": Decimal("123.45"),
    "most": Decimal("100.5"),
    "step": Decimal("0.001"),
    "notional": Decimal("12.5"),
    "minimum": Decimal(50),
    "least_margin": Decimal("16.661"),
    "leverage": 5,
    "price": Decimal(50_000),
    "cost": Decimal("600.1"),
    "available": Decimal("500.9"),
    "margin": Decimal(500),
    "open_loss": Decimal("2.5"),
    "limit": Decimal(230_000_000),
    "current": 20,
    "needed": Decimal("1000.001"),
    "mode": MarginMode.ISOLATED,
    "balance": Decimal("-2.5"),
    "maintenance": Decimal(18),
    "field": "price",
    "tick": Decimal("0.1"),
    "callback": Decimal("0.2"),
    "least": Decimal("0.001"),
    "trigger": Decimal(51_000),
    "best": Decimal(50_000),
    "number": 7,
}


def documented(refusal: type[Refusal]) -> dict[str, Any]:
    """The figures that a refusal's docstring promises; an ellipsis is the leverage and the price of the order."""
    assert refusal.__doc__ is not None
    said = re.search(r"figures: (.*)\.", refusal.__doc__)
    assert said is not None, f"{refusal.__name__} documents no figures"
    names = [name.strip() for name in re.split(",| or ", re.sub(r"\(.*?\)", "", said[1]).rstrip("."))]
    more = ("leverage", "price", "quantity", "current") if said[1].endswith("..") else ()
    return {name: FIGURES[name] for name in (*names, *more) if name.strip(".")}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("refusal", ALL_REFUSALS, ids=lambda each: each.__name__)
def test_every_refusal_is_worded(refusal: type[Refusal], language: str) -> None:
    answer = describe(refusal(**documented(refusal)))
    assert answer is not None
    unknown = Answer("refused", {**answer.data, "code": "no-such-code"})
    said = text(WORDING.word(answer, language, "UTC"))
    assert said != text(WORDING.word(unknown, language, "UTC")), f"{refusal.code} has no words of its own"
    if refusal.exchange_code is not None:
        assert str(refusal.exchange_code) in said


def test_all_refusals_are_listed() -> None:
    assert set(_below(Refusal)) == set(ALL_REFUSALS)
    codes = [each.code for each in ALL_REFUSALS]
    assert len(set(codes)) == len(codes)


def test_a_refusals_data_is_what_the_preview_keeps_too() -> None:
    for each in ALL_REFUSALS:
        raised = each(**documented(each))
        answer = describe(raised)
        assert answer is not None
        assert refusal_data(raised) == answer.data


def test_amounts_that_are_needed_are_rounded_up_and_those_there_are_cut() -> None:
    short = describe(
        next(each for each in ALL_REFUSALS if each.code == "insufficient-margin")(
            symbol="BTCUSDT", cost=Decimal("600.001"), available=Decimal("500.999")
        )
    )
    assert short is not None
    said = text(WORDING.word(short, "en", "UTC"))
    assert "600.01 USDT" in said
    assert "500.99 USDT" in said


def _below(kind: type[Any]) -> Iterator[type[Any]]:
    for each in kind.__subclasses__():
        yield each
        yield from _below(each)


# Faults of storage that a person can meet and do something about have words of their own ...
WORDED = {"database-locked", "database-read-only", "database-full"}
# ... those that only an operator can mend share a sentence, and so do those of our own making ...
SHARED = {
    "database-unusable",
    "database-unavailable",
    "database-too-new",
    "value-refused",
    "amount-refused",
    "not-found",
}
# ... and these are taken care of before anybody would see them.
INNER = {
    *("already-processed", "version-conflict", "already-spent", "serialization-failure", "row-refused"),
    *("lock-order", "backup-refused"),
}


def test_every_fault_of_storage_is_placed() -> None:
    assert {each.code for each in _below(StorageError)} == WORDED | SHARED | INNER


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("code", sorted(WORDED | SHARED))
def test_every_fault_of_storage_is_worded(code: str, language: str) -> None:
    shared = text(WORDING.word(Answer("storage_fault", {"code": "no-such-code"}), language, "UTC"))
    said = text(WORDING.word(Answer("storage_fault", {"code": code}), language, "UTC"))
    assert (said == shared) is (code in SHARED)


# What a running market can answer to `!price` and `!clock`; the others stop a start.
MARKET = {"unknown-contract", "bad-price", "bad-advance", "not-this-market"}
AT_START = {
    *("unknown-market", "bad-price-entry", "duplicate-price", "unknown-tape", "bad-speed", "bad-friction"),
    *("bad-position", "invalid-data-file"),
}


def test_every_fault_of_a_market_is_placed() -> None:
    assert {each.code for each in _below(MarketError)} == MARKET | AT_START


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("code", sorted(MARKET | AT_START))
def test_every_fault_of_a_market_is_worded(code: str, language: str) -> None:
    shared = text(WORDING.word(Answer("market_fault", {"code": "no-such-code"}), language, "UTC"))
    said = text(WORDING.word(Answer("market_fault", {"code": code}), language, "UTC"))
    assert (said == shared) is (code in AT_START)


def bad_word_codes() -> set[str]:
    """The codes that any module raises BadWord with."""
    found = set()
    for path in BOT.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", None) == "BadWord":
                assert isinstance(node.args[0], ast.Constant), f"{path}: the code of a BadWord is a literal"
                found.add(str(node.args[0].value))
    return found


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("code", sorted(bad_word_codes()))
def test_every_bad_word_is_worded(code: str, language: str) -> None:
    data = {"word": "<b>5</b>", "line": "sl btc 47000"}
    shared = text(WORDING.word(Answer("bad_word", {**data, "code": "no-such-code"}), language, "UTC"))
    said = text(WORDING.word(Answer("bad_word", {**data, "code": code}), language, "UTC"))
    assert said != shared
    assert "<b>5</b>" in said


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("reason", ["expired", "price", "account"])
def test_every_reason_for_a_new_preview_is_worded(reason: str, language: str) -> None:
    data = {"reason": reason, "equity": Decimal(1), "positions": 0, "balance": Decimal(1)}
    said = text(WORDING.word(Answer("reset", data), language, "UTC"))
    assert said != text(WORDING.word(Answer("reset", {**data, "reason": None}), language, "UTC"))

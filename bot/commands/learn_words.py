"""The words of lessons, the glossary and practice: whole lines, pages, and figures as learners write them."""

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from bot.commands.kinds import SYMBOL
from bot.core.params import WORDS, BadWord, Typed
from bot.core.words import Lexicon
from bot.services.school.practice import Shift

_FIGURE = re.compile(
    r"(?P<sign>[+\-−]?)\$?(?P<number>[0-9]{1,15}(?:\.[0-9]{1,12})?)(?:%|x|\$|usd|usdt|[a-z]{2,6})?"
)
_NUMBER = r"[0-9]{1,15}(?:\.[0-9]{1,12})?"
_PERCENT = re.compile(rf"([+\-−]?{_NUMBER})%")
_PRICE = re.compile(rf"[@=]?\$?({_NUMBER})(?:usdt|usd|\$)?")
DEEPEST_FALL, HIGHEST_RISE = Decimal("-0.9999"), Decimal(10)
MOST_SHIFTS = 8


@dataclass(frozen=True, slots=True)
class LineKind(Typed):
    """All words of a line as they were said: the name of a lesson, a term."""

    name: str = WORDS
    free: bool = True

    def read(self, word: str, lexicon: Lexicon) -> object | None:
        return " ".join(word.split()) or None

    def read_bare(self, number: Decimal, lexicon: Lexicon) -> object | None:
        return None

    def show(self, value: Any) -> str:
        return str(value)


@dataclass(frozen=True, slots=True)
class CountKind(Typed):
    """A page or a step, counted from 1."""

    name: str = "count"
    free: bool = False

    def read(self, word: str, lexicon: Lexicon) -> object | None:
        return int(word) if re.fullmatch(r"[1-9][0-9]{0,2}", word) else None

    def read_bare(self, number: Decimal, lexicon: Lexicon) -> object | None:
        return None

    def show(self, value: Any) -> str:
        return str(value)


@dataclass(frozen=True, slots=True)
class SaidKind(Typed):
    """A figure that completes a sum, with or without its unit: `45205.8`, `-200`, `9.5%`, `5x`, `0.2btc`."""

    name: str = "said"
    free: bool = False

    def read(self, word: str, lexicon: Lexicon) -> object | None:
        found = _FIGURE.fullmatch(word)
        if found is None:
            return None
        return -Decimal(found["number"]) if found["sign"] in {"-", "−"} else Decimal(found["number"])

    def read_bare(self, number: Decimal, lexicon: Lexicon) -> object | None:
        return number

    def show(self, value: Any) -> str:
        return f"{value:f}"


@dataclass(frozen=True, slots=True)
class MovesKind(Typed):
    """`end`, or prices to move: `btc 45000`, `btc -5% eth 2500`; reads all words of a line at once."""

    name: str = WORDS
    free: bool = True

    def read(self, word: str, lexicon: Lexicon) -> object | None:
        words = word.split()
        if len(words) == 1 and words[0] in {END, "stop", "finish"}:
            return END
        if len(words) == 1 and "=" in words[0]:
            words = words[0].split("=", 1)
        if len(words) % 2 or len(words) > 2 * MOST_SHIFTS:
            raise BadWord("no-move", word)
        shifts = tuple(
            _shift(coin, move, lexicon) for coin, move in zip(words[::2], words[1::2], strict=True)
        )
        twice = {each.symbol for each in shifts}
        if len(twice) < len(shifts):
            raise BadWord("said-twice", words[-2])
        return shifts or None

    def read_bare(self, number: Decimal, lexicon: Lexicon) -> object | None:
        return None

    def show(self, value: Any) -> str:
        return END if value == END else " ".join(map(_shown, value))


END = "end"


def _shift(coin: str, move: str, lexicon: Lexicon) -> Shift:
    symbol = lexicon.symbol(coin)
    if symbol is None:
        raise BadWord("unknown-symbol", coin)
    if found := _PERCENT.fullmatch(move):
        fraction = Decimal(found[1].replace("−", "-")) / 100
        if fraction < DEEPEST_FALL:
            raise BadWord("falls-too-far", move)
        if fraction > HIGHEST_RISE:
            raise BadWord("beyond", move)
        return Shift(symbol, fraction=fraction)
    priced = _PRICE.fullmatch(move)
    if priced is None:
        raise BadWord("no-move", coin)
    if Decimal(priced[1]) <= 0:
        raise BadWord("not-positive", move)
    return Shift(symbol, Decimal(priced[1]))


def _shown(shift: Shift) -> str:
    name = SYMBOL.show(shift.symbol)
    if shift.price is not None:
        return f"{name} {shift.price:f}"
    assert shift.fraction is not None
    return f"{name} {(shift.fraction * 100).normalize():f}%"


LINE = LineKind()
COUNT = CountKind()
SAID = SaidKind()
MOVES = MovesKind()

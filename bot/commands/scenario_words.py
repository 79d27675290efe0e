"""The kinds of words that scenarios are made of: pairs such as `btc -10%`, and amounts known by their name."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import assert_never

from bot.commands.kinds import MOVE, SYMBOL
from bot.core.params import WORDS, BadWord, Choice
from bot.core.words import Lexicon
from bot.services.scenarios import Change, Changes, ClosedOut, MarginMoved, Priced, Shifted

_NUMBER = r"(?:[0-9]{1,15}(?:\.[0-9]{1,12})?|\.[0-9]{1,12})"
_PERCENT = re.compile(rf"([+-]?{_NUMBER})%")
_GLUED = re.compile(rf"([^=]*?[^=+\-])([+-]{_NUMBER}%)")
_MONEY = re.compile(rf"\$?({_NUMBER})(?:usdt|usd|\$)?")
DEEPEST_FALL = Decimal("-0.9999")
HIGHEST_RISE = Decimal(100)
HIGHEST_PRICE = Decimal(10) ** 9
LOWEST_PRICE = Decimal("1e-9")
_CLOSE, _ALL = "close", "all"


@dataclass(frozen=True, slots=True)
class ScenarioKind:
    """`btc -10% eth=2000 add 200 btc close eth`: any number of changes; reads all words of a line at once."""

    name: str = WORDS
    free: bool = True

    def read(self, word: str, lexicon: Lexicon) -> object | None:
        changes = tuple(_Reader(tuple(word.split()), lexicon).changes())
        said: set[tuple[str, str | None]] = set()
        for each in changes:
            about = ("price" if isinstance(each, Shifted | Priced) else type(each).__name__, each.symbol)
            if about in said:
                raise BadWord("said-twice", _shown(each))
            said.add(about)
        return changes or None

    def read_bare(self, number: Decimal, lexicon: Lexicon) -> object | None:
        return None

    def show(self, value: Changes) -> str:
        return " ".join(_shown(each) for each in value)

    def choices(self, lexicon: Lexicon) -> tuple[Choice, ...]:
        return ()

    def vocabulary(self, lexicon: Lexicon) -> tuple[str, ...]:
        return ()


class _Reader:
    """Words being read from left to right; raises BadWord."""

    def __init__(self, words: tuple[str, ...], lexicon: Lexicon) -> None:
        self._words = [part for word in words for part in _parts(word.strip(",;"))]
        self._lexicon = lexicon

    def changes(self) -> Iterator[Change]:
        while self._words:
            yield self._change(self._words.pop(0))

    def _change(self, word: str) -> Change:
        sign = MOVE.read(word, self._lexicon)
        if isinstance(sign, int):
            return self._margin(word, sign)
        if self._lexicon.canonical(WORDS, word) == _CLOSE:
            return ClosedOut(self._coin(word))
        if found := _PERCENT.fullmatch(word):
            return Shifted(self._coin(word), _move(found[1], word))
        name, equals, price = word.partition("=")
        if not equals and self._words and self._words[0].startswith("="):
            equals, price = "=", self._words.pop(0)[1:]
        if equals and name:
            return Priced(self._symbol(name), _price(price, word))
        following = _PERCENT.fullmatch(self._words[0]) if self._words else None
        if following is not None:
            return Shifted(
                None if self._is_all(word) else self._symbol(word), _move(following[1], self._words.pop(0))
            )
        self._symbol(word)
        raise BadWord("no-move", word)

    def _margin(self, word: str, sign: int) -> MarginMoved:
        found = _MONEY.fullmatch(self._words[0]) if self._words else None
        if found is None:
            raise BadWord("no-amount", word)
        amount = Decimal(found[1])
        if amount <= 0:
            raise BadWord("not-positive", self._words[0])
        self._words.pop(0)
        symbol = self._lexicon.symbol(self._words[0]) if self._words else None
        if symbol is not None and not self._moves_next():
            self._words.pop(0)
            return MarginMoved(symbol, sign * amount)
        return MarginMoved(None, sign * amount)

    def _moves_next(self) -> bool:
        """Whether the coin that stands next has a move of its own after it."""
        after = self._words[1] if len(self._words) > 1 else ""
        return after.startswith("=") or _PERCENT.fullmatch(after) is not None

    def _coin(self, word: str) -> str | None:
        """The symbol that must stand next, None for `all`."""
        if not self._words:
            raise BadWord("no-coin", word)
        following = self._words.pop(0)
        return None if self._is_all(following) else self._symbol(following)

    def _is_all(self, word: str) -> bool:
        return self._lexicon.canonical("share", word) == _ALL

    def _symbol(self, word: str) -> str:
        symbol = self._lexicon.symbol(word)
        if symbol is None:
            raise BadWord("unknown-symbol", word)
        return symbol


def _parts(word: str) -> tuple[str, ...]:
    """`btc-10%` as two words; no word at all for punctuation."""
    if not word:
        return ()
    found = _GLUED.fullmatch(word)
    return (found[1], found[2]) if found else (word,)


def _move(percent: str, word: str) -> Decimal:
    fraction = Decimal(percent) / 100
    if fraction < DEEPEST_FALL:
        raise BadWord("falls-too-far", word)
    if fraction > HIGHEST_RISE:
        raise BadWord("beyond", word)
    return fraction


def _price(text: str, word: str) -> Decimal:
    found = _MONEY.fullmatch(text)
    if found is None:
        raise BadWord("no-move", word)
    price = Decimal(found[1])
    if price <= 0:
        raise BadWord("not-positive", word)
    if not LOWEST_PRICE <= price <= HIGHEST_PRICE:
        raise BadWord("beyond", word)
    return price


def _shown(change: Change) -> str:
    match change:
        case Shifted(symbol, fraction):
            return f"{_name(symbol)} {(fraction * 100).normalize():f}%"
        case Priced(symbol, price):
            return f"{_name(symbol)}={price:f}"
        case MarginMoved(symbol, amount):
            coin = "" if symbol is None else f" {SYMBOL.show(symbol)}"
            return f"{'add' if amount > 0 else 'remove'} {abs(amount):f}usdt{coin}"
        case ClosedOut(symbol):
            return f"{_CLOSE} {_name(symbol)}"
        case _:
            assert_never(change)


def _name(symbol: str | None) -> str:
    return _ALL if symbol is None else SYMBOL.show(symbol)


SCENARIO = ScenarioKind()

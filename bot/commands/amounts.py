"""The kinds of words that say how much: leverage, sizes, shares, sums of money and prices."""

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, TypeAlias

from bot.core.params import BadWord, Choice, SymbolKind, Typed
from bot.core.texts import N_
from bot.core.words import Lexicon, plain_number
from bot.services.sizes import Coins, EquityShare, Margin, Notional, Size

_AMOUNT = r"-?(?:[0-9]{1,15}(?:\.[0-9]{1,12})?|\.[0-9]{1,12})"
_LEVERAGE = re.compile(r"(?:x(-?[0-9]{1,15}(?:\.[0-9]{1,12})?)|(-?[0-9]{1,15}(?:\.[0-9]{1,12})?)x)")
_MARGIN = re.compile(rf"(?:\$({_AMOUNT})|({_AMOUNT})(?:usdt|usd|\$))")
_NAMED_MARGIN = re.compile(rf"margin=\$?({_AMOUNT})(?:usdt|usd|\$)?")
_PERCENT = re.compile(rf"({_AMOUNT})%")
_NOTIONAL = re.compile(rf"=\$?({_AMOUNT})(?:usdt|usd|\$)?")
_NAMED = re.compile(rf"[@$]?({_AMOUNT})(?:usdt|usd|\$)?")
_COINS = re.compile(rf"{_AMOUNT}[a-z0-9]*[a-z][a-z0-9]*")
_PRICE = re.compile(rf"@?({_AMOUNT})")
_GROUPED = re.compile(r"[1-9][0-9]{0,2}(?:\.[0-9]{3})")
_OFFERED_LEVERAGES = (1, 2, 3, 5, 10, 20)
_SYMBOL = SymbolKind()


def _above_zero(amount: str, word: str) -> Decimal:
    """A number above zero."""
    value = Decimal(amount)
    if value <= 0:
        raise BadWord("not-positive", word)
    return value


def _money(amount: str, word: str) -> Decimal:
    """An amount of USDT; `1.000` is refused, since half the world writes a thousand so."""
    if _GROUPED.fullmatch(amount):
        raise BadWord("grouped", word)
    return _above_zero(amount, word)


def _percent(fraction: Decimal) -> str:
    """A fraction as a word: without the zeros at the end that would make it longer than a number may be."""
    return f"{(fraction * 100).normalize():f}%"


def _coins(word: str, lexicon: Lexicon) -> Coins | None:
    """`0.1btc`: an amount with the coin behind it."""
    for split in range(1, len(word)) if _COINS.fullmatch(word) else ():
        symbol = lexicon.symbol(word[split:])
        # A base such as 1000PEPE has to be named whole: “100000pepe” could be coins or contracts.
        if symbol and _whole_name(word[split:], symbol) and re.fullmatch(_AMOUNT, word[:split]):
            return Coins(_above_zero(word[:split], word), symbol)
    return None


def _whole_name(word: str, symbol: str) -> bool:
    """Whether a word names a contract without leaving out the number that its base begins with."""
    return word[:1].isdigit() or not symbol[:1].isdigit()


@dataclass(frozen=True, slots=True)
class LeverageKind:
    """`5x`, `x5` or `5×`, and if `bare` a number alone: whole, from 1; what a contract allows the exchange decides."""

    bare: bool = True
    name: str = "leverage"
    free: bool = False

    def read(self, word: str, lexicon: Lexicon) -> object | None:
        found = _LEVERAGE.fullmatch(word)
        return self._checked(Decimal(found[1] or found[2]), word) if found else None

    def read_bare(self, number: Decimal, lexicon: Lexicon) -> object | None:
        return self._checked(number, str(number)) if self.bare else None

    def show(self, value: Any) -> str:
        return f"{value}x"

    def choices(self, lexicon: Lexicon) -> tuple[Choice, ...]:
        return tuple(Choice(f"{each}x", f"{each}×") for each in _OFFERED_LEVERAGES)

    def vocabulary(self, lexicon: Lexicon) -> tuple[str, ...]:
        return tuple(f"{each}x" for each in _OFFERED_LEVERAGES)

    def _checked(self, number: Decimal, word: str) -> int:
        if number != number.to_integral_value() or number < 1:
            raise BadWord("leverage-not-whole", word)
        return int(number)


@dataclass(frozen=True, slots=True)
class SizeKind(Typed):
    """`500`, `500usdt`, `$500` (margin), `2%` (of equity, as margin), `=5000` (notional), `0.1btc` (coins)."""

    name: str = "size"
    free: bool = False

    def read(self, word: str, lexicon: Lexicon) -> object | None:
        if lexicon.symbol(word) is not None:
            return None
        if found := _MARGIN.fullmatch(word):
            return Margin(_money(found[1] or found[2], word))
        if found := _NAMED_MARGIN.fullmatch(word):
            return Margin(_money(found[1], word))
        if found := _PERCENT.fullmatch(word):
            share = _money(found[1], word)
            if share > 100:
                raise BadWord("over-whole", word)
            return EquityShare(share / 100)
        if found := _NOTIONAL.fullmatch(word):
            return Notional(_money(found[1], word))
        return _coins(word, lexicon)

    def read_bare(self, number: Decimal, lexicon: Lexicon) -> object | None:
        return Margin(_money(str(number), str(number)))

    def show(self, value: Size) -> str:
        match value:
            case Margin(amount):
                return f"{amount:f}usdt"
            case EquityShare(fraction):
                return _percent(fraction)
            case Notional(amount):
                return f"={amount:f}"
            case Coins(quantity, symbol):
                return f"{quantity:f}{_SYMBOL.show(symbol)}"


@dataclass(frozen=True, slots=True)
class ShareKind:
    """A part of a position: `50%`, `half`, `all`, or a bare number of percent."""

    name: str = "share"
    free: bool = False

    def read(self, word: str, lexicon: Lexicon) -> object | None:
        return _share(word, lexicon)

    def read_bare(self, number: Decimal, lexicon: Lexicon) -> object | None:
        return _of_hundred(number)

    def show(self, value: Any) -> str:
        return "all" if value == 1 else _percent(value)

    def choices(self, lexicon: Lexicon) -> tuple[Choice, ...]:
        return (Choice("all", N_("All of it")), Choice("half", N_("Half")))

    def vocabulary(self, lexicon: Lexicon) -> tuple[str, ...]:
        return ("all", "half", "quarter", *lexicon.synonyms(self.name))


Part: TypeAlias = Decimal | Coins


@dataclass(frozen=True, slots=True)
class PartKind:
    """A part of a position, but never by a bare number: `50%`, `half`, `all`, or coins, `0.05btc`."""

    name: str = "part"
    free: bool = False

    def read(self, word: str, lexicon: Lexicon) -> object | None:
        share = _share(word, lexicon)
        return _coins(word, lexicon) if share is None and lexicon.symbol(word) is None else share

    def read_bare(self, number: Decimal, lexicon: Lexicon) -> object | None:
        return None

    def show(self, value: Part) -> str:
        if isinstance(value, Coins):
            return f"{value.quantity:f}{_SYMBOL.show(value.symbol)}"
        return "all" if value == 1 else _percent(value)

    def choices(self, lexicon: Lexicon) -> tuple[Choice, ...]:
        return (Choice("all", N_("All of it")), Choice("half", N_("Half")))

    def vocabulary(self, lexicon: Lexicon) -> tuple[str, ...]:
        return ("all", "half", "quarter", *lexicon.synonyms("share"))


def _share(word: str, lexicon: Lexicon) -> Decimal | None:
    known = {"all": Decimal(1), "half": Decimal("0.5"), "quarter": Decimal("0.25")}
    canonical = lexicon.canonical("share", word)
    if canonical in known:
        return known[canonical]
    found = _PERCENT.fullmatch(word)
    return _of_hundred(Decimal(found[1])) if found else None


def _of_hundred(number: Decimal) -> Decimal:
    """A number of percent as a fraction; raises BadWord unless it is from above 0 to 100."""
    if number <= 0:
        raise BadWord("not-positive", str(number))
    if number > 100:
        raise BadWord("over-whole", str(number))
    return number / 100


@dataclass(frozen=True, slots=True)
class AmountKind(Typed):
    """An amount of USDT above zero: `100`, `100usdt`, `$100`."""

    name: str = "amount"
    free: bool = False

    def read(self, word: str, lexicon: Lexicon) -> object | None:
        found = _MARGIN.fullmatch(word)
        return _money(found[1] or found[2], word) if found else None

    def read_bare(self, number: Decimal, lexicon: Lexicon) -> object | None:
        return _money(str(number), str(number))

    def show(self, value: Any) -> str:
        return f"{value:f}usdt"


@dataclass(frozen=True, slots=True)
class PercentKind(Typed):
    """A percentage from above 0 to 100: `2%`; the value is the fraction."""

    name: str = "percent"
    free: bool = False

    def read(self, word: str, lexicon: Lexicon) -> object | None:
        found = _PERCENT.fullmatch(word)
        return _of_hundred(Decimal(found[1])) if found else None

    def read_bare(self, number: Decimal, lexicon: Lexicon) -> object | None:
        return _of_hundred(number)

    def show(self, value: Any) -> str:
        return _percent(value)


@dataclass(frozen=True, slots=True)
class PriceKind(Typed):
    """A price: `@49000`, or `49000` after its name; `bare`: a number alone is one too."""

    bare: bool = False
    name: str = "price"
    free: bool = False

    def read(self, word: str, lexicon: Lexicon) -> object | None:
        found = _PRICE.fullmatch(word)
        return _above_zero(found[1], word) if found else None

    def read_bare(self, number: Decimal, lexicon: Lexicon) -> object | None:
        return _above_zero(str(number), str(number)) if self.bare else None

    def show(self, value: Any) -> str:
        return f"{value:f}" if self.bare else f"@{value:f}"


@dataclass(frozen=True, slots=True)
class NamedKind(Typed):
    """A price or an amount of USDT above zero that only its name tells from another: `entry=50000`, `sl 47000`."""

    name: str
    free: bool = False

    def read(self, word: str, lexicon: Lexicon) -> object | None:
        bare = plain_number(word)
        key = f"{self.name}="
        found = _NAMED.fullmatch(word.removeprefix(key)) if bare is None and word.startswith(key) else None
        if found is not None:
            bare = Decimal(found[1])
        if bare is not None and bare <= 0:
            raise BadWord("not-positive", word)
        return bare

    def read_bare(self, number: Decimal, lexicon: Lexicon) -> object | None:
        return None

    def show(self, value: Decimal) -> str:
        return f"{self.name}={value:f}"

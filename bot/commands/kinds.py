"""The kinds of words that orders and settings are made of."""

import re
import zoneinfo
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import Any

from bot.core.params import BadWord, Choice, ChoiceKind, SymbolKind, TextKind, Typed
from bot.core.texts import N_
from bot.core.words import Lexicon
from bot.services.sizes import Coins, EquityShare, Margin, Notional, Size
from engine.explain import FIGURES
from engine.position import MarginMode, Side
from engine.resting import TimeInForce, Watched

_AMOUNT = r"-?(?:[0-9]{1,15}(?:\.[0-9]{1,12})?|\.[0-9]{1,12})"
_LEVERAGE = re.compile(r"(?:x(-?[0-9]{1,15}(?:\.[0-9]{1,12})?)|(-?[0-9]{1,15}(?:\.[0-9]{1,12})?)x)")
_MARGIN = re.compile(rf"(?:\$({_AMOUNT})|({_AMOUNT})(?:usdt|usd|\$))")
_NAMED_MARGIN = re.compile(rf"margin=\$?({_AMOUNT})(?:usdt|usd|\$)?")
_PERCENT = re.compile(rf"({_AMOUNT})%")
_NOTIONAL = re.compile(rf"=\$?({_AMOUNT})(?:usdt|usd|\$)?")
_COINS = re.compile(rf"{_AMOUNT}[a-z0-9]*[a-z][a-z0-9]*")
_PRICE = re.compile(rf"@?({_AMOUNT})")
_TAG = re.compile(r"#[a-z0-9_-]{1,24}")
_GROUPED = re.compile(r"[1-9][0-9]{0,2}(?:\.[0-9]{3})")
_OFFERED_LEVERAGES = (1, 2, 3, 5, 10, 20)

SYMBOL = SymbolKind()
TEXT = TextKind()
SIDE = ChoiceKind(
    "side",
    {"long": Side.LONG, "short": Side.SHORT},
    {"long": N_("Long: it rises"), "short": N_("Short: it falls")},
    {"l": "long", "buy": "long", "b": "long", "s": "short", "sell": "short"},
)
MODE = ChoiceKind(
    "mode",
    {"isolated": MarginMode.ISOLATED, "cross": MarginMode.CROSS},
    {"isolated": N_("Isolated"), "cross": N_("Cross")},
    {"iso": "isolated", "i": "isolated", "crossed": "cross", "c": "cross"},
)
SWITCH = ChoiceKind(
    "switch",
    {"on": True, "off": False},
    {"on": N_("On"), "off": N_("Off")},
    {"yes": "on", "no": "off"},
)
MOVE = ChoiceKind(
    "move",
    {"add": 1, "remove": -1},
    {"add": N_("Add"), "remove": N_("Take out")},
    {"take": "remove", "withdraw": "remove", "more": "add", "less": "remove", "+": "add"},
)
FORCE = ChoiceKind(
    "force",
    {
        "gtc": TimeInForce.GTC,
        "ioc": TimeInForce.IOC,
        "fok": TimeInForce.FOK,
        "post": TimeInForce.POST_ONLY,
    },
    {
        "gtc": N_("Rests until cancelled"),
        "ioc": N_("At once or cancelled"),
        "fok": N_("Whole at once or refused"),
        "post": N_("Only if it rests"),
    },
    {"post-only": "post", "postonly": "post", "maker": "post"},
)
WATCHED = ChoiceKind(
    "watched",
    {"mark": Watched.MARK, "last": Watched.LAST},
    {"mark": N_("By the mark price"), "last": N_("By the last price")},
)
FIGURE = ChoiceKind(
    "figure",
    {each: each for each in FIGURES},
    {
        "liquidation": N_("Liquidation price"),
        "bankruptcy": N_("Bankruptcy price"),
        "break-even": N_("Break-even price"),
        "margin-ratio": N_("Margin ratio"),
        "maintenance": N_("Maintenance margin"),
        "initial": N_("Initial margin"),
        "pnl": N_("PnL"),
        "roe": N_("ROE"),
        "order-cost": N_("Order cost"),
        "available": N_("Available"),
        "equity": N_("Equity"),
    },
    {
        "liq": "liquidation",
        "liquidation-price": "liquidation",
        "breakeven": "break-even",
        "ratio": "margin-ratio",
        "mm": "maintenance",
        "im": "initial",
        "profit": "pnl",
        "loss": "pnl",
        "cost": "order-cost",
    },
)


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


def _whole_name(word: str, symbol: str) -> bool:
    """Whether a word names a contract without leaving out the number that its base begins with."""
    return word[:1].isdigit() or not symbol[:1].isdigit()


@dataclass(frozen=True, slots=True)
class LeverageKind:
    """`5x`, `x5` or `5×`: a whole number from 1; what a contract allows the exchange decides."""

    name: str = "leverage"
    free: bool = False

    def read(self, word: str, lexicon: Lexicon) -> object | None:
        found = _LEVERAGE.fullmatch(word)
        return self._checked(Decimal(found[1] or found[2]), word) if found else None

    def read_bare(self, number: Decimal, lexicon: Lexicon) -> object | None:
        return self._checked(number, str(number))

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
        for split in range(1, len(word)) if _COINS.fullmatch(word) else ():
            symbol = lexicon.symbol(word[split:])
            # A base such as 1000PEPE has to be named whole: “100000pepe” could be coins or contracts.
            if symbol and _whole_name(word[split:], symbol) and re.fullmatch(_AMOUNT, word[:split]):
                return Coins(_above_zero(word[:split], word), symbol)
        return None

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
                return f"{quantity:f}{SYMBOL.show(symbol)}"


@dataclass(frozen=True, slots=True)
class ShareKind:
    """A part of a position: `50%`, `half`, `all`, or a bare number of percent."""

    name: str = "share"
    free: bool = False

    def read(self, word: str, lexicon: Lexicon) -> object | None:
        known = {"all": Decimal(1), "half": Decimal("0.5"), "quarter": Decimal("0.25")}
        canonical = lexicon.canonical(self.name, word)
        if canonical in known:
            return known[canonical]
        found = _PERCENT.fullmatch(word)
        return self.read_bare(Decimal(found[1]), lexicon) if found else None

    def read_bare(self, number: Decimal, lexicon: Lexicon) -> object | None:
        if number <= 0:
            raise BadWord("not-positive", str(number))
        if number > 100:
            raise BadWord("over-whole", str(number))
        return number / 100

    def show(self, value: Any) -> str:
        return "all" if value == 1 else _percent(value)

    def choices(self, lexicon: Lexicon) -> tuple[Choice, ...]:
        return (Choice("all", N_("All of it")), Choice("half", N_("Half")))

    def vocabulary(self, lexicon: Lexicon) -> tuple[str, ...]:
        return ("all", "half", "quarter", *lexicon.synonyms(self.name))


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
        return self.read_bare(Decimal(found[1]), lexicon) if found else None

    def read_bare(self, number: Decimal, lexicon: Lexicon) -> object | None:
        if number <= 0:
            raise BadWord("not-positive", str(number))
        if number > 100:
            raise BadWord("over-whole", str(number))
        return number / 100

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


ALL_ORDERS = 0


@dataclass(frozen=True, slots=True)
class OrderKind:
    """An open order by its number, `3` or `#3`, or `all` (0)."""

    name: str = "order"
    free: bool = False

    def read(self, word: str, lexicon: Lexicon) -> object | None:
        if lexicon.canonical("share", word) == "all":
            return ALL_ORDERS
        found = re.fullmatch(r"#([0-9]{1,15})", word)
        return self.read_bare(Decimal(found[1]), lexicon) if found else None

    def read_bare(self, number: Decimal, lexicon: Lexicon) -> object | None:
        if number != number.to_integral_value() or number < 1:
            raise BadWord("order-number", str(number))
        return int(number)

    def show(self, value: Any) -> str:
        return "all" if value == ALL_ORDERS else str(value)

    def choices(self, lexicon: Lexicon) -> tuple[Choice, ...]:
        return ()

    def vocabulary(self, lexicon: Lexicon) -> tuple[str, ...]:
        return ("all",)


@dataclass(frozen=True, slots=True)
class TagKind(Typed):
    """The name of a strategy: `#breakout`."""

    name: str = "tag"
    free: bool = False

    def read(self, word: str, lexicon: Lexicon) -> object | None:
        if not word.startswith("#"):
            return None
        if not _TAG.fullmatch(word):
            raise BadWord("tag", word)
        return word.removeprefix("#")

    def read_bare(self, number: Decimal, lexicon: Lexicon) -> object | None:
        return None

    def show(self, value: Any) -> str:
        return f"#{value}"


@lru_cache(maxsize=1)
def _zones() -> dict[str, str]:
    return {name.casefold(): name for name in sorted(zoneinfo.available_timezones())}


@dataclass(frozen=True, slots=True)
class ZoneKind:
    """A time zone by its name in the tz database, or by its city: `Europe/Madrid`, `madrid`, `utc`."""

    name: str = "zone"
    free: bool = False

    def read(self, word: str, lexicon: Lexicon) -> object | None:
        zones = _zones()
        found = zones.get(word) or zones.get(f"etc/{word}" if word == "utc" else word)
        if found or len(word) < 4 or "/" in word:
            return found
        cities = [
            name
            for folded, name in zones.items()
            if folded.rpartition("/")[2].replace("_", "") == word.replace("_", "")
        ]
        return cities[0] if cities else None

    def read_bare(self, number: Decimal, lexicon: Lexicon) -> object | None:
        return None

    def show(self, value: Any) -> str:
        return str(value).casefold()

    def choices(self, lexicon: Lexicon) -> tuple[Choice, ...]:
        return ()

    def vocabulary(self, lexicon: Lexicon) -> tuple[str, ...]:
        return tuple(_zones())


def language_kind(names: dict[str, str]) -> ChoiceKind:
    """The languages spoken: by code, or by their own names."""
    return ChoiceKind(
        "language",
        {code: code for code in names},
        dict(names),
        {name.casefold(): code for code, name in names.items()},
    )


LEVERAGE = LeverageKind()
SIZE = SizeKind()
SHARE = ShareKind()
AMOUNT = AmountKind()
PERCENT = PercentKind()
ZONE = ZoneKind()
PRICE = PriceKind()
BARE_PRICE = PriceKind(bare=True)
CALLBACK = PercentKind(name="callback")
ORDER = OrderKind()
TAG = TagKind()

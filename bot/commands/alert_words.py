"""The kinds of words that alerts, quiet hours and nights are made of."""

import re
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any

from bot.core.params import WORDS, BadWord, Choice, ChoiceKind, Typed
from bot.core.texts import N_
from bot.core.words import Lexicon
from bot.services.attention import STAGES, Manner, Subject

_LEVEL = re.compile(r"(?:([<>])=?|@)?((?:[0-9]{1,15}(?:\.[0-9]{1,12})?|\.[0-9]{1,12}))")
_PERCENT = re.compile(r"([0-9]{1,3})%")
_DURATION = re.compile(
    r"(?:([0-9]{1,3})d)?(?:([0-9]{1,4}(?:\.[0-9]{1,2})?)(?:h|hours?))?(?:([0-9]{1,5})(?:m|min|minutes?))?"
)
HIGHEST_PRICE = Decimal(10) ** 9
LOWEST_PRICE = Decimal("1e-8")

SUBJECT = ChoiceKind(
    "notice",
    {each.value: each for each in Subject},
    {
        "margin": N_("Margin warnings"),
        "price": N_("Price alerts"),
        "funding": N_("Funding due"),
        "filled": N_("Orders filled"),
        "stop": N_("Stops hit"),
        "liquidated": N_("Liquidations"),
    },
    {
        "prices": "price",
        "fill": "filled",
        "fills": "filled",
        "orders": "filled",
        "stops": "stop",
        "liquidation": "liquidated",
        "liquidations": "liquidated",
    },
)
MANNER = ChoiceKind(
    "manner",
    {each.value: each for each in Manner},
    {"on": N_("With sound"), "silent": N_("Silently"), "off": N_("Not at all")},
    {"yes": "on", "loud": "on", "mute": "silent", "muted": "silent", "silently": "silent", "no": "off"},
)
DIRECTION = ChoiceKind(
    "direction",
    {"above": True, "below": False},
    {"above": N_("It rises to"), "below": N_("It falls to")},
    {">": "above", ">=": "above", "≥": "above", "over": "above", "<": "below", "<=": "below", "≤": "below"}
    | {"under": "below"},
)
ACT = ChoiceKind(
    "alert-act",
    {"list": "list", "drop": "drop"},
    {"list": N_("List them"), "drop": N_("Drop one")},
    {"show": "list", "delete": "drop", "remove": "drop"},
)


@dataclass(frozen=True, slots=True)
class Level:
    """A price in USDT and on which side of it the alert is met; None: follows from the price now."""

    price: Decimal
    above: bool | None = None


@dataclass(frozen=True, slots=True)
class LevelKind(Typed):
    """The price of an alert: `<60000`, `>70000`, `60000`."""

    name: str = "level"
    free: bool = False

    def read(self, word: str, lexicon: Lexicon) -> object | None:
        found = _LEVEL.fullmatch(word)
        if found is None:
            return None
        return self._checked(Decimal(found[2]), word, None if found[1] is None else found[1] == ">")

    def read_bare(self, number: Decimal, lexicon: Lexicon) -> object | None:
        return self._checked(number, str(number), None)

    def show(self, value: Level) -> str:
        sign = "@" if value.above is None else ">" if value.above else "<"
        return f"{sign}{value.price:f}"

    def _checked(self, price: Decimal, word: str, above: bool | None) -> Level:
        if price <= 0:
            raise BadWord("not-positive", word)
        if not LOWEST_PRICE <= price <= HIGHEST_PRICE or price != round(price, 8):
            raise BadWord("beyond", word)
        return Level(price, above)


@dataclass(frozen=True, slots=True)
class ThresholdKind:
    """The margin ratio to be warned at, in per cent: `80%`, or a bare number; which ones there are the handler knows."""

    name: str = "threshold"
    free: bool = False

    def read(self, word: str, lexicon: Lexicon) -> object | None:
        found = _PERCENT.fullmatch(word)
        return int(found[1]) if found else None

    def read_bare(self, number: Decimal, lexicon: Lexicon) -> object | None:
        return int(number)

    def show(self, value: Any) -> str:
        return f"{value}%"

    def choices(self, lexicon: Lexicon) -> tuple[Choice, ...]:
        return tuple(Choice(f"{each}%", f"{each} %") for each in STAGES)

    def vocabulary(self, lexicon: Lexicon) -> tuple[str, ...]:
        return tuple(f"{each}%" for each in STAGES)


@dataclass(frozen=True, slots=True)
class LineKind(Typed):
    """All words of a line as they are: `23:00 - 07:00`."""

    name: str = WORDS
    free: bool = True

    def read(self, word: str, lexicon: Lexicon) -> object | None:
        return word

    def read_bare(self, number: Decimal, lexicon: Lexicon) -> object | None:
        return str(number)

    def show(self, value: Any) -> str:
        return str(value)


@dataclass(frozen=True, slots=True)
class DurationKind(Typed):
    """How long: `8h`, `30m`, `1d`, `1h30m`; a bare number is hours. How long is too long the handler knows."""

    name: str = "duration"
    free: bool = False

    def read(self, word: str, lexicon: Lexicon) -> object | None:
        found = _DURATION.fullmatch(word)
        if found is None or not any(found.groups()):
            return None
        return timedelta(days=int(found[1] or 0), hours=float(found[2] or 0), minutes=int(found[3] or 0))

    def read_bare(self, number: Decimal, lexicon: Lexicon) -> object | None:
        return timedelta(hours=float(min(abs(number), Decimal(10_000))))

    def show(self, value: Any) -> str:
        return f"{int(value.total_seconds() // 60)}m"


LEVEL = LevelKind()
THRESHOLD = ThresholdKind()
LINE = LineKind()
DURATION = DurationKind()

"""Numbers and times as people of a language read them; figures are cut to the places shown, never rounded up."""

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from decimal import ROUND_DOWN, ROUND_UP, Decimal
from functools import lru_cache
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_datetime
from babel.numbers import NumberPattern, get_decimal_symbol, parse_pattern
from markupsafe import Markup

from bot.content.direction import apart, right_to_left, turning

_LONG = re.compile(r"(\.[0-9]{8})[0-9]+")
_NUMBER = re.compile(r"[+\u2212-]?[0-9]+\.[0-9]+")
_POINT = re.compile(r"(?<=[0-9])\.(?=[0-9])")
MINUS = "\N{MINUS SIGN}"
Value = str | int | Decimal


class Formats:
    """The formats of one language; `places` tells how many decimals a contract's price is shown with."""

    def __init__(self, language: str, places: Mapping[str, int]) -> None:
        self._locale = Locale.parse(language)
        self._right_to_left = right_to_left(language)
        self._places = places

    def filters(self) -> Mapping[str, Callable[..., str]]:
        """The filters that templates use, by name."""
        return {
            "money": self.money,
            "signed": self.signed,
            "price": self.price,
            "number": self.number,
            "percent": self.percent,
            "when": self.when,
            "isolate": self.isolate,
            "pointing": self.pointing,
            "enough": self.enough,
            "shorten": self.shorten,
        }

    def number(self, value: Value, least: int = 0, most: int = 8) -> str:
        """A number with `least` to `most` decimals; what lies beyond is cut off."""
        cut = Decimal(value).quantize(Decimal(1).scaleb(-most), rounding=ROUND_DOWN)
        text = _pattern(least, most).apply(abs(cut), self._locale, decimal_quantization=False)
        return f"{MINUS}{text}" if cut < 0 else text

    def money(self, value: Value) -> str:
        """An amount of USDT without its unit: 2 decimals, more where it is below 1."""
        size = abs(Decimal(value))
        most = 2 if size >= 1 or size == 0 else 4 if size >= Decimal("0.01") else 8
        return self.number(value, 2, most)

    def enough(self, value: Value) -> str:
        """An amount of USDT that is needed: rounded up to 2 decimals, so that the shown amount suffices."""
        return self.number(Decimal(value).quantize(Decimal("0.01"), rounding=ROUND_UP), 2, 2)

    def signed(self, value: Value) -> str:
        """An amount of USDT with its sign."""
        return ("+" if Decimal(value) > 0 else "") + self.money(value)

    def price(self, value: Value, symbol: str = "") -> str:
        """A price with the decimals of its contract, at least 2."""
        places = max(2, self._places.get(symbol, 2))
        return self.number(value, places, places)

    def percent(self, value: Value, places: int = 2) -> str:
        """A fraction as a percentage: 0.0123 is 1.23 %."""
        return (
            self.number(Decimal(value) * 100, 0 if Decimal(value) * 100 % 1 == 0 else min(1, places), places)
            + "\u202f%"
        )

    def when(self, value: str, zone: str = "UTC") -> str:
        """A time in the reader's zone, with UTC beside it where the two differ."""
        at = datetime.fromisoformat(value).astimezone(UTC)
        utc = self._time(at, "d MMM HH:mm") + " UTC"
        if zone == "UTC":
            return utc
        local = at.astimezone(ZoneInfo(zone))
        return f"{self._time(local, 'd MMM HH:mm')} ({self._time(at, 'HH:mm')} UTC)"

    def isolate(self, value: str) -> str:
        """Text of unknown direction, such as a person's name, kept from turning the line around it."""
        return apart(value) if self._right_to_left or turning(value) else value

    def pointing(self, arrow: str) -> str:
        """An arrow from what was to what is, in the direction of reading."""
        return Markup(arrow.replace("→", "←")) if self._right_to_left else arrow  # noqa: S704 - no markup of others

    def inserted(self, value: object) -> object:
        """What a template inserts, set apart in a right-to-left language; what is markup already has its own marks."""
        if not self._right_to_left or isinstance(value, Markup) or not isinstance(value, str | int | Decimal):
            return value
        return apart(str(value)) if str(value).strip() else value

    def in_label(self, value: str) -> str:
        """A value on a button: a plain number with the language's decimal mark, anything else as it is."""
        return value.replace(".", get_decimal_symbol(self._locale)) if _NUMBER.fullmatch(value) else value

    def shorten(self, sum_: str) -> str:
        """A worked sum with its long decimals cut to 8 places and an ellipsis, and the language's decimal mark.

        Where that mark is a comma, semicolons part the arguments of a function.
        """
        mark = get_decimal_symbol(self._locale)
        parted = sum_ if mark == "." else sum_.replace(", ", "; ")
        return _POINT.sub(mark, _LONG.sub(r"\1…", parted))

    def _time(self, at: datetime, pattern: str) -> str:
        return format_datetime(at, pattern, locale=self._locale)


@lru_cache(maxsize=256)
def _pattern(least: int, most: int) -> NumberPattern:
    return parse_pattern("#,##0" + ("." + "0" * least + "#" * (most - least) if most else ""))

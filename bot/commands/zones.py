"""Time zones as a kind of word."""

import zoneinfo
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import Any

from bot.core.params import Choice
from bot.core.words import Lexicon


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

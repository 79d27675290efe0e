"""The words of `/replay`: which tape, what to do with it, how fast and how far."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any

from bot.core.params import BadWord, Choice, ChoiceKind, Typed
from bot.core.texts import N_
from bot.core.words import Lexicon

NAMES: Mapping[str, str] = {
    "oct-2025": N_("10 October 2025"),
    "aug-2024": N_("5 August 2024"),
    "ftx-2022": N_("8 November 2022"),
    "may-2021": N_("19 May 2021"),
    "mar-2020": N_("12 March 2020"),
}
"""The days of the tapes, as their buttons say them."""
NUMBERS = ("1", "2", "3", "4", "5")

_SPEED = re.compile(r"(?:speed=)?(?:x([0-9]{1,9}(?:\.[0-9]{1,6})?)|([0-9]{1,9}(?:\.[0-9]{1,6})?)x)")
_NAMED_SPEED = re.compile(r"speed=([0-9]{1,9}(?:\.[0-9]{1,6})?)")
_SPAN = re.compile(r"([0-9]{1,6})(m|min|h|d)")
_UNITS = {"m": "minutes", "min": "minutes", "h": "hours", "d": "days"}

ACT = ChoiceKind(
    "replay",
    {
        each: each
        for each in (
            "status",
            "resume",
            "pause",
            "step",
            "speed",
            "finish",
            "playout",
            "stop",
            "drop",
            "again",
        )
    },
    {
        "status": N_("Where the tape stands"),
        "resume": N_("Play"),
        "pause": N_("Pause"),
        "step": N_("Step on by an hour"),
        "speed": N_("How fast it plays"),
        "finish": N_("End it"),
        "playout": N_("Play it out to its end at once"),
        "stop": N_("End it here, with the debrief"),
        "drop": N_("Put it aside without a debrief"),
        "again": N_("The same tape once more"),
    },
    {
        "play": "resume",
        "continue": "resume",
        "hold": "pause",
        "next": "step",
        "end": "finish",
        "quit": "drop",
    },
)
SHOWN = ChoiceKind(
    "shown",
    {"hidden": True, "named": False},
    {"hidden": N_("Hidden: coins, prices and the day are disguised"), "named": N_("Named: you know the day")},
)


@dataclass(frozen=True, slots=True)
class TapeKind:
    """A tape by its number in the list, `3` or `#3`, or by its name, `oct-2025`; an unknown number is a number."""

    name: str = "tape"
    free: bool = False

    def read(self, word: str, lexicon: Lexicon) -> object | None:
        found = re.fullmatch(r"#([0-9]{1,9})", word)
        return self.read_bare(Decimal(found[1]), lexicon) if found else (word if word in NAMES else None)

    def read_bare(self, number: Decimal, lexicon: Lexicon) -> object | None:
        if number != number.to_integral_value() or not 0 <= number <= 10**9:
            raise BadWord("tape", str(number))
        return str(int(number))

    def show(self, value: Any) -> str:
        return str(value)

    def choices(self, lexicon: Lexicon) -> tuple[Choice, ...]:
        return (*(Choice(each, each) for each in NUMBERS), *(Choice(*each) for each in NAMES.items()))

    def vocabulary(self, lexicon: Lexicon) -> tuple[str, ...]:
        return tuple(NAMES)


@dataclass(frozen=True, slots=True)
class SpeedKind(Typed):
    """How fast a tape plays: `60x`, `speed=60`; the limits are the service's."""

    name: str = "speed"
    free: bool = False

    def read(self, word: str, lexicon: Lexicon) -> object | None:
        if found := _SPEED.fullmatch(word):
            return Decimal(found[1] or found[2])
        found = _NAMED_SPEED.fullmatch(word)
        return Decimal(found[1]) if found else None

    def read_bare(self, number: Decimal, lexicon: Lexicon) -> object | None:
        return None

    def show(self, value: Any) -> str:
        return f"{value:f}x"


@dataclass(frozen=True, slots=True)
class SpanKind(Typed):
    """A stretch of the tape's time: `5m`, `1h`, `1d`."""

    name: str = "span"
    free: bool = False

    def read(self, word: str, lexicon: Lexicon) -> object | None:
        found = _SPAN.fullmatch(word)
        return timedelta(**{_UNITS[found[2]]: int(found[1])}) if found else None

    def read_bare(self, number: Decimal, lexicon: Lexicon) -> object | None:
        return None

    def show(self, value: Any) -> str:
        minutes = value // timedelta(minutes=1)
        return f"{minutes // 60}h" if minutes % 60 == 0 else f"{minutes}m"


TAPE = TapeKind()
SPEED = SpeedKind()
SPAN = SpanKind()

"""The kinds of words that quiz nights are made of."""

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from bot.core.params import ChoiceKind, Typed
from bot.core.texts import N_
from bot.core.words import Lexicon

_SECONDS = re.compile(r"([0-9]{1,4})s(?:ec|econds?)?")
_NIGHT = re.compile(r"[a-z2-7]{12}")
_PLACE = re.compile(r"r([0-9]{1,2})(?:c([0-9]{1,2})|(s))?")

UNTIMED = ChoiceKind(
    "night-pace",
    {"untimed": True},
    {"untimed": N_("Without a timer")},
    {"no-timer": "untimed", "notimer": "untimed", "slow": "untimed"},
)
STOP = ChoiceKind("night-stop", {"stop": True}, {"stop": N_("Stop it")}, {"end": "stop"})
DEED = ChoiceKind("night-deed", {each: each for each in ("join", "next", "answer", "stop")})


@dataclass(frozen=True, slots=True)
class RoundsKind(Typed):
    """How many questions: a bare whole number."""

    name: str = "rounds"
    free: bool = False

    def read(self, word: str, lexicon: Lexicon) -> object | None:
        return None

    def read_bare(self, number: Decimal, lexicon: Lexicon) -> object | None:
        return int(number) if number == number.to_integral_value() else None

    def show(self, value: Any) -> str:
        return str(value)


@dataclass(frozen=True, slots=True)
class SecondsKind(Typed):
    """The seconds of a round: `20s`."""

    name: str = "round-seconds"
    free: bool = False

    def read(self, word: str, lexicon: Lexicon) -> object | None:
        found = _SECONDS.fullmatch(word)
        return int(found[1]) if found else None

    def read_bare(self, number: Decimal, lexicon: Lexicon) -> object | None:
        return None

    def show(self, value: Any) -> str:
        return f"{value}s"


@dataclass(frozen=True, slots=True)
class NightKind(Typed):
    """The id of a quiz night, as its buttons carry it."""

    name: str = "night"
    free: bool = False

    def read(self, word: str, lexicon: Lexicon) -> object | None:
        return word if _NIGHT.fullmatch(word) else None

    def read_bare(self, number: Decimal, lexicon: Lexicon) -> object | None:
        return self.read(str(number), lexicon)

    def show(self, value: Any) -> str:
        return str(value)


@dataclass(frozen=True, slots=True)
class Place:
    """A moment of a quiz night: its round, the option chosen there (from 1), or that its answer is `shown`."""

    round: int
    choice: int | None = None
    shown: bool = False


@dataclass(frozen=True, slots=True)
class PlaceKind(Typed):
    """A moment of a quiz night: `r3`, `r3c2` for its second option, `r3s` once its answer is shown."""

    name: str = "night-place"
    free: bool = False

    def read(self, word: str, lexicon: Lexicon) -> object | None:
        found = _PLACE.fullmatch(word)
        if found is None:
            return None
        return Place(int(found[1]), int(found[2]) if found[2] else None, shown=found[3] is not None)

    def read_bare(self, number: Decimal, lexicon: Lexicon) -> object | None:
        return None

    def show(self, value: Place) -> str:
        choice = "" if value.choice is None else f"c{value.choice}"
        return f"r{value.round}{choice}{'s' if value.shown else ''}"

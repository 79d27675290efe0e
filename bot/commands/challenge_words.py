"""The kinds of words that challenges are made of."""

import re
from dataclasses import dataclass
from datetime import time
from decimal import Decimal
from typing import Any

from bot.commands.replay_words import SPAN
from bot.core.params import BadWord, ChoiceKind, Typed
from bot.core.texts import N_
from bot.core.words import Lexicon
from bot.services.challenges.rules import Pace

_ID = re.compile(r"[a-z2-7]{12}")
_AMOUNT = re.compile(r"\$?([0-9]{1,12}(?:\.[0-9]{1,8})?)(?:usdt|usd|\$)?")
_AT = re.compile(r"(?:at=)?([0-9]{1,2}):([0-9]{2})")
_NAME = re.compile(r"name=(.{1,1000})")
_TAPE = re.compile(r"(?:tape)?#?([0-9]{1,9})")
ANY_TAPE = 0

ACT = ChoiceKind(
    "challenge",
    {"create": "create", "status": "status", "cancel": "cancel"},
    {
        "create": N_("Begin one in this chat"),
        "status": N_("What it is and where you stand"),
        "cancel": N_("Call it off without a result"),
    },
    {"new": "create", "start": "create", "stop": "cancel"},
)
PACE = ChoiceKind(
    "challenge-pace",
    {each.value: each for each in Pace},
    {
        "live": N_("Live market"),
        "together": N_("A tape, all together"),
        "own": N_("A tape, each at their own pace"),
    },
    {"own-pace": "own", "alone": "own"},
)
SEASON = ChoiceKind(
    "season",
    {"season": True, "noseason": False},
    {"season": N_("It counts for the season"), "noseason": N_("It does not count for the season")},
    {"no-season": "noseason"},
)
ALL_COINS = ChoiceKind("coins", {"all": True}, {"all": N_("All coins")}, {"allcoins": "all"})
YES = ChoiceKind("yes", {"yes": True})
SHOWN = ChoiceKind(
    "table",
    {"show": True, "hide": False},
    {"show": N_("Name me in the table"), "hide": N_("Do not name me in the table")},
)
LENGTH = SPAN


@dataclass(frozen=True, slots=True)
class StakeKind(Typed):
    """The start balance in USDT: `10000`."""

    name: str = "stake"
    free: bool = False

    def read(self, word: str, lexicon: Lexicon) -> object | None:
        found = _AMOUNT.fullmatch(word)
        return Decimal(found[1]) if found else None

    def read_bare(self, number: Decimal, lexicon: Lexicon) -> object | None:
        return number

    def show(self, value: Any) -> str:
        return f"{value.normalize():f}"


@dataclass(frozen=True, slots=True)
class TapeNumberKind(Typed):
    """A hidden tape: any, `tape`, or one by its number in the list of `/replay`, `#3`."""

    name: str = "hidden-tape"
    free: bool = False

    def read(self, word: str, lexicon: Lexicon) -> object | None:
        if word == "tape":
            return ANY_TAPE
        found = _TAPE.fullmatch(word) if "#" in word else None
        if found is None:
            return None
        if int(found[1]) == ANY_TAPE:
            raise BadWord("tape", word)
        return int(found[1])

    def read_bare(self, number: Decimal, lexicon: Lexicon) -> object | None:
        return None

    def show(self, value: Any) -> str:
        return "tape" if value == ANY_TAPE else f"#{value}"


@dataclass(frozen=True, slots=True)
class CoinKind(Typed):
    """A contract; any number of words up to that of the parameters."""

    name: str = "challenge-coin"
    free: bool = False

    def read(self, word: str, lexicon: Lexicon) -> object | None:
        return lexicon.symbol(word)

    def read_bare(self, number: Decimal, lexicon: Lexicon) -> object | None:
        return None

    def show(self, value: Any) -> str:
        return str(value).removesuffix("USDT").lower()


@dataclass(frozen=True, slots=True)
class AtKind(Typed):
    """A time of day: `20:30`."""

    name: str = "time-of-day"
    free: bool = False

    def read(self, word: str, lexicon: Lexicon) -> object | None:
        found = _AT.fullmatch(word)
        if found is None:
            return None
        hour, minute = int(found[1]), int(found[2])
        return time(hour, minute) if hour < 24 and minute < 60 else None

    def read_bare(self, number: Decimal, lexicon: Lexicon) -> object | None:
        return None

    def show(self, value: Any) -> str:
        return f"{value:%H:%M}"


@dataclass(frozen=True, slots=True)
class NameKind(Typed):
    """A name for the chat, `name=friday-crash`; hyphens and underscores stand for blanks."""

    name: str = "challenge-name"
    free: bool = False

    def read(self, word: str, lexicon: Lexicon) -> object | None:
        found = _NAME.fullmatch(word)
        return " ".join(found[1].replace("_", " ").replace("-", " ").split()) if found else None

    def read_bare(self, number: Decimal, lexicon: Lexicon) -> object | None:
        return None

    def show(self, value: Any) -> str:
        return f"name={str(value).replace(' ', '-')}"


@dataclass(frozen=True, slots=True)
class ChallengeKind(Typed):
    """The id of a challenge, as its buttons carry it."""

    name: str = "challenge-id"
    free: bool = False

    def read(self, word: str, lexicon: Lexicon) -> object | None:
        return word if _ID.fullmatch(word) else None

    def read_bare(self, number: Decimal, lexicon: Lexicon) -> object | None:
        return self.read(str(number), lexicon)

    def show(self, value: Any) -> str:
        return str(value)

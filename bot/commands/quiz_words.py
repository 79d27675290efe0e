"""The kinds of words that quizzes are made of."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from bot.content.skills import SKILL_NAMES, Skill
from bot.core.params import ChoiceKind, Typed
from bot.core.texts import N_
from bot.core.words import Lexicon
from bot.services.school.spacing import Confidence

SKILL = ChoiceKind(
    "skill",
    {each.value: each for each in Skill},
    {each.value: label for each, label in SKILL_NAMES.items()},
    {"liq": "liquidation", "fees": "costs", "funding": "costs", "bracket": "brackets", "stops": "prices"},
)
CONFIDENCE = ChoiceKind(
    "sureness",
    {each.value: each for each in Confidence},
    {"sure": N_("Sure"), "think": N_("I think so"), "guess": N_("A guess")},
    {"certain": "sure", "maybe": "think", "guessed": "guess"},
)
CONFIDENCE_LABELS: Mapping[Confidence, str] = {each: CONFIDENCE.labels[each] for each in Confidence}


@dataclass(frozen=True, slots=True)
class LessonKind(Typed):
    """A lesson by its number or its id; which ones there are the handler knows."""

    name: str = "lesson"
    free: bool = True

    def read(self, word: str, lexicon: Lexicon) -> object | None:
        return word

    def read_bare(self, number: Decimal, lexicon: Lexicon) -> object | None:
        return str(number)

    def show(self, value: Any) -> str:
        return str(value)


@dataclass(frozen=True, slots=True)
class OptionKind(Typed):
    """One of the options of a question, counted from 1: `2`, `b`; how many there are the handler knows."""

    name: str = "option"
    free: bool = False

    def read(self, word: str, lexicon: Lexicon) -> object | None:
        place = "abcd".find(word) if len(word) == 1 else -1
        return place + 1 if place >= 0 else None

    def read_bare(self, number: Decimal, lexicon: Lexicon) -> object | None:
        return int(number) if number == number.to_integral_value() and 0 <= number <= 99 else None

    def show(self, value: Any) -> str:
        return str(value)


LESSON = LessonKind()
OPTION = OptionKind()

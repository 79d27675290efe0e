"""The real declarations and the words of every language folder, without a bot around them."""

import gettext
import tomllib
from collections.abc import Mapping
from decimal import Decimal
from functools import cache
from typing import Any

from bot.bootstrap import build_lexicon, build_registry
from bot.content.catalogue import LOCALES, Language
from bot.core.binder import Binder, Binding
from bot.core.clock import SystemClock
from bot.core.command import Command, Registry
from bot.core.words import Lexicon, split_words
from bot.services.attention import Thresholds
from bot.services.examiner import Examiner
from bot.services.markets import Markets
from bot.services.past_prices import KeptPrices
from bot.services.price_alerts import PriceAlerts
from bot.services.replays import Replays
from bot.services.school.curricula import Curricula
from bot.services.school.gate import Gate
from bot.services.school.grading import Grading
from bot.services.school.lessons import Lessons
from bot.services.school.nights import Nights
from bot.services.school.posting import Posting
from bot.services.school.practice import Practice
from bot.services.school.quiz_nights import QuizNights
from bot.services.school.quizzes import Quizzes
from bot.services.school.school import School
from bot.services.school.spacing import Spacing
from bot.services.tapes import Shelf
from engine.contracts import load_contracts


def tables() -> Mapping[str, Mapping[str, Any]]:
    """Each language folder's words.toml, by its code."""
    found = sorted(LOCALES.glob("*/words.toml"))
    return {path.parent.name: tomllib.loads(path.read_text(encoding="utf-8")) for path in found}


@cache
def lexicon() -> Lexicon:
    """All contracts, those with a price first, and the words of all folders, whether translated already or not."""
    languages = {
        code: Language(
            code,
            table["name"],
            gettext.NullTranslations(),
            {
                (kind, synonym.casefold()): canonical
                for kind, values in table["words"].items()
                for canonical, synonyms in values.items()
                for synonym in synonyms
            },
        )
        for code, table in tables().items()
    }
    return build_lexicon(load_contracts(), ("BTCUSDT", "ETHUSDT"), languages)


def _unplayed() -> Replays:
    """Replays that nobody plays: declarations ask for no more."""

    shelf, markets, clock = Shelf(load_contracts()), Markets(_never, _never), SystemClock()
    return Replays(_never, shelf, markets, _never, clock, Decimal(10_000), wake=_never, report=_never)


def _never(*_: object) -> Any:
    raise AssertionError("a declaration needs no storage and no market")


@cache
def registry() -> Registry[Any]:
    """All commands, in English and Spanish."""
    languages = {"en": "English", "es": "Español"}
    examiner, contracts = Examiner(KeptPrices()), load_contracts()
    curricula, markets = Curricula(tuple(languages)), Markets(_never, _never)
    practice = Practice(_never, markets, contracts, _never, SystemClock(), wake=_never, report=_never)
    quizzes = Quizzes(curricula, Grading(Spacing(), _never), _never)
    jobs: Any = None  # what runs in the background is not declared
    return build_registry(
        Decimal(10_000),
        languages,
        lexicon(),
        _unplayed(),
        PriceAlerts(),
        Thresholds(),
        examiner,
        curricula,
        Lessons(curricula, contracts),
        practice,
        School(quizzes, Gate(), jobs, frozenset()),
        QuizNights(Nights(quizzes.grading, Posting(), _never), jobs, Posting()),
    )


def command(name: str) -> Command[Any]:
    """A command by its name."""
    found = registry().find(name)
    assert found is not None, name
    return found


def bind(line: str, named: Mapping[str, str] | None = None) -> Binding:
    """The binding of a whole line, as the router splits it."""
    name, *words = split_words(line)
    return Binder(lexicon()).bind(command(name), words, named)

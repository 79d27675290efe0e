"""Quiz nights put together: what people do in them, the clock that drives them, and the way into groups."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

from bot.core.clock import Clock
from bot.core.wording import Wording
from bot.services.markets import Markets
from bot.services.school.curricula import Curricula
from bot.services.school.grading import Grading
from bot.services.school.night_clock import NightClock
from bot.services.school.nights import Nights
from bot.services.school.posting import Posting
from bot.services.school.templates import templates
from bot.storage import Store
from bot.telemetry import Telemetry


@dataclass(frozen=True, slots=True)
class QuizNights:
    """What commands, fronts and the running bot need of quiz nights."""

    nights: Nights
    clock: NightClock
    posting: Posting


def build_quiz_nights(
    store: Store,
    wording: Wording,
    markets: Markets,
    clock: Clock,
    telemetry: Telemetry,
    curricula: Curricula,
    grading: Grading,
    seed: Callable[[], int] = lambda: secrets.randbits(48),
    allowed: frozenset[str] = frozenset(),
) -> QuizNights:
    """Quiz nights over an open database; `seed` begins each draw of a question, `allowed` are the only groups, if any."""
    posting = Posting(allowed)
    of_language = cache(lambda language: templates(curricula.of(language).bank))
    driver = NightClock(store, wording, markets, clock, telemetry, posting, of_language, seed)
    return QuizNights(Nights(grading, posting, driver.wake), driver, posting)

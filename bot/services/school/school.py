"""The school put together: questions, grading, the gate, and the jobs that remind of reviews."""

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from bot.content.catalogue import DEFAULT_LANGUAGE
from bot.content.skills import Skill
from bot.core.clock import Clock
from bot.services.jobs import Do, Jobs
from bot.services.school import reminding
from bot.services.school.curricula import Curricula
from bot.services.school.gate import Gate
from bot.services.school.grading import Grading
from bot.services.school.quizzes import Quizzes
from bot.services.school.spacing import Spacing
from bot.services.turn import BotTurn
from bot.storage import Store
from bot.telemetry import Telemetry


@dataclass(frozen=True, slots=True)
class School:
    """What study commands need; `admins` are those of the bot, as platform:user."""

    quizzes: Quizzes
    gate: Gate
    jobs: Jobs
    admins: frozenset[str]

    def operates(self, turn: BotTurn) -> bool:
        """Whether who asks is an admin of the bot."""
        return f"{turn.request.who.platform}:{turn.request.who.user}" in self.admins


def build_school(
    store: Store,
    clock: Clock,
    telemetry: Telemetry,
    curricula: Curricula,
    *,
    gate: Gate,
    admins: frozenset[str] = frozenset(),
    wake: Callable[[], None] = lambda: None,
    jobs: Mapping[str, Do] = MappingProxyType({}),
    seed: Callable[[], int] = lambda: secrets.randbits(48),
    fuzz: bool = False,
) -> School:
    """The school over an open database; `fuzz` spreads due dates a little, `wake` hears of notices to be delivered.

    `jobs` are further kinds of jobs that are done with those of the school.
    """

    def skills_of() -> Mapping[str, Skill]:
        found = curricula.of(DEFAULT_LANGUAGE).bank.misconceptions
        return {each.id: each.skill for each in found.values()}

    grading = Grading(Spacing(fuzz=fuzz), skills_of)
    work = Jobs(store, clock, telemetry, {reminding.KIND: reminding.remind, **jobs}, wake)
    return School(Quizzes(curricula, grading, seed), gate, work, admins)

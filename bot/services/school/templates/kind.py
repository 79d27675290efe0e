"""Templates of generated questions: what each is about, and how a draft of it becomes a question."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from random import Random
from typing import TypeAlias

from bot.content.skills import Skill
from bot.services.school.question import Choice, Question, Setting
from bot.services.school.templates.shown import Data, alike, comparable, places_of, plausible
from engine.decimals import exact
from engine.errors import EngineError
from engine.explain import Derivation

TRIES = 60
"""Drafts per question at most: some have numbers that do not fit, or options that look alike."""
LEAST_WRONG, MOST_WRONG = 2, 3


@dataclass(frozen=True, slots=True)
class Draft:
    """A question before its options are looked at. `wrong`: by misconception, the most telling first."""

    data: Data
    right: Data
    wrong: Mapping[str, Data]
    derivation: Derivation | None = None


Make: TypeAlias = Callable[[Setting, Random], Draft | None]


@dataclass(frozen=True, slots=True)
class Kind:
    """A template that drafts questions with the engine. Implements Template."""

    id: str
    skill: Skill
    family: str
    lesson: str
    misconceptions: tuple[str, ...]
    make: Make = field(repr=False)
    own: bool = False

    @exact
    def draw(self, setting: Setting, rng: Random) -> Question | None:
        """A question whose options differ visibly; None where the setting gives none."""
        seed = rng.getrandbits(48)
        chance = Random(seed)  # noqa: S311 - repeatable, not secret
        for _ in range(TRIES):
            try:
                draft = self.make(setting, chance)
            except EngineError:  # numbers that the exchange refuses
                continue
            found = None if draft is None else self._question(draft, setting, seed, chance)
            if found is not None:
                return found
        return None

    def _question(self, draft: Draft, setting: Setting, seed: int, chance: Random) -> Question | None:
        places = places_of(setting.market.contracts.values())
        if not plausible(draft.right):
            return None
        choices = [Choice(draft.right, None)]
        for misconception, data in draft.wrong.items():
            apart = not any(alike(data, each.data, places) for each in choices)
            if apart and plausible(data) and comparable(data, draft.right) and len(choices) <= MOST_WRONG:
                choices.append(Choice(data, misconception))
        if len(choices) <= LEAST_WRONG:
            return None
        chance.shuffle(choices)
        right = next(place for place, each in enumerate(choices) if each.misconception is None)
        return Question(
            template=self.id,
            seed=seed,
            skill=self.skill,
            family=self.family,
            data=draft.data,
            choices=tuple(choices),
            right=right,
            lesson=self.lesson,
            own=self.own,
            derivation=None if draft.derivation is None else draft.derivation.to_json(),
        )

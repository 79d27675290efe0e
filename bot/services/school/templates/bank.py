"""The fixed bank of questions as templates: the same question each time, its options in another order."""

from collections.abc import Iterable
from dataclasses import dataclass
from random import Random

from bot.content import quizbank
from bot.content.quizbank import QuizBank
from bot.content.skills import Skill
from bot.services.school.question import BANK, Choice, Question, Setting, Template


@dataclass(frozen=True, slots=True)
class Fixed:
    """A question of the bank, in the language of its bank. Implements Template."""

    source: quizbank.Question

    @property
    def id(self) -> str:
        return f"{BANK}-{self.source.id}"

    @property
    def skill(self) -> Skill:
        return self.source.skill

    @property
    def family(self) -> str:
        return self.source.family

    @property
    def misconceptions(self) -> tuple[str, ...]:
        return tuple(each.misconception for each in self.source.options if each.misconception is not None)

    @property
    def own(self) -> bool:
        return False

    def draw(self, _: Setting, rng: Random) -> Question:
        """The question with its options shuffled."""
        seed = rng.getrandbits(48)
        options = list(self.source.options)
        Random(seed).shuffle(options)  # noqa: S311 - repeatable, not secret
        return Question(
            template=self.id,
            seed=seed,
            skill=self.source.skill,
            family=self.source.family,
            data={"words": self.source.stem},
            choices=tuple(
                Choice({"words": each.text, "why": {"words": each.why}}, each.misconception)
                for each in options
            ),
            right=next(place for place, each in enumerate(options) if each.right),
            lesson=self.source.lesson,
            own=False,
            derivation=None,
        )


def fixed(bank: QuizBank) -> Iterable[Template]:
    """All questions of a bank."""
    return (Fixed(each) for each in bank.questions.values())

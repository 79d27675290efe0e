"""A question as it is asked: what it needs to be worded, its options, and what stands behind each wrong one."""

from collections.abc import Mapping
from dataclasses import dataclass
from random import Random
from typing import Any, Protocol

from bot.content.skills import Skill
from bot.core.reply import plain
from engine.account import MarginAccount
from engine.market import MarketSnapshot

BANK = "bank"
"""The wording of all questions of the fixed bank; their ids are `bank-<id>`."""


@dataclass(frozen=True, slots=True)
class Choice:
    """One option: what its wording needs, as JSON values, and the misconception behind it; None for the right one."""

    data: Mapping[str, Any]
    misconception: str | None


@dataclass(frozen=True, slots=True)
class Question:
    """A drawn question; everything in it is JSON values, decimals as text, so that it can be kept and asked again.

    `seed` repeats it in the same setting. `right`: the place of the right option, from 0. `lesson`: where its answer
    is taught. `own`: it is about the learner's own position, and never for a group. `derivation`: the sum behind the
    right answer, as Derivation.to_json writes it, if there is one.
    """

    template: str
    seed: int
    skill: Skill
    family: str
    data: Mapping[str, Any]
    choices: tuple[Choice, ...]
    right: int
    lesson: str
    own: bool
    derivation: Mapping[str, Any] | None

    @property
    def wording(self) -> str:
        """The name of its texts: answers/questions/<wording>.html.j2."""
        return BANK if self.template.startswith(f"{BANK}-") else self.template

    def to_json(self) -> dict[str, Any]:
        """The question as JSON values."""
        return {
            "template": self.template,
            "seed": self.seed,
            "skill": self.skill.value,
            "family": self.family,
            "data": plain(self.data),
            "choices": [
                {"data": plain(each.data), "misconception": each.misconception} for each in self.choices
            ],
            "right": self.right,
            "lesson": self.lesson,
            "own": self.own,
            "derivation": plain(self.derivation),
        }

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> "Question":
        """The question that to_json wrote; raises KeyError, TypeError or ValueError on anything else."""
        return cls(
            template=kept["template"],
            seed=kept["seed"],
            skill=Skill(kept["skill"]),
            family=kept["family"],
            data=kept["data"],
            choices=tuple(Choice(each["data"], each["misconception"]) for each in kept["choices"]),
            right=kept["right"],
            lesson=kept["lesson"],
            own=kept["own"],
            derivation=kept["derivation"],
        )


@dataclass(frozen=True, slots=True)
class Setting:
    """What questions are drawn from: a market for contracts and prices, and the learner's account, if known."""

    market: MarketSnapshot
    account: MarginAccount | None = None


class Template(Protocol):
    """A kind of question. `misconceptions`: all that its wrong options can stand for. `own`: it needs an open position
    of the learner.
    """

    @property
    def id(self) -> str: ...

    @property
    def skill(self) -> Skill: ...

    @property
    def family(self) -> str: ...

    @property
    def misconceptions(self) -> tuple[str, ...]: ...

    @property
    def own(self) -> bool: ...

    def draw(self, setting: Setting, rng: Random) -> Question | None:
        """A question; None where the setting does not give one (no position that fits, no price)."""
        ...

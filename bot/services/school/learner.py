"""How somebody wants to study: their choices, and a test that is under way."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, time
from typing import Any

from bot.content.skills import Skill
from bot.storage import UnitOfWork, study


@dataclass(frozen=True, slots=True)
class Exam:
    """A test-out that is under way since a time: so many questions answered, so many of them right."""

    skill: Skill
    since: datetime
    answered: int = 0
    right: int = 0


@dataclass(frozen=True, slots=True)
class Learner:
    """One learner's choices.

    `confidence`: whether it is asked how sure they are. `predict`: whether a preview asks for the liquidation price
    first. `gate`: None until they choose. `remind_at`: the time of day of the reminder, by their clock. `snoozed`: no
    reminder before then.
    """

    confidence: bool = True
    predict: bool = False
    gate: bool | None = None
    remind_at: time | None = None
    snoozed: datetime | None = None
    test: Exam | None = None

    def to_json(self) -> dict[str, Any]:
        """The choices as JSON values."""
        test = self.test
        return {
            "confidence": self.confidence,
            "predict": self.predict,
            "gate": self.gate,
            "remind_at": None if self.remind_at is None else self.remind_at.strftime("%H:%M"),
            "snoozed": None if self.snoozed is None else self.snoozed.isoformat(),
            "test": None
            if test is None
            else [test.skill.value, test.since.isoformat(), test.answered, test.right],
        }

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> "Learner":
        """The choices that to_json wrote; what is not among them is as at the start."""
        at, until, test = kept.get("remind_at"), kept.get("snoozed"), kept.get("test")
        return cls(
            confidence=kept.get("confidence", True),
            predict=kept.get("predict", False),
            gate=kept.get("gate"),
            remind_at=None if at is None else time.fromisoformat(at),
            snoozed=None if until is None else datetime.fromisoformat(until),
            test=None if test is None else Exam(Skill(test[0]), datetime.fromisoformat(test[1]), *test[2:]),
        )

    def testing(self, test: Exam | None) -> "Learner":
        """The same with another test, or none."""
        return replace(self, test=test)


async def learner_of(unit: UnitOfWork, person_id: str) -> Learner:
    """What a person chose; the defaults for somebody who never did."""
    kept = await study.of(unit, person_id)
    return Learner() if kept is None else Learner.from_json(kept)


def save_learner(unit: UnitOfWork, person_id: str, learner: Learner) -> None:
    """Keep a person's choices."""
    study.save(unit, person_id, learner.to_json())

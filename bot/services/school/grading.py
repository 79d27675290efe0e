"""What an answer comes to: the review log, the card's next date, the beliefs; each person answers a question once."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Literal

from bot.content.skills import Skill
from bot.services.school import mastery
from bot.services.school.learner import Exam, Learner, learner_of, save_learner
from bot.services.school.mastery import Beliefs, Held, after_answer, mastered_by_test, open_of, to_keep
from bot.services.school.question import Question
from bot.services.school.spacing import Confidence, Spacing, rating_of
from bot.storage import UnitOfWork, beliefs, cards, questions, reviews
from bot.storage.questions import Asked
from bot.storage.reviews import Review

LASTS = timedelta(days=1)
"""So long a question can be answered: ours. Prices and positions have moved on after that."""
LONGEST = 86_400
TEST_QUESTIONS, TEST_RIGHT = 5, 4


@dataclass(frozen=True, slots=True)
class ExamEnd:
    """How a test-out went; `held` are the misconceptions that were still open."""

    skill: Skill
    right: int
    passed: bool
    held: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Verdict:
    """What came of an answer. `again`: it was given before, and this is what it came to then.

    `closed`: misconceptions that this answer closed; `mastered`: the skill was reached by it. `due_at`: when the card
    comes back.
    """

    question_id: str
    question: Question
    chosen: int
    confidence: Confidence | None
    again: bool
    due_at: datetime | None = None
    closed: tuple[str, ...] = ()
    mastered: bool = False
    test: Exam | None = None
    test_end: ExamEnd | None = None

    @property
    def right(self) -> bool:
        return self.chosen == self.question.right

    @property
    def misconception(self) -> str | None:
        """What the wrong option stands for that was chosen."""
        return self.question.choices[self.chosen].misconception


class NotOpen(Exception):
    """An answer that counts for nothing; `why`: unknown, closed, not-yours or no-option."""

    def __init__(self, why: Literal["unknown", "closed", "not-yours", "no-option"]) -> None:
        super().__init__(why)
        self.why = why


def question_of(asked: Asked) -> Question:
    """The question that was asked."""
    return Question.from_json(asked.body["question"])


class Grading:
    """Grades answers; `skills_of` says which skill a misconception belongs to."""

    def __init__(self, spacing: Spacing, skills_of: Callable[[], Mapping[str, Skill]]) -> None:
        self._spacing = spacing
        self._skills_of = skills_of

    async def answered_before(self, unit: UnitOfWork, asked: Asked, person_id: str) -> Verdict | None:
        """What somebody's answer came to, if there is one."""
        before = await reviews.find(unit, asked.id, person_id)
        if before is None:
            return None
        question = question_of(asked)
        chosen = question.right if before.right else _place_of(question, before.misconception)
        confidence = None if before.confidence is None else Confidence(before.confidence)
        return Verdict(asked.id, question, chosen, confidence, again=True)

    def check(self, asked: Asked | None, person_id: str, now: datetime, chosen: int | None = None) -> Asked:
        """The question if it can still be answered by this person with this option; raises NotOpen."""
        if asked is None:
            raise NotOpen("unknown")
        if asked.person_id not in {None, person_id}:
            raise NotOpen("not-yours")
        if asked.answered_at is not None or now - asked.asked_at > LASTS:
            raise NotOpen("closed")
        if chosen is not None and not 0 <= chosen < len(question_of(asked).choices):
            raise NotOpen("no-option")
        return asked

    async def grade(
        self,
        unit: UnitOfWork,
        asked: Asked | None,
        person_id: str,
        chosen: int,
        confidence: Confidence | None,
        now: datetime,
    ) -> Verdict:
        """Grade an answer, in a unit; a second one gets the verdict of the first. Raises NotOpen."""
        before = None if asked is None else await self.answered_before(unit, asked, person_id)
        if before is not None:
            return before
        asked = self.check(asked, person_id, now, chosen)
        question = question_of(asked)
        right = chosen == question.right
        seconds = min(max(0, int((now - asked.asked_at).total_seconds())), LONGEST)
        rating = rating_of(right=right, confidence=confidence, seconds=seconds)
        skill, family = question.skill.value, question.family
        kept = await cards.find(unit, person_id, skill, family)
        card = self._spacing.reviewed(kept, person_id, skill, family, rating, now)
        cards.put(unit, card)
        told = Review(
            asked.id,
            person_id,
            skill,
            family,
            question.template,
            right,
            confidence,
            question.choices[chosen].misconception,
            int(rating),
            seconds,
            now,
        )
        reviews.add(unit, told)
        if asked.person_id is not None:
            questions.close(unit, asked.id, now)
        first = mastery.from_kept(await beliefs.of_person(unit, person_id))
        then = after_answer(first, question, chosen, confidence, now, self._skills_of())
        test, end = None, None
        if asked.body.get("test"):
            test, end = await self._tested(unit, person_id, then, right=right)
            if end is not None and end.passed:
                then = mastered_by_test(then, end.skill, now)
        for each in to_keep(person_id, first, then, now):
            beliefs.put(unit, each)
        return Verdict(
            asked.id,
            question,
            chosen,
            confidence,
            again=False,
            due_at=card.due_at,
            closed=tuple(name for name in first.open if name not in then.open),
            mastered=bool(then.mastered - first.mastered),
            test=test,
            test_end=end,
        )

    async def _tested(
        self, unit: UnitOfWork, person_id: str, after: Beliefs, *, right: bool
    ) -> tuple[Exam | None, ExamEnd | None]:
        """A test-out after one more answer, or its end."""
        learner: Learner = await learner_of(unit, person_id)
        if learner.test is None:
            return None, None
        before = learner.test
        test = replace(before, answered=before.answered + 1, right=before.right + right)
        if test.answered < TEST_QUESTIONS:
            save_learner(unit, person_id, learner.testing(test))
            return test, None
        held = tuple(
            name
            for name in open_of(test.skill, after.held, self._skills_of())
            if not _slipped(after.held[name], test)
        )
        save_learner(unit, person_id, learner.testing(None))
        passed = test.right >= TEST_RIGHT and not held
        return None, ExamEnd(test.skill, test.right, passed, held)


def body_of(question: Question, *, test: bool = False, lesson: str | None = None) -> dict[str, Any]:
    """What is kept of a question that is asked."""
    return {"question": question.to_json(), "test": test, "lesson": lesson}


def _slipped(held: Held, test: Exam) -> bool:
    """Whether a misconception was chosen for the first time within a test: that is forgiven, once."""
    return held.chosen == 1 and held.at is not None and held.at >= test.since


def _place_of(question: Question, misconception: str | None) -> int:
    found = (place for place, each in enumerate(question.choices) if each.misconception == misconception)
    return next(found, question.right)

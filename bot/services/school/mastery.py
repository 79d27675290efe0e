"""What a learner is believed to know, and to believe wrongly (docs/teaching.md §Mastery).

Skills: Bayesian knowledge tracing (A. T. Corbett and J. R. Anderson, Knowledge tracing: Modeling the acquisition of
procedural knowledge, 1995), with fixed parameters that are ours. Misconceptions: a rule of evidence, ours.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from bot.content.skills import Skill
from bot.services.school.question import Question
from bot.services.school.spacing import Confidence
from bot.storage.beliefs import MISCONCEPTION, SKILL, KeptBelief

KNOWN_BEFORE = 0.2
LEARNT_EACH = 0.15
SLIP = 0.1
GUESSED = 0.5
"""How likely a right answer is without knowing, if it was said to be a guess; else one of the options is hit by chance."""
MASTERED = 0.95
FEWEST = 4
"""A skill is not mastered before so many answers, whatever they were: ours."""
APART = timedelta(hours=24)
PLACES = 6


@dataclass(frozen=True, slots=True)
class SkillBelief:
    """`known`: how likely the skill is known, from 0 to 1. `mastered_at` stays once it is set."""

    known: float = KNOWN_BEFORE
    answers: int = 0
    mastered_at: datetime | None = None

    @property
    def mastered(self) -> bool:
        return self.mastered_at is not None


@dataclass(frozen=True, slots=True)
class Held:
    """A misconception: `open` while it is believed to be held.

    `rights`: the first right answer in each template that offered it, since it was last chosen.
    """

    open: bool = False
    chosen: int = 0
    rights: Mapping[str, datetime] = field(default_factory=dict)
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Beliefs:
    """All that is believed of one learner."""

    skills: Mapping[Skill, SkillBelief]
    held: Mapping[str, Held]

    def skill(self, skill: Skill) -> SkillBelief:
        """What is believed of a skill; the beginning where nothing was answered."""
        return self.skills.get(skill, SkillBelief())

    @property
    def mastered(self) -> frozenset[Skill]:
        """The skills that are mastered."""
        return frozenset(each for each, belief in self.skills.items() if belief.mastered)

    @property
    def open(self) -> tuple[str, ...]:
        """The ids of the misconceptions that are held, the latest first."""
        found = [(held.at, name) for name, held in self.held.items() if held.open and held.at is not None]
        return tuple(name for _, name in sorted(found, reverse=True))


def traced(known: float, *, right: bool, guess: float) -> float:
    """How likely a skill is known after an answer: Bayes' rule, then a chance to have learnt from it."""
    if right:
        given = known * (1 - SLIP) / (known * (1 - SLIP) + (1 - known) * guess)
    else:
        given = known * SLIP / (known * SLIP + (1 - known) * (1 - guess))
    return round(given + (1 - given) * LEARNT_EACH, PLACES)


def after_answer(
    beliefs: Beliefs,
    question: Question,
    chosen: int,
    confidence: Confidence | None,
    at: datetime,
    skills_of: Mapping[str, Skill],
) -> Beliefs:
    """The beliefs after an answer; `skills_of` says which skill a misconception belongs to."""
    right = chosen == question.right
    guess = GUESSED if confidence is Confidence.GUESS else 1 / len(question.choices)
    held = dict(beliefs.held)
    for place, choice in enumerate(question.choices):
        if choice.misconception is None:
            continue
        before = held.get(choice.misconception, Held())
        if place == chosen:
            held[choice.misconception] = Held(True, before.chosen + 1, {}, at)
        elif right and confidence is not Confidence.GUESS and before.open:
            held[choice.misconception] = closer(before, question.template, at)
    before_skill = beliefs.skill(question.skill)
    belief = replace(
        before_skill,
        known=traced(before_skill.known, right=right, guess=guess),
        answers=before_skill.answers + 1,
    )
    reached = belief.known >= MASTERED and belief.answers >= FEWEST
    if reached and not belief.mastered and not open_of(question.skill, held, skills_of):
        belief = replace(belief, mastered_at=at)
    return Beliefs({**beliefs.skills, question.skill: belief}, held)


def closer(held: Held, template: str, at: datetime) -> Held:
    """An open misconception after a right answer: two in different templates, a day apart, close it."""
    rights = {template: at, **held.rights}
    gone = any(abs(at - earlier) >= APART for other, earlier in held.rights.items() if other != template)
    return Held(False, held.chosen, {}, at) if gone else replace(held, rights=rights)


def open_of(skill: Skill, held: Mapping[str, Held], skills_of: Mapping[str, Skill]) -> tuple[str, ...]:
    """The open misconceptions that belong to a skill."""
    return tuple(name for name, each in held.items() if each.open and skills_of.get(name) is skill)


def mastered_by_test(beliefs: Beliefs, skill: Skill, at: datetime) -> Beliefs:
    """The beliefs after a test-out that was passed."""
    before = beliefs.skill(skill)
    belief = replace(before, known=max(before.known, MASTERED), mastered_at=before.mastered_at or at)
    return Beliefs({**beliefs.skills, skill: belief}, beliefs.held)


def from_kept(rows: Iterable[KeptBelief]) -> Beliefs:
    """The beliefs of stored rows."""
    skills: dict[Skill, SkillBelief] = {}
    held: dict[str, Held] = {}
    for row in rows:
        body = row.body
        if row.kind == SKILL:
            since = body["mastered_at"]
            when = None if since is None else datetime.fromisoformat(since)
            skills[Skill(row.name)] = SkillBelief(float(Decimal(body["known"])), body["answers"], when)
        else:
            rights = {name: datetime.fromisoformat(at) for name, at in body["rights"].items()}
            held[row.name] = Held(body["open"], body["chosen"], rights, row.at)
    return Beliefs(skills, held)


def to_keep(person_id: str, before: Beliefs, after: Beliefs, at: datetime) -> Sequence[KeptBelief]:
    """The rows that changed."""
    found = [
        KeptBelief(person_id, SKILL, skill.value, _skill_body(belief), at)
        for skill, belief in after.skills.items()
        if before.skills.get(skill) != belief
    ]
    found += [
        KeptBelief(person_id, MISCONCEPTION, name, _held_body(held), held.at or at)
        for name, held in after.held.items()
        if before.held.get(name) != held
    ]
    return found


def _skill_body(belief: SkillBelief) -> dict[str, Any]:
    since = belief.mastered_at
    return {
        "known": f"{belief.known:.{PLACES}f}",
        "answers": belief.answers,
        "mastered_at": None if since is None else since.isoformat(),
    }


def _held_body(held: Held) -> dict[str, Any]:
    return {
        "open": held.open,
        "chosen": held.chosen,
        "rights": {name: at.isoformat() for name, at in held.rights.items()},
    }

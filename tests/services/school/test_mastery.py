"""What is believed after answers: skills by knowledge tracing, misconceptions by evidence a day apart."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.content.skills import Skill
from bot.services.school.mastery import (
    FEWEST,
    KNOWN_BEFORE,
    LEARNT_EACH,
    MASTERED,
    SLIP,
    Beliefs,
    after_answer,
    from_kept,
    mastered_by_test,
    to_keep,
    traced,
)
from bot.services.school.question import Choice, Question
from bot.services.school.spacing import Confidence

START = datetime(2026, 1, 5, 9, tzinfo=UTC)
HOUR = timedelta(hours=1)
SKILLS = {"one-mmr": Skill.LIQUIDATION, "iso-helps": Skill.CROSS}
NOTHING = Beliefs({}, {})
QUESTION = Question(
    "first",
    1,
    Skill.LIQUIDATION,
    "liq",
    {},
    (Choice({}, "one-mmr"), Choice({}, None), Choice({}, "iso-helps"), Choice({}, "liq-warns")),
    1,
    "liquidation-price",
    own=False,
    derivation=None,
)
OTHER = replace(QUESTION, template="second")
RIGHT, WRONG = 1, 0


def told(beliefs: Beliefs, *answers: tuple[Question, int, float], confidence: str | None = None) -> Beliefs:
    """The beliefs after answers: the question, the choice, and the hours since the start."""
    sure = None if confidence is None else Confidence(confidence)
    for question, chosen, hours in answers:
        beliefs = after_answer(beliefs, question, chosen, sure, START + hours * HOUR, SKILLS)
    return beliefs


def test_tracing_by_hand() -> None:
    # Bayes with a guess of 1/4, then the chance to have learnt: the two steps of Corbett and Anderson.
    known = 0.2 * 0.9 / (0.2 * 0.9 + 0.8 * 0.25)
    assert traced(0.2, right=True, guess=0.25) == round(known + (1 - known) * 0.15, 6) == 0.552632
    lost = 0.2 * 0.1 / (0.2 * 0.1 + 0.8 * 0.75)
    assert traced(0.2, right=False, guess=0.25) == round(lost + (1 - lost) * 0.15, 6) == 0.177419
    assert (KNOWN_BEFORE, SLIP, LEARNT_EACH) == (0.2, 0.1, 0.15)


def test_a_right_guess_says_less() -> None:
    sure = told(NOTHING, (QUESTION, RIGHT, 0), confidence="sure").skill(Skill.LIQUIDATION).known
    guess = told(NOTHING, (QUESTION, RIGHT, 0), confidence="guess").skill(Skill.LIQUIDATION).known
    assert KNOWN_BEFORE < guess < sure


def test_a_skill_is_mastered_after_enough_right_answers_and_stays_so() -> None:
    beliefs = NOTHING
    for number in range(FEWEST - 1):
        beliefs = told(beliefs, (QUESTION, RIGHT, number))
        assert not beliefs.mastered
    beliefs = told(beliefs, (QUESTION, RIGHT, 9))
    assert beliefs.mastered == {Skill.LIQUIDATION}
    assert beliefs.skill(Skill.LIQUIDATION).known >= MASTERED
    assert told(beliefs, (QUESTION, WRONG, 10), (QUESTION, WRONG, 11)).mastered == {Skill.LIQUIDATION}


def test_an_open_misconception_of_the_skill_keeps_it_from_being_mastered() -> None:
    beliefs = told(NOTHING, (QUESTION, WRONG, 0), *((QUESTION, RIGHT, hours) for hours in range(1, 12)))
    assert beliefs.skill(Skill.LIQUIDATION).known >= MASTERED
    assert beliefs.open == ("one-mmr",)
    assert not beliefs.mastered
    assert told(beliefs, (OTHER, RIGHT, 30)).mastered, "the misconception is closed, so the skill is mastered"


def test_one_of_another_skill_does_not() -> None:
    beliefs = told(NOTHING, (QUESTION, 2, 0), *((QUESTION, RIGHT, hours) for hours in range(1, 9)))
    assert beliefs.open == ("iso-helps",)
    assert beliefs.mastered == {Skill.LIQUIDATION}


@pytest.mark.parametrize(
    ("answers", "open_"),
    [
        ([(QUESTION, RIGHT, 1)], True),
        ([(QUESTION, RIGHT, 1), (QUESTION, RIGHT, 40)], True),  # one template only
        ([(QUESTION, RIGHT, 1), (OTHER, RIGHT, 24.9)], True),  # not a day apart
        ([(QUESTION, RIGHT, 1), (OTHER, RIGHT, 25)], False),
        ([(QUESTION, RIGHT, 1), (OTHER, RIGHT, 2), (QUESTION, RIGHT, 26)], False),  # the second and the third
        (
            [(QUESTION, RIGHT, 1), (QUESTION, WRONG, 2), (OTHER, RIGHT, 26)],
            True,
        ),  # chosen again: from the start
    ],
)
def test_when_a_misconception_closes(answers: list[tuple[Question, int, float]], open_: bool) -> None:
    beliefs = told(NOTHING, (QUESTION, WRONG, 0), *answers)
    assert (beliefs.open == ("one-mmr",)) is open_


def test_a_guess_closes_nothing_and_a_right_answer_opens_nothing() -> None:
    opened = told(NOTHING, (QUESTION, WRONG, 0))
    assert told(opened, (QUESTION, RIGHT, 1), (OTHER, RIGHT, 30), confidence="guess").open == ("one-mmr",)
    assert told(NOTHING, (QUESTION, RIGHT, 0)).held == {}


def test_beliefs_are_kept_and_only_what_changed() -> None:
    first = told(NOTHING, (QUESTION, WRONG, 0), (QUESTION, RIGHT, 1))
    rows = to_keep("me", NOTHING, first, START)
    assert {(row.kind, row.name) for row in rows} == {("skill", "liquidation"), ("misconception", "one-mmr")}
    assert from_kept(rows) == first
    then = mastered_by_test(first, Skill.CROSS, START)
    assert [row.name for row in to_keep("me", first, then, START)] == ["cross"]

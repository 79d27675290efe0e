"""What the cards of a question and of its verdict need: templates `question` and `verdict`."""

from typing import Any

from bot.content.skills import SKILL_NAMES
from bot.services.school.question import Choice, Question


def question_data(question: Question, part: str = "card") -> dict[str, Any]:
    """Data of the template `question`.

    `part`: "card" has the stem in its paragraphs and the options as its numbered list, from which a native poll can be
    made; "why" is one paragraph, why the right answer is right.
    """
    return {
        "part": part,
        "wording": question.wording,
        "skill": SKILL_NAMES[question.skill],
        "own": question.own,
        "data": question.data,
        "choices": [each.data for each in question.choices],
        "right": question.choices[question.right].data,
    }


def verdict_data(
    question: Question, chosen: int | None, lesson: str = "", *, show_sum: bool = False
) -> dict[str, Any]:
    """Data of the template `verdict`.

    `chosen`: the place of the option that was picked, from 0; None if nobody did. `lesson`: its title, if it is to be
    named. `show_sum`: with the sum behind the right answer, if the question has one.
    """
    return {
        "wording": question.wording,
        "skill": SKILL_NAMES[question.skill],
        "data": question.data,
        "is_right": chosen == question.right,
        "right": _placed(question.choices[question.right], question.right),
        "chosen": None if chosen is None else _placed(question.choices[chosen], chosen),
        "lesson": {"name": lesson},
        "sum": question.derivation if show_sum else None,
    }


def _placed(choice: Choice, place: int) -> dict[str, Any]:
    return {"place": place + 1, "data": choice.data, "misconception": choice.misconception}

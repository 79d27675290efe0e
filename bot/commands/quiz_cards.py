"""Questions and verdicts as answers with their buttons."""

from collections.abc import Mapping, Sequence
from typing import Any

from bot.commands.quiz_words import CONFIDENCE_LABELS
from bot.content.skills import SKILL_NAMES
from bot.core.reply import Answer, Button, Style
from bot.core.texts import N_
from bot.services.school.grading import TEST_QUESTIONS, Verdict, question_of
from bot.services.school.learner import Exam
from bot.services.school.question import Question
from bot.services.school.question_cards import question_data, verdict_data
from bot.services.school.quizzes import Asked


def card_data(question: Question) -> dict[str, Any]:
    """What the card of a question needs; nothing in it tells which option is right."""
    return {name: each for name, each in question_data(question).items() if name != "right"}


def question_answer(
    asked: Asked, test: Exam | None, *, chosen: int | None = None, polled: bool = False
) -> Answer:
    """A question with its options; `chosen` (from 0): how sure is that? `polled`: a front may show a poll of its own."""
    question = question_of(asked)
    group = asked.person_id is None
    data: dict[str, Any] = {
        "card": card_data(question),
        "chosen": None if chosen is None else chosen + 1,
        "group": group,
        "test": _test(test) if asked.body.get("test") else None,
    }
    if chosen is not None:
        sure = [
            Button(label, f"answer {chosen + 1} {confidence.value} question={asked.id}")
            for confidence, label in CONFIDENCE_LABELS.items()
        ]
        numbers = [
            _option(asked, place, anyone=False) for place in range(len(question.choices)) if place != chosen
        ]
        return Answer("quiz_question", data).with_buttons(tuple(sure), tuple(numbers))
    options = tuple(_option(asked, place, anyone=group) for place in range(len(question.choices)))
    others: tuple[Button, ...] = () if group else (Button(N_("Another question"), "skip"),)
    if polled:
        data |= {"right": question.right, "why": question.choices[question.right].data}
        return Answer("quiz_question", data, poll=asked.id).with_buttons(options, others)
    return Answer("quiz_question", data).with_buttons(options, others)


def verdict_answer(
    verdict: Verdict, asked: Asked, lesson: str, closed: Sequence[Mapping[str, str]]
) -> Answer:
    """What came of an answer; `lesson` is the title of the one that teaches it, `closed` names misconceptions."""
    question = verdict.question
    end = verdict.test_end
    data = {
        "card": verdict_data(question, verdict.chosen, lesson),
        "confidence": verdict.confidence,
        "again": verdict.again,
        "due": None if verdict.due_at is None else verdict.due_at.isoformat(),
        "closed": list(closed),
        "mastered": verdict.mastered,
        "test": None if verdict.test is None else _test(verdict.test),
        "test_end": None
        if end is None
        else {
            "skill": SKILL_NAMES[end.skill],
            "right": end.right,
            "passed": end.passed,
            "of": TEST_QUESTIONS,
            "held": bool(end.held),
        },
    }
    about = []
    if question.derivation is not None:
        about.append(Button(N_("Show the sum"), f"quizsum question={asked.id}"))
    about.append(Button(N_("Lesson"), f"lesson {question.lesson}"))
    last = (Button(N_("Report a mistake"), f"report question={asked.id}"),)
    if asked.person_id is None:
        return Answer("quiz_verdict", data, private=True).with_buttons(tuple(about), last)
    onward = (Button(N_("Next question"), _next_line(verdict, asked), style=Style.GO),)
    return Answer("quiz_verdict", data).with_buttons(onward, tuple(about), last)


def sum_answer(question: Question) -> Answer:
    """The sum behind the right answer."""
    return Answer("quiz_sum", {"sum": question.derivation}, fresh=True)


def _option(asked: Asked, place: int, *, anyone: bool) -> Button:
    number = str(place + 1)
    return Button("{number}", f"answer {number} question={asked.id}", {"number": number}, anyone=anyone)


def _next_line(verdict: Verdict, asked: Asked) -> str:
    if verdict.test is not None:
        return f"testout {verdict.test.skill.value}"
    lesson = asked.body.get("lesson")
    return "quiz" if lesson is None else f"quiz lesson {lesson}"


def _test(test: Exam | None) -> dict[str, Any] | None:
    if test is None:
        return None
    return {
        "skill": SKILL_NAMES[test.skill],
        "answered": test.answered,
        "right": test.right,
        "of": TEST_QUESTIONS,
    }

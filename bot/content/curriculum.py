"""All that is taught in one language, checked to hang together: lessons, questions, misconceptions, glossary."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from bot.content.catalogue import DEFAULT_LANGUAGE, LOCALES, ContentFault
from bot.content.glossary import Glossary, load_glossary
from bot.content.lessons import Lesson, load_lessons
from bot.content.quizbank import QuizBank, load_quiz_bank


@dataclass(frozen=True, slots=True)
class Curriculum:
    """Lessons by id in order, the question bank, and the glossary."""

    lessons: Mapping[str, Lesson]
    bank: QuizBank
    glossary: Glossary


def load_curriculum(language: str = DEFAULT_LANGUAGE, folder: Path = LOCALES) -> Curriculum:
    """Everything of a language, English where there is none. Raises ContentFault, also where one names what is not there."""
    curriculum = Curriculum(
        load_lessons(language, folder), load_quiz_bank(language, folder), load_glossary(language, folder)
    )
    faults = tuple(_loose_ends(curriculum))
    if faults:
        raise ContentFault(faults)
    return curriculum


def _loose_ends(found: Curriculum) -> Iterator[str]:
    lessons, bank, terms = found.lessons, found.bank, found.glossary.terms
    for lesson in lessons.values():
        yield from _missing(f"lesson {lesson.id}: question", lesson.questions, bank.questions)
        yield from _missing(f"lesson {lesson.id}: term", lesson.terms, terms)
        for each in lesson.questions:
            if each in bank.questions and bank.questions[each].lesson != lesson.id:
                yield f"lesson {lesson.id}: question {each} belongs to {bank.questions[each].lesson}"
    for question in bank.questions.values():
        yield from _missing(f"question {question.id}: lesson", (question.lesson,), lessons)
        if question.lesson in lessons and lessons[question.lesson].skill is not question.skill:
            yield f"question {question.id}: its lesson trains {lessons[question.lesson].skill}"
    for misconception in bank.misconceptions.values():
        yield from _missing(f"misconception {misconception.id}: lesson", (misconception.lesson,), lessons)
    for term in terms.values():
        yield from _missing(f"term {term.id}: lesson", (term.lesson,), lessons)


def _missing(what: str, wanted: Iterable[str], known: Mapping[str, object]) -> Iterator[str]:
    return (f"{what} {each} does not exist" for each in dict.fromkeys(wanted) if each not in known)

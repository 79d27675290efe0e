"""The fixed bank of questions, and the misconceptions that its wrong options stand for (docs/teaching.md)."""

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Annotated

from pydantic import Field

from bot.content.catalogue import DEFAULT_LANGUAGE, LOCALES
from bot.content.faults import Faults, Section, Slug, Text, line_of, read
from bot.content.skills import Skill

STEM, OPTION, REASON = 300, 100, 200
"""The most characters of a stem, an option and a reason: what a native quiz of a platform takes."""
MISCONCEPTIONS = "misconceptions.toml"


class WrongFile(Section):
    """`[[question.wrong]]`."""

    option: Annotated[Text, Field(max_length=OPTION)]
    misconception: Slug
    why: Annotated[Text, Field(max_length=REASON)]


class QuestionFile(Section):
    """`[[question]]`."""

    id: Slug
    skill: Skill
    family: Slug
    lesson: Slug
    stem: Annotated[Text, Field(max_length=STEM)]
    right: Annotated[Text, Field(max_length=OPTION)]
    why: Annotated[Text, Field(max_length=REASON)]
    wrong: Annotated[tuple[WrongFile, ...], Field(min_length=2, max_length=3)]


class BankFile(Section):
    """One file of the bank."""

    question: Annotated[tuple[QuestionFile, ...], Field(min_length=1)]


class MisconceptionFile(Section):
    """`[[misconception]]`; `correction` is two sentences."""

    id: Slug
    name: Annotated[Text, Field(max_length=80)]
    correction: Annotated[Text, Field(max_length=300)]
    skill: Skill
    lesson: Slug


class MisconceptionsFile(Section):
    """`misconceptions.toml`."""

    misconception: Annotated[tuple[MisconceptionFile, ...], Field(min_length=1)]


@dataclass(frozen=True, slots=True)
class Misconception:
    """Something that many believe and that is not so; `name` says the belief."""

    id: str
    name: str
    correction: str
    skill: Skill
    lesson: str


@dataclass(frozen=True, slots=True)
class Option:
    """One answer to choose; `misconception` is the id of what is behind a wrong one, None for the right one."""

    text: str
    why: str
    misconception: str | None = None

    @property
    def right(self) -> bool:
        return self.misconception is None


@dataclass(frozen=True, slots=True)
class Question:
    """One question; the right option comes first, so show `shuffled` ones. `lesson` is where its answer is taught."""

    id: str
    skill: Skill
    family: str
    lesson: str
    stem: str
    options: tuple[Option, ...]

    def shuffled(self, seed: str) -> tuple[Option, ...]:
        """The options in an order that depends on the seed alone, the same on every machine."""

        def place(option: Option) -> bytes:
            return sha256(f"{seed}\n{self.id}\n{option.text}".encode()).digest()

        return tuple(sorted(self.options, key=place))


@dataclass(frozen=True, slots=True)
class QuizBank:
    """Questions and misconceptions by id, in the order of the files."""

    questions: Mapping[str, Question]
    misconceptions: Mapping[str, Misconception]


_NONE = QuizBank({}, {})


def load_quiz_bank(language: str = DEFAULT_LANGUAGE, folder: Path = LOCALES) -> QuizBank:
    """The bank of a language, English where a file of it is missing. Raises ContentFault with every fault.

    What a language has is the English bank in other words: a question of its own, or another misconception, is a fault.
    """
    faults = Faults()
    bank = _read(folder / DEFAULT_LANGUAGE / "quizzes", _NONE, faults)
    if language != DEFAULT_LANGUAGE:
        own = _read(folder / language / "quizzes", bank, faults)
        bank = QuizBank({**bank.questions, **own.questions}, {**bank.misconceptions, **own.misconceptions})
    faults.stop()
    return bank


def _read(folder: Path, english: QuizBank, faults: Faults) -> QuizBank:
    misconceptions: dict[str, Misconception] = dict(english.misconceptions)
    path = folder / MISCONCEPTIONS
    if path.is_file():
        text = read(path, faults)
        listed = faults.table(path, text, MisconceptionsFile)
        if listed is not None:
            faults.unique(path, text, "misconception", (each.id for each in listed.misconception))
            for number, each in enumerate(listed.misconception):
                misconceptions[each.id] = found = Misconception(**each.model_dump())
                if english.misconceptions and _core(found) != _core(english.misconceptions.get(each.id)):
                    line = line_of(text, ("misconception", number, "id"))
                    faults.add(path, line, f"misconception.{number}: not as in {DEFAULT_LANGUAGE}")
    questions: dict[str, Question] = {}
    for path in sorted(folder.glob("*.toml")):
        if path.name != MISCONCEPTIONS:
            questions |= _bank_file(path, questions, QuizBank(english.questions, misconceptions), faults)
    return QuizBank(questions, misconceptions)


def _bank_file(
    path: Path, before: Mapping[str, Question], known: QuizBank, faults: Faults
) -> dict[str, Question]:
    text = read(path, faults)
    bank = faults.table(path, text, BankFile)
    if bank is None:
        return {}
    faults.unique(path, text, "question", (each.id for each in bank.question))
    for number, each in enumerate(bank.question):
        line = line_of(text, ("question", number, "id"))
        if each.id in before:
            faults.add(path, line, f"question.{number}.id: {each.id} is taken")
        said = [each.right, *(wrong.option for wrong in each.wrong)]
        if len(set(said)) < len(said):
            faults.add(path, line, f"question.{number}: two options are the same")
        meant = [wrong.misconception for wrong in each.wrong]
        if len(set(meant)) < len(meant):
            faults.add(path, line, f"question.{number}: two options stand for one misconception")
        for missing in sorted(set(meant) - known.misconceptions.keys()):
            faults.add(path, line, f"question.{number}: no misconception {missing}")
        if known.questions and _core(_question(each)) != _core(known.questions.get(each.id)):
            faults.add(path, line, f"question.{number}: not as in {DEFAULT_LANGUAGE}")
    return {each.id: _question(each) for each in bank.question}


def _question(file: QuestionFile) -> Question:
    wrong = (Option(each.option, each.why, each.misconception) for each in file.wrong)
    options = (Option(file.right, file.why), *wrong)
    return Question(file.id, file.skill, file.family, file.lesson, file.stem, options)


def _core(found: Question | Misconception | None) -> object:
    """What is the same in every language."""
    match found:
        case Question():
            meant = tuple(each.misconception for each in found.options)
            return found.skill, found.family, found.lesson, meant
        case Misconception():
            return found.skill, found.lesson
        case None:
            return None

"""Questions and their answers: in private with confidence and reviews, in a group for all at once."""

from dataclasses import dataclass, replace
from typing import Any

from bot.commands.kinds import SWITCH, TEXT
from bot.commands.quiz_cards import question_answer, sum_answer, verdict_answer
from bot.commands.quiz_words import CONFIDENCE, LESSON, OPTION, SKILL
from bot.content.skills import SKILL_NAMES, Skill
from bot.core.command import Command, Visibility
from bot.core.params import param
from bot.core.questions import rows_of
from bot.core.reply import Answer, Button
from bot.core.request import Called
from bot.core.texts import N_
from bot.services.school import reports
from bot.services.school.grading import NotOpen, Verdict, question_of
from bot.services.school.learner import learner_of, save_learner
from bot.services.school.quizzes import Asked, NothingToAsk, Quizzes, shown_as_poll
from bot.services.school.spacing import Confidence
from bot.services.turn import BotTurn


@dataclass(frozen=True, slots=True, kw_only=True)
class QuizWords:
    """What `/quiz` takes."""

    skill: Skill | None = param(SKILL, N_("Only questions of one skill, such as liquidation"), default=None)
    lesson: str | None = param(LESSON, N_("The questions of a lesson, such as lesson 7"), default=None)
    confidence: bool | None = param(SWITCH, N_("Whether you are asked how sure you are"), default=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerWords:
    """What an answer takes."""

    choice: int = param(OPTION, N_("The number of your answer"))
    sureness: Confidence | None = param(
        CONFIDENCE, N_("How sure you are: sure, think or guess"), default=None
    )
    question: str | None = param(TEXT, N_("Of which question"), default=None, hidden=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class WhichWords:
    """A question that was asked; the latest one of this chat if none is named."""

    question: str | None = param(TEXT, N_("Which question"), default=None, hidden=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class PolledWords:
    """Which poll of a platform shows a question."""

    question: str = param(TEXT, N_("Which question"), hidden=True)
    poll: str = param(TEXT, N_("Which poll"), hidden=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class VotedWords:
    """A vote in a poll, counted from 0."""

    poll: str = param(TEXT, N_("Which poll"), hidden=True)
    choice: int = param(OPTION, N_("The number of your answer"))


@dataclass(frozen=True, slots=True, kw_only=True)
class TestOutWords:
    """What `/testout` takes."""

    skill: Skill = param(SKILL, N_("Which skill you know already"))


class QuizCommands:
    """Handlers of questions and answers."""

    def __init__(self, quizzes: Quizzes) -> None:
        self._quizzes = quizzes

    def commands(self) -> tuple[Command[BotTurn], ...]:
        """The declarations."""
        private = Visibility.PRIVATE
        return (
            Command(
                name="quiz",
                summary=N_("A question: what is due first, then what is new"),
                handler=self.quiz,
                arguments=QuizWords,
                topic="learn",
                acts=True,
                examples=("quiz", "quiz liquidation", "quiz lesson 7", "quiz confidence off"),
            ),
            Command(
                name="testout",
                summary=N_("Show that you know a skill: 5 questions, 4 right"),
                handler=self.test_out,
                arguments=TestOutWords,
                visibility=private,
                topic="learn",
                acts=True,
                examples=("testout liquidation",),
            ),
            Command(
                name="report",
                summary=N_("Say that the last question is wrong or unclear"),
                handler=self.report,
                arguments=WhichWords,
                visibility=private,
                topic="learn",
                acts=True,
            ),
            Command(
                name="answer",
                summary=N_("Answer a question"),
                handler=self.answer,
                arguments=AnswerWords,
                visibility=private,
                listed=False,
            ),
            Command(
                name="skip",
                summary=N_("Another question instead"),
                handler=self.skip,
                visibility=private,
                listed=False,
                acts=True,
            ),
            Command(
                name="quizsum",
                summary=N_("The sum behind an answer"),
                handler=self.sum,
                arguments=WhichWords,
                visibility=private,
                listed=False,
            ),
            Command(
                name="polled",
                summary=N_("Which poll shows a question"),
                handler=self.polled,
                arguments=PolledWords,
                listed=False,
                acts=True,
            ),
            Command(
                name="voted",
                summary=N_("A vote in a poll"),
                handler=self.voted,
                arguments=VotedWords,
                visibility=private,
                listed=False,
                acts=True,
            ),
        )

    async def quiz(self, turn: BotTurn, words: QuizWords) -> Answer:
        """The next question, or the choice whether confidence is asked."""
        if words.confidence is not None:
            learner = replace(await learner_of(turn.unit, turn.person_id), confidence=words.confidence)
            save_learner(turn.unit, turn.person_id, learner)
            return Answer("quiz_confidence", {"on": words.confidence}).with_buttons(
                (Button(N_("Question"), "quiz"),)
            )
        lesson = None
        if words.lesson is not None:
            lesson = self._quizzes.lesson(words.lesson, turn.language)
            if lesson is None:
                return _nothing("lesson")
        try:
            asked = await self._quizzes.next(turn, words.skill, lesson)
        except NothingToAsk:
            return _nothing("questions")
        return await self._asked(turn, asked)

    async def test_out(self, turn: BotTurn, words: TestOutWords) -> Answer:
        """The next question of a test-out."""
        try:
            asked = await self._quizzes.test(turn, words.skill)
        except NothingToAsk:
            return _nothing("questions")
        return await self._asked(turn, asked)

    async def skip(self, turn: BotTurn, _: Any) -> Answer:
        """Another question instead of the open one, which counts for nothing."""
        await self._quizzes.skip(turn)
        try:
            asked = await self._quizzes.another(turn)
        except NothingToAsk:
            return _nothing("questions")
        return await self._asked(turn, asked)

    async def _asked(self, turn: BotTurn, asked: Asked) -> Answer:
        learner = await learner_of(turn.unit, turn.person_id)
        turn.set_pending(f"answer question={asked.id}")
        polled = asked.person_id is None or not learner.confidence
        return question_answer(asked, learner.test, polled=polled)

    async def answer(self, turn: BotTurn, words: AnswerWords) -> Answer:
        """Grade an answer, once it is said how sure it is."""
        asked = await self._quizzes.find(turn, words.question)
        chosen = words.choice - 1
        learner = await learner_of(turn.unit, turn.person_id)
        grading = self._quizzes.grading
        try:
            before = (
                None if asked is None else await grading.answered_before(turn.unit, asked, turn.person_id)
            )
            asks = (learner.confidence or turn.suggested) and words.sureness is None
            if before is None and asks:
                asked = grading.check(asked, turn.person_id, turn.now, chosen)
                turn.set_pending(f"answer {words.choice} question={asked.id}")
                return question_answer(asked, learner.test, chosen=chosen)
            verdict = before or await self._quizzes.answer(turn, asked, chosen, words.sureness)
        except NotOpen as refused:
            return _refused(refused)
        assert asked is not None
        return self._verdict(turn, verdict, asked)

    def _verdict(self, turn: BotTurn, verdict: Verdict, asked: Asked) -> Answer:
        lesson = self._quizzes.lesson(verdict.question.lesson, turn.language)
        told = [self._quizzes.misconception(name, turn.language) for name in verdict.closed]
        names = [{"name": each.name} for each in told if each is not None]
        return verdict_answer(verdict, asked, "" if lesson is None else lesson.title, names)

    async def polled(self, turn: BotTurn, words: PolledWords) -> Answer:
        """Note which poll shows a question; a front calls this, people cannot."""
        asked = await self._quizzes.find(turn, words.question)
        if asked is None or asked.poll is not None or not isinstance(turn.request.input, Called):
            return _refused(NotOpen("unknown"))
        shown_as_poll(turn.unit, asked.id, words.poll)
        return Answer("empty")

    async def voted(self, turn: BotTurn, words: VotedWords) -> Answer:
        """Grade a vote in a poll."""
        asked = await self._quizzes.find(turn, None, words.poll)
        try:
            verdict = await self._quizzes.answer(turn, asked, words.choice, None)
        except NotOpen as refused:
            return _refused(refused)
        assert asked is not None
        if asked.person_id is None:
            return Answer("unsaid", private=True)  # the group's poll shows it already
        return replace(self._verdict(turn, verdict, asked), private=True)

    async def sum(self, turn: BotTurn, words: WhichWords) -> Answer:
        """The sum behind a question that was answered."""
        asked = await self._which(turn, words)
        if asked is None:
            return _refused(NotOpen("unknown"))
        before = await self._quizzes.grading.answered_before(turn.unit, asked, turn.person_id)
        question = question_of(asked)
        if before is None or question.derivation is None:
            return _refused(NotOpen("unknown"))
        return sum_answer(question)

    async def report(self, turn: BotTurn, words: WhichWords) -> Answer:
        """Keep a report of a question."""
        asked = await self._which(turn, words)
        if asked is None:
            return _nothing("report")
        hidden = await reports.report(turn, asked.template)
        if asked.answered_at is None and asked.person_id is not None:
            await self._quizzes.skip(turn)
        return Answer("reported", {"hidden": hidden}).with_buttons((Button(N_("Next question"), "quiz"),))

    async def _which(self, turn: BotTurn, words: WhichWords) -> Asked | None:
        """The question that is named or the latest of this chat; nobody else's."""
        if words.question is None:
            return await self._quizzes.latest(turn)
        asked = await self._quizzes.find(turn, words.question)
        return asked if asked is None or asked.person_id in {None, turn.person_id} else None


def _refused(refused: NotOpen) -> Answer:
    buttons = (Button(N_("Next question"), "quiz"),) if refused.why in {"closed", "unknown"} else ()
    return Answer("quiz_closed", {"why": refused.why}, ok=False, private=True).with_buttons(buttons)


def _nothing(what: str) -> Answer:
    skills = [Button(SKILL_NAMES[each], f"quiz {each.value}") for each in Skill] if what == "lesson" else []
    return Answer("quiz_none", {"what": what}, rows_of(skills, 2), ok=False)

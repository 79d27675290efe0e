"""Asking: the next question for a person or a group is drawn, kept, and found again for its answer."""

from collections.abc import Callable, Mapping
from random import Random

from bot.content.lessons import Lesson
from bot.content.quizbank import Misconception, QuizBank
from bot.content.skills import Skill
from bot.core.identity import new_id
from bot.services.markets import MAIN_MARKET
from bot.services.school import mastery
from bot.services.school.curricula import Curricula
from bot.services.school.grading import LASTS, Grading, Verdict, body_of, question_of
from bot.services.school.learner import Exam, learner_of, save_learner
from bot.services.school.picking import Known, Wish, pick
from bot.services.school.question import BANK, Question, Setting, Template
from bot.services.school.spacing import Confidence
from bot.services.school.templates import templates
from bot.services.turn import BotTurn
from bot.storage import UnitOfWork, beliefs, cards, question_reports, questions
from bot.storage.questions import Asked

__all__ = ["Asked", "NothingToAsk", "Quizzes", "shown_as_poll"]

LATELY = 20


class NothingToAsk(Exception):
    """No template gives a question for what was asked for."""


class Quizzes:
    """Draws and keeps questions. `seed` begins each draw; `templates` are those for a bank, if others than all."""

    def __init__(
        self,
        curricula: Curricula,
        grading: Grading,
        seed: Callable[[], int],
        templates: Callable[[QuizBank], Mapping[str, Template]] = templates,
    ) -> None:
        self._curricula = curricula
        self._templates = templates
        self._by_language: dict[str, Mapping[str, Template]] = {}
        self._seed = seed
        self.grading = grading

    def lesson(self, words: str, language: str) -> Lesson | None:
        """The lesson of that id or number."""
        lessons = self._curricula.of(language).lessons
        found = lessons.get(words)
        if found is None and words.isdecimal():
            found = next((each for each in lessons.values() if str(each.order) == words), None)
        return found

    def misconception(self, name: str, language: str) -> Misconception | None:
        """What is said of a misconception in a language."""
        return self._curricula.of(language).bank.misconceptions.get(name)

    def _of(self, language: str) -> Mapping[str, Template]:
        if language not in self._by_language:
            self._by_language[language] = self._templates(self._curricula.of(language).bank)
        return self._by_language[language]

    async def next(self, turn: BotTurn, skill: Skill | None = None, lesson: Lesson | None = None) -> Asked:
        """The next question for this chat: the one that is open already, or a new one. Raises NothingToAsk."""
        group = not turn.request.chat.private
        if skill is None and lesson is None:
            waiting = None if group else await self.open_for(turn)
            if waiting is not None:
                return waiting
        wish = Wish(skill, () if lesson is None else self._of_lesson(lesson), group=group)
        return await self._ask(turn, wish, lesson=None if lesson is None else lesson.id)

    async def another(self, turn: BotTurn) -> Asked:
        """A new question for this person, whatever is open. Raises NothingToAsk."""
        return await self._ask(turn, Wish())

    async def test(self, turn: BotTurn, skill: Skill) -> Asked:
        """Begin a test-out, or ask its next question; another one that was under way is given up. Raises NothingToAsk."""
        learner = await learner_of(turn.unit, turn.person_id)
        if learner.test is None or learner.test.skill is not skill:
            save_learner(turn.unit, turn.person_id, learner.testing(Exam(skill, turn.now)))
        waiting = await self.open_for(turn)
        if waiting is not None and waiting.body.get("test") and question_of(waiting).skill is skill:
            return waiting
        return await self._ask(turn, Wish(skill), test=True)

    async def open_for(self, turn: BotTurn) -> Asked | None:
        """The question that waits for an answer of this person in this private chat, if it can still be answered."""
        for each in await questions.recent(turn.unit, turn.person_id, LATELY):
            here = each.chat_key == turn.request.chat.key
            if here and each.answered_at is None and turn.now - each.asked_at <= LASTS:
                return each
        return None

    async def skip(self, turn: BotTurn) -> None:
        """Leave the open question unanswered."""
        waiting = await self.open_for(turn)
        if waiting is not None:
            questions.close(turn.unit, waiting.id, turn.now)

    async def find(self, turn: BotTurn, question_id: str | None, poll: str | None = None) -> Asked | None:
        """The question that is meant: by its id, by its poll, or the one that is open in this chat."""
        if poll is not None:
            return await questions.by_poll(turn.unit, poll)
        if question_id is not None:
            return await questions.find(turn.unit, question_id)
        if turn.request.chat.private:
            return await self.open_for(turn)
        return await questions.latest_of_chat(turn.unit, turn.request.chat.key)

    async def latest(self, turn: BotTurn) -> Asked | None:
        """The latest question of this chat, answered or not."""
        if not turn.request.chat.private:
            return await questions.latest_of_chat(turn.unit, turn.request.chat.key)
        return next(iter(await questions.recent(turn.unit, turn.person_id, 1)), None)

    async def answer(
        self, turn: BotTurn, asked: Asked | None, chosen: int, confidence: Confidence | None
    ) -> Verdict:
        """Grade an answer of who asks; raises NotOpen."""
        return await self.grading.grade(turn.unit, asked, turn.person_id, chosen, confidence, turn.now)

    def _of_lesson(self, lesson: Lesson) -> tuple[str, ...]:
        return tuple(f"{BANK}-{each}" for each in lesson.questions)

    async def _ask(
        self, turn: BotTurn, wish: Wish, *, lesson: str | None = None, test: bool = False
    ) -> Asked:
        unit = turn.unit
        question = await self._drawn(turn, wish)
        if question is None:
            raise NothingToAsk
        person = None if wish.group else turn.person_id
        asked = Asked(
            new_id(),
            person,
            turn.request.chat.key,
            question.template,
            body_of(question, test=test, lesson=lesson),
            turn.now,
        )
        if person is not None:
            await self._close_open(turn)
        questions.put(unit, asked)
        turn.once = True
        return asked

    async def _close_open(self, turn: BotTurn) -> None:
        waiting = await self.open_for(turn)
        if waiting is not None:
            questions.close(turn.unit, waiting.id, turn.now)

    async def _drawn(self, turn: BotTurn, wish: Wish) -> Question | None:
        account = await turn.account()
        own = not wish.group and account.market == MAIN_MARKET
        setting = Setting(turn.market, account.state if own else None)
        hidden = await question_reports.hidden(turn.unit)
        known = await self._known_of(turn, group=wish.group)
        return pick(
            self._of(turn.language),
            hidden,
            wish,
            known,
            setting,
            turn.now,
            Random(self._seed()),  # noqa: S311 - which question comes is no secret
        )

    async def _known_of(self, turn: BotTurn, *, group: bool) -> Known:
        unit, person_id = turn.unit, turn.person_id
        if group:
            before = await questions.latest_of_chat(unit, turn.request.chat.key)
            return Known(lately=() if before is None else (before.template,))
        lately = await questions.recent(unit, person_id, LATELY)
        believed = mastery.from_kept(await beliefs.of_person(unit, person_id))
        return Known(
            await cards.of_person(unit, person_id), believed, tuple(each.template for each in lately)
        )


def shown_as_poll(unit: UnitOfWork, question_id: str, poll: str) -> None:
    """Note which poll of a platform shows a question, so that votes find it, also after a restart."""
    questions.shown_as(unit, question_id, poll)

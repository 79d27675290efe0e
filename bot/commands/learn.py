"""Lessons in the chat: the list, the pages of one, and going on where one stopped."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from bot.commands.kinds import SWITCH, TEXT
from bot.commands.learn_cards import content_row, lesson_buttons, page_buttons
from bot.commands.learn_words import COUNT, LINE, SAID
from bot.content.lesson_files import PageKind
from bot.content.lessons import Lesson
from bot.core.binder import Binder, Bound
from bot.core.command import Command, Visibility
from bot.core.params import param
from bot.core.questions import ask, rows_of
from bot.core.reply import Answer, Button, Style
from bot.core.texts import N_
from bot.core.turn import AlreadyAnswered
from bot.core.words import shown, split_words
from bot.services.school.lessons import Lessons, Standing, lines_of, titles
from bot.services.school.practice import Practice
from bot.services.turn import BotTurn

LISTED, NUMBERS = 12, 5
"""So many lessons are listed at once, and buttons stand in a row."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LearnWords:
    """Which part of the list."""

    page: int | None = param(COUNT, N_("Which page"), default=None, hidden=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class LessonWords:
    """What `/lesson` takes."""

    which: str | None = param(LINE, N_("Which lesson: its number or its name"), default=None)
    page: int | None = param(COUNT, N_("Which page"), default=None, hidden=True)
    step: int | None = param(COUNT, N_("Which line is wrong"), default=None, hidden=True)
    show: bool | None = param(SWITCH, N_("Show the answer"), default=None, hidden=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class FillWords:
    """What completes a sum: the figure, and the page it is missing on; the latest one if none is named."""

    said: Decimal = param(SAID, N_("The figure that is missing"))
    lesson: str | None = param(TEXT, N_("Which lesson: its number or its name"), default=None, hidden=True)
    page: int | None = param(COUNT, N_("Which page"), default=None, hidden=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class TryWords:
    """Which page is tried out."""

    lesson: str = param(TEXT, N_("Which lesson: its number or its name"))
    page: int = param(COUNT, N_("Which page"), default=1, hidden=True)


class LearnCommands:
    """Handlers of lessons; `all_commands` tells the declarations once all are made, for the pages to try out."""

    def __init__(
        self,
        lessons: Lessons,
        practice: Practice,
        binder: Binder,
        all_commands: Callable[[], Sequence[Command[BotTurn]]],
    ) -> None:
        self._lessons = lessons
        self._practice = practice
        self._binder = binder
        self._all = all_commands

    def commands(self) -> tuple[Command[BotTurn], ...]:
        """The declarations."""
        private = Visibility.PRIVATE
        return (
            Command(
                name="learn",
                summary=N_("All lessons, and how far you have come"),
                handler=self.learn,
                arguments=LearnWords,
                visibility=private,
                topic="learn",
                aliases=("lessons", "course"),
            ),
            Command(
                name="lesson",
                summary=N_("Read a lesson, page by page"),
                handler=self.lesson,
                arguments=LessonWords,
                visibility=private,
                topic="learn",
                examples=("lesson 1", "lesson hedge"),
            ),
            Command(
                name="next",
                summary=N_("Go on with your lessons where you stopped"),
                handler=self.next,
                visibility=private,
                topic="learn",
            ),
            Command(
                name="fill",
                summary=N_("Complete a sum of a lesson"),
                handler=self.fill,
                arguments=FillWords,
                visibility=private,
                form=True,
                listed=False,
            ),
            Command(
                name="tryout",
                summary=N_("Run a lesson's command on a practice account"),
                handler=self.tryout,
                arguments=TryWords,
                visibility=private,
                listed=False,
                acts=True,
            ),
        )

    async def learn(self, turn: BotTurn, words: LearnWords) -> Answer:
        """A page of the list of lessons: without words the one on which the next lesson is."""
        standing = await self._lessons.standing(turn)
        every = self._lessons.all(turn.language)
        onward = self._lessons.onward(standing, turn.language, turn.now)
        pages = -(-len(every) // LISTED)
        here = 1 if onward is None else 1 + every.index(onward[0]) // LISTED
        page = min(words.page or here, pages)
        part = every[(page - 1) * LISTED : page * LISTED]
        begun = {each.lesson for each in standing.places}
        rows = [
            {
                **content_row(each),
                "state": "done" if each.id in standing.done else "begun" if each.id in begun else "new",
            }
            for each in part
        ]
        data = {"content": rows, "done": len(standing.done), "count": len(every)}
        start: tuple[Button, ...] = ()
        if onward is not None:
            label = N_("Go on with lesson {number}") if standing.places else N_("Begin with lesson {number}")
            start = (Button(label, "next", {"number": str(onward[0].order)}, Style.GO),)
        numbers = [Button("{number}", f"lesson {each.id}", {"number": str(each.order)}) for each in part]
        more = Button(N_("More lessons"), f"learn page={page % pages + 1}")
        return Answer("learn", data).with_buttons(
            start, *rows_of(numbers, NUMBERS), (more,) if pages > 1 else ()
        )

    async def lesson(self, turn: BotTurn, words: LessonWords) -> Answer:
        """A page of a lesson: the one named, else the one where it was left."""
        standing = await self._lessons.standing(turn)
        lesson = self._meant(turn, words.which, standing)
        if lesson is None:
            return self._unknown(turn, words.which or "")
        number = min(words.page or standing.page(lesson), len(lesson.pages))
        page = lesson.pages[number - 1]
        if words.step is not None and page.kind is PageKind.WRONG:
            verdict = "right" if words.step == page.step else "wrong" if words.step < page.step else "late"
            return await self._page(turn, standing, lesson, number, verdict, str(words.step))
        return await self._page(turn, standing, lesson, number, "shown" if words.show else None)

    async def next(self, turn: BotTurn, _: Any) -> Answer:
        """The page after the one that was seen last, or the next lesson."""
        standing = await self._lessons.standing(turn)
        onward = self._lessons.onward(standing, turn.language, turn.now)
        if onward is None:
            return await self.learn(turn, LearnWords())
        return await self._page(turn, standing, *onward)

    async def fill(self, turn: BotTurn, words: FillWords) -> Answer:
        """Check the figure that was said against the missing one."""
        standing = await self._lessons.standing(turn)
        lesson = self._meant(turn, words.lesson, standing)
        if lesson is None:
            return self._unknown(turn, words.lesson or "")
        number = min(words.page or standing.page(lesson), len(lesson.pages))
        page = lesson.pages[number - 1]
        if page.expected is None or page.kind is PageKind.WRONG:
            return await self._page(turn, standing, lesson, number)
        meant = self._lessons.meant(lesson, page, words.said, turn.language)
        if meant is None:
            return await self._page(turn, standing, lesson, number, "wrong", f"{words.said:f}")
        return await self._page(turn, standing, lesson, number, "right", f"{meant:f}")

    async def tryout(self, turn: BotTurn, words: TryWords) -> Answer:
        """Begin a practice account as the page has it, and run the page's command there: the real one.

        Once for each update, as the account is committed before the command runs.
        """
        before = await turn.answered(None)
        if before is not None:
            raise AlreadyAnswered(before)
        lesson = self._lessons.lesson(words.lesson, turn.language)
        page = lesson.pages[words.page - 1] if lesson and words.page <= len(lesson.pages) else None
        if lesson is None or page is None or page.kind is not PageKind.TRY:
            return self._unknown(turn, words.lesson)
        if not turn.request.chat.private:  # there the main account stays the active one
            line = f"lesson {lesson.id} page={words.page}"
            return Answer(
                "in_private", {"line": line}, ((Button(N_("Continue in private"), line, deep=True),),)
            )
        standing = await self._lessons.standing(turn)
        if turn.changed:  # somebody new is only stored with this turn, and the account must be before
            return await self._page(turn, standing, lesson, words.page)
        self._lessons.seen(turn, standing, lesson, words.page)
        await self._practice.begin(turn, lesson, page.scene)
        assert turn.market is not None  # so that the line above the answer says where it is
        name, *rest = split_words(page.line.removeprefix("/"))
        command = next((each for each in self._all() if name in {each.name, *each.aliases}), None)
        if command is None:
            return self._unknown(turn, words.lesson)
        binding = self._binder.bind(command, rest)
        if not isinstance(binding, Bound):
            return ask(command, binding, self._binder.lexicon)
        turn.suggested = True  # a preview first, whatever the settings say: it is what there is to see
        answer = await command.handler(turn, command.build(binding.values))
        return replace(answer, fresh=True)

    # A page

    async def _page(
        self,
        turn: BotTurn,
        standing: Standing,
        lesson: Lesson,
        number: int,
        verdict: str | None = None,
        said: str = "",
    ) -> Answer:
        """A page as a card; whatever was tried out ends, unless this is where one tries it."""
        page = lesson.pages[number - 1]
        standing = self._lessons.seen(turn, standing, lesson, number)
        left = page.kind is not PageKind.TRY and await self._practice.end(turn)
        content = self._lessons.content(lesson, page, turn.language)
        open_ = verdict not in {"right", "shown"}
        if open_:
            content["reveal"] = ""
        missing = page.expected is not None and page.kind in {PageKind.QUESTION, PageKind.FADED}
        if missing and open_:
            turn.set_pending(f"fill lesson={lesson.id} page={number}")
        data = {
            "content": content,
            "number": lesson.order,
            "page": number,
            "pages": len(lesson.pages),
            "kind": page.kind,
            "missing": missing and open_,
            "verdict": verdict,
            "said": said,
            "left": left,
        }
        following = self._lessons.following(lesson, standing, turn.language)
        rows = page_buttons(lesson, number, following, lines_of(page) if open_ else 0, open_=open_)
        if page.kind is not PageKind.NEXT:
            return Answer("lesson", data).with_buttons(*rows)
        progress = {"done": len(standing.done), "count": len(self._lessons.all(turn.language))}
        data = {**data, **progress, "following": None if following is None else content_row(following)}
        return Answer("lesson_done", data).with_buttons(*rows)

    def _meant(self, turn: BotTurn, which: str | None, standing: Standing) -> Lesson | None:
        if which is not None:
            return self._lessons.find(which, turn.language)
        latest = standing.latest
        if latest is None:
            return self._lessons.all(turn.language)[0]
        return self._lessons.lesson(latest.lesson, turn.language)

    def _unknown(self, turn: BotTurn, words: str) -> Answer:
        near = self._lessons.near(words, turn.language)
        data = {"word": shown(words), "content": titles(near)}
        every = Button(N_("All lessons"), "learn")
        return Answer("lesson_unknown", data, ok=False).with_buttons(*lesson_buttons(near), (every,))

"""Lessons on cards: their rows, and the buttons of a page."""

from collections.abc import Iterable
from typing import Any

from bot.content.lesson_files import PageKind
from bot.content.lessons import Lesson
from bot.core.questions import rows_of
from bot.core.reply import Button, Style
from bot.core.texts import N_

STEPS = 5


def content_row(lesson: Lesson) -> dict[str, Any]:
    """A lesson as data."""
    return {"number": lesson.order, "title": lesson.title, "minutes": lesson.minutes}


def lesson_buttons(lessons: Iterable[Lesson]) -> tuple[tuple[Button, ...], ...]:
    """Lessons by their titles, one a row."""
    return tuple((lesson_button(each),) for each in lessons)


def lesson_button(lesson: Lesson, *, anyone: bool = False) -> Button:
    """The button that opens a lesson."""
    values = {"number": str(lesson.order), "title": lesson.title}
    return Button(N_("Lesson {number}: {title}"), f"lesson {lesson.id}", values, anyone=anyone, deep=anyone)


def page_buttons(
    lesson: Lesson, number: int, following: Lesson | None, steps: int, *, open_: bool
) -> tuple[tuple[Button, ...], ...]:
    """What can be pressed on a page: its task while that is open, then back and onward.

    `steps`: how many lines of a wrong solution can be chosen.
    """
    page = lesson.pages[number - 1]
    here = f"lesson {lesson.id} page={number}"
    show = Button(N_("Show the answer"), f"{here} show=on")
    type_ = Button(N_("Type the figure…"), f"fill lesson={lesson.id} page={number}")
    quiz = Button(N_("Three questions"), f"quiz lesson {lesson.id}", style=Style.GO)
    rows: tuple[tuple[Button, ...], ...] = ()
    match page.kind:
        case PageKind.QUESTION | PageKind.FADED if open_:
            rows = ((type_, show),) if page.expected is not None else ((show,),)
        case PageKind.WRONG if open_:
            choices = [
                Button(N_("Line {number}"), f"{here} step={each}", {"number": str(each)})
                for each in range(1, steps + 1)
            ]
            rows = (*rows_of(choices, STEPS), (show,))
        case PageKind.TRY:
            line = f"tryout {lesson.id} page={number}"
            rows = ((Button(N_("Try it: {line}"), line, {"line": page.line}, Style.GO),),)
        case PageKind.QUIZ:
            rows = ((quiz,),)
        case PageKind.NEXT:
            rows = ((quiz,), *_leading_on(following))
        case _:
            pass
    return (*rows, _turning(lesson, number))


def _leading_on(following: Lesson | None) -> tuple[tuple[Button, ...], ...]:
    every = Button(N_("All lessons"), "learn")
    return ((every,),) if following is None else ((lesson_button(following),), (every,))


def _turning(lesson: Lesson, number: int) -> tuple[Button, ...]:
    back = Button(N_("Back"), f"lesson {lesson.id} page={number - 1}")
    onward = Button(N_("Next page"), f"lesson {lesson.id} page={number + 1}")
    return (
        *((back,) if number > 1 else ()),
        *((onward,) if number < len(lesson.pages) else ()),
    )

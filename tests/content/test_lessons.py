"""Lessons in every language: what they say is computed, agrees with the engine, is short, reads easily, and runs."""

import re
from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from itertools import pairwise

import pytest

from benchmarks.reading import Reading, lesson_grades
from bot.content.catalogue import LOCALES
from bot.content.curriculum import load_curriculum
from bot.content.formats import Formats
from bot.content.lesson_files import Page, PageKind
from bot.content.lessons import Lesson, load_lessons
from bot.content.passages import Passage
from bot.content.scenes import Priced
from bot.content.skills import SKILL_NAMES, Skill
from bot.core.markup import Block, Bullets
from bot.services.lesson_figures import Figures, lesson_figures, told, worded
from bot.services.scene_play import Played, play
from engine.account import MarginAccount
from engine.contracts import load_contracts
from tests.harness import lines_of, places, plainly, talking

CONTRACTS = load_contracts()
LESSONS = load_lessons()
OTHERS = sorted(path.parent.name for path in LOCALES.glob("*/lessons") if path.parent.name != "en")
LANGUAGES = ("en", *OTHERS)
FORMATS = {language: Formats(language, places()) for language in LANGUAGES}
TRANSLATED = [
    each for language in OTHERS for each in load_lessons(language).values() if each.language == language
]
NARROW = "\N{NARROW NO-BREAK SPACE}"
THE_DAY = {"en": "10 October 2025", "es": "10 de octubre de 2025"}
EVERY = pytest.mark.parametrize(
    "lesson", [*LESSONS.values(), *TRANSLATED], ids=lambda each: f"{each.language}-{each.id}"
)


@cache
def figures_of(id_: str) -> Figures:
    return lesson_figures(LESSONS[id_], CONTRACTS)


@cache
def played(id_: str) -> dict[str, Played]:
    return dict(play(LESSONS[id_], CONTRACTS))


@cache
def readings(language: str, *, every_word: bool) -> Mapping[str, Reading]:
    return lesson_grades(load_curriculum(language), every_word=every_word)


def plain(said: str) -> str:
    """Text with ordinary blanks, as `lines_of` gives it."""
    return said.replace(NARROW, " ")


def shown(blocks: tuple[Block, ...]) -> str:
    return "\n".join(line for block in blocks for line in lines_of(block))


def passages(page: Page) -> tuple[Passage, Passage]:
    return page.body, page.reveal


# The course


def test_the_lessons_teach_every_skill_in_order() -> None:
    assert len(LESSONS) >= 16
    assert [each.order for each in LESSONS.values()] == list(range(1, len(LESSONS) + 1))
    numbers = [each.skill.number for each in LESSONS.values()]
    assert numbers == sorted(numbers)
    assert {each.skill for each in LESSONS.values()} == set(Skill) == set(SKILL_NAMES)


def test_each_lesson_leads_to_the_next() -> None:
    lessons = list(LESSONS.values())
    assert [each.next for each in lessons] == [*(each.id for each in lessons[1:]), None]
    assert all(after.prerequisites == (before.id,) for before, after in pairwise(lessons))


@EVERY
def test_a_page_fits_on_a_phone(lesson: Lesson) -> None:
    figures = figures_of(lesson.id)
    assert 4 <= len(lesson.pages) <= 8
    for page in lesson.pages:
        for passage in passages(page):
            said = shown(worded(passage, figures, FORMATS[lesson.language]))
            assert len(said) <= 700, (page.kind, len(said))
            assert not set(said) & set("{}[]*`"), said
        assert page.kind is PageKind.QUIZ or page.body.pieces != ("",)


@EVERY
def test_no_figure_is_typed(lesson: Lesson) -> None:
    """Digits stand in places, in what is typed into the chat, and in a date."""
    for page in lesson.pages:
        assert not re.search(r"\d", page.title)
        for passage in passages(page):
            bare = re.sub(r"<code>.*?</code>|<[^>]+>", "", " ".join(passage.pieces))
            bare = bare.replace(THE_DAY.get(lesson.language, "10 October 2025"), "")
            bare = re.sub(rf"^\w+ {page.step}\.", "", bare)
            assert not re.search(r"\d", bare), (page.kind, bare)


@pytest.mark.parametrize("id_", LESSONS)
def test_reading_is_easy(id_: str) -> None:
    assert readings("en", every_word=False)[id_].grade <= 8
    assert readings("en", every_word=True)[id_].grade <= 8, "even with the terms of the glossary counted"


@pytest.mark.parametrize("id_", LESSONS)
def test_reading_is_easy_in_spanish(id_: str) -> None:
    """Very easy on the INFLESZ scale, and fairly easy even with the terms of the glossary counted."""
    assert readings("es", every_word=False)[id_].perspicuity >= 80
    assert readings("es", every_word=True)[id_].perspicuity >= 65


# Pages that ask something of the learner


@EVERY
def test_a_wrong_solution_is_wrong_where_it_says(lesson: Lesson) -> None:
    figures = figures_of(lesson.id)
    for page in lesson.pages:
        if page.kind is not PageKind.WRONG:
            continue
        assert page.expected is not None
        assert page.mistaken is not None
        formats = FORMATS[lesson.language]
        right, mistaken = (told(each, figures, formats) for each in (page.expected, page.mistaken))
        assert right != mistaken
        blocks = worded(page.body, figures, formats)
        (steps,) = (block for block in blocks if isinstance(block, Bullets))
        assert 1 <= page.step <= len(steps.items)
        later = " ".join(plainly(item) for item in steps.items[page.step - 1 :])
        assert plain(mistaken).lstrip("+−") in later
        reveal = shown(worded(page.reveal, figures, formats))
        assert re.match(rf"\w+ {page.step}\. ", reveal)
        assert plain(right) in reveal


@EVERY
def test_the_learner_fills_in_what_the_page_does_not_say(lesson: Lesson) -> None:
    figures, formats = figures_of(lesson.id), FORMATS[lesson.language]
    faded = [page for page in lesson.pages if page.kind is PageKind.FADED]
    assert len(faded) == 1
    for page in faded:
        assert page.expected is not None
        answer = plain(told(page.expected, figures, formats))
        body = shown(worded(page.body, figures, formats))
        assert "…" in body
        assert answer not in re.findall(r"[+−]?\d[\d,.]*\d|\d", body), body
        assert answer in shown(worded(page.reveal, figures, formats))


# What is typed into the chat

TRIED = [
    (each.id, page.scene, page.line)
    for each in LESSONS.values()
    for page in each.pages
    if page.kind is PageKind.TRY
]


@pytest.mark.parametrize(("lesson", "scene", "line"), TRIED, ids=lambda each: str(each).replace("/", ""))
async def test_what_is_to_be_tried_can_be_typed(lesson: str, scene: str, line: str) -> None:
    """The steps of the scene, spoken to the real bot, lead to the scene's account; there the line is understood."""
    found = LESSONS[lesson]
    steps = list(found.scenes[scene].steps)
    first = found.scenes[scene]
    while first.start is not None:
        first = found.scenes[first.start]
        steps = [*first.steps, *steps]
    assert first.wallet is not None
    async with talking(wallet=str(first.wallet), prices=first.prices) as talk:
        await talk.say("/start")
        for step in steps:
            verb, _, rest = step.words.partition(" ")
            if isinstance(step.act, Priced):
                for move in step.act.moves:
                    last = talk.bot.feed.snapshot().quote(move.symbol).last
                    at = move.price if move.fraction is None else last * (1 + move.fraction)
                    await talk.price(move.symbol.removesuffix("USDT").lower(), str(at))
            elif verb == "open":
                await talk.dialogue(f"/open {rest}", "!press Confirm")
            elif verb == "close":
                await talk.dialogue(f"/close {rest}", "!press Confirm")
            else:
                raise AssertionError(step.words)
        account = await talk.account()
        theirs = played(lesson)[scene].account
        assert account.wallet == theirs.wallet
        assert _bare(account) == _bare(theirs)
        reply = await talk.say(line)
        assert reply.answer.ok, reply.answer
        assert reply.answer.template not in {"unclear", "unknown_command", "did_you_mean", "ambiguous", "ask"}


def _bare(account: MarginAccount) -> list[object]:
    return [replace(held, funded=None) for held in account.in_order()]

"""Translated lessons: the same pages, terms and commands, and nothing left in English on the way through the course."""

import re

import pytest

from bot.content.catalogue import LOCALES
from bot.content.curriculum import load_curriculum
from bot.content.lesson_files import Page, PageKind
from bot.content.lessons import Lesson, load_lessons
from bot.content.passages import Passage
from tests.harness import Talk, buttons, talking, text

LESSONS = load_lessons()
OTHERS = sorted(path.parent.name for path in LOCALES.glob("*/lessons") if path.parent.name != "en")
TRANSLATED = [
    each for language in OTHERS for each in load_lessons(language).values() if each.language == language
]
EVERY_LANGUAGE = pytest.mark.parametrize("language", OTHERS)
EVERY_TRANSLATION = pytest.mark.parametrize(
    "lesson", TRANSLATED, ids=lambda each: f"{each.language}-{each.id}"
)
ASKS_A_FIGURE = {PageKind.QUESTION, PageKind.FADED}


def passages(page: Page) -> tuple[Passage, Passage]:
    return page.body, page.reveal


def sentences(passage: Passage) -> set[str]:
    """What a passage says, sentence by sentence, without its figures and what is typed; two words at least."""
    said = re.sub(r"<code>.*?</code>", "", " … ".join(passage.pieces))
    parts = re.split(r"[.!?:;…]+\s|</?(?:p|li|ul|ol|pre|blockquote)>", said)
    bare = (re.sub(r"<[^>]+>|\W+", " ", part).strip() for part in parts)
    return {each for each in bare if len(each.split()) > 1}


def typed(passage: Passage) -> list[str]:
    """What a passage shows to be typed: pieces of code, commands, tags."""
    return sorted(re.findall(r"<code>(.*?)</code>|(?<![\w<])([/#][a-z]+)", " … ".join(passage.pieces)))


@EVERY_LANGUAGE
def test_every_language_keeps_to_the_english_lessons(language: str) -> None:
    lessons = load_curriculum(language).lessons
    assert list(lessons) == list(LESSONS)
    assert len({each.title.casefold() for each in lessons.values()}) == len(lessons)
    files = {path.name for path in (LOCALES / language / "lessons").iterdir()}
    assert files <= {path.name for path in (LOCALES / "en" / "lessons").iterdir()}


def test_all_lessons_are_in_spanish() -> None:
    assert [each.id for each in TRANSLATED if each.language == "es"] == list(LESSONS)


@EVERY_TRANSLATION
def test_a_translation_marks_the_same_terms_and_commands(lesson: Lesson) -> None:
    for was, now in zip(LESSONS[lesson.id].pages, lesson.pages, strict=True):
        for theirs, ours in zip(passages(was), passages(now), strict=True):
            assert sorted(ours.terms) == sorted(theirs.terms)
            assert typed(ours) == typed(theirs)
            unworded = {f"<i>{term.replace('-', ' ')}</i>" for term in ours.terms}
            assert not any(each in piece for each in unworded for piece in ours.pieces), "[[term|words]]"


@pytest.mark.parametrize("language", ["en", *OTHERS])
def test_marked_words_can_be_looked_up(language: str) -> None:
    """What a lesson marks as a term is called so in the glossary of its language, or is a part of its name."""
    glossary = load_curriculum(language).glossary
    marked = [
        (term, words or term.replace("-", " "))
        for path in sorted((LOCALES / language / "lessons").iterdir())
        for term, words in re.findall(r"\[\[([a-z-]+)(?:\|([^\]]+))?\]\]", path.read_text(encoding="utf-8"))
    ]
    assert marked
    for term, words in marked:
        found = glossary.find(words)
        named = glossary.terms[term].term.casefold()
        assert (found is not None and found.id == term) or words.casefold() in named, (term, words)


@EVERY_TRANSLATION
def test_no_english_sentence_is_left(lesson: Lesson) -> None:
    for was, now in zip(LESSONS[lesson.id].pages, lesson.pages, strict=True):
        assert now.title != was.title
        for theirs, ours in zip(passages(was), passages(now), strict=True):
            assert not sentences(ours) & sentences(theirs)


# The whole course, read by pressing


async def course(talk: Talk, language: str) -> list[tuple[str, str]]:
    """Every page translated into `language`, its task done: where it is, and each line and button that is read there."""
    found: list[tuple[str, str]] = []
    for lesson in (each for each in TRANSLATED if each.language == language):
        for number, page in enumerate(lesson.pages, 1):
            reply = await talk.say(f"/lesson {lesson.order} page={number}")
            cards = [reply]
            pressed = {
                PageKind.QUESTION: 0,
                PageKind.FADED: 0,
                PageKind.TRY: 0,
                PageKind.WRONG: page.step - 1,
            }
            if page.kind in pressed:
                task = pressed[page.kind] + (page.kind in ASKS_A_FIGURE and page.expected is not None)
                cards.append(await talk.send(tuple(reply.all_buttons())[task].payload))
            for card in cards:
                assert card.answer.ok, (lesson.id, number, text(card))
                if card.answer.template in {
                    "lesson",
                    "lesson_done",
                }:  # what is tried out has cards of its own
                    lines = [*text(card).splitlines(), *buttons(card)]
                    found += ((f"{lesson.id} {number}", line) for line in lines)
    return found


@EVERY_LANGUAGE
async def test_no_line_on_the_way_stays_english(language: str) -> None:
    async with talking(language="en") as talk:
        theirs = {line for _, line in await course(talk, language)}
    async with talking(language=language) as talk:
        ours = await course(talk, language)
    assert ours
    same = {(at, line) for at, line in ours if line in theirs and re.search(r"[a-zà-ÿ]{3}", line)}
    assert not same

"""Lessons as they are read: worded pages, answers that count as right, and which page comes next."""

import shutil
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from bot.content.catalogue import LOCALES, ContentFault
from bot.content.formats import Formats
from bot.content.lesson_files import PageKind
from bot.content.lessons import Lesson
from bot.core.binder import Bound
from bot.core.markup import parse
from bot.services.lesson_figures import lesson_figures, told
from bot.services.school.curricula import Curricula
from bot.services.school.lessons import BREAK, Lessons, Standing, lines_of
from bot.storage.lessons import Place
from engine.contracts import load_contracts
from tests.fakes.spoken import bind, command
from tests.harness import places

CONTRACTS = load_contracts()
LESSONS = Lessons(Curricula(("en", "es")), CONTRACTS)
EVERY = pytest.mark.parametrize("lesson", LESSONS.all("en"), ids=lambda each: each.id)
NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


def number(shown: str) -> Decimal:
    """A figure as a learner copies it from a card."""
    return Decimal(shown.replace("\u202f%", "").replace(",", "").replace("−", "-").rstrip("×"))


@EVERY
@pytest.mark.parametrize("language", ["en", "es"])
def test_every_page_is_worded(lesson: Lesson, language: str) -> None:
    for page in lesson.pages:
        content = LESSONS.content(lesson, page, language)
        for part in ("body", "reveal"):
            assert "{" not in content[part], page.title
            parse(content[part])
        assert parse(content["body"]) or page.kind is PageKind.QUIZ


@EVERY
def test_what_a_card_shows_is_a_right_answer(lesson: Lesson) -> None:
    figures, formats = lesson_figures(lesson, CONTRACTS), Formats("en", places())
    for page in lesson.pages:
        if page.expected is not None:
            shown = number(told(page.expected, figures, formats))
            assert LESSONS.right(lesson, page, shown), (page.title, shown)
            assert not LESSONS.right(lesson, page, shown * Decimal("1.01") + 1)


@EVERY
def test_what_a_wrong_solution_comes_to_is_no_right_answer(lesson: Lesson) -> None:
    figures, formats = lesson_figures(lesson, CONTRACTS), Formats("en", places())
    page = next(each for each in lesson.pages if each.kind is PageKind.WRONG)
    assert page.mistaken is not None
    assert not LESSONS.right(lesson, page, number(told(page.mistaken, figures, formats)))
    assert 1 <= page.step <= lines_of(page)


def test_a_liquidation_price_without_the_maintenance_margin_is_wrong() -> None:
    """45,000 is what a tenth of 50,000 away gives; the right price is but 0.46 % from it."""
    lesson = LESSONS.lesson("liquidation-price", "en")
    assert lesson is not None
    assert LESSONS.right(lesson, lesson.pages[0], Decimal("45205.8"))
    assert not LESSONS.right(lesson, lesson.pages[0], Decimal(45000))


@EVERY
def test_every_command_to_try_is_understood(lesson: Lesson) -> None:
    page = next(each for each in lesson.pages if each.kind is PageKind.TRY)
    line = page.line.removeprefix("/")
    assert command(line.split()[0]).name
    assert isinstance(bind(line), Bound), line
    assert page.scene in lesson.scenes


def at(lesson: str, page: int, *, ago: timedelta = timedelta(minutes=1), done: bool = False) -> Place:
    return Place(lesson, page, NOW - ago, NOW - ago if done else None)


FIRST, SECOND = LESSONS.all("en")[:2]
END = len(FIRST.pages)


@pytest.mark.parametrize(
    ("seen", "next_"),
    [
        ((), (FIRST.id, 1)),
        ((at(FIRST.id, 3),), (FIRST.id, 4)),
        ((at(FIRST.id, 3, ago=BREAK),), (FIRST.id, 3)),
        ((at(FIRST.id, END, done=True),), (SECOND.id, 1)),
        ((at(FIRST.id, END, done=True), at(SECOND.id, 4)), (SECOND.id, 4)),
        ((at(FIRST.id, 2, done=True),), (FIRST.id, 3)),
        ((at(FIRST.id, 99, done=True),), (SECOND.id, 1)),
    ],
)
def test_what_comes_next(seen: tuple[Place, ...], next_: tuple[str, int]) -> None:
    found = LESSONS.onward(Standing(seen), "en", NOW)
    assert found is not None
    assert (found[0].id, found[1]) == next_


def test_after_the_last_lesson_comes_what_was_left_out_and_then_nothing() -> None:
    every = LESSONS.all("en")
    done = tuple(at(each.id, len(each.pages), done=True) for each in reversed(every))
    assert LESSONS.onward(Standing(done), "en", NOW) is None
    without = tuple(each for each in done if each.lesson != every[3].id)
    found = LESSONS.onward(Standing(without), "en", NOW)
    assert found is not None
    assert found == (every[3], 1)


@pytest.mark.parametrize(
    "words", ["7", "#7", "liquidation-price", "Liquidation Price", "where the liquidation price sits"]
)
def test_a_lesson_is_found_by_number_id_and_title(words: str) -> None:
    found = LESSONS.find(words, "en")
    assert found is not None
    assert found.id == "liquidation-price"


def test_a_misspelt_lesson_is_only_suggested() -> None:
    assert LESSONS.find("liqidation price", "en") is None
    assert "liquidation-price" in [each.id for each in LESSONS.near("liqidation price", "en")]
    assert LESSONS.near("zzzzqqq", "en") == ()


def broken(folder: Path) -> Path:
    """A copy of the English content with a fault in a lesson, one in another, and one in the glossary."""
    copy = folder / "locales"
    shutil.copytree(LOCALES / "en", copy / "en")
    for path, was, is_ in (
        ("lessons/01-margin-deposit.md", "# faded:", "# fadde:"),
        ("lessons/02-leverage-size.md", 'skill = "leverage"', 'skill = "no such"'),
    ):
        text = (copy / "en" / path).read_text(encoding="utf-8")
        assert was in text
        (copy / "en" / path).write_text(text.replace(was, is_), encoding="utf-8")
    return copy


def test_a_broken_file_is_told_with_all_its_faults_and_paths(tmp_path: Path) -> None:
    with pytest.raises(ContentFault) as caught:
        Lessons(Curricula(("en",), broken(tmp_path)), CONTRACTS).check()
    assert any("01-margin-deposit.md" in each for each in caught.value.faults)
    assert any("02-leverage-size.md" in each for each in caught.value.faults)


def test_figures_that_do_not_exist_are_told(tmp_path: Path) -> None:
    copy = tmp_path / "locales"
    shutil.copytree(LOCALES / "en", copy / "en")
    path = copy / "en/lessons/01-margin-deposit.md"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("{open.deposit}", "{open.nothing}"), encoding="utf-8")
    with pytest.raises(ContentFault) as caught:
        Lessons(Curricula(("en",), copy), CONTRACTS).check()
    assert caught.value.faults == ("lesson margin-deposit: no figure {open.nothing}",)


def test_what_was_read_outlives_a_file_that_breaks(tmp_path: Path) -> None:
    copy = tmp_path / "locales"
    shutil.copytree(LOCALES / "en", copy / "en")
    lessons = Lessons(Curricula(("en",), copy), CONTRACTS)
    before = lessons.all("en")
    (copy / "en/lessons/01-margin-deposit.md").write_text("broken", encoding="utf-8")
    assert lessons.all("en") == before
    lessons.check()

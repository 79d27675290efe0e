"""Lessons as they are read: found by what people call them, worded page by page, with the place where each one stands."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from html import escape
from typing import Any

from babel.numbers import get_group_symbol
from rapidfuzz import fuzz, process, utils

from bot.content.catalogue import DEFAULT_LANGUAGE, ContentFault
from bot.content.formats import Formats
from bot.content.lesson_files import Page
from bot.content.lessons import Lesson
from bot.content.passages import Passage
from bot.services.lesson_figures import Figures, SceneFault, is_right, lesson_figures, missing, told
from bot.services.school.curricula import Curricula
from bot.services.turn import BotTurn
from bot.storage import lessons
from bot.storage.lessons import Place
from engine.contracts import Contract

BREAK = timedelta(hours=1)
"""Who comes back after so long is shown the last page once more (ours)."""
NEAR_ENOUGH = 70
"""How alike a name must be to be suggested, of 100 (ours)."""
SUGGESTED = 4
_ITEM = "<li>"


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a person stands: the place in each lesson that was begun, the latest first; only lessons that exist."""

    places: tuple[Place, ...]

    @property
    def latest(self) -> Place | None:
        """The place that was seen last."""
        return self.places[0] if self.places else None

    @property
    def done(self) -> frozenset[str]:
        """The ids of the lessons whose end was reached."""
        return frozenset(each.lesson for each in self.places if each.done_at is not None)

    def page(self, lesson: Lesson) -> int:
        """The page of a lesson that was seen last; the first of one that was not begun, or read to its end."""
        found = next((each for each in self.places if each.lesson == lesson.id), None)
        return found.page if found is not None and 1 <= found.page < len(lesson.pages) else 1


class Lessons:
    """The lessons of all languages; their figures are computed by the engine, once."""

    def __init__(self, curricula: Curricula, contracts: Mapping[str, Contract]) -> None:
        self._curricula = curricula
        self._contracts = contracts
        self._places = {
            symbol: max(0, -int(each.tick.normalize().as_tuple().exponent))
            for symbol, each in contracts.items()
        }
        self._formats = lru_cache(maxsize=None)(lambda language: Formats(language, self._places))
        self._figures: dict[str, Figures] = {}

    def all(self, language: str) -> tuple[Lesson, ...]:
        """All lessons in order."""
        return tuple(self._curricula.of(language).lessons.values())

    def lesson(self, id_: str, language: str) -> Lesson | None:
        """The lesson with this id."""
        return self._curricula.of(language).lessons.get(id_)

    def find(self, words: str, language: str) -> Lesson | None:
        """The lesson of a number, an id or a title, in any case."""
        said = words.casefold().removeprefix("#").strip()
        for each in self.all(language):
            if said in {str(each.order), each.id, each.id.replace("-", " "), each.title.casefold()}:
                return each
        return None

    def near(self, words: str, language: str) -> tuple[Lesson, ...]:
        """Lessons whose name is like these words, the likeliest first; to suggest."""
        names = {each.id: f"{each.title} {each.id.replace('-', ' ')}" for each in self.all(language)}
        scored = process.extract(
            words[:60],
            names,
            scorer=fuzz.WRatio,
            processor=utils.default_process,
            score_cutoff=NEAR_ENOUGH,
            limit=SUGGESTED,
        )
        found = self._curricula.of(language).lessons
        return tuple(found[id_] for _, _, id_ in scored)

    def check(self) -> None:
        """Read all languages and compute all figures now; raises ContentFault with every fault."""
        self._curricula.check()
        faults: list[str] = []
        for each in self.all(DEFAULT_LANGUAGE):
            try:
                faults += (
                    f"lesson {each.id}: no figure {{{it}}}" for it in missing(each, self._figures_of(each))
                )
            except SceneFault as fault:
                faults.append(f"lesson {fault}")
        if faults:
            raise ContentFault(tuple(faults))

    def content(self, lesson: Lesson, page: Page, language: str) -> dict[str, Any]:
        """A page's words with its figures, `body` and `reveal` as markup. Raises SceneFault."""
        return {
            "lesson": lesson.title,
            "title": page.title,
            "body": self._markup(page.body, lesson, language),
            "reveal": self._markup(page.reveal, lesson, language),
            "line": page.line,
        }

    def right(self, lesson: Lesson, page: Page, said: Decimal) -> bool:
        """Whether a number is the page's missing figure, but for rounding; False where it misses none."""
        return page.expected is not None and is_right(said, page.expected, self._figures_of(lesson))

    def meant(self, lesson: Lesson, page: Page, said: Decimal, language: str) -> Decimal | None:
        """The right number that was typed, or None; where points group the digits, as lessons show them, 2.000 may be 2000."""
        return next((each for each in _readings(said, language) if self.right(lesson, page, each)), None)

    def _figures_of(self, lesson: Lesson) -> Figures:
        if lesson.id not in self._figures:
            self._figures[lesson.id] = lesson_figures(lesson, self._contracts)
        return self._figures[lesson.id]

    def _markup(self, passage: Passage, lesson: Lesson, language: str) -> str:
        figures, formats = self._figures_of(lesson), self._formats(language)
        shown = [escape(told(place, figures, formats)) for place in passage.places]
        pieces = (part for pair in zip(passage.pieces, (*shown, ""), strict=True) for part in pair)
        return "".join(pieces)

    # Where people stand

    async def standing(self, turn: BotTurn) -> Standing:
        """Where the person of a turn stands."""
        known = self._curricula.of(turn.language).lessons
        kept = await lessons.places(turn.unit, turn.person.id)
        return Standing(tuple(each for each in kept if each.lesson in known))

    def seen(self, turn: BotTurn, standing: Standing, lesson: Lesson, number: int) -> Standing:
        """Take note that a page was shown; a lesson is done once its last one was."""
        before = next((each for each in standing.places if each.lesson == lesson.id), None)
        done_at = before.done_at if before is not None else None
        if done_at is None and number == len(lesson.pages):
            done_at = turn.now
        place = Place(lesson.id, number, turn.now, done_at)
        lessons.keep(turn.unit, turn.person.id, place)
        return Standing((place, *(each for each in standing.places if each.lesson != lesson.id)))

    def onward(self, standing: Standing, language: str, now: datetime) -> tuple[Lesson, int] | None:
        """The lesson and page that come next; after a break the last page again. None once all lessons are done."""
        latest = standing.latest
        if latest is None:
            return self.all(language)[0], 1
        lesson = self._curricula.of(language).lessons[latest.lesson]
        if latest.page >= len(lesson.pages):
            following = self.following(lesson, standing, language)
            return None if following is None else (following, standing.page(following))
        return lesson, latest.page if now - latest.at >= BREAK else latest.page + 1

    def following(self, lesson: Lesson, standing: Standing, language: str) -> Lesson | None:
        """The next lesson that is not done: the one that this leads to, else the first that is open."""
        known, done = self._curricula.of(language).lessons, standing.done | {lesson.id}
        if lesson.next is not None and lesson.next not in done:
            return known[lesson.next]
        return next((each for each in known.values() if each.id not in done), None)


def _readings(said: Decimal, language: str) -> tuple[Decimal, ...]:
    """What a typed number can mean; with an answer to check against, to take either is no guess."""
    grouped = said.as_tuple().exponent == -3 and get_group_symbol(language) == "."
    return (said, said * 1000) if grouped else (said,)


def lines_of(page: Page) -> int:
    """How many numbered lines a wrong solution has."""
    return sum(piece.count(_ITEM) for piece in page.body.pieces)


def titles(found: Iterable[Lesson]) -> list[dict[str, Any]]:
    """Lessons as rows of a list."""
    return [{"number": each.order, "title": each.title} for each in found]

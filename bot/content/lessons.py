"""Lessons: short sequences of pages about one idea, with figures that the engine computes (docs/teaching.md)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path

from bot.content.catalogue import DEFAULT_LANGUAGE, LOCALES
from bot.content.faults import Faults, line_of, read
from bot.content.lesson_files import LessonFile, Page, PageKind, SceneFile, TranslatedFile, parse_page, split
from bot.content.passages import Place
from bot.content.scenes import BadStep, Step, coins, parse_step
from bot.content.skills import Skill
from bot.content.sums import BadSum, Sum, parse_sum

FEWEST_PAGES, MOST_PAGES = 4, 8


@dataclass(frozen=True, slots=True)
class Scene:
    """A throw-away account: its wallet and prices (by symbol) or the scene it goes on `start`ing from, and its steps."""

    wallet: Decimal | None
    prices: Mapping[str, Decimal]
    start: str | None
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Lesson:
    """One lesson; `language` is that of its text, English where there is no translation. `next` is a lesson's id."""

    id: str
    title: str
    skill: Skill
    order: int
    prerequisites: tuple[str, ...]
    minutes: int
    questions: tuple[str, ...]
    next: str | None
    scenes: Mapping[str, Scene]
    given: Mapping[str, Decimal]
    sums: Mapping[str, Sum]
    pages: tuple[Page, ...]
    language: str = DEFAULT_LANGUAGE

    @property
    def places(self) -> tuple[Place, ...]:
        """Every figure that its pages need."""
        return tuple(place for page in self.pages for place in page.places)

    @property
    def terms(self) -> tuple[str, ...]:
        """The ids of all terms that it marks."""
        return tuple(term for page in self.pages for text in (page.body, page.reveal) for term in text.terms)


def load_lessons(language: str = DEFAULT_LANGUAGE, folder: Path = LOCALES) -> Mapping[str, Lesson]:
    """All lessons by id, in order; English ones where a language has none. Raises ContentFault with every fault."""
    faults = Faults()
    found: dict[str, tuple[Path, Lesson]] = {}
    for path in sorted((folder / DEFAULT_LANGUAGE / "lessons").glob("*.md")):
        lesson = _read(path, faults)
        if lesson is not None and lesson.id in found:
            faults.add(path, 0, f"the id {lesson.id} is taken by {found[lesson.id][0].name}")
        elif lesson is not None:
            found[lesson.id] = path, lesson
    faults.stop()  # what is missing from a file that does not read would only be noise
    _check_chain(found, faults)
    lessons = {each.id: each for _, each in sorted(found.values(), key=lambda pair: pair[1].order)}
    if language != DEFAULT_LANGUAGE:
        for path in sorted((folder / language / "lessons").glob("*.md")):
            translated = _translated(path, language, lessons, faults)
            if translated is not None:
                lessons[translated.id] = translated
    faults.stop()
    return lessons


def _read(path: Path, faults: Faults) -> Lesson | None:
    text = read(path, faults)
    parts = split(text)
    if parts is None:
        faults.add(path, 1, "a lesson starts with front matter between two lines of +++")
        return None
    front, written = parts
    head = faults.table(path, front, LessonFile, offset=1)
    pages = _pages(path, written, faults)
    if head is None or pages is None:
        return None
    scenes = _scenes(path, front, head.scene, faults)
    sums = _sums(path, front, head, faults)
    for page in pages:
        if page.scene and page.scene not in head.scene:
            faults.add(path, 0, f"{page.kind}: no scene {page.scene!r}")
    return Lesson(
        id=head.id,
        title=head.title,
        skill=head.skill,
        order=head.order,
        prerequisites=head.prerequisites,
        minutes=head.minutes,
        questions=head.questions,
        next=head.next,
        scenes=scenes,
        given=head.given,
        sums=sums,
        pages=pages,
    )


def _pages(path: Path, written: Iterable[tuple[int, list[str]]], faults: Faults) -> tuple[Page, ...] | None:
    read = [parse_page(path, first, lines, faults) for first, lines in written]
    pages = tuple(page for page in read if page is not None)
    if len(pages) < len(read):
        return None
    kinds = [page.kind for page in pages]
    if not FEWEST_PAGES <= len(pages) <= MOST_PAGES:
        faults.add(path, 0, f"{len(pages)} pages; a lesson has {FEWEST_PAGES} to {MOST_PAGES}")
    for missing in set(PageKind) - set(kinds):
        faults.add(path, 0, f"no page of the kind {missing}")
    if kinds and (kinds[0] is not PageKind.QUESTION or kinds[-1] is not PageKind.NEXT):
        faults.add(path, 0, "a lesson opens with its question and ends with what comes next")
    return pages


def _scenes(path: Path, front: str, scenes: Mapping[str, SceneFile], faults: Faults) -> Mapping[str, Scene]:
    found: dict[str, Scene] = {}
    for name, scene in scenes.items():
        line = 1 + line_of(front, ("scene", name))
        if scene.start is None and (scene.wallet is None or not scene.prices):
            faults.add(path, line, f"scene.{name}: a wallet and prices, or `from`")
        if scene.start is not None and (scene.wallet is not None or scene.start not in found):
            faults.add(path, line, f"scene.{name}: `from` names a scene above, which brings the wallet")
        for coin in sorted(scene.prices.keys() - coins().keys()):
            faults.add(path, line, f"scene.{name}.prices: no contract {coin!r}")
        prices = {coins()[coin]: price for coin, price in scene.prices.items() if coin in coins()}
        found[name] = Scene(scene.wallet, prices, scene.start, _steps(path, line, name, scene, faults))
    return found


def _steps(path: Path, line: int, name: str, scene: SceneFile, faults: Faults) -> tuple[Step, ...]:
    steps = []
    for words in scene.steps:
        try:
            steps.append(parse_step(words))
        except BadStep as fault:
            faults.add(path, line, f"scene.{name}.steps: {fault}")
    return tuple(steps)


def _sums(path: Path, front: str, head: LessonFile, faults: Faults) -> Mapping[str, Sum]:
    found: dict[str, Sum] = {}
    for name, text in head.sums.items():
        line = 1 + line_of(front, ("sums", name))
        if name in head.given:
            faults.add(path, line, f"sums.{name}: is given already")
        try:
            found[name] = parse_sum(text)
        except BadSum as fault:
            faults.add(path, line, f"sums.{name}: {fault}")
    return found


def _check_chain(found: Mapping[str, tuple[Path, Lesson]], faults: Faults) -> None:
    """Orders differ, and what a lesson builds on or leads to exists and lies before or behind it."""
    by_order: dict[int, str] = {}
    for path, lesson in found.values():
        if lesson.order in by_order:
            faults.add(path, 0, f"order {lesson.order} is that of {by_order[lesson.order]}")
        by_order[lesson.order] = lesson.id
        for each in lesson.prerequisites:
            if each not in found or found[each][1].order >= lesson.order:
                faults.add(path, 0, f"prerequisites: no earlier lesson {each}")
        if lesson.next is not None and (
            lesson.next not in found or found[lesson.next][1].order <= lesson.order
        ):
            faults.add(path, 0, f"next: no later lesson {lesson.next}")


def _translated(path: Path, language: str, lessons: Mapping[str, Lesson], faults: Faults) -> Lesson | None:
    """A translation: the English lesson with other words; its pages must match in kind, answers and commands."""
    parts = split(read(path, faults))
    if parts is None:
        faults.add(path, 1, "a lesson starts with front matter between two lines of +++")
        return None
    front, written = parts
    head = faults.table(path, front, TranslatedFile, offset=1)
    pages = [parse_page(path, first, lines, faults) for first, lines in written]
    if head is None or None in pages:
        return None
    original = lessons.get(head.id)
    if original is None:
        faults.add(path, 1 + line_of(front, ("id",)), f"no English lesson {head.id}")
        return None
    kept = tuple(page for page in pages if page is not None)
    for number, (was, now) in enumerate(zip(original.pages, kept, strict=False), 1):
        if _fixed(was) != _fixed(now):
            faults.add(path, 0, f"page {number} is not the English one in kind, figures or command")
    if len(kept) != len(original.pages):
        faults.add(path, 0, f"{len(kept)} pages where the English lesson has {len(original.pages)}")
    return replace(original, title=head.title, pages=kept, language=language)


def _fixed(page: Page) -> tuple[object, ...]:
    """What a translation may not change: everything but words and their order."""
    figures = [sorted(place.written for place in text.places) for text in (page.body, page.reveal)]
    return page.kind, figures, page.expected, page.mistaken, page.step, page.line, page.scene

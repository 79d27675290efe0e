"""The format of a lesson's file: TOML front matter between `+++`, then pages between `---` (docs/teaching.md)."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from pathlib import Path
from typing import Annotated

from pydantic import Field, StringConstraints

from bot.content.faults import Faults, Section, Slug, Text
from bot.content.passages import BadPassage, Passage, Place, parse_passage, parse_place
from bot.content.skills import Skill

Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$")]
Price = Annotated[Decimal, Field(gt=0, le=Decimal("1e9"))]


class SceneFile(Section):
    """`[scene.NAME]`: a wallet in USDT and prices by coin, or `from` another scene; steps as in bot/content/scenes.py."""

    wallet: Annotated[Decimal, Field(gt=0, le=Decimal("1e9"))] | None = None
    prices: dict[str, Price] = Field(default_factory=dict)
    start: Annotated[Name | None, Field(alias="from")] = None
    steps: tuple[Text, ...] = ()


class LessonFile(Section):
    """The front matter of a lesson; `given` are assumed numbers, `sums` arithmetic over figures."""

    id: Slug
    title: Annotated[Text, Field(max_length=60)]
    skill: Skill
    order: Annotated[int, Field(ge=1, le=99)]
    prerequisites: tuple[Slug, ...] = ()
    minutes: Annotated[int, Field(ge=1, le=15)]
    questions: Annotated[tuple[Slug, ...], Field(min_length=3, max_length=3)]
    next: Slug | None = None
    scene: dict[Name, SceneFile]
    given: dict[Name, Decimal] = Field(default_factory=dict)
    sums: dict[Name, Text] = Field(default_factory=dict)


class TranslatedFile(Section):
    """The front matter of a translated lesson: all else is that of the English one."""

    id: Slug
    title: Annotated[Text, Field(max_length=60)]


class PageKind(StrEnum):
    """What a page does."""

    QUESTION = "question"
    IDEA = "idea"
    EXAMPLE = "example"
    FADED = "faded"
    TRY = "try"
    WRONG = "wrong"
    QUIZ = "quiz"
    NEXT = "next"


_FIELDS = {
    PageKind.QUESTION: (frozenset[str](), frozenset({"answer"})),
    PageKind.FADED: (frozenset({"answer"}), frozenset[str]()),
    PageKind.TRY: (frozenset({"try", "on"}), frozenset[str]()),
    PageKind.WRONG: (frozenset({"step", "shown", "answer"}), frozenset[str]()),
}
_REVEALS = frozenset({PageKind.QUESTION, PageKind.FADED, PageKind.WRONG})


@dataclass(frozen=True, slots=True)
class Page:
    """One screen of a lesson; `reveal` is told after the learner has had a go.

    `expected` is the right figure, `mistaken` the one that a wrong solution comes to, `step` its first wrong line from 1.
    `line` is the command of a try-page, to be run on an account as it stands after `scene`.
    """

    kind: PageKind
    title: str
    body: Passage
    reveal: Passage = Passage()  # noqa: RUF009 - frozen
    expected: Place | None = None
    mistaken: Place | None = None
    step: int = 0
    line: str = ""
    scene: str = ""

    @property
    def places(self) -> tuple[Place, ...]:
        """Every figure that the page needs."""
        wanted = (self.expected, self.mistaken)
        return (*self.body.places, *self.reveal.places, *(each for each in wanted if each is not None))


_HEADING = re.compile(r"# ([a-z]+)(?:: (.+))?")
_FIELD = re.compile(r"([a-z]+): (.+)")
_ANSWER = "## answer"
FENCE, RULE = "+++", "---"


def split(text: str) -> tuple[str, list[tuple[int, list[str]]]] | None:
    """The front matter, and the lines of each page with the number of the first (from 1); None without front matter."""
    lines = text.splitlines()
    if not lines or lines[0] != FENCE or FENCE not in lines[1:]:
        return None
    end = lines.index(FENCE, 1)
    return "\n".join(lines[1:end]), list(_pages(lines, end + 1))


def _pages(lines: Sequence[str], start: int) -> Iterator[tuple[int, list[str]]]:
    for number, line in enumerate([*lines[start:], RULE], start):
        if line == RULE:
            yield start + 1, list(lines[start:number])
            start = number + 1


def parse_page(path: Path, first: int, lines: list[str], faults: Faults) -> Page | None:
    """One page whose first line has the number `first`; None after noting its faults."""
    at = next((n for n, line in enumerate(lines) if line.strip()), len(lines))
    heading = _HEADING.fullmatch(lines[at]) if at < len(lines) else None
    if heading is None or heading[1] not in set(PageKind):
        kinds = ", ".join(PageKind)
        faults.add(path, first + at, f"a page starts with `# kind: Title`, kind one of {kinds}")
        return None
    kind, body_at = PageKind(heading[1]), at + 1
    said: dict[str, str] = {}
    while body_at < len(lines) and (found := _FIELD.fullmatch(lines[body_at])):
        said[found[1]] = found[2]
        body_at += 1
    before = len(faults.found)
    _check_fields(kind, said, path, first + at, faults)
    end = lines.index(_ANSWER) if _ANSWER in lines else len(lines)
    body = _passage(path, first + body_at, lines[body_at:end], faults)
    reveal = _passage(path, first + end + 1, lines[end + 1 :], faults)
    if (end < len(lines)) is not (kind in _REVEALS):
        faults.add(path, first + at, f"a {kind} page has {'an' if kind in _REVEALS else 'no'} `{_ANSWER}`")
    places = {key: _place(path, first + at, said.get(key), faults) for key in ("answer", "shown")}
    if len(faults.found) > before or body is None or reveal is None:
        return None
    return Page(
        kind=kind,
        title=heading[2] or "",
        body=body,
        reveal=reveal,
        expected=places["answer"],
        mistaken=places["shown"],
        step=int(said.get("step", "0")),
        line=said.get("try", ""),
        scene=said.get("on", ""),
    )


def _check_fields(kind: PageKind, said: dict[str, str], path: Path, line: int, faults: Faults) -> None:
    needed, allowed = _FIELDS.get(kind, (frozenset[str](), frozenset[str]()))
    for name in sorted(needed - said.keys()):
        faults.add(path, line, f"a {kind} page needs `{name}:`")
    for name in sorted(said.keys() - needed - allowed):
        faults.add(path, line, f"a {kind} page has no `{name}:`")
    if "step" in said and not said["step"].isdecimal():
        faults.add(path, line, f"step: no number: {said['step']!r}")
    if "try" in said and not said["try"].startswith("/"):
        faults.add(path, line, f"try: no command: {said['try']!r}")


def _passage(path: Path, first: int, lines: list[str], faults: Faults) -> Passage | None:
    try:
        return parse_passage(lines)
    except BadPassage as fault:
        faults.add(path, first + fault.line, str(fault))
        return None


def _place(path: Path, line: int, written: str | None, faults: Faults) -> Place | None:
    if written is None:
        return None
    try:
        return parse_place(written)
    except ValueError as fault:
        faults.add(path, line, str(fault))
        return None

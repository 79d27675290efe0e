"""Passages: the small Markdown of lessons, read into markup whose figures are filled in later.

Blocks: paragraphs, `- ` and `1. ` lists, `> ` quotes, fenced sums. Inside a line: `**bold**`, `*italic*`, `` `code` ``,
`[[term]]` or `[[term|words]]` for a term of the glossary, `{figure}` or `{figure:kind}`. Anything else is a fault.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from html import escape

from bot.content.figures import FigureKind
from bot.core.markup import Block, parse


class BadPassage(ValueError):
    """Text that is not of the small Markdown; `line` counts from 0 at the first line of the passage."""

    def __init__(self, line: int, message: str) -> None:
        super().__init__(message)
        self.line = line


@dataclass(frozen=True, slots=True)
class Place:
    """Where a figure goes, and the kind it is shown as, if that is not the figure's own."""

    figure: str
    kind: FigureKind | None = None

    @property
    def written(self) -> str:
        """The place as it is written, without its braces."""
        return self.figure if self.kind is None else f"{self.figure}:{self.kind}"


@dataclass(frozen=True, slots=True)
class Passage:
    """Text between whose `pieces` of markup the figures of `places` go; `terms` are the ids of marked terms."""

    pieces: tuple[str, ...] = ("",)
    places: tuple[Place, ...] = ()
    terms: tuple[str, ...] = ()

    def filled(self, show: Callable[[Place], str]) -> tuple[Block, ...]:
        """The passage as blocks, `show` giving the text of each figure."""
        source = [self.pieces[0]]
        for place, piece in zip(self.places, self.pieces[1:], strict=True):
            source += [escape(show(place)), piece]
        return parse("".join(source))


_PLACE = re.compile(r"\{([^{}]*)\}")
_FIGURE = re.compile(r"(?P<figure>[a-z][a-z0-9_]*(?:\.[a-z0-9_]+)*)(?::(?P<kind>[a-z]+))?")
_TERM = re.compile(r"\[\[([a-z0-9-]+)(?:\|([^\]|]+))?\]\]")
_CODE = re.compile(r"`([^`]+)`")
_BOLD = re.compile(r"\*\*([^*]+)\*\*")
_ITALIC = re.compile(r"\*([^*]+)\*")
_ITEM = re.compile(r"(?:- |[0-9]+\. )(.*)")
_FENCE = "```"


def parse_place(written: str) -> Place:
    """A figure's place without its braces; raises ValueError."""
    found = _FIGURE.fullmatch(written)
    if found is None:
        raise ValueError(f"no figure: {written!r}")
    return Place(found["figure"], FigureKind(found["kind"]) if found["kind"] else None)


def parse_passage(lines: Sequence[str]) -> Passage:
    """The passage of some lines; raises BadPassage."""
    markup, terms = [], []
    for number, block in _blocks(lines):
        try:
            html, named = _markup(block)
        except ValueError as fault:
            raise BadPassage(number, str(fault)) from None
        markup.append(html)
        terms += named
    source = "".join(markup)
    pieces = _PLACE.split(source)
    passage = Passage(tuple(pieces[::2]), tuple(parse_place(each) for each in pieces[1::2]), tuple(terms))
    passage.filled(lambda place: place.figure)
    return passage


def _blocks(lines: Sequence[str]) -> Iterator[tuple[int, list[str]]]:
    """The blocks between empty lines with the number of their first line; a fence keeps its own empty lines."""
    block: list[str] = []
    fenced = False
    for number, line in enumerate(lines):
        if line.startswith(_FENCE):
            fenced = not fenced
        if line.strip() or fenced:
            block.append(line)
        elif block:
            yield number - len(block), block
            block = []
    if fenced:
        raise BadPassage(len(lines) - len(block), "a fence stays open")
    if block:
        yield len(lines) - len(block), block


def _markup(block: list[str]) -> tuple[str, list[str]]:
    """One block in the markup of answers, and the ids of the terms it marks."""
    first = block[0]
    if first.startswith(_FENCE):
        if block[-1] != _FENCE or first != _FENCE or len(block) < 3:
            raise ValueError("a fence stands alone on its lines, with empty lines around")
        _check_places("\n".join(block))
        return f"<pre>{escape(chr(10).join(block[1:-1]), quote=False)}</pre>", []
    if first.startswith("> "):
        text, terms = _inline(" ".join(line.removeprefix(">").strip() for line in block))
        return f"<blockquote>{text}</blockquote>", terms
    if _ITEM.fullmatch(first):
        return _listed(block)
    if first.startswith(("#", "|", "=", "    ", "+ ", "* ", "!")):
        raise ValueError(f"no such block here: {first[:30]!r}")
    text, terms = _inline(" ".join(line.strip() for line in block))
    return f"<p>{text}</p>", terms


def _listed(block: list[str]) -> tuple[str, list[str]]:
    ordered = not block[0].startswith("- ")
    items: list[str] = []
    for line in block:
        found = _ITEM.fullmatch(line)
        if found and line.startswith("- ") is not ordered:
            items.append(found[1])
        elif found or not line.startswith("  "):
            raise ValueError(f"not an item of this list: {line[:30]!r}")
        else:
            items[-1] += " " + line.strip()
    written = [_inline(item) for item in items]
    tag = "ol" if ordered else "ul"
    html = "".join(f"<li>{text}</li>" for text, _ in written)
    return f"<{tag}>{html}</{tag}>", [term for _, terms in written for term in terms]


def _inline(text: str) -> tuple[str, list[str]]:
    """One run of text: escaped first, so that only what is added here becomes a tag."""
    _check_places(text)
    terms = [found[1] for found in _TERM.finditer(text)]
    html = escape(text, quote=False)
    html = _CODE.sub(r"<code>\1</code>", html)
    html = _TERM.sub(lambda found: f"<i>{found[2] or found[1].replace('-', ' ')}</i>", html)
    html = _BOLD.sub(r"<b>\1</b>", html)
    html = _ITALIC.sub(r"<i>\1</i>", html)
    stray = re.search(r"\*|`|\[\[|\]\]|\]\(", html)
    if stray is not None:
        raise ValueError(f"a stray {stray[0]!r} in {text[:40]!r}")
    return html, terms


def _check_places(text: str) -> None:
    for written in _PLACE.findall(text):
        parse_place(written)
    if set(_PLACE.sub("", text)) & {"{", "}"}:
        raise ValueError(f"a stray brace in {text[:40]!r}")

"""Markup: the small HTML subset that templates produce, parsed to blocks of spans that every front can render."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from html import unescape
from typing import TypeAlias


class Look(StrEnum):
    """How a span looks; the value is its tag."""

    BOLD = "b"
    ITALIC = "i"
    UNDERLINE = "u"
    STRIKE = "s"
    CODE = "code"
    SPOILER = "tg-spoiler"


@dataclass(frozen=True, slots=True)
class Span:
    """Text of one look."""

    text: str
    looks: frozenset[Look] = frozenset()


Line: TypeAlias = tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Title:
    """The first line of a card."""

    spans: Line


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Running text; it may hold line feeds."""

    spans: Line


@dataclass(frozen=True, slots=True)
class Fact:
    """A label and its value."""

    label: Line
    value: Line


@dataclass(frozen=True, slots=True)
class Facts:
    """Labelled values, one under the other."""

    rows: tuple[Fact, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """Columns under a header; the first column holds the labels of the rows."""

    header: tuple[Line, ...]
    rows: tuple[tuple[Line, ...], ...]


@dataclass(frozen=True, slots=True)
class Bullets:
    """A list; a numbered one counts from `first`."""

    items: tuple[Line, ...]
    first: int | None = None


@dataclass(frozen=True, slots=True)
class Quote:
    """A passage set apart, such as a warning."""

    spans: Line


@dataclass(frozen=True, slots=True)
class Preformatted:
    """Text in a fixed-width font, kept as it is."""

    text: str


@dataclass(frozen=True, slots=True)
class Footer:
    """Small print at the end of a card."""

    spans: Line


Block: TypeAlias = Title | Paragraph | Facts | Table | Bullets | Quote | Preformatted | Footer


class BrokenMarkup(ValueError):
    """A template produced tags that do not balance or are not of the subset."""


_TAG = re.compile(r"<(?P<slash>/?)(?P<name>[a-z0-9-]+)>")
_INLINE = {look.value: look for look in Look}
_LEAVES: dict[str, type[Title | Paragraph | Quote | Footer]] = {
    "h1": Title,
    "p": Paragraph,
    "blockquote": Quote,
    "footer": Footer,
}
_OUTER = frozenset({*_LEAVES, "dl", "ul", "ol", "table", "pre"})
_INSIDE = {
    "dt": frozenset({"dl"}),
    "dd": frozenset({"dl"}),
    "li": frozenset({"ul", "ol"}),
    "tr": frozenset({"table"}),
    "th": frozenset({"tr"}),
    "td": frozenset({"tr"}),
}
_WORDED = frozenset({*_LEAVES, *_INLINE, "dt", "dd", "li", "th", "td"})
_BLANKS = " \t\n\r\f"
_RUN = re.compile(rf"[{_BLANKS}]+")  # what markup folds; a no-break space stays where it was put


def text_of(spans: Iterable[Span]) -> str:
    """The bare text of spans."""
    return "".join(span.text for span in spans)


@dataclass(slots=True)
class _Builder:
    """The rows of the container that is open."""

    labels: list[Line] = field(default_factory=list)
    values: list[Line] = field(default_factory=list)
    items: list[Line] = field(default_factory=list)
    header: tuple[Line, ...] = ()
    row: list[Line] = field(default_factory=list)
    rows: list[tuple[Line, ...]] = field(default_factory=list)


class _Parser:
    """Reads tags one after the other; they have no attributes, so a tag is a name between angle brackets."""

    def __init__(self) -> None:
        self.blocks: list[Block] = []
        self.stack: list[str] = []
        self.spans: list[Span] = []
        self.builder = _Builder()

    def read(self, source: str) -> None:
        end = 0
        for found in _TAG.finditer(source):
            self._text(source[end : found.start()])
            if found["slash"]:
                self._end(found["name"])
            else:
                self._start(found["name"])
            end = found.end()
        self._text(source[end:])

    def _start(self, tag: str) -> None:
        parent = self.stack[-1] if self.stack else ""
        if tag in _OUTER:
            fits = not parent
        elif tag in _INSIDE:
            fits = parent in _INSIDE[tag]
        else:
            fits = parent in _WORDED and (tag == "br" or tag in _INLINE)
        if not fits:
            raise BrokenMarkup(f"<{tag}> is not of the subset" + (f" inside <{parent}>" if parent else ""))
        if tag == "br":
            self._put("\n")
            return
        if tag in _OUTER:
            self.builder = _Builder()
        if tag not in _INLINE:
            self.spans = []
        self.stack.append(tag)

    def _text(self, data: str) -> None:
        if "<" in data:
            raise BrokenMarkup(f"no tag of the subset: {data[data.index('<') :][:40]!r}")
        parent = self.stack[-1] if self.stack else ""
        if parent in _WORDED or parent == "pre":
            self._put(unescape(data) if parent == "pre" else _folded(unescape(data)))
        elif data.strip(_BLANKS):
            raise BrokenMarkup(f"text outside a block: {data.strip()[:40]!r}")

    def _put(self, data: str) -> None:
        if data:
            looks = frozenset(_INLINE[tag] for tag in self.stack if tag in _INLINE)
            self.spans.append(Span(data, looks))

    def _end(self, tag: str) -> None:
        if not self.stack or self.stack.pop() != tag:
            raise BrokenMarkup(f"</{tag}> closes nothing")
        if tag in _INLINE:
            return
        self._close(tag)

    def _close(self, tag: str) -> None:
        spans, building = _trimmed(self.spans), self.builder
        if tag in _LEAVES:
            if spans:
                self.blocks.append(_LEAVES[tag](spans))
        elif tag == "pre":
            self.blocks.append(Preformatted(text_of(self.spans).strip("\n")))
        elif tag == "dt":
            building.labels.append(spans)
        elif tag == "dd":
            building.values.append(spans)
        elif tag == "li":
            building.items.append(spans)
        elif tag in {"th", "td"}:
            building.row.append(spans)
        elif tag == "tr":
            self._close_row()
        else:
            self._close_container(tag)
        self.spans = []

    def _close_row(self) -> None:
        building = self.builder
        if building.header:
            building.rows.append(tuple(building.row))
        else:
            building.header = tuple(building.row)
        building.row = []

    def _close_container(self, tag: str) -> None:
        building = self.builder
        if tag == "dl":
            if len(building.labels) != len(building.values):
                raise BrokenMarkup("<dl> with a label that has no value")
            rows = tuple(Fact(*pair) for pair in zip(building.labels, building.values, strict=True))
            if rows:
                self.blocks.append(Facts(rows))
        elif tag == "table":
            if any(len(row) != len(building.header) for row in building.rows):
                raise BrokenMarkup("<table> with rows of unequal length")
            self.blocks.append(Table(building.header, tuple(building.rows)))
        elif building.items:
            self.blocks.append(Bullets(tuple(building.items), 1 if tag == "ol" else None))


def _folded(data: str) -> str:
    """Text with each run of blanks as one blank."""
    return _RUN.sub(" ", data)


def _trimmed(spans: list[Span]) -> Line:
    """The spans without blanks at the ends, doubled blanks and empty spans; equal looks are joined."""
    joined: list[Span] = []
    for span in spans:
        text = span.text
        if text.startswith(" ") and (not joined or joined[-1].text.endswith((" ", "\n"))):
            text = text.lstrip(" ")
        if text.startswith("\n") and joined:
            joined[-1] = Span(joined[-1].text.rstrip(" "), joined[-1].looks)
        if not text:
            continue
        if joined and joined[-1].looks == span.looks:
            joined[-1] = Span(joined[-1].text + text, span.looks)
        else:
            joined.append(Span(text, span.looks))
    while joined and not joined[-1].text.strip(_BLANKS):
        joined.pop()
    if joined:
        joined[-1] = Span(joined[-1].text.rstrip(_BLANKS), joined[-1].looks)
    return tuple(span for span in joined if span.text)


def parse(source: str) -> tuple[Block, ...]:
    """The blocks of a template's output; raises BrokenMarkup."""
    parser = _Parser()
    parser.read(source)
    if parser.stack:
        raise BrokenMarkup(f"<{parser.stack[-1]}> stays open")
    return tuple(parser.blocks)

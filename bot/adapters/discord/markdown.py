"""Spans as Discord's markdown: looks are marked, everything that people or templates wrote is escaped."""

import re
import unicodedata
from collections.abc import Iterable, Iterator

from bot.core.markup import Line, Look, Span

_UNPRINTABLE = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
_MARKS = re.compile(r"([\\*_~`|\[\]<@])")
# Marks of a line are marks only before a blank, or where the next span may begin with one.
_LINE_MARKS = re.compile(r"^([ \t]*)(#{1,3}|>{1,3}|-#|[-+])(?=\s|$)", re.MULTILINE)
_LINE_NUMBERS = re.compile(r"^([ \t]*[0-9]+)([.)])(?=\s|$)", re.MULTILINE)
_COLONS = re.compile(r":(?=//|[A-Za-z0-9_~+-]+:)")
_AROUND = (
    (Look.SPOILER, "||"),
    (Look.STRIKE, "~~"),
    (Look.UNDERLINE, "__"),
    (Look.BOLD, "**"),
    (Look.ITALIC, "*"),
)
_NOTHING = "\u200b"


def clean(text: str) -> str:
    """The text without control characters other than line feeds, and without halves of characters."""
    return _UNPRINTABLE.sub("", text.replace("\t", " "))


def escape(text: str) -> str:
    """Text that Discord shows as it is: no emphasis, link, mention, list, heading, quote or emoji comes of it."""
    text = _MARKS.sub(r"\\\1", clean(text))
    text = _LINE_NUMBERS.sub(r"\1\\\2", _LINE_MARKS.sub(r"\1\\\2", text))
    return _COLONS.sub(r"\\:", text)


def code(text: str) -> str:
    """Text inside a code span or block: a backtick, which would end it, becomes a grave accent."""
    return clean(text).replace("`", "ˋ")


def block_of_code(text: str) -> str:
    """A fixed-width block."""
    return f"```\n{code(text)}\n```"


def markdown(spans: Iterable[Span]) -> str:
    """Spans with their looks as marks; two marks that would touch are kept apart by a character of no width."""
    worded = ""
    closed = False
    for span in _joined(spans):
        piece = _marked(span)
        opens = piece != escape(span.text) and piece[:1] in set("*_~|`")
        if opens and closed:
            worded += _NOTHING
        worded += piece
        closed = opens and piece[-1:] in set("*_~|`")
    return worded


def _marked(span: Span) -> str:
    """A span with its marks, line by line, since a mark does not reach into the next line of a quote or a list."""
    return "\n".join(_marked_line(Span(line, span.looks)) for line in clean(span.text).split("\n"))


def _marked_line(span: Span) -> str:
    text = span.text
    core = text.strip()
    if not core or not span.looks:
        return escape(text)
    before, after = text[: len(text) - len(text.lstrip())], text[len(text.rstrip()) :]
    inner = f"`{code(core)}`" if Look.CODE in span.looks else escape(core)
    for look, mark in reversed(_AROUND):
        if look in span.looks:
            inner = f"{mark}{inner}{mark}"
    return before + inner + after


def _joined(spans: Iterable[Span]) -> Iterator[Span]:
    """Neighbours of one look as one span, so that a mark cannot be put together from two of them."""
    last: Span | None = None
    for span in spans:
        if last is not None and span.looks == last.looks:
            last = Span(last.text + span.text, last.looks)
            continue
        if last is not None:
            yield last
        last = span
    if last is not None:
        yield last


def width(text: str) -> int:
    """The columns a text takes in a fixed-width font."""
    return sum(
        0 if unicodedata.combining(each) else 2 if unicodedata.east_asian_width(each) in "WF" else 1
        for each in text
    )


def bold(spans: Line) -> str:
    """Spans in bold, whatever else they are."""
    return markdown(Span(each.text, each.looks | {Look.BOLD}) for each in spans)

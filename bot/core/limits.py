"""Fitting a reply into what a platform carries: messages are split between blocks, never through markup."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace

from bot.core.markup import (
    Block,
    Bullets,
    Facts,
    Footer,
    Line,
    Paragraph,
    Preformatted,
    Quote,
    Span,
    Table,
    Title,
    text_of,
)
from bot.core.reply import Reply, ReplyButton

Measure = Callable[[Block], int]


@dataclass(frozen=True, slots=True)
class Limits:
    """What one message of a platform carries; `length` counts a text in the platform's own unit.

    `text` is the most that the measured blocks of one message may add up to.
    """

    text: int
    title: int
    row: int
    rows: int
    label: int
    length: Callable[[str], int] = len


def utf16(text: str) -> int:
    """The length of a text in UTF-16 units, which Telegram counts in."""
    return len(text.encode("utf-16-le")) // 2


def cut(text: str, most: int, length: Callable[[str], int] = len) -> str:
    """A text of at most `most` units, ending in an ellipsis where something was left out."""
    if length(text) <= most:
        return text
    kept = text[: max(0, most - 1)]
    while kept and length(kept) > most - 1:
        kept = kept[:-1]
    return kept.rstrip() + "…"


def fit(reply: Reply, limits: Limits, measure: Measure) -> tuple[Reply, ...]:
    """The reply as messages that each fit; the last one carries the buttons, only the first may edit.

    `measure` tells the length of a block as the platform will count it, with the break that follows it.
    """
    pages: list[list[Block]] = [[]]
    room = limits.text
    for block in reply.blocks:
        for piece in _pieces(block, limits, measure):
            size = measure(piece)
            if size > room and pages[-1]:
                pages.append([])
                room = limits.text
            pages[-1].append(piece)
            room -= size
    last = len(pages) - 1
    return tuple(
        replace(
            reply,
            blocks=tuple(page),
            buttons=fit_buttons(reply.buttons, limits) if number == last else (),
            edit=reply.edit and number == 0,
        )
        for number, page in enumerate(pages)
    )


def fit_buttons(
    rows: Iterable[tuple[ReplyButton, ...]], limits: Limits
) -> tuple[tuple[ReplyButton, ...], ...]:
    """Rows no wider and no more than the platform takes, labels cut; what is too many at the end is left out."""
    fitted: list[tuple[ReplyButton, ...]] = []
    for row in rows:
        buttons = tuple(replace(each, label=cut(each.label, limits.label, limits.length)) for each in row)
        fitted += [buttons[start : start + limits.row] for start in range(0, len(buttons), limits.row)]
    return tuple(fitted[: limits.rows])


def _pieces(block: Block, limits: Limits, measure: Measure) -> Iterator[Block]:
    """The block itself if it fits one message, else parts of it that do."""
    if isinstance(block, Title):
        yield (
            Title(
                (
                    Span(
                        cut(text_of(block.spans), limits.title, limits.length),
                        frozenset(),
                    ),
                )
            )
            if limits.length(text_of(block.spans)) > limits.title
            else block
        )
    elif measure(block) <= limits.text:
        yield block
    else:
        for half in _halves(block):
            yield from _pieces(half, limits, measure)


def _halves(block: Block) -> tuple[Block, Block]:
    match block:
        case Facts(rows) if len(rows) > 1:
            middle = len(rows) // 2
            return Facts(rows[:middle]), Facts(rows[middle:])
        case Facts(rows):
            return Paragraph((*rows[0].label, Span(": "))), Paragraph(rows[0].value)
        case Table(header, rows) if len(rows) > 1:
            middle = len(rows) // 2
            return Table(header, rows[:middle]), Table(header, rows[middle:])
        case Table(header, rows):
            cells = [cell for row in (header, *rows) for cell in row]
            middle = max(1, len(cells) // 2)
            return _joined(cells[:middle]), _joined(cells[middle:])
        case Bullets(items, first) if len(items) > 1:
            middle = len(items) // 2
            rest = None if first is None else first + middle
            return Bullets(items[:middle], first), Bullets(items[middle:], rest)
        case Bullets(items, _):
            return _halves(Paragraph(items[0]))
        case Preformatted(text):
            head, tail = _halved_text(text, "\n")
            return Preformatted(head), Preformatted(tail)
        case Paragraph(spans) | Quote(spans) | Footer(spans) | Title(spans):
            head_spans, tail_spans = _halved_spans(spans)
            return type(block)(head_spans), type(block)(tail_spans)


def _joined(cells: list[Line]) -> Paragraph:
    spans: list[Span] = []
    for cell in cells:
        spans += [*cell, Span("\n")]
    return Paragraph(tuple(spans))


def _halved_text(text: str, at: str) -> tuple[str, str]:
    middle = len(text) // 2
    places = [place for place in (text.rfind(at, 1, middle), text.find(at, middle, -1)) if place > 0]
    if not places:
        return text[:middle], text[middle:]
    place = min(places, key=lambda each: abs(each - middle))
    return text[:place], text[place + len(at) :]


def _halved_spans(spans: Line) -> tuple[Line, Line]:
    if len(spans) > 1:
        middle = len(spans) // 2
        return spans[:middle], spans[middle:]
    head, tail = _halved_text(spans[0].text, " ")
    return (replace(spans[0], text=head),), (replace(spans[0], text=tail),)

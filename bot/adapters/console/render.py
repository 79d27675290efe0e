"""A reply as plain text: no escape sequence, no line over the width, no empty line inside."""

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import assert_never

from bot.adapters.console.limits import WIDEST_LABEL, WIDTH
from bot.adapters.console.screen import Message
from bot.adapters.console.terminal_text import clean, columns, one_line, padded, wrapped
from bot.core.markup import (
    Block,
    Bullets,
    Fact,
    Facts,
    Footer,
    Paragraph,
    Preformatted,
    Quote,
    Table,
    Title,
    text_of,
)
from bot.core.reply import ReplyButton

_GAP = "  "
_NUMERIC = re.compile(r"[-+−±≈<>≤≥~]?\s?[$€]?\s?[-+−]?[\d.,\u00a0\u202f ]*\d.{0,6}|[-–—]?")


def message_text(message: Message, me: str) -> str:
    """A message with the mark of its chat in front and its buttons as the last line."""
    lines = [
        *block_lines(message.reply.blocks),
        *file_lines(message),
        *button_lines(message.reply.all_buttons()),
    ]
    mark = mark_of(message, me)
    if mark and lines:
        joined = isinstance(next(iter(message.reply.blocks), None), Title | Paragraph)
        if joined and columns(mark) + 1 + columns(lines[0]) <= WIDTH:
            lines[0] = f"{mark} {lines[0]}"
        else:
            lines.insert(0, mark)
    return "\n".join(lines)


def mark_of(message: Message, me: str) -> str:
    """`[private NAME]` for a whisper in a room, `[#ROOM]` for its other messages, `[@NAME]` for others' private chats."""
    if message.whispered:
        return f"[private {message.to}]"
    if message.room is not None:
        return f"[#{message.room}]"
    return "" if message.to == me else f"[@{message.to}]"


def block_lines(blocks: Iterable[Block], width: int = WIDTH) -> list[str]:
    """The lines of blocks."""
    return [line for block in blocks for line in _lines(block, width)]


def file_lines(message: Message) -> list[str]:
    """What the files of a message show, as far as text can show it, and their paths."""
    drawn = [clean(line).rstrip() for file in message.reply.files for line in file.lines]
    return drawn + [f"file: {path}" for path in message.files]


def button_lines(buttons: Iterable[ReplyButton], width: int = WIDTH) -> list[str]:
    """The buttons as `[label] [label]`, on as many lines as they need."""
    lines: list[str] = []
    for button in buttons:
        shown = f"[{one_line(button.label)}]"
        if lines and columns(lines[-1]) + 1 + columns(shown) <= width:
            lines[-1] += f" {shown}"
        else:
            lines.append(shown)
    return lines


def numeric(cells: Iterable[str]) -> bool:
    """Whether the cells of a column are figures, which stand at its right edge."""
    return all(_NUMERIC.fullmatch(cell) for cell in cells)


def _lines(block: Block, width: int) -> Iterator[str]:
    match block:
        case Title(spans):
            yield from wrapped(one_line(text_of(spans)), width)
        case Paragraph(spans) | Footer(spans):
            yield from wrapped(text_of(spans), width)
        case Quote(spans):
            yield from wrapped(text_of(spans), width, "│ ")
        case Facts(rows):
            yield from _facts(rows, width)
        case Table():
            yield from _table(block, width)
        case Bullets(items, first):
            for place, item in enumerate(items):
                mark = "• " if first is None else f"{first + place}. "
                yield from wrapped(text_of(item), width, mark, " " * columns(mark))
        case Preformatted(text):
            for line in clean(text).split("\n"):
                yield from _kept(line.rstrip(), width)
        case _:
            assert_never(block)


def _facts(rows: Sequence[Fact], width: int) -> Iterator[str]:
    labels = [one_line(text_of(row.label)) + ":" for row in rows]
    wide = min(max(map(columns, labels)), WIDEST_LABEL)
    for label, row in zip(labels, rows, strict=True):
        value = one_line(text_of(row.value))
        if columns(label) > wide:
            yield from wrapped(f"{label} {value}", width, "", _GAP)
        else:
            yield from wrapped(value, width, padded(label, wide) + " ", " " * (wide + 1)) or [label]


def _table(table: Table, width: int) -> Iterator[str]:
    header = [one_line(text_of(cell)) for cell in table.header]
    rows = [[one_line(text_of(cell)) for cell in row] for row in table.rows]
    widths = [max(map(columns, column)) for column in zip(header, *rows, strict=True)]
    if sum(widths) + len(_GAP) * (len(widths) - 1) > width:
        yield from _stacked(table, width)
        return
    right = [number > 0 and numeric(row[number] for row in rows) for number in range(len(header))]
    for row in [header, *rows]:
        cells = (padded(*each[:2], right=each[2]) for each in zip(row, widths, right, strict=True))
        line = _GAP.join(cells).rstrip()
        if line:
            yield line
        if row is header and rows:
            yield _GAP.join("─" * each for each in widths)


def _stacked(table: Table, width: int) -> Iterator[str]:
    """A table that is too wide: each row under its first cell, one cell a line."""
    for first, *cells in table.rows:
        yield from wrapped(one_line(text_of(first)), width)
        facts = [Fact(label, cell) for label, cell in zip(table.header[1:], cells, strict=True)]
        for line in _facts(facts, width - len(_GAP)) if facts else ():
            yield _GAP + line


def _kept(text: str, width: int) -> Iterator[str]:
    while columns(text) > width:
        head = text[:width]
        while columns(head) > width:
            head = head[:-1]
        yield head
        text = text[len(head) :]
    if text:
        yield text

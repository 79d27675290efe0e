"""Tables on a phone: columns side by side, long cells wrapped, where they are narrow enough."""

import unicodedata
from collections.abc import Sequence
from itertools import zip_longest

from bot.core.markup import Line, Table, text_of

_GAPS = ("  ", " ")
_MOST_LINES = 3
_WIDE = frozenset("WF")
_NO_WIDTH = frozenset({"Mn", "Me", "Cf"})


def width(text: str) -> int:
    """The columns that a text takes in a fixed-width font: wide characters take two, combining ones none."""
    return sum(
        2 if unicodedata.east_asian_width(each) in _WIDE else 1
        for each in text
        if unicodedata.category(each) not in _NO_WIDTH
    )


def aligned(table: Table, most: int) -> str | None:
    """The table in columns, labels to the left and values to the right; None where it is wider than `most`.

    Cells are wrapped between words, into at most three lines.
    """
    rows = [[_flat(cell) for cell in row] for row in (table.header, *table.rows)]
    if not any(rows[0]):
        rows = rows[1:]
    if not rows:
        return None
    columns = list(zip(*rows, strict=True))
    natural = [max(map(width, column)) for column in columns]
    least = [max(width(word) for cell in column for word in cell.split() or [""]) for column in columns]
    for shrunk in (False, True):
        for gap in _GAPS:
            room = most - len(gap) * (len(columns) - 1)
            widths = _shrunk(natural, least, room) if shrunk else natural
            if sum(widths) <= room:
                return _laid_out(rows, widths, gap)
    return None


def _flat(cell: Line) -> str:
    return " ".join(text_of(cell).split())


def _shrunk(natural: Sequence[int], least: Sequence[int], room: int) -> list[int]:
    """The widths with the widest taken in, as far as its longest word allows, until all fit."""
    widths = list(natural)
    while sum(widths) > room:
        loose = [each for each in range(len(widths)) if widths[each] > least[each]]
        if not loose:
            break
        widths[max(loose, key=lambda each: (widths[each], each))] -= 1
    return widths


def _laid_out(rows: Sequence[Sequence[str]], widths: Sequence[int], gap: str) -> str | None:
    """The rows as lines; None where a cell needs too many."""
    lines = []
    for row in rows:
        cells = [_wrapped(text, wide) for text, wide in zip(row, widths, strict=True)]
        if max(map(len, cells)) > _MOST_LINES:
            return None
        for parts in zip_longest(*cells, fillvalue=""):
            blanks = [" " * (wide - width(part)) for part, wide in zip(parts, widths, strict=True)]
            values = [blank + part for blank, part in zip(blanks[1:], parts[1:], strict=True)]
            lines.append(gap.join((parts[0] + blanks[0], *values)).rstrip())
    return "\n".join(lines)


def _wrapped(text: str, wide: int) -> list[str]:
    lines = [""]
    for word in text.split():
        longer = f"{lines[-1]} {word}".lstrip()
        if width(longer) <= wide:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines

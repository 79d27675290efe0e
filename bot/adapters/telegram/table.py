"""Tables on a phone: aligned where they are narrow enough, else a few lines for each row."""

import unicodedata
from collections.abc import Sequence

from bot.core.markup import Line, Table, text_of

GAPS = ("  ", " ")
WIDE = frozenset("WF")
NO_WIDTH = frozenset({"Mn", "Me", "Cf"})


def width(text: str) -> int:
    """The columns that a text takes in a fixed-width font: wide characters take two, combining ones none."""
    return sum(
        2 if unicodedata.east_asian_width(each) in WIDE else 1
        for each in text
        if unicodedata.category(each) not in NO_WIDTH
    )


def aligned(table: Table, most: int) -> str | None:
    """The table in columns, labels to the left and values to the right; None where it is wider than `most`."""
    rows = [[_flat(cell) for cell in row] for row in (table.header, *table.rows)]
    if not any(rows[0]):
        rows = rows[1:]
    if not rows:
        return None
    widths = [max(width(row[column]) for row in rows) for column in range(len(table.header))]
    for gap in GAPS:
        if sum(widths) + len(gap) * (len(widths) - 1) <= most:
            return "\n".join(_padded(row, widths, gap) for row in rows)
    return None


def _flat(cell: Line) -> str:
    return " ".join(text_of(cell).split())


def _padded(row: Sequence[str], widths: Sequence[int], gap: str) -> str:
    cells = []
    for column, (text, wide) in enumerate(zip(row, widths, strict=True)):
        blank = " " * (wide - width(text))
        cells.append(blank + text if column else text + blank)
    return gap.join(cells).rstrip()

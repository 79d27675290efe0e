"""Text for a terminal: no control characters, measured and wrapped by columns."""

import re
from collections.abc import Callable
from functools import cache

_RAW = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
_TURNING = re.compile("[\u202a-\u202e\u2066-\u2069]")
_BREAKS = re.compile("\r\n|[\r\x0b\x0c\x85\u2028\u2029]")
_ONE_COLUMN = re.compile(
    r"[ -~\u00a0-\u00ac\u00ae-\u02ff\u2010-\u2027\u202f\u2030\u20ac\u2190-\u2193\u2212\u2248\u2500-\u257f]*"
)


def clean(text: str) -> str:
    """A text that a terminal shows and does not obey: other control characters become a visible mark.

    Characters that turn the direction of writing are left out, tabs become blanks.
    """
    text = _BREAKS.sub("\n", text).replace("\t", " ")
    return _TURNING.sub("", _RAW.sub("�", text))


def one_line(text: str) -> str:
    """A clean text without line feeds."""
    return " ".join(clean(text).split("\n")).strip(" ")


def columns(text: str) -> int:
    """How many columns a clean text takes on a terminal."""
    if _ONE_COLUMN.fullmatch(text):
        return len(text)
    return max(0, _wide_columns()(text))


@cache
def _wide_columns() -> Callable[[str], int]:
    from wcwidth import wcswidth  # takes 40 ms to load, and few texts need it

    return wcswidth


def padded(text: str, width: int, *, right: bool = False) -> str:
    """A text filled up to a width in columns, at its end or in front of it."""
    blanks = " " * max(0, width - columns(text))
    return blanks + text if right else text + blanks


def wrapped(text: str, width: int, first: str = "", rest: str | None = None) -> list[str]:
    """The lines of a text, each at most `width` columns with its indent; empty lines are left out."""
    after = first if rest is None else rest
    lines: list[str] = []
    for paragraph in clean(text).split("\n"):
        indent = after if lines else first
        line = ""
        for word in _words(paragraph, width - max(columns(first), columns(after))):
            if line and columns(indent) + columns(line) + 1 + columns(word) > width:
                lines.append(indent + line)
                indent, line = after, word
            else:
                line = f"{line} {word}" if line else word
        if line:
            lines.append(indent + line)
    return lines


def _words(paragraph: str, room: int) -> list[str]:
    """The words of a paragraph; one that is longer than the room is cut."""
    words = []
    for word in paragraph.split(" "):
        rest = word
        while columns(rest) > room:
            head = rest[:room]
            while len(head) > 1 and columns(head) > room:
                head = head[:-1]
            words.append(head)
            rest = rest[len(head) :]
        if rest:
            words.append(rest)
    return words

"""Directions of writing: whatever is inserted into a line of the other direction is set apart, so that it turns nothing.

The marks are the isolates of the Unicode bidirectional algorithm (UAX #9, 2.4); fronts and terminals do not show them.
"""

import re
import unicodedata

from babel import Locale

FIRST_STRONG, LEFT_TO_RIGHT, END = "\u2068", "\u2066", "\u2069"
_TURNING = frozenset({"R", "AL", "AN"})

_INSERTED = r"[@#/=+]?(?:%\(\w+\)s|\{\w*\})(?:×| ?%%?(?!\()| USDT\b)?"
_TYPED = r"[A-Za-z0-9 ._/:=@#×+\u2212-]|%%|%(?!\()"
_FOREIGN = re.compile(
    rf"(?P<code><code>.*?</code>)|</?[a-z-]+>|&\w+;|(?P<inserted>{_INSERTED})"
    rf"|(?P<typed>[/@#=+\u2212-]?[A-Za-z0-9](?:(?:{_TYPED})*(?:[A-Za-z0-9×]|%%|%(?!\()))?)"
)


def right_to_left(language: str) -> bool:
    """Whether a language is written from right to left, as Babel knows it."""
    return Locale.parse(language).text_direction == "rtl"


def turning(text: str) -> bool:
    """Whether a text has a letter or a figure that is written from right to left."""
    return any(unicodedata.bidirectional(each) in _TURNING for each in text)


def apart(text: str) -> str:
    """A text set apart; its own first letter decides its direction, and without one it runs from left to right."""
    return f"{FIRST_STRONG}{text}{END}"


def shielded(message: str) -> str:
    """A message of a right-to-left language with all that is foreign to it set apart.

    That is: placeholders with their unit, and what is written in Latin letters or figures, such as commands.
    """

    def kept(found: re.Match[str]) -> str:
        if found["inserted"]:
            return apart(found[0])
        return f"{LEFT_TO_RIGHT}{found[0]}{END}" if found["code"] or found["typed"] else found[0]

    return _FOREIGN.sub(kept, message)

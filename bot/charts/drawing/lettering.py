"""Text that fits: measured with the font it is drawn in, wrapped, made smaller, cut in the end.

The font is DejaVu Sans out of matplotlib's own data, so that a machine without fonts draws the same. It has Latin,
Greek, Cyrillic, Arabic and Hebrew; a letter it lacks becomes □. matplotlib shapes and orders right-to-left text itself.
"""

import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache, lru_cache

from matplotlib.backends.backend_agg import RendererAgg
from matplotlib.font_manager import FontProperties, findfont, get_font

FAMILY = "DejaVu Sans"
SMALLEST = 24.0
"""No text is smaller, in pixels of a picture 1,080 wide: on a phone this is about 9."""
LEADING = 1.22
ELLIPSIS = "…"
_MEASURED = 100.0
_TO_RIGHT_TO_LEFT = "\u200f"


@dataclass(frozen=True, slots=True)
class Fitted:
    """Lines of text at a size in pixels, and what they take up."""

    lines: tuple[str, ...]
    size: float
    bold: bool
    width: float

    @property
    def height(self) -> float:
        return len(self.lines) * self.size * LEADING


@cache
def font(size: float, bold: bool) -> FontProperties:
    """The font of a size in pixels."""
    return FontProperties(family=FAMILY, size=size, weight="bold" if bold else "normal")


@cache
def _letters(bold: bool) -> frozenset[int]:
    return frozenset(get_font(findfont(font(12, bold), fallback_to_default=False)).get_charmap())


def clean(text: str, bold: bool, rtl: bool) -> str:
    """One line of what the font has; under `rtl`, a text with such letters starts from the right."""
    kept = []
    known = _letters(bold)
    for char in text:
        kind = unicodedata.category(char)
        if kind == "Cc" or (char.isspace() and ord(char) not in known):
            kept.append(" ")
        elif ord(char) in known or kind == "Cf":
            kept.append(char)
        elif kind[0] in "LN":
            kept.append("□")
    whole = "".join(kept).strip()
    if rtl and any(unicodedata.bidirectional(char) in ("R", "AL") for char in whole):
        return _TO_RIGHT_TO_LEFT + whole
    return whole


@cache
def _measuring() -> RendererAgg:
    return RendererAgg(1, 1, 72)  # type: ignore[no-untyped-call]


@lru_cache(maxsize=10_000)
def _word_width(word: str, bold: bool) -> float:
    """The width of a cleaned word at a size of one pixel: letters are not hinted, so that it grows with the size."""
    measure: Callable[..., tuple[float, float, float]] = _measuring().get_text_width_height_descent
    return measure(word, font(_MEASURED, bold), ismath=False)[0] / _MEASURED


def _sizes(size: float, least: float) -> Iterator[float]:
    """From a size down to the least, in steps of a twentieth."""
    while size > least:
        yield size
        size *= 0.95
    yield least


class Lettering:
    """Measures and fits text; words are measured once in the life of the process."""

    def __init__(self, rtl: bool) -> None:
        self._rtl = rtl

    def width(self, text: str, size: float, bold: bool = False) -> float:
        """The width of one line in pixels."""
        words = clean(text, bold, self._rtl).split(" ")
        space = _word_width(" ", bold)
        return size * (sum(_word_width(word, bold) for word in words if word) + space * (len(words) - 1))

    def fit(
        self,
        text: str,
        width: float,
        size: float,
        *,
        lines: int = 1,
        bold: bool = False,
        least: float = SMALLEST,
    ) -> Fitted:
        """The text in at most so many lines of at most this width: smaller if it must be, cut if that is not enough."""
        words = text.split(" ") if text.strip() else []
        for smaller in _sizes(size, least):
            wrapped = self._wrap(words, width, smaller, bold)
            if len(wrapped) <= lines and all(self.width(line, smaller, bold) <= width for line in wrapped):
                return self._fitted(self._balanced(words, wrapped, width, smaller, bold), smaller, bold)
        wrapped = self._wrap(words, width, least, bold)
        kept = [self._cut(line, width, least, bold) for line in wrapped[:lines]]
        if len(wrapped) > lines:
            kept[-1] = self._cut(wrapped[lines - 1] + " " + wrapped[lines], width, least, bold)
        return self._fitted(kept, least, bold)

    def fit_row(self, text: str, width: float, size: float, *, bold: bool = False) -> Fitted:
        """The text of a table's row: in one line, or else in two of the smallest letters."""
        if self.width(text, size, bold) <= width:
            return self.fit(text, width, size, bold=bold)
        return self.fit(text, width, SMALLEST, lines=2, bold=bold)

    def _fitted(self, lines: list[str], size: float, bold: bool) -> Fitted:
        widest = max((self.width(line, size, bold) for line in lines), default=0.0)
        return Fitted(tuple(lines), size, bold, widest)

    def _wrap(self, words: list[str], width: float, size: float, bold: bool) -> list[str]:
        lines: list[str] = []
        for word in words:
            if lines and self.width(f"{lines[-1]} {word}", size, bold) <= width:
                lines[-1] += f" {word}"
            else:
                lines.append(word)
        return lines

    def _balanced(
        self, words: list[str], wrapped: list[str], width: float, size: float, bold: bool
    ) -> list[str]:
        """As many lines, of lengths as like as can be: no word alone in the last one."""
        while len(wrapped) > 1:
            narrower = self._wrap(words, width := width * 0.95, size, bold)
            if len(narrower) > len(wrapped) or any(self.width(line, size, bold) > width for line in narrower):
                break
            wrapped = narrower
        return wrapped

    def _cut(self, line: str, width: float, size: float, bold: bool) -> str:
        if self.width(line, size, bold) <= width:
            return line
        least, most = 0, len(line)
        while least < most:
            middle = (least + most + 1) // 2
            if self.width(line[:middle].rstrip() + ELLIPSIS, size, bold) <= width:
                least = middle
            else:
                most = middle - 1
        return line[:least].rstrip() + ELLIPSIS

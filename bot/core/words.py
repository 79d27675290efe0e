"""Words of a line: how text becomes words, and which words mean what."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

MAX_LINE = 1000
MAX_WORDS = 40
MAX_SHOWN = 40

_NUMBER = r"[0-9]{1,15}(?:\.[0-9]{1,12})?|\.[0-9]{1,12}"
NUMBER = re.compile(rf"-?(?:{_NUMBER})")
_SPLIT_PAIRS: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"×"), "x"),
    (re.compile(rf"(?<!\S)({_NUMBER}) +x(?!\S)"), r"\1x"),
    (re.compile(rf"(?<!\S)x +({_NUMBER})(?!\S)"), r"x\1"),
    (re.compile(rf"(?<!\S)(-?(?:{_NUMBER})) +(%|usdt|usd|\$)(?!\S)"), r"\1\2"),
    (re.compile(rf"(?<!\S)([=$]|[a-z]+=) +(-?(?:{_NUMBER}))(?!\S)"), r"\1\2"),
)


def split_words(line: str) -> tuple[str, ...]:
    """The words of a line, case-folded; a number and its sign or unit set apart by blanks become one word."""
    text = cleaned(line).casefold()
    for pattern, replacement in _SPLIT_PAIRS:
        text = pattern.sub(replacement, text)
    return tuple(text.split())


def cleaned(text: str) -> str:
    """A text without what no database keeps and no terminal shows: control characters, halves of characters."""
    return "".join(each if each.isprintable() or each.isspace() else "�" for each in text)


def shown(word: str) -> str:
    """A word as it may be repeated to its writer: printable and short."""
    clean = cleaned(word)
    return clean if len(clean) <= MAX_SHOWN else clean[: MAX_SHOWN - 1] + "…"


def plain_number(word: str) -> Decimal | None:
    """The number that a word is, written in the digits 0–9 with a point as the decimal mark, or None."""
    return Decimal(word) if NUMBER.fullmatch(word) else None


@dataclass(frozen=True, slots=True)
class Lexicon:
    """What the binder knows of the world: contracts by alias, their greatest leverage, words of all languages.

    `words` maps (kind, word of some language) to the canonical word of that kind.
    """

    symbols: Mapping[str, str] = field(default_factory=dict)
    max_leverage: Mapping[str, int] = field(default_factory=dict)
    words: Mapping[tuple[str, str], str] = field(default_factory=dict)

    def symbol(self, word: str) -> str | None:
        """The contract that a word names: its base (`btc`), its symbol, also with a slash or a dash inside."""
        return self.symbols.get(word.replace("/", "").replace("-", ""))

    def canonical(self, kind: str, word: str) -> str:
        """The canonical form of a word for a kind; the word itself where no language lists it."""
        return self.words.get((kind, word), word)

    def synonyms(self, kind: str) -> Iterable[str]:
        """All words that some language lists for a kind."""
        return (word for name, word in self.words if name == kind)

"""Typed parameters: a parameter's kind reads a word, shows a value and says how a form may offer it."""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Protocol

from bot.core.words import Lexicon

WORDS = "words"
"""The name of a kind that reads all words of a line at once, in their order."""


class BadWord(Exception):
    """A word is of the right kind but its value cannot be meant; `code` names the reason, `figures` its numbers."""

    def __init__(self, code: str, word: str, **figures: str) -> None:
        super().__init__(code)
        self.code = code
        self.word = word
        self.figures: Mapping[str, str] = figures


@dataclass(frozen=True, slots=True)
class Choice:
    """One of the values that a closed kind offers: its canonical word and its label's message id."""

    word: str
    label: str


class Kind(Protocol):
    """A grammar of one word."""

    @property
    def name(self) -> str:
        """The kind's name, unique; messages and synonyms of languages go by it."""

    @property
    def free(self) -> bool:
        """Whether it takes nearly any word and must be tried last."""

    def read(self, word: str, lexicon: Lexicon) -> object | None:
        """The value of a word, None where the word is not of this kind; raises BadWord."""

    def read_bare(self, number: Decimal, lexicon: Lexicon) -> object | None:
        """The value of a number without a unit, None where this kind takes none; raises BadWord."""

    def show(self, value: Any) -> str:
        """The canonical word of a value: reading it gives the value again."""

    def choices(self, lexicon: Lexicon) -> tuple[Choice, ...]:
        """What to offer on buttons and in a slash command; empty where anything may be typed."""

    def vocabulary(self, lexicon: Lexicon) -> tuple[str, ...]:
        """The words to compare a misspelt one with."""


class Typed:
    """What kinds have in common whose words are only typed: they offer nothing and know no list of words."""

    __slots__ = ()

    def choices(self, lexicon: Lexicon) -> tuple[Choice, ...]:
        return ()

    def vocabulary(self, lexicon: Lexicon) -> tuple[str, ...]:
        return ()


@dataclass(frozen=True, slots=True)
class ChoiceKind:
    """A closed set of values, each with a canonical word, a label and further words."""

    name: str
    values: Mapping[str, object]
    labels: Mapping[str, str] = field(default_factory=dict)
    aliases: Mapping[str, str] = field(default_factory=dict)
    free: bool = False

    def read(self, word: str, lexicon: Lexicon) -> object | None:
        canonical = lexicon.canonical(self.name, word)
        return self.values.get(self.aliases.get(canonical, canonical))

    def read_bare(self, number: Decimal, lexicon: Lexicon) -> object | None:
        return None

    def show(self, value: Any) -> str:
        return next(word for word, known in self.values.items() if known == value)

    def choices(self, lexicon: Lexicon) -> tuple[Choice, ...]:
        return tuple(Choice(word, self.labels.get(word, word)) for word in self.values)

    def vocabulary(self, lexicon: Lexicon) -> tuple[str, ...]:
        return (
            *self.values,
            *(word for word in self.aliases if len(word) > 1),
            *lexicon.synonyms(self.name),
        )


@dataclass(frozen=True, slots=True)
class SymbolKind:
    """A contract, by its base or its whole name."""

    name: str = "symbol"
    free: bool = True
    offered: int = 8

    def read(self, word: str, lexicon: Lexicon) -> object | None:
        return lexicon.symbol(word)

    def read_bare(self, number: Decimal, lexicon: Lexicon) -> object | None:
        return None

    def show(self, value: Any) -> str:
        return str(value).removesuffix("USDT").lower()

    def choices(self, lexicon: Lexicon) -> tuple[Choice, ...]:
        symbols = tuple(dict.fromkeys(lexicon.symbols.values()))
        return tuple(
            Choice(self.show(symbol), self.show(symbol).upper()) for symbol in symbols[: self.offered]
        )

    def vocabulary(self, lexicon: Lexicon) -> tuple[str, ...]:
        return tuple(lexicon.symbols)


@dataclass(frozen=True, slots=True)
class TextKind(Typed):
    """Any word; `pattern` of allowed words is left to the handler, which answers with what it expects."""

    name: str = "text"
    free: bool = True

    def read(self, word: str, lexicon: Lexicon) -> object | None:
        return word

    def read_bare(self, number: Decimal, lexicon: Lexicon) -> object | None:
        return str(number)

    def show(self, value: Any) -> str:
        return str(value)


@dataclass(frozen=True, slots=True)
class Param:
    """A declared parameter: its name, kind, one-line summary (a message id), and whether it must be given."""

    name: str
    kind: Kind
    summary: str
    required: bool
    hidden: bool = False


_KEY = "bot.param"


def param(
    kind: Kind,
    summary: str,
    *,
    default: Any = dataclasses.MISSING,
    hidden: bool = False,
) -> Any:
    """A field of an arguments class that is a parameter; without a default it must be given.

    `hidden` parameters are understood in text but offered nowhere.
    """
    metadata = {_KEY: (kind, summary, hidden)}
    if default is dataclasses.MISSING:
        return dataclasses.field(metadata=metadata)
    return dataclasses.field(default=default, metadata=metadata)


def params_of(arguments: type[Any]) -> tuple[Param, ...]:
    """The parameters that a dataclass of arguments declares, in order."""
    found = []
    for each in dataclasses.fields(arguments):
        kind, summary, hidden = each.metadata[_KEY]
        required = each.default is dataclasses.MISSING
        found.append(Param(each.name, kind, summary, required, hidden))
    return tuple(found)

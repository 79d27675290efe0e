"""The binder: words in any order become the typed arguments of a command, or a question; never a guess."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, TypeAlias

from bot.core.command import Command
from bot.core.params import WORDS, BadWord, Param
from bot.core.suggest import nearest
from bot.core.words import Lexicon, plain_number, shown, split_words


@dataclass(frozen=True, slots=True)
class Bound:
    """Every word has its place and nothing is missing."""

    values: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Missing:
    """A parameter that must be given was not; `values` and their `line` hold what was understood."""

    param: Param
    values: Mapping[str, object]
    line: str


@dataclass(frozen=True, slots=True)
class Unclear:
    """Words that mean nothing here; `corrected` is the whole line with the nearest words, where there are any."""

    words: tuple[str, ...]
    corrected: str | None


@dataclass(frozen=True, slots=True)
class Twice:
    """Two words of one kind; `lines` are the readings with the one and with the other."""

    param: Param
    words: tuple[str, str]
    lines: tuple[str, str]


@dataclass(frozen=True, slots=True)
class Ambiguous:
    """A bare number that may be one thing or another; `readings` are (parameter, word, line), `line` is all else."""

    number: str
    line: str
    readings: tuple[tuple[Param, str, str], ...]


Binding: TypeAlias = Bound | Missing | Unclear | Twice | Ambiguous


_COMMA = re.compile(r"[0-9],[0-9]")


class _Twice(Exception):
    def __init__(self, param: Param, source: str) -> None:
        super().__init__(param.name)
        self.param = param
        self.source = source


class Binder:
    """Binds lines and named values by the grammars of the parameters' kinds."""

    def __init__(self, lexicon: Lexicon) -> None:
        self.lexicon = lexicon

    def bind(
        self,
        command: Command[Any],
        words: Sequence[str],
        named: Mapping[str, str] | None = None,
    ) -> Binding:
        """Bind the words after a command's name, and values given by name; raises BadWord for a value out of range."""
        return _Pass(command, self.lexicon).run(tuple(words), named or {})


class _Pass:
    """One line being bound: values so far, the words they came from, words without a place and what they say."""

    def __init__(self, command: Command[Any], lexicon: Lexicon) -> None:
        self.command = command
        self.lexicon = lexicon
        self.values: dict[str, object] = {}
        self.sources: dict[str, str] = {}
        self.numbers: list[str] = []
        self.lost: dict[str, str] = {}

    def run(self, words: tuple[str, ...], named: Mapping[str, str]) -> Binding:
        words = (*(f"{name}={self._folded(name, value)}" for name, value in named.items()), *words)
        try:
            self._take_words(words)
            self._refuse_unmarked_price()
            ambiguous = None if self.lost else self._place_numbers()
        except _Twice as twice:
            return self._twice(twice, words)
        if self.lost:
            strange = [word for word in self.lost.values() if not self._names(word)]
            return Unclear(
                tuple(shown(word) for word in strange or self.lost.values()), self._corrected(words)
            )
        if ambiguous is not None:
            return ambiguous
        for param in self.command.params:
            if param.required and param.name not in self.values:
                return Missing(param, self.values, self.command.line(self.values))
        return Bound(self.values)

    def _folded(self, name: str, value: str) -> str:
        """A value that was given by name, as a word."""
        param = self.command.param(name)
        if param is not None and param.kind.name == WORDS:
            return " ".join(split_words(value))
        is_text = param is not None and param.kind.name == "text"
        return value.strip() if is_text else "".join(value.casefold().split())

    def _take_words(self, words: tuple[str, ...]) -> None:
        whole = next((each for each in self.command.params if each.kind.name == WORDS), None)
        if whole is not None:
            self._take_whole(whole, words)
            return
        later: list[str] = []
        ahead = iter(enumerate(words, start=1))
        for place, word in ahead:
            if _COMMA.search(word):
                raise BadWord("comma", word)
            name, equals, rest = word.partition("=")
            if equals and name and self.command.param(name):
                if not self._take_named(name, rest, word):
                    self.lost[word] = rest
            elif place < len(words) and self._names(word) and self._take_pair(word, words[place]):
                next(ahead)
            elif plain_number(word) is not None:
                self.numbers.append(word)
            elif place > 1 and plain_number(words[place - 2]) is not None and self._said_before(word, words):
                raise BadWord("number-and-coin", f"{words[place - 2]} {word}")
            elif not self._take(word, free=False):
                later.append(word)
        for word in later:
            if not self._take(word, free=True):
                self.lost[word] = word

    def _take_whole(self, whole: Param, words: tuple[str, ...]) -> None:
        """Give all words to the one parameter that reads them together, but for those given by their name."""
        rest: list[str] = []
        for word in words:
            if _COMMA.search(word):
                raise BadWord("comma", word)
            name, equals, given = word.partition("=")
            if equals and name == whole.name:
                rest.append(given)
            elif not (equals and self.command.param(name) and self._take_named(name, given, word)):
                rest.append(word)
        line = " ".join(rest)
        value = whole.kind.read(line, self.lexicon) if line else None
        if value is not None:
            self._put(whole, value, line)

    def _refuse_unmarked_price(self) -> None:
        """A bare number is no size and no leverage while a price that must be marked is still missing."""
        for param in self.command.params:
            marked = param.kind.name == "price" and param.kind.read_bare(Decimal(1), self.lexicon) is None
            if marked and param.required and param.name not in self.values and self.numbers and not self.lost:
                raise BadWord("price-unmarked", self.numbers[0])

    def _said_before(self, word: str, words: tuple[str, ...]) -> bool:
        """Whether a contract is named a second time, as in `eth long 500 eth`."""
        symbol = self.lexicon.symbol(word)
        return symbol is not None and sum(self.lexicon.symbol(each) == symbol for each in words) > 1

    def _names(self, word: str) -> bool:
        """Whether a word is the name of a parameter, which may stand before its value: `confirm off`."""
        param = self.command.param(word)
        return param is not None and (param.hidden or param.kind.name != "text")

    def _take_pair(self, name: str, word: str) -> bool:
        return self._take_named(name, word, f"{name} {word}")

    def _take_named(self, name: str, word: str, source: str) -> bool:
        param = self.command.param(name)
        if param is None:
            return False
        value = param.kind.read(word, self.lexicon)
        number = plain_number(word)
        if value is None and number is not None:
            value = param.kind.read_bare(number, self.lexicon)
        if value is None:
            value = param.kind.read(f"{name}={word}", self.lexicon)
        if value is None:
            return False
        self._put(param, value, source)
        return True

    def _take(self, word: str, *, free: bool) -> bool:
        taken: tuple[Param, object] | None = None
        for param in self.command.params:
            if param.kind.free is not free or param.hidden:
                continue
            value = param.kind.read(word, self.lexicon)
            if value is None:
                continue
            if param.name not in self.values:
                self._put(param, value, word)
                return True
            taken = (param, value)
        if taken is None:
            return False
        self._put(*taken, word)
        return True

    def _put(self, param: Param, value: object, source: str) -> None:
        if param.name in self.values and self.values[param.name] != value:
            raise _Twice(param, source)
        self.values[param.name] = value
        self.sources[param.name] = source

    def _place_numbers(self) -> Ambiguous | None:
        """Give bare numbers a place: sizes that cannot be leverage first, then what is left by what is known."""
        takers = [
            p
            for p in self.command.params
            if not p.hidden and not p.kind.free and p.kind.read_bare(Decimal(1), self.lexicon) is not None
        ]
        texts = [p for p in self.command.params if p.kind.free and not p.hidden and p.kind.name == "text"]
        waiting = sorted(self.numbers, key=lambda word: not self._cannot_be_leverage(word, takers))
        for place, word in enumerate(waiting, start=1):
            open_to = [p for p in takers if p.name not in self.values]
            sizes = [p for p in open_to or takers if p.kind.name != "leverage"]
            if not takers and texts:
                self._put(texts[0], word, word)
            elif not takers:
                self.lost[word] = word
            elif len(open_to) != 1 and sizes and self._cannot_be_leverage(word, takers):
                self._put_number(sizes[0], word)
            elif len(open_to) > 1:
                return self._ambiguous(word, open_to, waiting[place:])
            else:
                self._put_number((open_to or takers)[-1], word)
        return None

    def _cannot_be_leverage(self, word: str, takers: list[Param]) -> bool:
        if not any(param.kind.name == "leverage" for param in takers):
            return False
        number = Decimal(word)
        symbol = self.values.get("symbol")
        known = self.lexicon.max_leverage
        most = known.get(str(symbol), max(known.values(), default=0))
        return number > most or number != number.to_integral_value()

    def _put_number(self, param: Param, word: str) -> None:
        value = param.kind.read_bare(Decimal(word), self.lexicon)
        if value is None:
            self.lost[word] = word
        else:
            self._put(param, value, word)

    def _ambiguous(self, word: str, open_to: list[Param], others: list[str]) -> Ambiguous:
        readings = []
        for param in open_to:
            value = param.kind.read_bare(Decimal(word), self.lexicon)
            if value is not None:
                line = self.command.line({**self.values, param.name: value})
                readings.append((param, param.kind.show(value), " ".join((line, *others))))
        line = " ".join((self.command.line(self.values), *others))
        return Ambiguous(shown(word), line, tuple(readings))

    def _twice(self, twice: _Twice, words: tuple[str, ...]) -> Twice:
        first = self.sources[twice.param.name]
        lines = [" ".join((self.command.name, *_without(words, each))) for each in (twice.source, first)]
        return Twice(twice.param, (shown(first), shown(twice.source)), (lines[0], lines[1]))

    def _corrected(self, words: tuple[str, ...]) -> str | None:
        """The line with each lost word replaced by its nearest known word; None where one has none.

        Another leverage is no correction: a digit is never a spelling mistake.
        """
        known = tuple(
            word
            for p in self.command.params
            if not p.hidden and p.name not in self.values and p.kind.name != "leverage"
            for word in p.kind.vocabulary(self.lexicon)
        )
        corrected = {}
        for source, word in self.lost.items():
            found = word if self._names(word) else nearest(word, known)
            if found is None:
                return None
            corrected[source] = source.removesuffix(word) + found
        if all(source == found for source, found in corrected.items()):
            return None
        return " ".join((self.command.name, *(corrected.get(word, word) for word in words)))


def _without(words: tuple[str, ...], source: str) -> tuple[str, ...]:
    """Words without the first occurrence of what a value came from: a word, or a name and the word after it."""
    gone = (source,) if source in words else tuple(source.split(" ", 1))
    for place in range(len(words)):
        if words[place : place + len(gone)] == gone:
            return (*words[:place], *words[place + len(gone) :])
    return words

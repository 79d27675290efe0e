"""What to suggest while an option is being typed: from memory, so that it is there at once."""

from collections.abc import Iterator

from bot.adapters.discord.limits import CHOICES
from bot.core.params import Choice, Kind
from bot.core.words import Lexicon


def suggestions(kind: Kind, lexicon: Lexicon, current: str) -> tuple[Choice, ...]:
    """At most 25 words of a kind for what is typed so far: those that begin so first, then those that hold it."""
    typed = "".join(current.casefold().split())
    starts: dict[str, Choice] = {}
    holds: dict[str, Choice] = {}
    for alias, choice in _known(kind, lexicon):
        if alias.startswith(typed):
            starts.setdefault(choice.word, choice)
        elif typed in alias:
            holds.setdefault(choice.word, choice)
    return tuple((starts | {word: each for word, each in holds.items() if word not in starts}).values())[
        :CHOICES
    ]


def _known(kind: Kind, lexicon: Lexicon) -> Iterator[tuple[str, Choice]]:
    """Every word of the kind's vocabulary and its offered choices, each with the canonical word it stands for."""
    offered = {each.word: each for each in kind.choices(lexicon)}
    for word, choice in offered.items():
        yield word.casefold(), choice
    for alias in kind.vocabulary(lexicon):
        value = kind.read(alias, lexicon)
        if value is not None:
            word = kind.show(value)
            label = word.upper() if kind.name == "symbol" else word
            yield alias, offered.get(word, Choice(word, label))
